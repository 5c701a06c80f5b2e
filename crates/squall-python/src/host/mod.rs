//! The host of Python scripts: coroutines stepped from Rust, blocking code on threads, the client that both use.
//!
//! Reading order: [`python_host`] (the engine's side), `shared` (what the threads of one run share), `iteration` (one pass through a
//! script), `event_loop` (the thread of the coroutines; `asyncio`: what it knows of that), `task` (a coroutine as asyncio sees it),
//! `operation` (a request that can be awaited), `threads` (blocking scripts); then what test code meets: `context`, `span`, `measured`
//! (what plugins do by themselves), `client`, `request` (with `arguments` and `paths`), `response`, `headers`.
//!
//! A coroutine costs no asyncio future and no asyncio task: its requests go to the I/O thread in one batch with those of all others,
//! and come back in one. asyncio's own loop runs in the same thread, so that everything built on it works inside a script.

mod arguments;
mod asyncio;
mod client;
mod context;
mod event_loop;
mod failure;
mod headers;
mod inbox;
mod interrupt;
mod iteration;
mod link;
mod measured;
mod operation;
mod paths;
mod python_host;
mod request;
mod response;
mod script;
mod shared;
mod span;
mod task;
mod threads;
mod wake;

use pyo3::prelude::*;

pub(crate) use python_host::PythonHost;

/// Adds the classes that test code meets.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<client::HttpClient>()?;
    module.add_class::<context::Context>()?;
    module.add_class::<headers::Headers>()?;
    module.add_class::<operation::Operation>()?;
    module.add_class::<response::Response>()?;
    module.add_class::<span::Span>()?;
    module.add_class::<task::ScriptTask>()?;
    module.add_function(wrap_pyfunction!(context::current, module)?)?;
    module.add_function(wrap_pyfunction!(python_host::left_behind, module)?)?;
    module.add_function(wrap_pyfunction!(link::ask, module)?)?;
    module.add_function(wrap_pyfunction!(link::tell_all, module)?)?;
    module.add_function(wrap_pyfunction!(link::place, module)?)?;
    Ok(())
}
