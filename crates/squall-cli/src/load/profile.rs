//! The load profile that options ask for.

use squall_plan::{
    ClosedLoad, IterationLoad, LoadProfile, OpenLoad, Pause, PlanError, PlanErrors, Ramps, Rate,
    Spacing, Span,
};

use crate::args::LoadArgs;

/// Users of a load for which nothing is said.
const DEFAULT_USERS: u32 = 10;
/// Length of a load for which nothing is said.
const DEFAULT_DURATION: Span = Span::from_secs(10);

/// Returns the load that the options ask for, or `None` where they ask for none.
pub(crate) fn load_profile(args: &LoadArgs) -> Result<Option<LoadProfile>, PlanErrors> {
    let mut errors = Vec::new();
    let rate: Option<Rate> = parse("--rate", args.rate.as_deref(), &mut errors);
    let duration: Option<Span> = parse("--duration", args.duration.as_deref(), &mut errors);
    let pause: Option<Pause> = parse("--pause", args.pause.as_deref(), &mut errors);
    let ramps = args.stages.clone().map(Ramps::Text);
    if let Some(Err(error)) = ramps.as_ref().map(Ramps::parse) {
        errors.push(wrong("--stages", &error.to_string()));
    }
    if ramps.is_some() && args.iterations.is_some() {
        errors.push(wrong(
            "--iterations",
            "ramps last as long as they last; leave out `--stages` or `--iterations`",
        ));
    }
    if args.poisson && rate.is_none() && errors.is_empty() {
        errors.push(wrong(
            "--poisson",
            "only iterations of a `--rate` are spaced",
        ));
    }
    if !errors.is_empty() {
        return Err(PlanErrors(errors));
    }
    let asked = args.users.is_some()
        || rate.is_some()
        || duration.is_some()
        || ramps.is_some()
        || args.iterations.is_some();
    if !asked {
        return Ok(None);
    }
    Ok(Some(match (rate, args.iterations) {
        (Some(rate), iterations) => open(args, rate, duration, iterations, ramps),
        (None, Some(shared)) => LoadProfile::Iterations(IterationLoad {
            users: args.users.unwrap_or(DEFAULT_USERS),
            shared: Some(shared),
            max_duration: duration,
            pause,
            ..IterationLoad::default()
        }),
        (None, None) => closed(args, duration, ramps, pause),
    }))
}

/// The load for which nothing is said.
pub(crate) fn default_profile(args: &LoadArgs, pause: Option<Pause>) -> LoadProfile {
    closed(args, None, None, pause)
}

fn closed(
    args: &LoadArgs,
    duration: Option<Span>,
    stages: Option<Ramps>,
    pause: Option<Pause>,
) -> LoadProfile {
    LoadProfile::Closed(ClosedLoad {
        // Ramps start from nobody unless told otherwise.
        users: args.users.or(stages.is_none().then_some(DEFAULT_USERS)),
        duration: duration.or(stages.is_none().then_some(DEFAULT_DURATION)),
        stages,
        pause,
        ..ClosedLoad::default()
    })
}

fn open(
    args: &LoadArgs,
    rate: Rate,
    duration: Option<Span>,
    iterations: Option<u64>,
    stages: Option<Ramps>,
) -> LoadProfile {
    let for_iterations =
        iterations.and_then(|n| Span::from_secs_f64(n as f64 / rate.as_per_second()));
    let duration = match (duration, for_iterations) {
        (Some(duration), Some(other)) => Some(duration.min(other)),
        (duration, other) => duration.or(other),
    };
    LoadProfile::Open(OpenLoad {
        rate: Some(rate),
        duration: duration.or(stages.is_none().then_some(DEFAULT_DURATION)),
        stages,
        spacing: if args.poisson {
            Spacing::Poisson
        } else {
            Spacing::Even
        },
        max_users: args.users,
        max_wait: None,
    })
}

/// Reads the text of an option as the plan would read it.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(
    option: &str,
    text: Option<&str>,
    errors: &mut Vec<PlanError>,
) -> Option<T> {
    let text = text?;
    match serde_json::from_value(serde_json::Value::from(text)) {
        Ok(value) => Some(value),
        Err(error) => {
            errors.push(wrong(option, &error.to_string()));
            None
        }
    }
}

pub(crate) fn wrong(option: &str, message: &str) -> PlanError {
    PlanError::new(option, message)
}
