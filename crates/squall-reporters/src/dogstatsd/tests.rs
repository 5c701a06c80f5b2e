//! The tags of `dogstatsd`, and a real server that knows them.

use serde_json::{Value, json};
use squall_report::Reporter;
use squall_testkit::servers::statsd;

use crate::BuildContext;
use crate::backend::{Backend, eventually};
use crate::statsd::tests::{batches, counters, text, wait_for, wire};

pub(super) fn backend() -> Option<Box<dyn Backend>> {
    crate::statsd::tests::backend()
}

#[test]
fn every_number_has_tags_and_what_begins_or_ends_is_an_event() {
    insta::assert_snapshot!("packets", text(&batches(), &wire(true), 0.5));
}

fn made(port: u16) -> Box<dyn Reporter> {
    let settings = json!({"host": "127.0.0.1", "port": port});
    let context = BuildContext {
        base_dir: "/nowhere".into(),
        events: true,
        intervals: true,
    };
    (super::REGISTRATION.build)(settings.as_object().unwrap(), &context).unwrap()
}

#[test]
fn a_real_server_tells_series_apart_by_their_tags() {
    let Some(server) = statsd() else { return };
    let mut reporter = made(server.port());
    reporter.open().unwrap();
    for batch in batches() {
        let delivered = reporter.send(&batch).unwrap();
        assert_eq!(delivered.records, batch.len(), "{delivered:?}");
    }
    let tags = "kind=operation;name=home;run=run-1;scenario=Browse;stage=Browse;team=shop";
    let name = format!("squall.Browse.home_common_total;{tags}");
    let found = eventually(|| {
        let sums = counters(&server);
        let mut names = sums.into_iter();
        let total = names.find(|(name, _)| name.starts_with("squall.Browse.home_common_total"));
        total.ok_or_else(|| "there is no such counter".to_owned())
    });
    let (base, found_tags) = found.0.split_once(';').unwrap();
    let mut found_tags: Vec<&str> = found_tags.split(';').collect();
    found_tags.sort_unstable();
    assert_eq!(format!("{base};{}", found_tags.join(";")), name);
    wait_for(&server, &found.0, 3.0);
    let started = server.packets();
    let event =
        Value::from("_e{16,5}:shop run_started|run-1|d:1772366400|t:info|#run:run-1,team:shop");
    assert!(
        started.contains(event.to_string().trim_matches('"')),
        "{started}"
    );
}
