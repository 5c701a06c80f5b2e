//! Rules and reporters that were typed, beside those of the test.

use squall_plan::{Plan, PlanError, PlanErrors, Threshold};

use crate::args::RunArgs;
use crate::reporters;

/// What of a plan was typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    /// How many of its rules: the last ones.
    rules: usize,
    /// The stage of reporters.
    stage: Option<String>,
    /// Where each of them was asked for.
    origins: Vec<String>,
}

impl Typed {
    /// Adds the rules and reporters that were typed, and what is measured.
    pub(crate) fn add(plan: &mut Plan, args: &RunArgs) -> Result<Self, PlanErrors> {
        let typed = args.threshold.iter().map(|rule| Threshold {
            rule: rule.clone(),
            source: None,
        });
        plan.thresholds.extend(typed);
        if args.measure.is_some() {
            plan.measure.clone_from(&args.measure);
        }
        reporters::complete(plan);
        let wanted = reporters::wanted(&args.results.outs).map_err(PlanErrors)?;
        Ok(Self {
            rules: args.threshold.len(),
            stage: reporters::add(plan, &wanted),
            origins: wanted.into_iter().map(|wanted| wanted.origin).collect(),
        })
    }

    /// Says of errors about what was typed that it was typed.
    pub(crate) fn of(&self, plan: &Plan, args: &RunArgs, errors: PlanErrors) -> PlanErrors {
        let first = plan.thresholds.len().saturating_sub(self.rules);
        let option = |path: &str| {
            if path == "measure" && args.measure.is_some() {
                return Some("--measure");
            }
            if let Some(origin) = self.reporter(path) {
                return Some(origin);
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

    /// Returns where the reporter was asked for that an error is about.
    fn reporter(&self, path: &str) -> Option<&str> {
        let place = format!("stages.{}.submit.reporters[", self.stage.as_ref()?);
        let index = path.strip_prefix(&place)?.split(']').next()?;
        let origin = self.origins.get(index.parse::<usize>().ok()?)?;
        Some(origin)
    }
}
