//! Rules, and which part of the load they look at.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use squall_threshold::fits;

use super::checked::{CheckedKind, CheckedScenario, CheckedStage, CheckedThreshold};
use super::checker::Checker;
use crate::model::{Flow, Plan, Step};
use crate::nearest;
use crate::place::Place;
use crate::threshold::{Measured, Select, parse_rule};

impl<'a> Checker<'a> {
    pub(super) fn thresholds(
        &mut self,
        plan: &'a Plan,
        stages: &[CheckedStage],
        place: &Place<'a>,
    ) -> Vec<CheckedThreshold> {
        let mut checked = Vec::new();
        for (index, threshold) in plan.thresholds.iter().enumerate() {
            let place = place.index(index).written_at(threshold.source.as_ref());
            let place = place.key("rule");
            match parse_rule(&threshold.rule) {
                Ok(rule) => {
                    self.selected(&rule.select, &threshold.rule, (plan, stages), &place);
                    self.tagged(&rule.select, &threshold.rule, (plan, stages), &place);
                    checked.push(CheckedThreshold {
                        rule,
                        text: one_line(&threshold.rule),
                        source: threshold.source.clone(),
                    });
                }
                Err(error) => {
                    let message = error.to_string();
                    self.findings.add_with_hint(&place, message, error.hint);
                }
            }
        }
        checked
    }

    /// Stages and scenarios are known beforehand; names of operations are not.
    fn selected(
        &mut self,
        select: &Select,
        rule: &str,
        (plan, stages): (&Plan, &[CheckedStage]),
        place: &Place<'a>,
    ) {
        let known_stages: BTreeSet<&str> = plan.stages.keys().map(String::as_str).collect();
        let scenarios = stages
            .iter()
            .flat_map(CheckedStage::executes)
            .flat_map(|execute| &execute.scenarios);
        let known_scenarios: BTreeSet<&str> =
            scenarios.map(|scenario| scenario.name.as_str()).collect();
        for (what, pattern, known) in [
            ("stage", &select.stage, known_stages),
            ("scenario", &select.scenario, known_scenarios),
        ] {
            let Some(name) = pattern else { continue };
            // Of a plan that is wrong not all is known.
            let unsure = known.is_empty() || stages.len() < plan.stages.len();
            if unsure || name.contains('*') || known.contains(name.as_str()) {
                continue;
            }
            let message = format!("there is no {what} `{name}`{}", caret(rule, name));
            let hint = nearest::hint(name, known, &format!("{what}s"));
            self.findings.add_with_hint(place, message, hint);
        }
    }

    /// Tags are known beforehand, unless scripts give them.
    fn tagged(
        &mut self,
        select: &Select,
        rule: &str,
        (plan, stages): (&Plan, &[CheckedStage]),
        place: &Place<'a>,
    ) {
        let mut known = BTreeSet::new();
        let scenarios = plan
            .stages
            .values()
            .filter_map(|stage| stage.execute.as_ref());
        for scenario in scenarios.flat_map(|execute| execute.scenarios.values()) {
            known.extend(&scenario.tags);
            add_tags(&scenario.flow, &mut known);
        }
        let executes = stages.iter().flat_map(CheckedStage::executes);
        let scripts = executes
            .flat_map(|execute| &execute.scenarios)
            .any(CheckedScenario::runs_scripts);
        if scripts || stages.len() < plan.stages.len() {
            return;
        }
        for (tag, pattern) in &select.tags {
            let values = known.iter().filter(|(name, _)| *name == tag);
            let values: BTreeSet<&str> = values.map(|(_, value)| value.as_str()).collect();
            if values.is_empty() {
                let message = format!("nothing has a tag `{tag}`{}", caret(rule, tag));
                let names = known.iter().map(|(name, _)| name.as_str());
                let names: BTreeSet<&str> = names.collect();
                let hint = if names.is_empty() {
                    Some("give scenarios or requests `tags`".to_owned())
                } else {
                    nearest::hint(tag, names, "tags")
                };
                self.findings.add_with_hint(place, message, hint);
            } else if !values.iter().any(|value| fits(Some(pattern), value)) {
                let what = format!("nothing has the tag `{tag}={pattern}`");
                let message = format!("{what}{}", caret(rule, pattern));
                let hint = nearest::hint(pattern, values, "values");
                self.findings.add_with_hint(place, message, hint);
            }
        }
    }

    /// Tags have names and values.
    pub(super) fn tags(&mut self, tags: &IndexMap<String, String>, place: &Place<'_>) {
        for (name, value) in tags {
            let place = place.key(name);
            self.not_empty(name, &place);
            self.not_empty(value, &place);
        }
    }

    pub(super) fn measured(
        &mut self,
        plan: &'a Plan,
        stages: &[CheckedStage],
        place: &Place<'a>,
    ) -> Measured {
        let Some(text) = &plan.measure else {
            return Measured::default();
        };
        let measured: Measured = match text.parse() {
            Ok(measured) => measured,
            Err(error) => {
                self.findings.add(place, error.to_string());
                return Measured::default();
            }
        };
        for stage in stages {
            let CheckedKind::Execute(execute) = &stage.kind else {
                continue;
            };
            if let Some(why) = measured.objection(execute) {
                let message = format!("`{text}` does not fit stage `{}`: {why}", stage.name);
                self.findings.add(place, message);
            }
        }
        measured
    }
}

fn add_tags<'a>(flow: &'a Flow, known: &mut BTreeSet<(&'a String, &'a String)>) {
    for step in flow {
        match step {
            Step::Http(request) => known.extend(&request.tags),
            Step::Script(script) => known.extend(&script.tags),
            Step::Group(group) => {
                known.extend(&group.tags);
                add_tags(&group.steps, known);
            }
            Step::Loop(repeat) => add_tags(&repeat.steps, known),
            Step::If(branch) => {
                add_tags(&branch.then, known);
                add_tags(&branch.otherwise, known);
            }
            Step::Choose(choose) => {
                for branch in choose.branches.values() {
                    add_tags(&branch.steps, known);
                }
            }
            Step::Pause(_) => {}
        }
    }
}

/// The rule on lines of their own, with carets under a name in it.
fn caret(rule: &str, name: &str) -> String {
    let quoted = ["=", "=\"", "='", "tag.", "tag.\"", "tag.'"].map(|before| {
        rule.find(&format!("{before}{name}"))
            .map(|at| at + before.len())
    });
    let Some(at) = quoted.into_iter().flatten().next() else {
        return String::new();
    };
    let blank = " ".repeat(rule[..at].chars().count());
    let carets = "^".repeat(name.chars().count().max(1));
    format!(
        "\n    {}\n    {blank}{carets}",
        rule.replace(char::is_control, " ")
    )
}

/// The rule without line breaks and the like.
fn one_line(rule: &str) -> String {
    rule.split_whitespace().collect::<Vec<_>>().join(" ")
}
