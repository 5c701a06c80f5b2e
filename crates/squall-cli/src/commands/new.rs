//! `squall new`: starter tests.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::json;
use squall_plan::{Plan, PlanError, PlanErrors};

use super::refuse;
use crate::args::{NewArgs, TestKind};
use crate::{exit, output};

const GRAPH: &str = include_str!("../templates/graph.py.txt");
const JOURNEY: &str = include_str!("../templates/journey.py.txt");
const TEST_CASE: &str = include_str!("../templates/testcase.py.txt");
const REPEAT: &str = include_str!("../templates/repeat.py.txt");
const PLAN: &str = include_str!("../templates/plan.yaml.txt");
const PLAN_JSON: &str = include_str!("../templates/plan.json.txt");

/// Writes a starter test.
pub(super) fn run(args: &NewArgs) -> anyhow::Result<u8> {
    let shown = args.path.display();
    let template = match template(args) {
        Ok(template) => template,
        Err(errors) => return Ok(refuse(&errors)),
    };
    let reporter = args.reporter.as_deref().unwrap_or("json");
    let (upper, lower) = (reporter.to_uppercase(), reporter.to_lowercase());
    let text = template
        .replace("@URL@", args.url.trim_end_matches('/'))
        .replace("@REPORTER@", &upper)
        .replace("@reporter@", &lower);
    let starter = Starter {
        path: &args.path,
        url: &args.url,
        force: args.force,
    };
    if let Err(errors) = starter.write(&text)? {
        return Ok(refuse(&errors));
    }
    let command = match args.kind {
        TestKind::Repeat => "python",
        TestKind::Graph | TestKind::Journey | TestKind::Testcase => "squall run",
    };
    output::print(&format!("wrote {shown}; run it with `{command} {shown}`\n"));
    Ok(exit::PASSED)
}

/// Where a starter goes, and which URL it loads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Starter<'a> {
    pub(super) path: &'a Path,
    pub(super) url: &'a str,
    /// It may replace a file.
    pub(super) force: bool,
}

impl Starter<'_> {
    /// Writes it, unless its URL is wrong or the file exists and may not be replaced.
    pub(super) fn write(&self, text: &str) -> anyhow::Result<Result<(), PlanErrors>> {
        let shown = self.path.display();
        if self.path.exists() && !self.force {
            let error = PlanError::new("", format!("`{shown}` exists already"));
            let hint = "choose another name, or replace it with `--force`".to_owned();
            return Ok(Err(error.with_hint(hint).into()));
        }
        if let Err(errors) = check_url(self.url) {
            return Ok(Err(errors));
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot create `{}`", folder.display()))?;
        }
        fs::write(self.path, text).with_context(|| format!("cannot write `{shown}`"))?;
        Ok(Ok(()))
    }
}

/// Returns the starter of a kind of test, in the language that the file's name asks for.
fn template(args: &NewArgs) -> Result<&'static str, PlanErrors> {
    let shown = args.path.display();
    let extension = args
        .path
        .extension()
        .and_then(|extension| extension.to_str());
    let template = match (args.kind, extension) {
        (TestKind::Graph, Some("py")) => GRAPH,
        (TestKind::Graph, Some("yaml" | "yml")) => PLAN,
        (TestKind::Graph, Some("json")) => PLAN_JSON,
        (TestKind::Graph, _) => {
            let message = format!("`{shown}` ends in none of `.py`, `.yaml`, `.json`");
            return Err(PlanError::new("", message).into());
        }
        (TestKind::Journey, Some("py")) => JOURNEY,
        (TestKind::Testcase, Some("py")) => TEST_CASE,
        (TestKind::Repeat, Some("py")) => REPEAT,
        (TestKind::Journey | TestKind::Testcase | TestKind::Repeat, _) => {
            let message = format!("`{shown}` does not end in `.py`, but such a test is Python");
            return Err(PlanError::new("", message).into());
        }
    };
    if args.kind != TestKind::Graph && args.reporter.is_some() {
        let message = "only graphs and plans name their reporters";
        return Err(PlanError::new("--reporter", message).into());
    }
    Ok(template)
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
