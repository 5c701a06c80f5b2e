//! What a run is compared with at its end.

use squall_compare::{
    Care, CompareSettings, Gate, Limit, StoredRun, compare, judge, plan_differences,
};
use squall_plan::{Plan, PlanError, PlanErrors};
use squall_run::FinishedRun;
use squall_view::comparison;

use crate::args::RunArgs;
use crate::{exit, output, stored};

/// A stored run, and how much worse the new one may be.
#[derive(Debug)]
pub(crate) struct Baseline {
    run: StoredRun,
    limits: Vec<Limit>,
}

impl Baseline {
    /// Reads what the options say, before any load; nothing where they say nothing.
    ///
    /// # Errors
    /// There is no such run, it had another plan, or a limit is wrong: all at once.
    pub(crate) fn read(args: &RunArgs, plan: &Plan) -> Result<Option<Self>, PlanErrors> {
        let Some(typed) = &args.baseline else {
            return Ok(None);
        };
        let mut errors = Vec::new();
        let mut limits = Vec::new();
        for text in &args.fail_on_regression {
            match text.parse::<Limit>() {
                Ok(limit) => limits.push(limit),
                Err(error) => {
                    let wrong = PlanError::new("--fail-on-regression", error.to_string());
                    errors.push(wrong.with_hint(error.hint().to_owned()));
                }
            }
        }
        match stored::find(&args.runs_dir, typed) {
            Ok(run) if errors.is_empty() => {
                if !limits.is_empty() {
                    same_plan(&run, plan)?;
                }
                Ok(Some(Self { run, limits }))
            }
            Ok(_) => Err(PlanErrors(errors)),
            Err(error) => {
                errors.push(stored::told("--baseline", &error));
                Err(PlanErrors(errors))
            }
        }
    }

    /// Shows how the run compares, and returns what it exits with: a run that passed fails where it is shown to be worse than it may be,
    /// and is as good as invalid where that cannot be told.
    pub(crate) fn judge(
        &self,
        finished: &FinishedRun,
        args: &RunArgs,
        code: u8,
    ) -> anyhow::Result<u8> {
        let run = stored::read(&finished.directory)?;
        let settings = CompareSettings::default();
        if !args.quiet {
            let compared = compare(&self.run, &[&run], &settings);
            let (columns, theme) = (output::columns(), output::theme());
            output::print(&format!(
                "\n{}",
                comparison::render(&compared, columns, theme)
            ));
        }
        if self.limits.is_empty() {
            return Ok(code);
        }
        let judged = (settings.confidence, Care::Strict);
        let gate = judge(&self.run, &run, &self.limits, judged);
        tell(&gate, args);
        Ok(match code {
            exit::PASSED if gate.is_exceeded() => exit::FAILED,
            exit::PASSED if !gate.passes() => exit::INVALID,
            code => code,
        })
    }
}

/// A gate that cannot have an answer is told before the load, not after it.
fn same_plan(run: &StoredRun, plan: &Plan) -> Result<(), PlanErrors> {
    // What is a plan is a JSON document.
    let plan = serde_json::to_value(plan).unwrap_or_default();
    let differences = plan_differences(&run.plan, &plan);
    if differences.is_empty() {
        return Ok(());
    }
    let id = &run.summary.run.id;
    let message = format!(
        "run `{id}` had another plan than this test: {}",
        differences.join(", ")
    );
    let hint =
        "store a new baseline with the test as it is now, or leave `--fail-on-regression` out";
    Err(PlanError::new("--baseline", message)
        .with_hint(hint.to_owned())
        .into())
}

fn tell(gate: &Gate, args: &RunArgs) {
    if !args.quiet {
        let (columns, theme) = (output::columns(), output::theme());
        output::print(&format!(
            "\n{}",
            comparison::render_gate(gate, columns, theme)
        ));
        return;
    }
    for reason in gate.reasons() {
        output::error(&format!("error: {reason}"));
    }
}
