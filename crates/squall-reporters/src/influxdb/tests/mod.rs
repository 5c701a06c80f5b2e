//! The lines of `influxdb`, its settings, and a real server that takes them.

mod fake;
mod lines;
mod server;
mod settings;

pub(super) use server::backend;

use serde_json::Value;
use squall_report::Reporter;

use crate::{BuildContext, build};

fn context() -> BuildContext {
    BuildContext {
        base_dir: "/nowhere".into(),
        events: true,
        intervals: true,
    }
}

fn built(settings: &Value) -> Box<dyn Reporter> {
    let built = build("influxdb", settings.as_object().unwrap(), &context());
    built.unwrap_or_else(|error| panic!("{error}")).reporter
}
