use std::collections::BTreeSet;

use super::checked::{CheckedExecute, CheckedKind, CheckedPlan, CheckedScenario, CheckedStage};
use super::checker::{Base, Checker, Current};
use super::flow::{extractions, length};
use super::graph::Graph;
use super::settings::{merge, with_defaults};
use crate::error::PlanErrors;
use crate::model::{Execute, HttpSettings, Plan, Scenario, Stage, Submit};
use crate::place::Place;
use crate::units::Span;

/// The version of the plan format that this crate reads.
const VERSION: u32 = 1;
const DEFAULT_GRACEFUL_STOP: Span = Span::from_secs(1);

impl Plan {
    /// Checks that the parts of the plan fit together, and fills in the defaults.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place and, where that is known, file and line.
    pub fn check(&self) -> Result<CheckedPlan, PlanErrors> {
        let mut checker = Checker::new(&self.data);
        let root = Place::root();
        checker.head(self, &root);
        let graph = checker.graph(&self.stages, &root.key("stages"));
        checker.settings(&self.http, &root.key("http"));
        checker.certificate_pair(&self.http.tls, &self.http.tls, &root.key("http"));
        for (name, pool) in &self.data {
            let place = root.key("data").key(name).written_at(pool.source.as_ref());
            checker.pool(name, pool, &place);
        }
        let stages = checker.stages(self, &graph, &root.key("stages"));
        checker.inline_rows(&stages, &root.key("data"));
        checker.thresholds(self, &root.key("thresholds"));
        let Checker {
            findings,
            data_uses,
            ..
        } = checker;
        findings.into_result()?;
        Ok(CheckedPlan {
            name: self.name.clone(),
            seed: self.seed,
            tags: self.tags.clone(),
            stages,
            data: self.data.clone(),
            thresholds: self.thresholds.clone(),
            data_uses,
        })
    }
}

impl<'a> Checker<'a> {
    fn head(&mut self, plan: &Plan, root: &Place<'a>) {
        if plan.version != VERSION {
            let message = format!("version {} of the plan format is not known", plan.version);
            self.findings.add_with_hint(
                &root.key("version"),
                message,
                format!("write `{VERSION}`"),
            );
        }
        self.not_empty(&plan.name, &root.key("name"));
        for name in plan.tags.keys() {
            self.not_empty(name, &root.key("tags").key(name));
        }
    }

    /// The stages in the order of the graph; without those that are wrong, about which something has been found then.
    fn stages(&mut self, plan: &'a Plan, graph: &Graph, place: &Place<'a>) -> Vec<CheckedStage> {
        // Checked in the order of the plan, so that errors come in that order.
        let mut kinds: Vec<Option<CheckedKind>> = Vec::with_capacity(plan.stages.len());
        for (name, stage) in &plan.stages {
            let place = place.key(name).written_at(stage.source.as_ref());
            kinds.push(self.kind(name, stage, &plan.http, &place));
        }
        let mut places = vec![0; plan.stages.len()];
        let mut stages = Vec::new();
        for &index in &graph.order {
            let written = plan.stages.get_index(index);
            let (Some((name, stage)), Some(kind)) = (written, kinds[index].take()) else {
                continue;
            };
            places[index] = stages.len();
            stages.push(CheckedStage {
                name: name.clone(),
                after: graph.before[index]
                    .iter()
                    .map(|&other| places[other])
                    .collect(),
                kind,
                source: stage.source.clone(),
            });
        }
        stages
    }

    fn kind(
        &mut self,
        name: &'a str,
        stage: &'a Stage,
        http: &'a HttpSettings,
        place: &Place<'a>,
    ) -> Option<CheckedKind> {
        match (&stage.setup, &stage.execute, &stage.analyze, &stage.submit) {
            (Some(_), None, None, None) => Some(CheckedKind::Setup),
            (None, None, Some(_), None) => Some(CheckedKind::Analyze),
            (None, None, None, Some(submit)) => Some(self.submit(submit, &place.key("submit"))),
            (None, Some(execute), None, None) => {
                let execute = self.execute(name, execute, http, &place.key("execute"));
                Some(CheckedKind::Execute(Box::new(execute)))
            }
            _ => {
                let message = format!(
                    "stage `{name}` must have exactly one of `setup`, `execute`, `analyze` and `submit`"
                );
                let hint = "a kind without settings is written `{}`, e.g. `\"setup\": {}`";
                self.findings.add_with_hint(place, message, hint);
                None
            }
        }
    }

    fn submit(&mut self, submit: &Submit, place: &Place<'a>) -> CheckedKind {
        let place = place.key("reporters");
        if submit.reporters.is_empty() {
            self.findings
                .add(&place, "there are no reporters to submit to");
        }
        for (index, reporter) in submit.reporters.iter().enumerate() {
            self.not_empty(&reporter.name, &place.index(index).key("name"));
        }
        CheckedKind::Submit(submit.reporters.clone())
    }

    fn execute(
        &mut self,
        stage: &'a str,
        execute: &'a Execute,
        http: &'a HttpSettings,
        place: &Place<'a>,
    ) -> CheckedExecute {
        let settings = &execute.settings;
        let settings_place = place.key("settings").key("http");
        self.settings(&settings.http, &settings_place);
        let merged = merge(http, &settings.http);
        self.certificate_pair(&settings.http.tls, &merged.tls, &settings_place);
        let base = if merged.base_url.is_some() {
            Base::Given
        } else {
            Base::Missing
        };
        let place = place.key("scenarios");
        if execute.scenarios.is_empty() {
            self.findings
                .add(&place, "there are no scenarios, so nothing would be sent");
        }
        let mut scenarios = Vec::new();
        for (name, scenario) in &execute.scenarios {
            let place = place.key(name).written_at(scenario.source.as_ref());
            self.not_empty(name, &place);
            let anywhere = extractions(&scenario.flow);
            let current = Current {
                stage,
                scenario: name,
                base,
                extracted: BTreeSet::new(),
                anywhere,
                length: length(&scenario.flow),
            };
            self.flow(&scenario.flow, current, &place.key("flow"));
            scenarios.extend(self.scenario(name, scenario, &place));
        }
        let graceful_stop = settings.graceful_stop.unwrap_or(DEFAULT_GRACEFUL_STOP);
        CheckedExecute {
            scenarios,
            graceful_stop,
            must_succeed: settings.must_succeed,
            http: with_defaults(merged),
        }
    }

    fn scenario(
        &mut self,
        name: &str,
        scenario: &Scenario,
        place: &Place<'_>,
    ) -> Option<CheckedScenario> {
        let load = self.load(&scenario.load, &place.key("load"))?;
        Some(CheckedScenario {
            name: name.to_owned(),
            load,
            flow: scenario.flow.clone(),
            source: scenario.source.clone(),
        })
    }

    fn thresholds(&mut self, plan: &'a Plan, place: &Place<'a>) {
        for (index, threshold) in plan.thresholds.iter().enumerate() {
            if threshold.rule.trim().is_empty() {
                let place = place.index(index).written_at(threshold.source.as_ref());
                let hint = "write one like `p99(response_time) < 200ms`";
                self.findings
                    .add_with_hint(&place.key("rule"), "the rule is empty", hint);
            }
        }
    }
}
