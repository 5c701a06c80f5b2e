//! `squall debug`.

use super::refuse;
use super::run::{in_this_process, load_test, options, prepare_test};
use crate::TestLoader;
use crate::args::{
    DashboardArgs, DebugArgs, LoadArgs, RunArgs, RunFileArgs, ScriptArgs, StagesArgs,
};
use crate::exchange::{Detail, Length, Secrets};
use crate::execute::{self, Shown};
use crate::load::{Directions, Form, one_iteration};

/// Does one iteration of each scenario, and shows its requests and answers.
pub(super) fn run(args: &DebugArgs, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    let run_args = run_args(args);
    // Only journeys have a data pool beside them.
    let form = args.datapool.as_ref().map(|_| Form::Journey);
    let directions = Directions {
        form,
        spec: form.map(|_| args.file.clone()),
        datapool: args.datapool.clone(),
        debugging: true,
        ..Directions::default()
    };
    let mut shown = Shown::of_run(&run_args.run, None)
        .for_debugger()
        .with_exchanges(detail(args))?;
    let prepared = load_test(&run_args, directions, loader).and_then(|mut test| {
        one_iteration(&mut test.plan);
        let mut options = options(&run_args, &test, loader);
        in_this_process(&mut options);
        shown.connect(&mut options);
        prepare_test(&test, options)
    });
    match prepared {
        Ok(prepared) => execute::execute(prepared, &shown),
        Err(errors) => Ok(refuse(&errors)),
    }
}

fn detail(args: &DebugArgs) -> Detail {
    Detail {
        bodies: if args.full {
            Length::Full
        } else {
            Length::Short
        },
        secrets: if args.show_secrets {
            Secrets::Shown
        } else {
            Secrets::Hidden
        },
    }
}

/// Returns what `squall run` would have been told.
fn run_args(args: &DebugArgs) -> RunFileArgs {
    RunFileArgs {
        file: args.file.clone(),
        set: args.set.clone(),
        // For what the file leaves open; what it says is replaced later on.
        load: LoadArgs {
            duration: Some("1s".to_owned()),
            untyped: vec!["duration".to_owned()],
            ..LoadArgs::default()
        },
        request: args.request.clone(),
        script: ScriptArgs {
            config: args.config.clone(),
            ..ScriptArgs::default()
        },
        stages: StagesArgs::default(),
        run: RunArgs {
            seed: args.seed,
            runs_dir: args.runs_dir.clone(),
            ..RunArgs::default()
        },
        dashboard: DashboardArgs::default(),
    }
}
