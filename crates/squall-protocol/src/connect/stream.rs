//! An established connection, plain or encrypted, over TCP or a Unix socket.

use std::io;
use std::os::fd::AsFd;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use rustix::net::{RecvFlags, SendFlags};
use rustls::client::ClientConnection;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::client::TlsStream;

/// Sends on a socket without the cancellation points of the C library, which cost more than the call's own work in user space.
#[inline]
fn send(socket: &impl AsFd, bytes: &[u8]) -> io::Result<usize> {
    Ok(rustix::net::send(socket, bytes, SendFlags::NOSIGNAL)?)
}

/// Receives from a socket as soon as it is readable.
///
/// A piece that does not fill the buffer has drained the socket. Saying so to the runtime, which only learns it from a `WouldBlock`,
/// saves the system call that would return one.
macro_rules! poll_receive {
    ($socket:expr, $cx:expr, $buf:expr) => {{
        loop {
            std::task::ready!($socket.poll_read_ready($cx))?;
            let room = $buf.initialize_unfilled();
            let wanted = room.len();
            let received = $socket.try_io(Interest::READABLE, || {
                Ok(rustix::net::recv(&*$socket, room, RecvFlags::empty())?.0)
            });
            match received {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => break Poll::Ready(Err(error)),
                Ok(length) => {
                    if length > 0 && length < wanted {
                        let drained = || Err::<(), _>(io::Error::from(io::ErrorKind::WouldBlock));
                        $socket.try_io(Interest::READABLE, drained).ok();
                    }
                    $buf.advance(length);
                    break Poll::Ready(Ok(()));
                }
            }
        }
    }};
}

/// An established connection.
///
/// **Read with a large buffer through [`Stream::poll_read`].** A read that does not fill the buffer tells tokio that the socket is
/// drained, so that the next poll waits for the event instead of spending a system call on `WouldBlock`.
///
/// **Connections that the peer closed while they were idle.** [`Stream::is_reusable`] asks tokio's cached readiness, which the
/// event loop has filled in by then: no system call. It cannot see a close that is still on its way, nor one that the event loop
/// has not read yet: what is sent then fails, and counts as a failure. Sending it again would make the target see more requests than
/// the results hold.
#[derive(Debug)]
pub enum Stream {
    /// Plain TCP.
    Tcp(TcpStream),
    /// Plain Unix socket.
    Unix(UnixStream),
    /// TLS over TCP.
    Tls(Box<TlsStream<TcpStream>>),
    /// TLS over a Unix socket.
    TlsUnix(Box<TlsStream<UnixStream>>),
}

impl Stream {
    /// Tells whether what is sent is encrypted.
    pub fn is_tls(&self) -> bool {
        matches!(self, Self::Tls(_) | Self::TlsUnix(_))
    }

    /// Returns the TLS session, where there is one.
    pub(super) fn tls(&self) -> Option<&ClientConnection> {
        match self {
            Self::Tcp(_) | Self::Unix(_) => None,
            Self::Tls(tls) => Some(tls.get_ref().1),
            Self::TlsUnix(tls) => Some(tls.get_ref().1),
        }
    }

    /// Tells whether an idle connection may take another request: neither closed nor with bytes that nobody asked for.
    ///
    /// Costs no system call, unless something did arrive while the connection was idle.
    pub fn is_reusable(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        let ready = match self {
            Self::Tcp(socket) => socket.poll_read_ready(&mut cx),
            Self::Unix(socket) => socket.poll_read_ready(&mut cx),
            Self::Tls(tls) => tls.get_ref().0.poll_read_ready(&mut cx),
            Self::TlsUnix(tls) => tls.get_ref().0.poll_read_ready(&mut cx),
        };
        if ready.is_pending() {
            return true;
        }
        // Readable can be a leftover of a read that filled its buffer exactly, or a TLS session ticket: only a read tells.
        let mut byte = [0];
        self.poll_read(&mut cx, &mut ReadBuf::new(&mut byte))
            .is_pending()
    }

    /// Writes what the kernel takes at once, without asking the event loop first.
    ///
    /// # Errors
    /// `WouldBlock` when the kernel takes nothing, and always on TLS: go on with [`Stream::poll_write`].
    #[inline]
    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.try_io(Interest::WRITABLE, || send(socket, bytes)),
            Self::Unix(socket) => socket.try_io(Interest::WRITABLE, || send(socket, bytes)),
            Self::Tls(_) | Self::TlsUnix(_) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Reads into `buf`; nothing read is the end of the stream.
    ///
    /// # Errors
    /// See [`crate::connect::io_failure`] for their classes.
    #[inline]
    pub fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(socket) => poll_receive!(socket, cx, buf),
            Self::Unix(socket) => poll_receive!(socket, cx, buf),
            Self::Tls(tls) => Pin::new(tls.as_mut()).poll_read(cx, buf),
            Self::TlsUnix(tls) => Pin::new(tls.as_mut()).poll_read(cx, buf),
        }
    }

    /// Writes some of `bytes`. On TLS the kernel has them only after [`Stream::poll_flush`].
    ///
    /// # Errors
    /// See [`crate::connect::io_failure`] for their classes.
    #[inline]
    pub fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(socket) => Pin::new(socket).poll_write(cx, bytes),
            Self::Unix(socket) => Pin::new(socket).poll_write(cx, bytes),
            Self::Tls(tls) => Pin::new(tls.as_mut()).poll_write(cx, bytes),
            Self::TlsUnix(tls) => Pin::new(tls.as_mut()).poll_write(cx, bytes),
        }
    }

    /// Hands everything written to the kernel; does nothing without TLS.
    ///
    /// # Errors
    /// See [`crate::connect::io_failure`] for their classes.
    #[inline]
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(_) | Self::Unix(_) => Poll::Ready(Ok(())),
            Self::Tls(tls) => Pin::new(tls.as_mut()).poll_flush(cx),
            Self::TlsUnix(tls) => Pin::new(tls.as_mut()).poll_flush(cx),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Self::poll_read(self.get_mut(), cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Self::poll_write(self.get_mut(), cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Self::poll_flush(self.get_mut(), cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_shutdown(cx),
            Self::Unix(socket) => Pin::new(socket).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls.as_mut()).poll_shutdown(cx),
            Self::TlsUnix(tls) => Pin::new(tls.as_mut()).poll_shutdown(cx),
        }
    }
}
