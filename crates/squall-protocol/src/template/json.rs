//! JSON documents with templates in their strings.

use serde_json::Value;
use squall_plan::Template;

use super::compile::parse;
use super::{CompileError, Compiled, Encoding, RenderError};
use crate::values::{Bindings, Scope};

/// Compiles a JSON document. A string that is one whole placeholder takes the placeholder's JSON type.
///
/// # Errors
/// A string in it is not a good template.
pub fn compile_json(value: &Value, scope: &mut Scope) -> Result<Compiled, CompileError> {
    let mut compiled = Compiled::new();
    push_value(value, &mut compiled, scope)?;
    Ok(compiled)
}

/// Renders a compiled document and parses it again, for comparing.
///
/// # Errors
/// A variable has no value; the document is then `None` only if a value of kind JSON was not JSON.
pub fn render_json(
    compiled: &Compiled,
    bindings: &mut Bindings,
    now: u64,
) -> Result<Option<Value>, RenderError> {
    let mut text = Vec::new();
    compiled.render(bindings, now, &mut text)?;
    Ok(serde_json::from_slice(&text).ok())
}

fn push_value(value: &Value, out: &mut Compiled, scope: &mut Scope) -> Result<(), CompileError> {
    match value {
        Value::String(text) => push_string(text, out, scope),
        Value::Array(items) => {
            out.push_bytes(b"[");
            for (index, item) in items.iter().enumerate() {
                out.push_bytes(if index == 0 { b"" } else { b"," });
                push_value(item, out, scope)?;
            }
            out.push_bytes(b"]");
            Ok(())
        }
        Value::Object(members) => {
            out.push_bytes(b"{");
            for (index, (key, member)) in members.iter().enumerate() {
                out.push_bytes(if index == 0 { b"" } else { b"," });
                out.push_bytes(Value::String(key.clone()).to_string().as_bytes());
                out.push_bytes(b":");
                push_value(member, out, scope)?;
            }
            out.push_bytes(b"}");
            Ok(())
        }
        scalar => {
            out.push_bytes(scalar.to_string().as_bytes());
            Ok(())
        }
    }
}

fn push_string(text: &str, out: &mut Compiled, scope: &mut Scope) -> Result<(), CompileError> {
    let template = Template::from(text);
    if let Some(placeholder) = parse(&template)?.whole_placeholder() {
        return out.push_placeholder(placeholder, Encoding::JsonValue, scope);
    }
    out.push_bytes(b"\"");
    out.push_encoded(&template, Encoding::JsonText, scope)?;
    out.push_bytes(b"\"");
    Ok(())
}
