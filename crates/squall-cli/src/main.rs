//! `squall` without Python: plans in YAML and JSON, `squall http`, `squall target`.

use std::path::Path;
use std::process::ExitCode;

use squall_cli::TestLoader;

/// Says how to get the command that loads Python.
struct NoPython;

impl TestLoader for NoPython {
    fn load(&self, file: &Path, _name: Option<&str>, _overrides: &str) -> Result<String, String> {
        let what = match file.to_str() {
            Some("") => "modules".to_owned(),
            _ => format!("`{}`", file.display()),
        };
        Err(format!(
            "this `squall` was built without Python and cannot load {what}; `pip install squall` gives one that can"
        ))
    }
}

fn main() -> ExitCode {
    ExitCode::from(squall_cli::main(std::env::args_os().collect(), &NoPython))
}
