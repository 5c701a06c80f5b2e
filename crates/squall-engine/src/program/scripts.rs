//! Scripts, made ready for their interpreter.

use std::sync::Arc;

use squall_metrics::Tags;
use squall_plan::Script;
use squall_protocol::template::CompileError;
use squall_protocol::values::Scope;

use super::Surroundings;
use crate::script::{ScriptFailure, ScriptHost, ScriptInfo};

/// Makes scripts ready: numbers them over the whole run, and has their host look them up.
#[derive(Debug)]
pub struct ScriptCompiler<'a> {
    /// What runs scripts, if there is something.
    pub host: Option<&'a Arc<dyn ScriptHost>>,
    /// Scripts of the run so far.
    pub count: &'a mut u32,
}

impl ScriptCompiler<'_> {
    pub(super) fn compile(
        &mut self,
        script: &Script,
        around: &Surroundings<'_>,
        scope: &mut Scope,
    ) -> Result<Arc<ScriptInfo>, CompileError> {
        let host = self.host.ok_or_else(|| {
            CompileError::Invalid(format!(
                "there is no interpreter that could run the script `{}`",
                script.entry
            ))
        })?;
        let info = Arc::new(ScriptInfo {
            number: *self.count,
            entry: script.entry.clone(),
            name: script.name.clone().unwrap_or_else(|| script.entry.clone()),
            runs: script.runs,
            takes_data: script.takes_data,
            stage: Arc::clone(&around.names.stage),
            scenario: Arc::clone(&around.names.scenario),
            scenario_tags: around.names.tags.clone(),
            tags: Tags::new(&script.tags),
            defaults: around.defaults.in_scope(scope)?,
            series: around.series.clone(),
            pools: scope.pools().to_vec(),
        });
        *self.count += 1;
        host.prepare(&info).map_err(worded)?;
        Ok(info)
    }
}

fn worded(failure: ScriptFailure) -> CompileError {
    CompileError::Invalid(if failure.detail.is_empty() {
        failure.message
    } else {
        format!("{}\n{}", failure.message, failure.detail)
    })
}
