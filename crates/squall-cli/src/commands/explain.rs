//! `squall explain`.

use serde_json::{Value, json};
use squall_plan::{Flow, PlanErrors, Step};
use squall_view::explain::{Mode, Row};

use super::refuse;
use crate::args::{ExplainArgs, Format};
use crate::load::{self, LoadedTest, Overrides};
use crate::{TestLoader, exit, output};

/// Shows what of a test is compiled and what is not.
pub(super) fn explain(args: &ExplainArgs, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    let explained = Overrides::of_file(&args.file.set, &args.file.config)
        .and_then(|sets| load::explain(&args.file, &sets, loader));
    let explained = match explained {
        Ok(explained) => explained,
        Err(errors) => return Ok(refuse(&errors)),
    };
    let rows = match &explained.test {
        Ok(test) if explained.rows.is_empty() => plan_rows(test),
        _ => explained.rows,
    };
    if let Err(errors) = &explained.test
        && rows.is_empty()
    {
        return Ok(refuse(errors));
    }
    if args.format == Format::Json {
        let plan = explained.test.as_ref().ok().map(|test| &test.plan);
        let rows = rows.iter().map(json_row).collect::<Vec<_>>();
        let document = json!({"explain": rows, "stages": explained.told, "plan": plan});
        output::print(&format!("{}\n", serde_json::to_string_pretty(&document)?));
    } else {
        let (columns, theme) = (output::columns(), output::theme());
        if !explained.stages.is_empty() {
            let stages = squall_view::explain::render_stages(&explained.stages, columns, theme);
            output::print(&format!("{stages}\n"));
        }
        output::print(&squall_view::explain::render(&rows, columns, theme));
    }
    Ok(
        match explained.test.and_then(|test| {
            let checked = test.plan.check();
            checked.map_err(|errors| test.place.of(errors))
        }) {
            Ok(_) => exit::PASSED,
            Err(errors) => refuse_unless_python(&errors, &rows),
        },
    )
}

fn json_row(row: &Row) -> Value {
    let mode = match row.mode {
        Mode::Compiled => "compiled",
        Mode::Python => "python",
    };
    json!({"stage": row.stage, "action": row.action, "mode": mode, "reason": row.reason, "place": row.place, "hint": row.hint})
}

/// Errors that only repeat what the table has said need no second telling; the code is the same.
fn refuse_unless_python(errors: &PlanErrors, rows: &[Row]) -> u8 {
    let python = rows.iter().filter(|row| row.mode == Mode::Python).count();
    if errors.0.len() > python {
        refuse(errors)
    } else {
        exit::PLAN
    }
}

/// A plan that was written by hand is compiled as a whole.
fn plan_rows(test: &LoadedTest) -> Vec<Row> {
    let mut rows = Vec::new();
    for (stage, written) in &test.plan.stages {
        let scenarios = written
            .execute
            .iter()
            .flat_map(|execute| &execute.scenarios);
        for (scenario, written) in scenarios {
            rows.push(Row {
                stage: stage.clone(),
                action: scenario.clone(),
                mode: Mode::Compiled,
                reason: Some(match requests(&written.flow) {
                    1 => "1 request per iteration".to_owned(),
                    most => format!("{most} requests per iteration at most"),
                }),
                place: None,
                hint: None,
            });
        }
    }
    rows
}

fn requests(flow: &Flow) -> u64 {
    flow.iter()
        .map(|step| match step {
            Step::Http(_) => 1,
            Step::Pause(_) | Step::Script(_) => 0,
            Step::Loop(repeat) => u64::from(repeat.times) * requests(&repeat.steps),
            Step::If(condition) => requests(&condition.then).max(requests(&condition.otherwise)),
            Step::Choose(choose) => choose
                .branches
                .values()
                .map(|branch| requests(&branch.steps))
                .max()
                .unwrap_or(0),
            Step::Group(group) => requests(&group.steps),
        })
        .sum()
}
