//! `squall http`: one URL as a plan.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use squall_plan::{
    Body, Execute, ExecuteSettings, HttpRequest, Plan, PlanError, PlanErrors, Scenario, Stage,
    Step, Template,
};
use squall_run::{RunOptions, prepare};

use super::as_typed::as_typed;
use super::refuse;
use super::run::opening;
use crate::args::{Format, HttpArgs};
use crate::dashboard::Dashboard;
use crate::execute::{self, Shown};
use crate::load::{LoadOptions, Typed, absolute, complete_url, http_settings, tags};
use crate::output;

/// Loads one URL.
pub(super) fn run(args: &HttpArgs) -> anyhow::Result<u8> {
    if args.run.results.format == Format::Json {
        output::keep_for_document()?;
    }
    Dashboard::beside(
        &args.dashboard,
        &args.run.runs_dir,
        |interrupts, dashboard| run_once(args, interrupts, dashboard),
    )
}

fn run_once(
    args: &HttpArgs,
    interrupts: &Arc<AtomicUsize>,
    dashboard: Option<&Dashboard>,
) -> anyhow::Result<u8> {
    let shown = Shown::of_run(&args.run, None)
        .with_interrupts(interrupts)
        .with_dashboard(dashboard);
    let prepared = plan(args).and_then(|mut plan| {
        let typed = Typed::add(&mut plan, &args.run)?;
        let options = RunOptions {
            threads: args.run.threads,
            seed: args.run.seed,
            runs_dir: args.run.runs_dir.clone(),
            reporters_open: opening(&args.run),
            ..RunOptions::default()
        };
        prepare(&plan, options).map_err(|errors| typed.of(&plan, &args.run, errors))
    });
    match prepared {
        Ok(prepared) => execute::execute(prepared, &shown),
        Err(errors) => Ok(refuse(&as_typed(errors))),
    }
}

fn plan(args: &HttpArgs) -> Result<Plan, PlanErrors> {
    let mut errors = Vec::new();
    let mut take = |wrong: PlanErrors| errors.extend(wrong.0);
    let body = body(args).map_err(&mut take).unwrap_or_default();
    let http = http_settings(&args.request)
        .map_err(&mut take)
        .unwrap_or_default();
    let load = LoadOptions::read(&args.load)
        .map_err(&mut take)
        .unwrap_or_default();
    let tags = tags(&args.run.results.tags)
        .map_err(&mut take)
        .unwrap_or_default();
    if !errors.is_empty() {
        return Err(PlanErrors(errors));
    }
    let request = HttpRequest {
        method: args.method.clone(),
        // A typed URL is complete, or at least a host: nobody types a base for a single one.
        url: Template::from(complete_url(&args.url).as_str()),
        body,
        ..HttpRequest::default()
    };
    let scenario = Scenario {
        load: load.profile(),
        flow: vec![Step::Http(Box::new(request))],
        tags: [].into(),
        source: None,
    };
    let execute = Execute {
        scenarios: [("http".to_owned(), scenario)].into(),
        settings: ExecuteSettings::default(),
    };
    let stage = Stage {
        execute: Some(execute),
        ..Stage::default()
    };
    Ok(Plan {
        version: 1,
        name: args.run.name.clone().unwrap_or_else(|| "http".to_owned()),
        seed: None,
        tags,
        http,
        data: indexmap::IndexMap::new(),
        stages: [("http".to_owned(), stage)].into(),
        thresholds: Vec::new(),
        measure: None,
        cpus: None,
    })
}

fn body(args: &HttpArgs) -> Result<Option<Body>, PlanErrors> {
    if let Some(text) = &args.body {
        return Ok(Some(Body::Text(Template::from(text.as_str()))));
    }
    if let Some(file) = &args.body_file {
        return Ok(Some(Body::File(absolute(file))));
    }
    let json = args
        .json_body
        .as_deref()
        .map(serde_json::from_str)
        .transpose();
    json.map(|json| json.map(Body::Json))
        .map_err(|error| PlanError::new("--json-body", format!("not JSON: {error}")).into())
}
