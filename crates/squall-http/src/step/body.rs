//! Bodies of requests.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use squall_plan::{Body as WrittenBody, MultipartPart, OneOrMany};
use squall_protocol::template::{CompileError, Compiled, Encoding, compile_json};
use squall_protocol::values::Scope;

use super::target::each;

/// What follows the head of a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    /// Nothing.
    None,
    /// Bytes rendered in memory.
    Inline(Compiled),
    /// A file, read from disk for each request.
    File(PathBuf),
    /// A form of several parts, files among them read from disk for each request.
    Multipart(Vec<PartTemplate>),
}

/// One part of a multipart form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PartTemplate {
    pub(crate) name: String,
    pub(crate) filename: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) content: PartContent,
}

/// What is in a part.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PartContent {
    /// Bytes rendered in memory.
    Inline(Compiled),
    /// A file.
    File(PathBuf),
}

impl Body {
    /// Returns the templates that are rendered for the body.
    pub(super) fn templates(&self) -> Vec<&Compiled> {
        match self {
            Self::None | Self::File(_) => Vec::new(),
            Self::Inline(compiled) => vec![compiled],
            Self::Multipart(parts) => parts.iter().filter_map(PartTemplate::template).collect(),
        }
    }
}

impl PartTemplate {
    fn template(&self) -> Option<&Compiled> {
        match &self.content {
            PartContent::Inline(compiled) => Some(compiled),
            PartContent::File(_) => None,
        }
    }
}

/// A compiled body and the content type that goes with it.
#[derive(Debug)]
pub(super) struct CompiledBody {
    pub(super) body: Body,
    pub(super) content_type: Option<String>,
}

pub(super) fn compile(
    body: Option<&WrittenBody>,
    base_dir: &Path,
    scope: &mut Scope,
) -> Result<CompiledBody, CompileError> {
    let Some(body) = body else {
        return Ok(CompiledBody {
            body: Body::None,
            content_type: None,
        });
    };
    let inline = |compiled, content_type: &str| CompiledBody {
        body: Body::Inline(compiled),
        content_type: Some(content_type.to_owned()),
    };
    Ok(match body {
        WrittenBody::Text(text) => inline(
            Compiled::from_template(text, Encoding::Raw, scope)?,
            "text/plain; charset=utf-8",
        ),
        WrittenBody::Json(value) => inline(compile_json(value, scope)?, "application/json"),
        WrittenBody::Form(fields) => inline(
            compile_form(fields, scope)?,
            "application/x-www-form-urlencoded",
        ),
        WrittenBody::Base64(text) => inline(decode(text)?, "application/octet-stream"),
        WrittenBody::File(path) => CompiledBody {
            body: Body::File(base_dir.join(path)),
            content_type: Some(content_type_of(Path::new(path))),
        },
        WrittenBody::Multipart(parts) => {
            let parts = parts
                .iter()
                .map(|part| compile_part(part, base_dir, scope))
                .collect::<Result<_, _>>()?;
            // The content type names the boundary, which is only known once the parts are rendered.
            CompiledBody {
                body: Body::Multipart(parts),
                content_type: None,
            }
        }
    })
}

fn decode(text: &str) -> Result<Compiled, CompileError> {
    let bytes = STANDARD
        .decode(text)
        .map_err(|error| CompileError::Invalid(format!("body is not base64: {error}")))?;
    let mut compiled = Compiled::new();
    compiled.push_bytes(&bytes);
    Ok(compiled)
}

pub(super) fn content_type_of(path: &Path) -> String {
    mime_guess::from_path(path)
        .first_or_octet_stream()
        .to_string()
}

fn compile_form(
    fields: &IndexMap<String, OneOrMany>,
    scope: &mut Scope,
) -> Result<Compiled, CompileError> {
    let mut form = Compiled::new();
    let mut separator: &[u8] = b"";
    for (name, values) in fields {
        let mut encoded = Vec::new();
        Encoding::Form.write_text(name.as_bytes(), &mut encoded);
        for value in each(values) {
            form.push_bytes(separator);
            form.push_bytes(&encoded);
            form.push_bytes(b"=");
            form.push_encoded(value, Encoding::Form, scope)?;
            separator = b"&";
        }
    }
    Ok(form)
}

fn compile_part(
    part: &MultipartPart,
    base_dir: &Path,
    scope: &mut Scope,
) -> Result<PartTemplate, CompileError> {
    let content = match (&part.value, &part.base64, &part.file) {
        (Some(value), _, _) => {
            PartContent::Inline(Compiled::from_template(value, Encoding::Raw, scope)?)
        }
        (None, Some(text), _) => PartContent::Inline(decode(text)?),
        (None, None, Some(path)) => PartContent::File(base_dir.join(path)),
        (None, None, None) => PartContent::Inline(Compiled::new()),
    };
    Ok(PartTemplate {
        name: part.name.clone(),
        filename: part
            .filename
            .clone()
            .or_else(|| part.file.as_deref().and_then(file_name_of)),
        content_type: part.content_type.clone(),
        content,
    })
}

fn file_name_of(path: &str) -> Option<String> {
    Some(Path::new(path).file_name()?.to_string_lossy().into_owned())
}
