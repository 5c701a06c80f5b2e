//! `squall check`.

use squall_plan::{CheckedBatches, CheckedKind, CheckedLoad, CheckedPlan, IterationTotal, Span};
use squall_run::{RunOptions, prepare};

use super::refuse;
use crate::args::FileArgs;
use crate::load::{Overrides, load};
use crate::{TestLoader, exit, output};

/// Checks a test as `squall run` would, and sends nothing.
pub(super) fn check(args: &FileArgs, loader: &dyn TestLoader) -> u8 {
    let checked = Overrides::of_file(&args.set, &args.config).and_then(|overrides| {
        let test = load(args, &overrides, loader)?;
        let options = RunOptions {
            base_dir: test.base_dir.clone(),
            scripts: test.scripts(loader),
            reporters: loader.reporters(),
            ..RunOptions::default()
        };
        prepare(&test.plan, options)
            .and_then(|_| test.plan.check())
            .map_err(|errors| test.place.of(errors))
    });
    match checked {
        Ok(plan) => {
            output::print(&format!("{} is good: {}\n", args.file, describe(&plan)));
            exit::PASSED
        }
        Err(errors) => refuse(&errors),
    }
}

fn describe(plan: &CheckedPlan) -> String {
    let stages: Vec<String> = plan
        .stages
        .iter()
        .map(|stage| match &stage.kind {
            CheckedKind::Execute(execute) => {
                let loads = execute
                    .scenarios
                    .iter()
                    .map(|scenario| describe_load(&scenario.load));
                format!("{} ({})", stage.name, loads.collect::<Vec<_>>().join(", "))
            }
            _ => stage.name.clone(),
        })
        .collect();
    stages.join(" → ")
}

/// Loads that only Ctrl-C ends are written as ten years.
fn lasting(duration: Span) -> String {
    const ENDLESS: Span = Span::from_secs(3650 * 86_400);
    if duration >= ENDLESS {
        "until Ctrl-C".to_owned()
    } else {
        format!("for {duration}")
    }
}

fn describe_load(load: &CheckedLoad) -> String {
    match load {
        CheckedLoad::Closed { .. } => {
            format!("{} users {}", load.peak_users(), lasting(load.duration()))
        }
        CheckedLoad::Open {
            start_rate, ramps, ..
        } => {
            let peak = ramps
                .iter()
                .fold(*start_rate, |peak, ramp| peak.max(ramp.target));
            format!("{peak} iterations/s {}", lasting(load.duration()))
        }
        CheckedLoad::Iterations { users, total, .. } => match total {
            IterationTotal::Shared(total) => {
                format!("{total} iterations by {users} users")
            }
            IterationTotal::PerUser(each) => {
                format!("{each} iterations by each of {users} users")
            }
        },
        CheckedLoad::Volume {
            entry, duration, ..
        } => match duration {
            Some(duration) => format!("as many users as `{entry}` says, for {duration}"),
            None => format!("as many users as `{entry}` says"),
        },
        CheckedLoad::Batches { batches, .. } => describe_batches(*batches, load.duration()),
        CheckedLoad::Completions {
            per_batch,
            interval,
            ..
        } => format!(
            "{per_batch} iterations that end in each {interval} {}",
            lasting(load.duration())
        ),
        CheckedLoad::Eager { .. } => {
            format!(
                "as many iterations at once as fit {}",
                lasting(load.duration())
            )
        }
        CheckedLoad::Arrivals {
            entry, duration, ..
        } => match duration {
            Some(duration) => format!("as many iterations as `{entry}` says, for {duration}"),
            None => format!("as many iterations as `{entry}` says"),
        },
    }
}

fn describe_batches(batches: CheckedBatches, duration: Span) -> String {
    let size = if batches.first == batches.size {
        format!("batches of {}", batches.size)
    } else {
        format!(
            "batches of {}, then {} more each up to {}",
            batches.first, batches.step, batches.size
        )
    };
    let gap = if batches.gap.is_zero() {
        String::new()
    } else {
        format!(", one iteration every {}", batches.gap)
    };
    let wait = match batches.interval_step {
        Some(step) => format!(
            "{step} apart, then {step} more each up to {}",
            batches.interval
        ),
        None => format!("{} apart", batches.interval),
    };
    format!("{size} {wait}{gap}, {}", lasting(duration))
}
