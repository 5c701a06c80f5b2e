//! What serde says, taken apart and put in people's words.

/// What serde objects to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Objection {
    /// A field that does not exist, and those that do.
    UnknownField(String, Vec<String>),
    /// A kind that does not exist, and those that do.
    UnknownKind(String, Vec<String>),
    /// A field that must be there.
    MissingField(String),
    /// Not exactly one kind where there must be one.
    NotOneKind,
    /// Anything else, in words, with a hint where there is one.
    Other(String, Option<&'static str>),
}

impl Objection {
    pub(super) fn of(message: &str) -> Self {
        if let Some((name, known)) = unknown(message, "unknown field `") {
            return Self::UnknownField(name, known);
        }
        if let Some((name, known)) = unknown(message, "unknown variant `") {
            return Self::UnknownKind(name, known);
        }
        if let Some(name) = message
            .strip_prefix("missing field `")
            .and_then(|rest| rest.strip_suffix('`'))
        {
            return Self::MissingField(name.to_owned());
        }
        if message.ends_with("expected map with a single key") {
            return Self::NotOneKind;
        }
        let (message, hint) = type_message(message).unwrap_or_else(|| (message.to_owned(), None));
        Self::Other(message, hint)
    }
}

/// The wrong name and the right ones of "unknown … `x`, expected one of `a`, `b`".
fn unknown(message: &str, start: &str) -> Option<(String, Vec<String>)> {
    let rest = message.strip_prefix(start)?;
    let at = rest
        .rfind("`, expected ")
        .or_else(|| rest.rfind("`, there are no "))?;
    let (name, expected) = (&rest[..at], &rest[at + 1..]);
    let known = expected
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    Some((name.to_owned(), known))
}

fn type_message(message: &str) -> Option<(String, Option<&'static str>)> {
    if message.starts_with("invalid length ") && message.contains(", expected struct ") {
        return Some(("expected an object, found a list".to_owned(), None));
    }
    let rest = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))?;
    let (found, expected) = rest.rsplit_once(", expected ")?;
    let quoted = found
        .strip_prefix("string \"")
        .and_then(|text| text.strip_suffix('"'));
    let wants_number = matches!(
        expected,
        "u8" | "u16" | "u32" | "u64" | "usize" | "i64" | "f64"
    );
    let hint = if expected.starts_with("a string") && !matches!(found, "map" | "sequence" | "null")
    {
        Some("put it in quotes")
    } else if wants_number && quoted.is_some_and(|text| text.parse::<f64>().is_ok()) {
        Some("take the quotes away")
    } else {
        None
    };
    Some((
        format!("expected {}, found {}", wanted(expected), seen(found)),
        hint,
    ))
}

fn wanted(expected: &str) -> &str {
    match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number of at least 0",
        "i64" => "a whole number",
        "f64" => "a number",
        "a boolean" => "`true` or `false`",
        "a sequence" => "a list",
        "a map" | "string or map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other if other.starts_with("unit variant") || other == "unit variant" => "the name alone",
        other if other.ends_with("variant") || other.contains(" variant ") => "an object",
        other => other,
    }
}

fn seen(found: &str) -> String {
    if let Some(text) = found.strip_prefix("string ") {
        return format!("the string `{text}`");
    }
    match found {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "null" | "unit value" | "Option value" => "`null`".to_owned(),
        "unit variant" => "the name alone".to_owned(),
        other if other.ends_with("variant") => "an object".to_owned(),
        other => {
            let number = other
                .strip_prefix("integer ")
                .or_else(|| other.strip_prefix("floating point "));
            number
                .or_else(|| other.strip_prefix("boolean "))
                .unwrap_or(other)
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn other(message: &str, hint: Option<&'static str>) -> Objection {
        Objection::Other(message.to_owned(), hint)
    }

    #[test]
    fn serde_is_taken_apart() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|&name| name.to_owned())
                .collect::<Vec<_>>()
        };
        for (message, expected) in [
            (
                "unknown field `metod`, expected one of `name`, `method`, `url`",
                Objection::UnknownField("metod".into(), names(&["name", "method", "url"])),
            ),
            (
                "unknown field `x`, there are no fields",
                Objection::UnknownField("x".into(), names(&[])),
            ),
            (
                "unknown variant `a`, expected `b`, expected `http` or `pause`",
                Objection::UnknownKind("a`, expected `b".into(), names(&["http", "pause"])),
            ),
            ("missing field `url`", Objection::MissingField("url".into())),
            (
                "invalid value: map, expected map with a single key",
                Objection::NotOneKind,
            ),
            (
                "invalid value: integer `-1`, expected u32",
                other(
                    "expected a whole number from 0 to 4294967295, found `-1`",
                    None,
                ),
            ),
            (
                "invalid type: string \"a, expected b\", expected a sequence",
                other(
                    "expected a list, found the string `\"a, expected b\"`",
                    None,
                ),
            ),
            (
                "invalid type: integer `5`, expected a string",
                other("expected a string, found `5`", Some("put it in quotes")),
            ),
            (
                "`5 parsecs` is not a duration",
                other("`5 parsecs` is not a duration", None),
            ),
        ] {
            assert_eq!(Objection::of(message), expected, "{message}");
        }
    }
}
