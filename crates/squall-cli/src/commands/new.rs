//! `squall new`: starter tests.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::json;
use squall_plan::{Plan, PlanError, PlanErrors};

use super::refuse;
use crate::args::{NewArgs, TestKind};
use crate::log::RunLog;
use crate::starter::{StageKind, Starter, check_order};
use crate::{exit, output, reporters};

/// Stages of a graph for which none are named.
const USUAL: [StageKind; 4] = [
    StageKind::Setup,
    StageKind::Execute,
    StageKind::Analyze,
    StageKind::Submit,
];

const JOURNEY: &str = include_str!("../templates/journey.py.txt");
const TEST_CASE: &str = include_str!("../templates/testcase.py.txt");
const REPEAT: &str = include_str!("../templates/repeat.py.txt");
const PLAN: &str = include_str!("../templates/plan.yaml.txt");
const PLAN_JSON: &str = include_str!("../templates/plan.json.txt");

/// Writes a starter test.
pub(super) fn run(args: &NewArgs) -> anyhow::Result<u8> {
    if let Some(level) = args.log_level {
        RunLog::install(Some(level)).write_to_parent();
    }
    let shown = args.path.display();
    let text = match starter(args) {
        Ok(text) => text,
        Err(errors) => return Ok(refuse(&errors)),
    };
    let file = StarterFile {
        path: &args.path,
        url: &args.url,
        force: args.force,
    };
    if let Err(errors) = file.write(&text)? {
        return Ok(refuse(&errors));
    }
    let command = match args.kind {
        TestKind::Repeat => "python",
        TestKind::Graph | TestKind::Journey | TestKind::Testcase => "squall run",
    };
    tracing::info!(file = %shown, kind = ?args.kind, "starter written");
    output::print(&format!("wrote {shown}; run it with `{command} {shown}`\n"));
    Ok(exit::PASSED)
}

/// Where a starter goes, and which URL it loads.
#[derive(Clone, Copy, Debug)]
pub(super) struct StarterFile<'a> {
    pub(super) path: &'a Path,
    pub(super) url: &'a str,
    /// It may replace a file.
    pub(super) force: bool,
}

impl StarterFile<'_> {
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

/// Returns the text of a starter.
fn starter(args: &NewArgs) -> Result<String, PlanErrors> {
    let template = template(args)?;
    let reporter = args.reporter.as_deref().unwrap_or("json");
    let url = args.url.trim_end_matches('/');
    let Some(template) = template else {
        let chain = match args.stages.as_slice() {
            [] => &USUAL,
            stages => stages,
        };
        check_order(chain)?;
        tracing::debug!(stages = ?chain, engine = ?args.engine, reporter, "graph chosen");
        let starter = Starter {
            chain,
            engine: args.engine.unwrap_or_default(),
            reporter,
            url,
        };
        return Ok(starter.text());
    };
    for (option, given) in [
        ("--stages", !args.stages.is_empty()),
        ("--engine", args.engine.is_some()),
    ] {
        if given {
            let message = "only graphs in Python are put together of stages";
            return Err(PlanError::new(option, message).into());
        }
    }
    let settings = reporters::example(reporter);
    let settings = match args.path.extension() {
        Some(json) if json == "json" => serde_json::Value::Object(settings).to_string(),
        _ => reporters::yaml(&settings),
    };
    Ok(template
        .replace("@URL@", url)
        .replace("@settings@", &settings)
        .replace("@reporter@", reporter))
}

/// Returns the starter of a kind of test, in the language that the file's name asks for; a graph in Python has none.
fn template(args: &NewArgs) -> Result<Option<&'static str>, PlanErrors> {
    let shown = args.path.display();
    let extension = args
        .path
        .extension()
        .and_then(|extension| extension.to_str());
    let template = match (args.kind, extension) {
        (TestKind::Graph, Some("py")) => None,
        (TestKind::Graph, Some("yaml" | "yml")) => Some(PLAN),
        (TestKind::Graph, Some("json")) => Some(PLAN_JSON),
        (TestKind::Graph, _) => {
            let message = format!("`{shown}` ends in none of `.py`, `.yaml`, `.json`");
            return Err(PlanError::new("", message).into());
        }
        (TestKind::Journey, Some("py")) => Some(JOURNEY),
        (TestKind::Testcase, Some("py")) => Some(TEST_CASE),
        (TestKind::Repeat, Some("py")) => Some(REPEAT),
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
