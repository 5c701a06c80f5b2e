//! `squall new`: starter tests.

use std::fs;

use anyhow::Context as _;
use serde_json::json;
use squall_plan::{Plan, PlanError, PlanErrors};

use super::refuse;
use crate::args::NewArgs;
use crate::{exit, output};

const GRAPH: &str = include_str!("../templates/graph.py.txt");
const PLAN: &str = include_str!("../templates/plan.yaml.txt");
const PLAN_JSON: &str = include_str!("../templates/plan.json.txt");

/// Writes a starter test.
pub(super) fn run(args: &NewArgs) -> anyhow::Result<u8> {
    let shown = args.path.display();
    let extension = args
        .path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    let template = match extension {
        "py" => GRAPH,
        "yaml" | "yml" => PLAN,
        "json" => PLAN_JSON,
        _ => {
            let error = PlanError::new(
                "",
                format!("`{shown}` ends in none of `.py`, `.yaml`, `.json`"),
            );
            return Ok(refuse(&error.into()));
        }
    };
    if args.path.exists() && !args.force {
        let error = PlanError::new("", format!("`{shown}` exists already"));
        let hint = "choose another name, or replace it with `--force`".to_owned();
        return Ok(refuse(&error.with_hint(hint).into()));
    }
    if let Err(errors) = check_url(&args.url) {
        return Ok(refuse(&errors));
    }
    if let Some(folder) = args.path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create `{}`", folder.display()))?;
    }
    let (upper, lower) = (args.reporter.to_uppercase(), args.reporter.to_lowercase());
    let text = template
        .replace("@URL@", args.url.trim_end_matches('/'))
        .replace("@REPORTER@", &upper)
        .replace("@reporter@", &lower);
    fs::write(&args.path, text).with_context(|| format!("cannot write `{shown}`"))?;
    output::print(&format!(
        "wrote {shown}; run it with `squall run {shown}`\n"
    ));
    Ok(exit::PASSED)
}

/// Checks a URL as the `base_url` that it becomes.
fn check_url(url: &str) -> Result<(), PlanErrors> {
    let at_option = |error: PlanError| PlanError::new("--url", error.message).with_hint(error.hint);
    if url.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\\')) {
        let error = PlanError::new("--url", format!("`{url}` is not a URL"));
        let hint = "write blanks, quotation marks and backslashes in percent-encoding";
        return Err(error.with_hint(hint.to_owned()).into());
    }
    let plan = json!({
        "version": 1,
        "name": "starter",
        "http": {"base_url": url},
        "stages": {"load": {"execute": {"scenarios": {"visit": {
            "load": {"iterations": {"users": 1, "shared": 1}},
            "flow": [{"http": {"url": "/"}}],
        }}}}},
    });
    Plan::from_value(plan)
        .and_then(|plan| plan.check().map(drop))
        .map_err(|errors| PlanErrors(errors.0.into_iter().map(at_option).collect()))
}
