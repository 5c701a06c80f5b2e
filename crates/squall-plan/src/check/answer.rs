use indexmap::IndexMap;
use regex::Regex;
use serde_json_path::JsonPath;

use super::checker::Checker;
use super::names::is_token;
use crate::model::{Expect, Extract, JsonPathExpectation, RegexExtract, StatusSet};
use crate::place::Place;
use crate::template::is_identifier;

impl Checker<'_> {
    pub(super) fn expect(&mut self, expect: &Expect, place: &Place<'_>) {
        if let Some(name) = &expect.name {
            self.not_empty(name, &place.key("name"));
        }
        if let Some(Err(error)) = expect.status.as_ref().map(StatusSet::ranges) {
            self.findings.add(&place.key("status"), error.to_string());
        }
        for (name, value) in &expect.headers {
            let place = place.key("headers").key(name);
            self.header_name(name, &place);
            self.template(value, &place);
        }
        if let Some(json) = &expect.json {
            self.json(json, &place.key("json"));
        }
        for (path, expectation) in &expect.json_path {
            let place = place.key("json_path").key(path);
            self.json_path(path, &place);
            if let JsonPathExpectation::Equals(value) = expectation {
                self.json(value, &place.key("equals"));
            }
        }
        if let Some(text) = &expect.text {
            self.template(text, &place.key("text"));
        }
        if let Some(pattern) = &expect.regex {
            self.regex(pattern, &place.key("regex"));
        }
        if let Some(bounds) = expect.body_size {
            let place = place.key("body_size");
            match (bounds.min, bounds.max) {
                (None, None) => self
                    .findings
                    .add(&place, "neither `min` nor `max` is given"),
                (Some(min), Some(max)) if min > max => {
                    self.findings.add(
                        &place,
                        format!("no size is both at least {min} and at most {max}"),
                    );
                }
                _ => {}
            }
        }
        self.above_zero(expect.duration, &place.key("duration"));
    }

    pub(super) fn extract(&mut self, extract: &IndexMap<String, Extract>, place: &Place<'_>) {
        for (name, from) in extract {
            let place = place.key(name);
            if name == "data" {
                self.findings.add(
                    &place,
                    "an extracted value cannot be called `data`, which stands for data pools",
                );
            } else if !is_identifier(name) {
                let hint = "use letters, digits and `_`, and no digit first";
                self.findings.add_with_hint(
                    &place,
                    format!("`{name}` is not a name that a template can use"),
                    hint,
                );
            }
            match from {
                Extract::Json(path) => self.json_path(path, &place.key("json")),
                Extract::Regex(regex) => self.extraction_regex(regex, &place.key("regex")),
                Extract::Header(header) => self.header_name(header, &place.key("header")),
                Extract::Cookie(cookie) if is_token(cookie) => {}
                Extract::Cookie(cookie) => {
                    self.findings.add(
                        &place.key("cookie"),
                        format!("`{cookie}` is not a cookie name"),
                    );
                }
            }
        }
    }

    fn json_path(&mut self, path: &str, place: &Place<'_>) {
        if let Err(error) = JsonPath::parse(path) {
            let hint = "write it as in RFC 9535, e.g. `$.items[0].id`";
            self.findings.add_with_hint(
                place,
                format!("`{path}` is not a JSON path: {error}"),
                hint,
            );
        }
    }

    fn extraction_regex(&mut self, regex: &RegexExtract, place: &Place<'_>) {
        let compiled = self.regex(&regex.pattern, &place.key("pattern"));
        let groups = compiled.map(|regex| regex.captures_len() - 1);
        if let (Some(groups), Some(group)) = (groups, regex.group)
            && group > groups
        {
            let message =
                format!("the expression has no group {group}; its groups end at {groups}");
            self.findings.add(&place.key("group"), message);
        }
    }

    pub(super) fn regex(&mut self, pattern: &str, place: &Place<'_>) -> Option<Regex> {
        Regex::new(pattern)
            .map_err(|error| {
                let error = error.to_string();
                // The lines before the last repeat the pattern and point into it.
                let reason = error.lines().last().unwrap_or_default();
                let reason = reason.trim_start_matches("error: ");
                self.findings.add(
                    place,
                    format!("`{pattern}` is not a regular expression: {reason}"),
                );
            })
            .ok()
    }
}
