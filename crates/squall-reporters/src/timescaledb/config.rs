//! The settings of `timescaledb`, which are those of `postgres`.

use serde_json::{Map, Value};
use squall_report::Reporter;

use crate::postgres::config::build_timescaledb;
use crate::{BuildContext, SettingsErrors};

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    build_timescaledb(super::REGISTRATION.name, written, context)
}
