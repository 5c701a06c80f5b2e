//! Host names, looked up before any load.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::Arc;

use squall_engine::CompiledScenario;
use squall_plan::{CheckedKind, CheckedPlan, CheckedStage, PlanError, Source};

use crate::error::plan_error;
use crate::stages::Part;

/// Asks for the address of every host whose name does not vary.
pub(crate) fn resolve_hosts(
    plan: &CheckedPlan,
    scenarios: &BTreeMap<(usize, Part), Vec<Arc<CompiledScenario>>>,
    errors: &mut Vec<PlanError>,
) {
    let mut known = BTreeSet::new();
    for ((index, _), scenarios) in scenarios {
        for scenario in scenarios {
            let connect = scenario.http.connect_settings();
            if connect.unix_socket.is_some() {
                continue;
            }
            for origin in scenario.program.origins() {
                let (host, port) = connect.target(origin);
                if host.parse::<IpAddr>().is_ok() || !known.insert(host.to_owned()) {
                    continue;
                }
                if let Err(error) = (host, port).to_socket_addrs() {
                    let stage = &plan.stages[*index];
                    errors.push(unresolved(stage, host, &error));
                }
            }
        }
    }
}

fn unresolved(stage: &CheckedStage, host: &str, error: &std::io::Error) -> PlanError {
    let text = error.to_string();
    let reason = text.rsplit(": ").next().unwrap_or_default();
    let error = plan_error(
        &format!("stages.{}", stage.name),
        &format!("host `{host}` does not resolve: {reason}"),
        first_source(stage).or(stage.source.as_ref()),
    );
    error
        .with_hint("check the spelling of the URL, or give an address with `connect_to`".to_owned())
}

/// Returns where the first scenario of a stage was written.
pub(crate) fn first_source(stage: &CheckedStage) -> Option<&Source> {
    match &stage.kind {
        CheckedKind::Execute(execute) => execute
            .scenarios
            .iter()
            .find_map(|scenario| scenario.source.as_ref()),
        _ => None,
    }
}
