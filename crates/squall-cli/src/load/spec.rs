//! `MODULE:NAME`: a thing in a module or a file.

use std::path::{Path, PathBuf};

use squall_plan::{PlanError, PlanErrors};

/// A thing in a module or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spec<'a> {
    /// The file; `None` for a module that Python finds.
    pub(super) file: Option<PathBuf>,
    /// Name of the thing.
    pub(super) name: &'a str,
}

impl<'a> Spec<'a> {
    /// Reads a text; `what` is what it names, `journey` or `scenario`.
    pub(super) fn parse(text: &'a str, what: &str) -> Result<Self, PlanErrors> {
        let parts = text.rsplit_once(':');
        let Some((module, name)) = parts.filter(|(module, name)| is_whole(module, name)) else {
            let shape = what.to_uppercase();
            let error = PlanError::new("", format!("`{text}` is not `MODULE:{shape}`"));
            let hint = format!(
                "name the {what} in its module or file, like `shop:browse` or `shop.py:browse`"
            );
            return Err(error.with_hint(hint).into());
        };
        let path = Path::new(module);
        let is_path = module.contains('/') || path.extension().is_some_and(|end| end == "py");
        if is_path && !path.is_file() {
            let error = PlanError::new("", format!("there is no file `{module}`"));
            return Err(error.into());
        }
        Ok(Self {
            file: is_path.then(|| path.to_owned()),
            name,
        })
    }
}

fn is_whole(module: &str, name: &str) -> bool {
    !module.is_empty() && !name.is_empty() && !name.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_and_files_are_told_apart() {
        let module = Spec::parse("shop.tests:browse", "journey").unwrap();
        assert_eq!((module.file, module.name), (None, "browse"));
        let file = tempfile::Builder::new().suffix(".py").tempfile().unwrap();
        let text = format!("{}:browse", file.path().display());
        let spec = Spec::parse(&text, "journey").unwrap();
        assert_eq!(spec.file.as_deref(), Some(file.path()));
        assert_eq!(spec.name, "browse");
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for text in ["shop", "shop:", ":browse", "", "./shop:a/b"] {
            let refused = Spec::parse(text, "journey").unwrap_err().to_string();
            assert!(refused.contains("is not `MODULE:JOURNEY`"), "{refused}");
        }
        let refused = Spec::parse("nowhere.py:browse", "journey").unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("there is no file `nowhere.py`")
        );
    }
}
