//! Writing requests.

use std::future::poll_fn;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Poll};

use squall_protocol::connect::{Origin, Stream, io_failure};
use squall_protocol::values::Bindings;
use squall_protocol::{DeadlineSlot, Failure, FailureClass};
use tokio::io::AsyncReadExt as _;

use super::limit::Expired;
use crate::codec::request::multipart::{Content, Form, Part, Segment};
use crate::step::{Body, PartContent, PartTemplate};

const FILE_CHUNK: usize = 64 * 1024;

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) origin: Arc<Origin>,
    pub(crate) stream: Stream,
    /// When it was last used, on the run's clock; 0 if never.
    pub(crate) used_at: u64,
}

/// Why a write ended early.
#[derive(Debug)]
pub(super) enum WriteError {
    /// A time limit passed.
    Expired,
    /// The connection is broken; the peer may have answered before.
    Broken(io::Error),
    /// The body could not be read.
    Body(Failure),
}

impl WriteError {
    pub(super) fn into_failure(self, expired: impl FnOnce() -> Failure) -> Failure {
        match self {
            Self::Expired => expired(),
            Self::Broken(error) => io_failure(&error),
            Self::Body(failure) => failure,
        }
    }
}

/// Writes all bytes: nearly always one system call.
#[inline]
pub(super) async fn write_all(
    stream: &mut Stream,
    slot: &DeadlineSlot,
    bytes: &[u8],
) -> Result<(), WriteError> {
    match stream.try_write(bytes) {
        Ok(written) if written == bytes.len() => Ok(()),
        Ok(written) => write_rest(stream, slot, &bytes[written..]).await,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            write_rest(stream, slot, bytes).await
        }
        Err(error) => Err(WriteError::Broken(error)),
    }
}

async fn write_rest(
    stream: &mut Stream,
    slot: &DeadlineSlot,
    mut bytes: &[u8],
) -> Result<(), WriteError> {
    while !bytes.is_empty() {
        let written = poll_io(slot, |context| stream.poll_write(context, bytes)).await?;
        bytes = &bytes[written..];
    }
    poll_io(slot, |context| stream.poll_flush(context)).await
}

async fn poll_io<T>(
    slot: &DeadlineSlot,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<io::Result<T>>,
) -> Result<T, WriteError> {
    let polled = poll_fn(|context| {
        if slot.expired() {
            return Poll::Ready(Err(Expired));
        }
        let polled = poll(context).map(Ok);
        if polled.is_pending() {
            slot.register(context);
        }
        polled
    });
    match polled.await {
        Err(Expired) => Err(WriteError::Expired),
        Ok(Err(error)) => Err(WriteError::Broken(error)),
        Ok(Ok(output)) => Ok(output),
    }
}

/// A streamed body whose sizes are known.
#[derive(Debug)]
pub(super) struct StreamedBody {
    segments: Vec<Segment>,
    pub(super) length: u64,
    /// Content type that names the boundary of a form.
    pub(super) content_type: Option<String>,
}

impl StreamedBody {
    /// Renders the bytes of a streamed body and looks up the sizes of its files; `None` for a body that is not streamed.
    pub(super) async fn open(
        body: &Body,
        bindings: &mut Bindings,
        now: u64,
    ) -> Result<Option<Self>, Failure> {
        match body {
            Body::None | Body::Inline(_) => Ok(None),
            Body::File(path) => {
                let size = size_of(path).await?;
                let segments = vec![Segment::File {
                    path: path.clone(),
                    size,
                }];
                Ok(Some(Self {
                    segments,
                    length: size,
                    content_type: None,
                }))
            }
            Body::Multipart(templates) => {
                let mut parts = Vec::with_capacity(templates.len());
                for template in templates {
                    parts.push(render_part(template, bindings, now).await?);
                }
                let random = bindings.random_below(0);
                let form = Form::encode(parts, random)
                    .map_err(|error| Failure::new(FailureClass::Request, error.to_string()))?;
                let content_type = Some(form.content_type());
                Ok(Some(Self {
                    length: form.length,
                    segments: form.segments,
                    content_type,
                }))
            }
        }
    }

    /// Writes the body.
    pub(super) async fn write(
        self,
        stream: &mut Stream,
        slot: &DeadlineSlot,
    ) -> Result<(), WriteError> {
        for segment in self.segments {
            match segment {
                Segment::Bytes(bytes) => write_all(stream, slot, &bytes).await?,
                Segment::File { path, size } => write_file(&path, size, stream, slot).await?,
            }
        }
        Ok(())
    }
}

async fn render_part<'a>(
    template: &'a PartTemplate,
    bindings: &mut Bindings,
    now: u64,
) -> Result<Part<'a>, Failure> {
    let content = match &template.content {
        PartContent::Inline(compiled) => {
            let mut bytes = Vec::new();
            let rendered = compiled.render(bindings, now, &mut bytes);
            rendered.map_err(|error| Failure::new(FailureClass::Request, error.to_string()))?;
            Content::Bytes(bytes)
        }
        PartContent::File(path) => Content::File {
            path: path.clone(),
            size: size_of(path).await?,
        },
    };
    let (filename, content_type) = (
        template.filename.as_deref(),
        template.content_type.as_deref(),
    );
    Ok(Part {
        name: &template.name,
        filename,
        content_type,
        content,
    })
}

async fn size_of(path: &Path) -> Result<u64, Failure> {
    let metadata = tokio::fs::metadata(path)
        .await
        .map_err(|error| cannot_read(path, &error))?;
    Ok(metadata.len())
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        FailureClass::Request,
        format!("cannot read `{}`", path.display()),
    )
    .with_detail(error.to_string())
}

async fn write_file(
    path: &Path,
    length: u64,
    stream: &mut Stream,
    slot: &DeadlineSlot,
) -> Result<(), WriteError> {
    let unreadable = |error: io::Error| WriteError::Body(cannot_read(path, &error));
    let mut file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    let mut chunk = vec![0; FILE_CHUNK];
    let mut left = length;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(FILE_CHUNK).min(FILE_CHUNK);
        let read = file.read(&mut chunk[..most]).await.map_err(unreadable)?;
        if read == 0 {
            let failure = Failure::new(
                FailureClass::Request,
                "the body's file became shorter while it was sent",
            );
            return Err(WriteError::Body(failure));
        }
        write_all(stream, slot, &chunk[..read]).await?;
        left -= read as u64;
    }
    Ok(())
}
