//! Templates compiled for rendering: no parsing, no lookup by name and, once buffers are warm, no allocation.

mod compile;
mod encoding;
mod json;
mod render;

pub use compile::{CompileError, Compiled, Source};
pub use encoding::Encoding;
pub use json::{compile_json, render_json};
pub use render::RenderError;
