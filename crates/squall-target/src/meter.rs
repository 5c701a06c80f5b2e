//! A connection that counts its bytes and can be cut.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::server::TlsStream;

use crate::counters::Shard;

/// What a handler and its connection tell each other.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    /// Whether the end of this connection is a reset.
    reset: AtomicBool,
    /// Whether all that was to be sent is with the kernel.
    flushed: AtomicBool,
}

impl Wire {
    /// Makes the end of the connection a reset.
    pub(crate) fn arm_reset(&self) {
        self.reset.store(true, Ordering::Relaxed);
    }

    /// Forgets that everything was sent, to learn when it is sent the next time.
    pub(crate) fn expect_flush(&self) {
        self.flushed.store(false, Ordering::Relaxed);
    }

    /// Returns whether everything was sent.
    pub(crate) fn is_flushed(&self) -> bool {
        self.flushed.load(Ordering::Relaxed)
    }
}

/// A connection that can end with a reset.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Makes closing the connection a reset, where the transport has one.
    fn reset_on_close(&self) -> io::Result<()>;
}

impl Transport for TcpStream {
    fn reset_on_close(&self) -> io::Result<()> {
        SockRef::from(self).set_linger(Some(Duration::ZERO))
    }
}

impl Transport for TlsStream<TcpStream> {
    fn reset_on_close(&self) -> io::Result<()> {
        self.get_ref().0.reset_on_close()
    }
}

impl Transport for UnixStream {
    fn reset_on_close(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A transport whose bytes are counted.
#[derive(Debug)]
pub(crate) struct Metered<S: Transport> {
    stream: S,
    shard: Arc<Shard>,
    wire: Arc<Wire>,
}

impl<S: Transport> Metered<S> {
    pub(crate) fn new(stream: S, shard: Arc<Shard>, wire: Arc<Wire>) -> Self {
        Self {
            stream,
            shard,
            wire,
        }
    }

    fn wrote(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(count)) = &result {
            self.shard.bytes_out.add(*count as u64);
        }
        result
    }
}

impl<S: Transport> Drop for Metered<S> {
    fn drop(&mut self) {
        if self.wire.reset.load(Ordering::Relaxed) {
            // A socket that refuses this is already gone, which is what was wanted.
            self.stream.reset_on_close().ok();
        }
    }
}

impl<S: Transport> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.shard
            .bytes_in
            .add((buf.filled().len() - before) as u64);
        result
    }
}

impl<S: Transport> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wrote(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        if result.is_ready() {
            self.wire.flushed.store(true, Ordering::Relaxed);
        }
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
