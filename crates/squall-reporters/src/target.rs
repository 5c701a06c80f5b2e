//! Reads what stands behind `--out NAME=`.

use serde_json::{Map, Value};

/// Makes settings of a folder that files are written to: `folder/<name>` for each setting.
pub(crate) fn folder(
    text: &str,
    files: &[(&'static str, &'static str)],
) -> Result<Map<String, Value>, String> {
    if text.is_empty() {
        return Err("must be a folder, such as `results`".to_owned());
    }
    let path = |file: &str| Value::from(format!("{}/{file}", text.trim_end_matches('/')));
    Ok(files
        .iter()
        .map(|(setting, file)| ((*setting).to_owned(), path(file)))
        .collect())
}
