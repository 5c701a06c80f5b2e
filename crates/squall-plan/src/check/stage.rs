//! What each stage is, with its settings.

use indexmap::IndexMap;
use std::collections::BTreeSet;

use super::CheckedLoad;
use super::checked::{
    CheckedExecute, CheckedHttp, CheckedKind, CheckedScenario, CheckedStage, CheckedSubmit, HOOKS,
    IterationTotal, UNLIMITED,
};
use super::checker::{Base, Checker, Current, Length};
use super::flow::{extractions, length};
use super::graph::Graph;
use super::settings::{merge, with_defaults};
use crate::model::{
    Execute, ExecuteSettings, Hooks, HttpSettings, Plan, Priority, Scenario, Script, Stage,
    StageKind, Step, Submit,
};
use crate::place::Place;
use crate::units::Span;

const DEFAULT_GRACEFUL_STOP: Span = Span::from_secs(1);
const ALL_KINDS: &str = "`setup`, `execute`, `analyze`, `submit`, `act`, `validate`, `checkpoint`, `teardown` and `wait`";

impl<'a> Checker<'a> {
    /// The stages in the order of the graph; without those that are wrong, about which something has been found then.
    pub(super) fn stages(
        &mut self,
        plan: &'a Plan,
        graph: &Graph,
        place: &Place<'a>,
    ) -> Vec<CheckedStage> {
        // Checked in the order of the plan, so that errors come in that order.
        let mut kinds: Vec<Option<CheckedKind>> = Vec::with_capacity(plan.stages.len());
        let mut hooks = Vec::with_capacity(plan.stages.len());
        for (name, stage) in &plan.stages {
            let place = place.key(name).written_at(stage.source.as_ref());
            kinds.push(self.kind(name, stage, &plan.http, &place));
            hooks.push(self.hooks(name, stage, &plan.http, &place));
            self.above_zero(stage.timeout, &place.key("timeout"));
        }
        let mut places = vec![0; plan.stages.len()];
        let mut stages = Vec::new();
        for &index in &graph.order {
            let written = plan.stages.get_index(index);
            let (Some((name, stage)), Some(kind)) = (written, kinds[index].take()) else {
                continue;
            };
            places[index] = stages.len();
            let hooks = hooks[index].take();
            stages.push(CheckedStage {
                name: name.clone(),
                after: graph.before[index]
                    .iter()
                    .map(|&other| places[other])
                    .collect(),
                kind,
                hooks,
                timeout: stage.timeout,
                retries: stage.retries,
                priority: stage.priority,
                skip: stage.skip,
                added: stage.added,
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
        let kinds = stage.kinds();
        let [kind] = kinds[..] else {
            let message = format!("stage `{name}` must have exactly one of {ALL_KINDS}");
            let hint = "a kind without settings is written `{}`, e.g. `\"setup\": {}`";
            self.findings.add_with_hint(place, message, hint);
            return None;
        };
        Some(match kind {
            StageKind::Setup => CheckedKind::Setup,
            StageKind::Analyze => CheckedKind::Analyze,
            StageKind::Act => CheckedKind::Act,
            StageKind::Validate => CheckedKind::Validate,
            StageKind::Checkpoint => CheckedKind::Checkpoint,
            StageKind::Teardown => CheckedKind::Teardown,
            StageKind::Wait => CheckedKind::Wait,
            StageKind::Submit => self.submit(stage.submit.as_ref()?, &place.key("submit")),
            StageKind::Execute => {
                let place = place.key("execute");
                let mut execute = self.execute(name, stage.execute.as_ref()?, http, &place);
                execute.priority = stage.priority;
                CheckedKind::Execute(Box::new(execute))
            }
        })
    }

    fn submit(&mut self, submit: &Submit, place: &Place<'a>) -> CheckedKind {
        let place = place.key("reporters");
        for (index, reporter) in submit.reporters.iter().enumerate() {
            self.not_empty(&reporter.name, &place.index(index).key("name"));
        }
        CheckedKind::Submit(CheckedSubmit {
            reporters: submit.reporters.clone(),
            stream: submit.stream,
        })
    }

    /// The hooks of a stage as a load: one user that runs their script once.
    fn hooks(
        &mut self,
        stage: &'a str,
        written: &'a Stage,
        http: &'a HttpSettings,
        place: &Place<'a>,
    ) -> Option<Box<CheckedExecute>> {
        let hooks = written.hooks.as_ref()?;
        let place = place.key("hooks").written_at(hooks.source.as_ref());
        self.not_empty(&hooks.entry, &place.key("entry"));
        self.scenario = Some(Current {
            stage,
            scenario: HOOKS,
            base: Base::Given,
            extracted: BTreeSet::new(),
            anywhere: BTreeSet::new(),
            length: Length::OneScript,
        });
        for (index, pool) in hooks.pools.iter().enumerate() {
            self.data(pool, None, &place.key("pools").index(index));
        }
        self.scenario = None;
        let (settings, _) = self.settings_of(&hooks.settings, http, &place.key("settings"));
        Some(Box::new(CheckedExecute {
            scenarios: vec![hook_scenario(hooks)],
            graceful_stop: hooks.settings.graceful_stop.unwrap_or(Span::ZERO),
            outlasts_stop: written.teardown.is_some(),
            must_succeed: false,
            priority: Priority::default(),
            http: settings,
        }))
    }

    fn execute(
        &mut self,
        stage: &'a str,
        execute: &'a Execute,
        http: &'a HttpSettings,
        place: &Place<'a>,
    ) -> CheckedExecute {
        let settings = &execute.settings;
        let (http, base) = self.settings_of(settings, http, &place.key("settings"));
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
            outlasts_stop: false,
            must_succeed: settings.must_succeed,
            priority: Priority::default(),
            http,
        }
    }

    /// The HTTP settings of a stage over those of the plan, and whether there is a base URL.
    fn settings_of(
        &mut self,
        settings: &'a ExecuteSettings,
        http: &'a HttpSettings,
        place: &Place<'a>,
    ) -> (CheckedHttp, Base) {
        let place = place.key("http");
        self.settings(&settings.http, &place);
        let merged = merge(http, &settings.http);
        self.certificate_pair(&settings.http.tls, &merged.tls, &place);
        let base = if merged.base_url.is_some() {
            Base::Given
        } else {
            Base::Missing
        };
        (with_defaults(merged), base)
    }

    fn scenario(
        &mut self,
        name: &str,
        scenario: &Scenario,
        place: &Place<'_>,
    ) -> Option<CheckedScenario> {
        self.tags(&scenario.tags, &place.key("tags"));
        let load = self.load(&scenario.load, &place.key("load"))?;
        Some(CheckedScenario {
            name: name.to_owned(),
            load,
            flow: scenario.flow.clone(),
            tags: scenario.tags.clone(),
            source: scenario.source.clone(),
        })
    }
}

/// The one iteration of hooks; how long it may take is up to the stage's `timeout`.
fn hook_scenario(hooks: &Hooks) -> CheckedScenario {
    let script = Script {
        entry: hooks.entry.clone(),
        name: Some(HOOKS.to_owned()),
        pools: hooks.pools.clone(),
        source: hooks.source.clone(),
        ..Script::default()
    };
    CheckedScenario {
        name: HOOKS.to_owned(),
        load: CheckedLoad::Iterations {
            users: 1,
            total: IterationTotal::Shared(1),
            max_duration: UNLIMITED,
            pacing: None,
            pause: None,
        },
        flow: vec![Step::Script(Box::new(script))],
        tags: IndexMap::new(),
        source: hooks.source.clone(),
    }
}
