//! `squall._squall`: the Rust half of the Python package.
//!
//! Python calls the command line (`command`) and the plan's check (`plan_check`); the command line
//! calls Python to load a test file (`loader`), and a run calls the reporters that are written in Python (`reporter`). What a test means is decided in `python/squall`, what a plan means in
//! `squall-plan`, what a command does in `squall-cli`.

mod command;
mod host;
mod json_path;
mod loader;
mod plan_check;
mod project;
mod reporter;
mod run;
mod toml;
mod yaml;

use pyo3::prelude::*;

/// The Rust half of Squall.
#[pymodule]
fn _squall(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(command::main, module)?)?;
    module.add_function(wrap_pyfunction!(command::in_agent, module)?)?;
    module.add_function(wrap_pyfunction!(loader::printed, module)?)?;
    host::add_to(module)?;
    module.add_function(wrap_pyfunction!(yaml::parse_yaml, module)?)?;
    module.add_function(wrap_pyfunction!(toml::parse_toml, module)?)?;
    module.add_function(wrap_pyfunction!(project::read_project, module)?)?;
    module.add_function(wrap_pyfunction!(project::edit_project, module)?)?;
    module.add_class::<run::Run>()?;
    module.add_function(wrap_pyfunction!(run::start_run, module)?)?;
    module.add_function(wrap_pyfunction!(json_path::json_path, module)?)?;
    module.add_function(wrap_pyfunction!(plan_check::check_plan, module)?)
}
