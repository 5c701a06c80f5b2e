//! `squall new`: starter tests.

use std::fs;

use anyhow::Context as _;
use squall_plan::PlanError;

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
