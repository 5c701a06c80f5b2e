//! Whose numbers a rule looks at.

/// Patterns that names have to fit; everything where nothing is said. `*` in a pattern stands for any text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Select {
    /// Pattern of the stage.
    pub stage: Option<String>,
    /// Pattern of the scenario.
    pub scenario: Option<String>,
    /// Pattern of the name of the operation or transaction; of checks, where no operation has it, of a single check.
    pub name: Option<String>,
    /// Pattern of the name of a single check.
    pub check: Option<String>,
    /// Names of tags, each with the pattern of its value.
    pub tags: Vec<(String, String)>,
}

impl Select {
    /// Tells whether a stage and a scenario are selected.
    pub fn scenario(&self, stage: &str, scenario: &str) -> bool {
        fits(self.stage.as_deref(), stage) && fits(self.scenario.as_deref(), scenario)
    }

    /// Tells whether a name is selected.
    pub fn name(&self, name: &str) -> bool {
        fits(self.name.as_deref(), name)
    }

    /// Tells whether something with these tags is selected.
    pub fn tags<'a>(&self, value_of: impl Fn(&str) -> Option<&'a str>) -> bool {
        let mut tags = self.tags.iter();
        tags.all(|(tag, pattern)| value_of(tag).is_some_and(|value| fits(Some(pattern), value)))
    }
}

/// Tells whether a text fits a pattern; no pattern fits every text.
pub fn fits(pattern: Option<&str>, text: &str) -> bool {
    let Some(pattern) = pattern else { return true };
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        let Some(at) = text.find(part) else {
            return false;
        };
        text = &text[at + part.len()..];
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expect) in [
            ("GET /", "GET /", true),
            ("GET /", "GET /x", false),
            ("GET *", "GET /x", true),
            ("*", "", true),
            ("*/x", "GET /x", true),
            ("*/x", "GET /y", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("ab*bc", "abc", false),
        ] {
            assert_eq!(fits(Some(pattern), text), expect, "{pattern} {text}");
        }
        assert!(fits(None, "x"));
    }

    #[test]
    fn every_tag_that_is_asked_for_has_to_be_there() {
        let select = |tags: &[(&str, &str)]| Select {
            tags: tags
                .iter()
                .map(|(k, v)| ((*k).into(), (*v).into()))
                .collect(),
            ..Select::default()
        };
        let value_of = |tag: &str| (tag == "team").then_some("shop");
        assert!(select(&[]).tags(value_of));
        assert!(select(&[("team", "sh*")]).tags(value_of));
        assert!(!select(&[("team", "pay")]).tags(value_of));
        assert!(!select(&[("team", "*"), ("tier", "*")]).tags(value_of));
    }
}
