//! Tags of a run.

use indexmap::IndexMap;
use squall_plan::{PlanError, PlanErrors};

/// Reads `KEY=VALUE`s; of several with one key the last counts.
pub(crate) fn tags(texts: &[String]) -> Result<IndexMap<String, String>, PlanErrors> {
    let (mut tags, mut errors) = (IndexMap::new(), Vec::new());
    for text in texts {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                tags.insert(key.trim().to_owned(), value.trim().to_owned());
            }
            _ => {
                let error = PlanError::new("--tag", format!("`{text}` is not `KEY=VALUE`"));
                errors.push(error.with_hint("like `--tag branch=main`".to_owned()));
            }
        }
    }
    if errors.is_empty() {
        Ok(tags)
    } else {
        Err(PlanErrors(errors))
    }
}
