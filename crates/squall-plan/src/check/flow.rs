use std::collections::BTreeSet;

use super::checker::{Checker, Current, Length};
use crate::model::{Choose, ChooseOrder, Condition, Flow, Group, If, Loop, Script, Step};
use crate::place::Place;

/// Tells whether a flow is one script.
pub(super) fn length(flow: &Flow) -> Length {
    match flow[..] {
        [Step::Script(_)] => Length::OneScript,
        _ => Length::Other,
    }
}

/// Every name that some step of a flow extracts.
pub(super) fn extractions(flow: &Flow) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    collect(flow, &mut names);
    names
}

fn collect<'a>(flow: &'a Flow, names: &mut BTreeSet<&'a str>) {
    for step in flow {
        match step {
            Step::Http(request) => names.extend(request.extract.keys().map(String::as_str)),
            Step::Pause(_) | Step::Script(_) => {}
            Step::Loop(step) => collect(&step.steps, names),
            Step::Group(step) => collect(&step.steps, names),
            Step::If(step) => {
                collect(&step.then, names);
                collect(&step.otherwise, names);
            }
            Step::Choose(step) => step
                .branches
                .values()
                .for_each(|branch| collect(&branch.steps, names)),
        }
    }
}

impl<'a> Checker<'a> {
    /// Checks the flow of one scenario.
    pub(super) fn flow(&mut self, flow: &'a Flow, current: Current<'a>, place: &Place<'a>) {
        self.scenario = Some(current);
        self.steps(flow, place);
        self.scenario = None;
    }

    fn steps(&mut self, flow: &'a Flow, place: &Place<'a>) {
        if flow.is_empty() {
            self.findings.add_with_hint(
                place,
                "there are no steps",
                "add at least one, e.g. an `http` step",
            );
        }
        for (index, step) in flow.iter().enumerate() {
            self.step(step, &place.index(index));
        }
    }

    fn step(&mut self, step: &'a Step, place: &Place<'a>) {
        match step {
            Step::Http(request) => {
                let place = place.key("http").written_at(request.source.as_ref());
                self.request(request, &place);
                self.extracted_mut()
                    .extend(request.extract.keys().map(String::as_str));
            }
            Step::Pause(_) => {}
            Step::Loop(step) => self.repeat(step, &place.key("loop")),
            Step::If(step) => self.branch_on(step, &place.key("if")),
            Step::Choose(step) => self.choose(step, &place.key("choose")),
            Step::Group(step) => self.group(step, &place.key("group")),
            Step::Script(step) => self.script(step, &place.key("script")),
        }
    }

    fn repeat(&mut self, step: &'a Loop, place: &Place<'a>) {
        if step.times == 0 {
            self.findings
                .add(&place.key("times"), "a loop runs at least 1 time");
        }
        // From the second pass on, a step sees what the ones behind it extracted.
        if step.times > 1 {
            self.extracted_mut().extend(extractions(&step.steps));
        }
        self.steps(&step.steps, &place.key("steps"));
    }

    fn group(&mut self, step: &'a Group, place: &Place<'a>) {
        let place = place.clone().written_at(step.source.as_ref());
        self.not_empty(&step.name, &place.key("name"));
        self.tags(&step.tags, &place.key("tags"));
        self.steps(&step.steps, &place.key("steps"));
    }

    fn script(&mut self, step: &'a Script, place: &Place<'a>) {
        let place = place.clone().written_at(step.source.as_ref());
        self.not_empty(&step.entry, &place.key("entry"));
        self.tags(&step.tags, &place.key("tags"));
        if let Some(name) = &step.name {
            self.not_empty(name, &place.key("name"));
        }
        let length = self.scenario.as_ref().map(|current| current.length);
        if step.takes_data && length == Some(Length::Other) {
            self.findings.add_with_hint(
                &place.key("takes_data"),
                "a script that takes data must be the only step of its scenario: without data, nothing of the iteration may start",
                "make it the only step, or move the other steps into the script",
            );
        }
        for (index, pool) in step.pools.iter().enumerate() {
            self.data(pool, None, &place.key("pools").index(index));
        }
    }

    fn branch_on(&mut self, step: &'a If, place: &Place<'a>) {
        self.condition(&step.when, &place.key("when"));
        let before = self.extracted_mut().clone();
        self.steps(&step.then, &place.key("then"));
        if step.otherwise.is_empty() {
            return;
        }
        let after_then = std::mem::replace(self.extracted_mut(), before);
        self.steps(&step.otherwise, &place.key("else"));
        self.extracted_mut().extend(after_then);
    }

    fn choose(&mut self, step: &'a Choose, place: &Place<'a>) {
        self.batch_size(step, place);
        let place = place.key("branches");
        if step.branches.is_empty() {
            self.findings
                .add(&place, "there are no branches to choose from");
        }
        let before = self.extracted_mut().clone();
        let mut after = before.clone();
        for (name, branch) in &step.branches {
            let place = place.key(name).written_at(branch.source.as_ref());
            self.not_empty(name, &place);
            if !(branch.weight.is_finite() && branch.weight > 0.0) {
                let message = format!(
                    "the weight must be a number greater than 0, not `{}`",
                    branch.weight
                );
                self.findings.add(&place.key("weight"), message);
            }
            self.extracted_mut().clone_from(&before);
            for (index, step) in branch.steps.iter().enumerate() {
                self.step(step, &place.key("steps").index(index));
            }
            after.append(self.extracted_mut());
        }
        *self.extracted_mut() = after;
    }

    /// `size` goes with the order `batches`, and that with it.
    fn batch_size(&mut self, step: &Choose, place: &Place<'_>) {
        match (step.order, step.size) {
            (ChooseOrder::Batches, None | Some(0)) => {
                let message = "the order `batches` needs `size`, iterations of a batch";
                self.findings.add(&place.key("size"), message);
            }
            (ChooseOrder::Cycle | ChooseOrder::Random, Some(_)) => {
                let message = "`size` goes with the order `batches` alone";
                self.findings.add(&place.key("size"), message);
            }
            (ChooseOrder::Batches, Some(_)) | (ChooseOrder::Cycle | ChooseOrder::Random, None) => {}
        }
    }

    fn condition(&mut self, when: &'a Condition, place: &Place<'a>) {
        if when.value.as_str().is_empty() {
            self.findings.add(
                &place.key("value"),
                "the value is empty, so there is nothing to compare",
            );
        }
        // Whether a value exists may be asked before anything has extracted it: in the first of several passes it does not.
        let before = self.extracted_mut().clone();
        let anywhere = self
            .scenario
            .as_ref()
            .map(|current| current.anywhere.clone())
            .unwrap_or_default();
        self.extracted_mut().extend(anywhere);
        self.template(&when.value, &place.key("value"));
        *self.extracted_mut() = before;
        for (text, name) in [(&when.equals, "equals"), (&when.not_equals, "not_equals")] {
            if let Some(text) = text {
                self.template(text, &place.key(name));
            }
        }
        if let Some(pattern) = &when.matches {
            self.regex(pattern, &place.key("matches"));
        }
        for (number, name) in [
            (when.greater_than, "greater_than"),
            (when.less_than, "less_than"),
        ] {
            if number.is_some_and(|number| !number.is_finite()) {
                self.findings
                    .add(&place.key(name), "the number must be finite");
            }
        }
    }

    /// Names extracted so far; there always is a scenario while a flow is being checked.
    fn extracted_mut(&mut self) -> &mut BTreeSet<&'a str> {
        &mut self
            .scenario
            .as_mut()
            .expect("steps are checked within a scenario")
            .extracted
    }
}
