//! Rules that were typed, beside those of the test.

use squall_plan::{Plan, PlanError, PlanErrors, Threshold};

use crate::args::RunArgs;

/// How many rules of a plan were typed: its last ones.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Typed(usize);

impl Typed {
    /// Adds the rules that were typed, and what is measured.
    pub(crate) fn add(plan: &mut Plan, args: &RunArgs) -> Self {
        let typed = args.threshold.iter().map(|rule| Threshold {
            rule: rule.clone(),
            source: None,
        });
        plan.thresholds.extend(typed);
        if args.measure.is_some() {
            plan.measure.clone_from(&args.measure);
        }
        Self(args.threshold.len())
    }

    /// Says of errors about typed rules that they were typed.
    pub(crate) fn of(self, plan: &Plan, args: &RunArgs, errors: PlanErrors) -> PlanErrors {
        let first = plan.thresholds.len().saturating_sub(self.0);
        let option = |path: &str| {
            if path == "measure" && args.measure.is_some() {
                return Some("--measure");
            }
            let index = path.strip_prefix("thresholds[")?.split(']').next()?;
            let index: usize = index.parse().ok()?;
            (index >= first).then_some("--threshold")
        };
        let errors = errors.0.into_iter().map(|error| match option(&error.path) {
            Some(typed) => PlanError::new(typed, error.message).with_hint(error.hint),
            None => error,
        });
        PlanErrors(errors.collect())
    }
}
