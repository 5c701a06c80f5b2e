//! `squall journey …` and `squall scenario …`.

use super::run::run_test;
use crate::TestLoader;
use crate::args::{
    CodeArgs, JourneyArgs, JourneyCommand, JourneyTestArgs, LoadArgs, RunFileArgs, ScenarioArgs,
    ScenarioCommand, StagesArgs,
};
use crate::load::{Directions, Form};

/// Runs one journey.
pub(super) fn journey(command: &JourneyCommand, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    match command {
        JourneyCommand::Test(args) => {
            let JourneyTestArgs {
                journey,
                volume,
                duration,
            } = &**args;
            let mut directions = directions(journey);
            directions.volume = Some(if directions.debugging { 1 } else { *volume });
            let args = run_args(&journey.journey, &journey.code, duration.clone());
            run_test(&args, directions, loader)
        }
        JourneyCommand::Run(journey) => {
            let mut directions = directions(journey);
            directions.once = true;
            let args = run_args(&journey.journey, &journey.code, None);
            run_test(&args, directions, loader)
        }
    }
}

/// Runs a scenario of journeys.
pub(super) fn scenario(command: &ScenarioCommand, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    let ScenarioCommand::Test(args) = command;
    let ScenarioArgs {
        scenario,
        duration,
        code,
    } = &**args;
    let directions = Directions {
        form: Some(Form::Scenario),
        spec: Some(scenario.clone()),
        debugging: code.debugging,
        ..Directions::default()
    };
    run_test(
        &run_args(scenario, code, duration.clone()),
        directions,
        loader,
    )
}

fn directions(args: &JourneyArgs) -> Directions {
    Directions {
        form: Some(Form::Journey),
        spec: Some(args.journey.clone()),
        datapool: args.datapool.clone(),
        debugging: args.code.debugging,
        ..Directions::default()
    }
}

/// Returns what `squall run` would have been told.
fn run_args(spec: &str, code: &CodeArgs, duration: Option<String>) -> RunFileArgs {
    RunFileArgs {
        file: spec.to_owned(),
        set: Vec::new(),
        load: LoadArgs {
            duration,
            ..LoadArgs::default()
        },
        request: code.request.clone(),
        script: code.script.clone(),
        stages: StagesArgs::default(),
        run: code.run.clone(),
        dashboard: code.dashboard.clone(),
    }
}
