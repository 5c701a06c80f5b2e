//! Values that nobody should find in a file that is passed around.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// What stands for a secret.
pub const REDACTED: &str = "[redacted]";

/// Parts of names whose values are secrets.
const NAMES: &str = "authorization|cookie|passw(?:or)?d|passphrase|secret|token|bearer|credential|api[_-]?key|access[_-]?key|private[_-]?key|signature";

/// What is in every text in which there is a secret. Most texts have none of it: one look at them is enough, and a run without any never
/// compiles the patterns of places, which takes milliseconds.
static HINT: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i){NAMES}|://[^/\s@]*@|basic\s")));

static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("(?i){NAMES}")));

/// Places of secrets in text; what the first group holds stays.
static PLACES: LazyLock<[Regex; 7]> = LazyLock::new(|| {
    [
        // A header on a line of its own, as in examples of failures.
        format!(r"(?im)^([<>\s]*[\w-]*(?:{NAMES})[\w-]*\s*:\s*)[^\r\n]+"),
        // user:password@host
        r"(://[^/\s:@]*:)[^/\s@]+@".to_owned(),
        // A parameter of a URL or a form.
        format!(r#"(?i)((?:^|[?&;\s])[\w.-]*(?:{NAMES})[\w.-]*=)[^&\s"'<>]+"#),
        // A member of a JSON document, with what is escaped in its text.
        format!(r#"(?i)("[\w-]*(?:{NAMES})[\w-]*"\s*:\s*")(?:[^"\\]|\\.)*"#),
        // One that is a number.
        format!(r#"(?i)("[\w-]*(?:{NAMES})[\w-]*"\s*:\s*)-?[0-9][0-9.eE+-]*"#),
        // One of a JSON document within the text of another.
        format!(r#"(?i)(\\?"[\w-]*(?:{NAMES})[\w-]*\\?"\s*:\s*\\?")[^"\\]*"#),
        // Credentials without a name.
        r"(?i)\b((?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}".to_owned(),
    ]
    .map(|text| pattern(&text))
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("it is a constant, and a test compiles it")
}

/// Takes secrets out of a document: values whose names say so, and what looks like one within text.
pub fn document(value: &mut Value) {
    match value {
        Value::String(string) => *string = text(string),
        Value::Array(items) => items.iter_mut().for_each(document),
        Value::Object(members) => {
            for (name, member) in members {
                let named = NAME.is_match(name) && is_plain(member);
                if named || name.eq_ignore_ascii_case("cookies") {
                    hide(member);
                } else {
                    document(member);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Tells whether the values of a name, as that of a header or a field, are secrets.
pub fn is_secret(name: &str) -> bool {
    NAME.is_match(name)
}

/// Takes secrets out of text.
pub fn text(text: &str) -> String {
    let mut text = text.to_owned();
    if !HINT.is_match(&text) {
        return text;
    }
    for (at, place) in PLACES.iter().enumerate() {
        let end = if at == 1 { "@" } else { "" };
        let with = format!("${{1}}{REDACTED}{end}");
        text = place.replace_all(&text, with.as_str()).into_owned();
    }
    text
}

/// Tells whether something is text, or a list of it: an extraction or a check with such a name is none.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(items) => items.iter().all(Value::is_string),
        _ => false,
    }
}

/// Hides all text in a value, its shape stays.
fn hide(value: &mut Value) {
    match value {
        Value::String(string) => REDACTED.clone_into(string),
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(members) => members.values_mut().for_each(hide),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_of_a_plan_are_hidden_and_the_rest_stays() {
        let mut plan = json!({
            "http": {"base_url": "https://ann:hunter2@example.test/", "headers": {"Authorization": "Basic YW5uOmh1bnRlcjI=", "Accept": "*/*"}},
            "requests": [{
                "url": "/login?api_key=abc123&page=2",
                "auth": {"basic": {"username": "ann", "password": "hunter2"}},
                "cookies": {"session": "hunter2"},
                "headers": {"X-Api-Key": ["hunter2"]},
                "extract": {"token": {"json": "$.token"}},
                "body": {"text": "{\"password\": \"hunter2\", \"page\": 2}"},
            }],
        });
        document(&mut plan);
        let text = plan.to_string();
        assert!(
            !text.contains("hunter2") && !text.contains("abc123") && !text.contains("YW5u"),
            "{text}"
        );
        assert_eq!(plan["http"]["headers"]["Accept"], "*/*");
        assert_eq!(
            plan["requests"][0]["url"],
            "/login?api_key=[redacted]&page=2"
        );
        assert_eq!(plan["requests"][0]["auth"]["basic"]["username"], "ann");
        assert_eq!(plan["requests"][0]["extract"]["token"]["json"], "$.token");
    }

    #[test]
    fn names_are_known_in_any_case() {
        for name in ["Authorization", "set-cookie", "X-Api-Key", "x-auth-token"] {
            assert!(is_secret(name), "{name}");
        }
        assert!(!is_secret("accept") && !is_secret("content-type"));
    }

    #[test]
    fn what_is_taken_out_once_stays_as_it_is() {
        let given = "Cookie: a=b\nPOST /x?token=abc HTTP/1.1\n{\"secret\": \"x\"}";
        let once = text(given);
        assert!(!once.contains("a=b") && !once.contains("abc"), "{once}");
        assert_eq!(text(&once), once);
    }

    #[test]
    fn secrets_in_examples_of_failures_are_hidden() {
        for (given, expected) in [
            (
                "GET /a\n> Cookie: a=b; c=d\n> Accept: x",
                "GET /a\n> Cookie: [redacted]\n> Accept: x",
            ),
            (
                "proxy http://u:p@h:1/x refused",
                "proxy http://u:[redacted]@h:1/x refused",
            ),
            ("got Bearer abcdefgh12345", "got Bearer [redacted]"),
            ("status 500 is not expected", "status 500 is not expected"),
            ("GET http://a/b?sort=token", "GET http://a/b?sort=token"),
            (
                r#"{"password": "a\"b", "page": 2}"#,
                r#"{"password": "[redacted]", "page": 2}"#,
            ),
            (r#"{"token":12345,"a":1}"#, r#"{"token":[redacted],"a":1}"#),
            (
                r#"{"access_token":"cut off"#,
                r#"{"access_token":"[redacted]"#,
            ),
            (
                "username=ann&password=hunter2&page=2",
                "username=ann&password=[redacted]&page=2",
            ),
        ] {
            assert_eq!(text(given), expected);
        }
    }
}
