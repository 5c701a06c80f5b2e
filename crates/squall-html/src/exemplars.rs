//! As much of the exemplars as a page has room for.

use serde_json::{Value, json};

/// Bytes of requests and answers within a page. They are the part of a run that compresses the least.
const ROOM: usize = 96 * 1024;
/// Bytes of one that stay in any case.
const LEAST: usize = 400;

/// Shortens the texts of `exemplars.json`, those of its end first, until they fit; those that are shortened say so.
pub(crate) fn fit(document: &mut Value) {
    let Some(all) = document["exemplars"].as_array_mut() else {
        return;
    };
    let mut left = ROOM;
    for exemplar in all {
        for message in ["request", "answer"] {
            let Some(message) = exemplar[message].as_object_mut() else {
                continue;
            };
            let mut shortened = false;
            for name in ["head", "body"] {
                let Some(Value::String(text)) = message.get_mut(name) else {
                    continue;
                };
                let most = left.max(LEAST);
                if text.len() > most {
                    let end = (0..=most).rfind(|at| text.is_char_boundary(*at));
                    text.truncate(end.unwrap_or(0));
                    shortened = true;
                }
                left = left.saturating_sub(text.len());
            }
            if shortened {
                let known = message.get("left_out").and_then(Value::as_str);
                let known = known.filter(|known| !known.is_empty());
                let more = "more of it is in exemplars.json";
                let told = known.map_or(more.to_owned(), |known| format!("{known}; {more}"));
                message.insert("left_out".to_owned(), json!(told));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(bodies: &[usize]) -> Value {
        let exemplars = bodies.iter().map(|bytes| {
            json!({ "request": { "head": "GET / HTTP/1.1", "body": "ä".repeat(bytes / 2), "left_out": "" }, "answer": null })
        });
        json!({ "exemplars": exemplars.collect::<Vec<_>>() })
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let given = document(&[4_096; 8]);
        let mut fitted = given.clone();
        fit(&mut fitted);
        assert_eq!(fitted, given);
    }

    #[test]
    fn the_last_ones_are_shortened_and_say_where_the_rest_is() {
        let mut fitted = document(&[4_096; 100]);
        fit(&mut fitted);
        let body = |at: usize| fitted["exemplars"][at]["request"]["body"].as_str().unwrap();
        assert_eq!((body(0).len(), body(99).len()), (4_096, LEAST));
        assert_eq!(
            fitted["exemplars"][99]["request"]["left_out"],
            "more of it is in exemplars.json"
        );
        assert!(fitted.to_string().len() < ROOM + 100 * (LEAST + 200));
    }
}
