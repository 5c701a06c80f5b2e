//! What is wrong with the test, on its way from agents.

use squall_cluster::{AgentError, ErrorPlace};
use squall_plan::{PlanError, Source};

/// Makes what agents found into errors of the plan, each once.
pub(crate) fn plan_errors<'a>(found: impl Iterator<Item = &'a AgentError>) -> Vec<PlanError> {
    let mut errors: Vec<PlanError> = Vec::new();
    for error in found {
        let source = error.place.as_ref().map(|place| Source {
            file: place.file.clone(),
            line: place.line,
            name: place.name.clone(),
        });
        let error = PlanError::new(error.path.clone(), error.message.clone())
            .with_hint(error.hint.clone())
            .with_source(source);
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    errors
}

/// Makes errors of the plan into ones that travel.
pub(crate) fn agent_errors(errors: Vec<PlanError>) -> Vec<AgentError> {
    let travelling = errors.into_iter().map(|error| AgentError {
        path: error.path,
        message: error.message,
        hint: error.hint,
        place: error.source.map(|source| ErrorPlace {
            file: source.file,
            line: source.line,
            name: source.name,
        }),
    });
    travelling.collect()
}
