//! Thresholds of a run, as `summary.json` lists them.

use serde::Deserialize;
use serde_json::Value;
use squall_metrics::summary::Summary;

use crate::number::{NONE, number};

/// One threshold; what a version does not store is left out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Rule {
    /// As it was written.
    #[serde(rename = "rule")]
    pub(super) text: String,
    /// `passed`, `failed` or `warned`.
    pub(super) status: String,
    /// What it was judged by; nothing where there was no data.
    pub(super) value: Option<f64>,
    /// The limit.
    pub(super) limit: Option<f64>,
    /// `ms`, `percent`, `per_s`, or empty.
    pub(super) unit: String,
    /// What is wrong, in words.
    pub(super) message: Option<String>,
    /// Where it was written, as `file:line`.
    pub(super) source: Option<String>,
}

impl Rule {
    pub(super) fn failed(&self) -> bool {
        self.status == "failed"
    }

    /// What it was judged by, with its unit.
    pub(super) fn judged_by(&self) -> String {
        self.in_unit(self.value)
    }

    /// Its limit, with its unit.
    pub(super) fn limit(&self) -> String {
        self.in_unit(self.limit)
    }

    /// What is wrong, at least with the value.
    pub(super) fn wrong(&self) -> String {
        let said = self.message.clone();
        said.unwrap_or_else(|| match self.value {
            Some(_) => format!("`{}` does not hold: {}", self.text, self.judged_by()),
            None => format!("`{}` does not hold: there is no data", self.text),
        })
    }

    /// File and line of where it was written.
    pub(super) fn place(&self) -> Option<(&str, u32)> {
        let (file, line) = self.source.as_deref()?.rsplit_once(':')?;
        Some((file, line.parse().ok()?))
    }

    fn in_unit(&self, value: Option<f64>) -> String {
        let Some(value) = value else {
            return NONE.to_owned();
        };
        let unit = match self.unit.as_str() {
            "percent" => " %",
            "per_s" => "/s",
            "ms" => " ms",
            _ => "",
        };
        format!("{}{unit}", number(value))
    }
}

/// Returns the thresholds of a run; none of a version that judged none.
pub(super) fn rules(summary: &Summary) -> Vec<Rule> {
    serde_json::to_value(summary).map_or_else(|_| Vec::new(), |document| listed(&document))
}

fn listed(document: &Value) -> Vec<Rule> {
    let listed = document.get("thresholds").and_then(Value::as_array);
    let rules = listed.into_iter().flatten().map(Rule::deserialize);
    rules.filter_map(Result::ok).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// One that held, one that did not, one without data.
    pub(crate) fn sample() -> Vec<Rule> {
        listed(&json!({"thresholds": [
            {"rule": "p99(response_time) < 200ms", "status": "passed", "value": 13.25, "limit": 200.0, "unit": "ms"},
            {"rule": "failed.rate < 0.1%", "status": "failed", "value": 1.3, "limit": 0.1, "unit": "percent",
             "message": "`failed.rate < 0.1%` does not hold: 1.3 %", "source": "tests/shop.py:12", "later": [1]},
            {"rule": "rate > 10/s", "status": "failed", "limit": 10, "unit": "per_s"},
        ]}))
    }

    #[test]
    fn thresholds_are_read_with_what_there_is() {
        let rules = sample();
        assert_eq!(rules.len(), 3);
        assert_eq!(rules[0].judged_by(), "13.2 ms");
        assert_eq!(rules[1].place(), Some(("tests/shop.py", 12)));
        assert_eq!(
            (rules[2].judged_by(), rules[2].limit()),
            (NONE.to_owned(), "10/s".to_owned())
        );
        assert_eq!(
            rules[2].wrong(),
            "`rate > 10/s` does not hold: there is no data"
        );
        assert_eq!(listed(&json!({"thresholds": "all"})), []);
        assert_eq!(listed(&json!({})), []);
    }
}
