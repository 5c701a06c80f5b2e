//! `squall check`.

use squall_plan::{CheckedBatches, CheckedKind, CheckedLoad, CheckedPlan, IterationTotal, Span};
use squall_run::connections::{self, Reached};
use squall_run::{PreparedRun, RunOptions, Targets, prepare};
use squall_view::listing::{Fact, Tone, facts};

use super::refuse;
use crate::args::CheckArgs;
use crate::execute::count_interrupts;
use crate::load::{Overrides, load};
use crate::log::RunLog;
use crate::{TestLoader, exit, output, reporters};

/// Checks a test as `squall run` would, and sends nothing.
pub(super) fn check(args: &CheckArgs, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    if let Some(level) = args.log_level {
        RunLog::install(Some(level)).write_to_parent();
    }
    let file = &args.file;
    let checked = Overrides::of_file(&file.set, &file.config).and_then(|overrides| {
        let mut test = load(file, &overrides, loader)?;
        reporters::complete(&mut test.plan);
        let options = RunOptions {
            base_dir: test.base_dir.clone(),
            scripts: test.scripts(loader),
            reporters: loader.reporters(),
            targets: Targets::LeftAlone,
            ..RunOptions::default()
        };
        prepare(&test.plan, options)
            .and_then(|prepared| Ok((test.plan.check()?, prepared)))
            .map_err(|errors| test.place.of(errors))
    });
    match checked {
        Ok((plan, prepared)) => {
            output::print(&format!("{} is good: {}\n", file.file, describe(&plan)));
            if args.connect {
                return connect(&prepared);
            }
            Ok(exit::PASSED)
        }
        Err(errors) => Ok(refuse(&errors)),
    }
}

/// Connects to each target, and says what came of it.
fn connect(prepared: &PreparedRun) -> anyhow::Result<u8> {
    let interrupts = count_interrupts()?;
    let Some(reached) = connections::connect(prepared, 0, Some(&interrupts))? else {
        return Ok(exit::INTERRUPTED);
    };
    let told: Vec<Fact> = reached.iter().map(told).collect();
    output::print(&facts(&told, output::columns(), output::theme()));
    let errors = connections::unreachable(&reached);
    if errors.0.is_empty() {
        return Ok(exit::PASSED);
    }
    Ok(refuse(&errors))
}

fn told(reached: &Reached) -> Fact {
    let label = format!("{} · {}", reached.stage, reached.origin);
    match &reached.outcome {
        Ok(connection) => {
            let tls = connection.tls.as_ref().map(|tls| format!(", {tls}"));
            let text = format!(
                "connected to {} in {:.1} ms{}",
                connection.address,
                connection.took_ms,
                tls.unwrap_or_default()
            );
            Fact::toned(&label, text, Tone::Good)
        }
        Err(failure) => Fact::toned(&label, &failure.message, Tone::Bad),
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
