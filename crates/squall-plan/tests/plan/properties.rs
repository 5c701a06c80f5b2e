//! What holds for every plan and every document.

use proptest::prelude::*;
use serde_json::Value;
use squall_plan::Plan;

use crate::arbitrary::{json_value, mutate, mutation, plan};
use crate::{SHOP_JSON, SHOP_YAML};

/// Reads a document in every way and checks what comes out; anything but a panic is right.
fn survive(text: &str) {
    for plan in [Plan::from_json(text), Plan::from_yaml(text)] {
        match plan {
            Ok(plan) => {
                plan.files();
                if let Err(errors) = plan.check() {
                    assert!(!errors.to_string().is_empty());
                }
            }
            Err(errors) => assert!(!errors.0.is_empty()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_plan_survives_being_written(plan in plan()) {
        let text = serde_json::to_string(&plan).unwrap();
        prop_assert_eq!(&Plan::from_json(&text).unwrap(), &plan);
        prop_assert_eq!(serde_json::to_string(&Plan::from_json(&text).unwrap()).unwrap(), text);
    }

    #[test]
    fn every_plan_in_json_is_the_same_plan_in_yaml(plan in plan()) {
        let text = serde_json::to_string(&plan).unwrap();
        prop_assert_eq!(&Plan::from_yaml(&text).unwrap(), &plan, "{}", text);
    }

    #[test]
    fn no_plan_makes_the_checks_panic(plan in plan()) {
        drop((plan.check(), plan.files()));
    }

    #[test]
    fn no_json_makes_the_reader_panic(value in json_value()) {
        survive(&value.to_string());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in prop_oneof![".{0,60}", "[\\[\\]{}:,\"'&*!|>%@?\n -]{0,60}"]) {
        survive(&text);
    }
}

proptest! {
    #[test]
    fn no_change_to_a_good_plan_makes_the_reader_panic(
        changes in prop::collection::vec((any::<usize>(), mutation()), 1..8),
    ) {
        let mut document: Value = serde_json::from_str(SHOP_JSON).unwrap();
        for (at, change) in changes {
            mutate(&mut document, at, change);
        }
        survive(&document.to_string());
    }

    #[test]
    fn no_change_to_the_bytes_of_a_good_plan_makes_the_reader_panic(
        yaml: bool,
        cuts in prop::collection::vec((any::<usize>(), 0..12_usize, any::<[u8; 2]>()), 1..6),
    ) {
        let mut bytes = if yaml { SHOP_YAML } else { SHOP_JSON }.as_bytes().to_vec();
        for (at, length, new) in cuts {
            let at = at % bytes.len();
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, new);
        }
        survive(&String::from_utf8_lossy(&bytes));
    }
}
