//! How failed sockets are classed and worded.

use std::io;

use rustix::io::Errno;

use crate::tls::handshake_message;
use crate::{Failure, FailureClass};

/// Message of a connection that this machine has no file descriptor for.
pub const NO_DESCRIPTOR: &str =
    "no file descriptor left: raise the limit (`ulimit -n`) or use fewer connections";
/// Message of a connection that this machine has no port for.
pub const NO_PORT: &str = "no local port left: keep connections alive, add `local_address`es or targets, \
    or widen `net.ipv4.ip_local_port_range`";

/// Classes an error of an established connection: reset, closed or TLS.
pub fn io_failure(error: &io::Error) -> Failure {
    if let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        return Failure::new(FailureClass::Tls, handshake_message(tls, None))
            .with_detail(tls.to_string());
    }
    let (class, message) = match error.kind() {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted => (FailureClass::Reset, "connection reset by the peer"),
        io::ErrorKind::UnexpectedEof => (
            FailureClass::Closed,
            "connection closed without the end of TLS (`close_notify`)",
        ),
        io::ErrorKind::TimedOut => (
            FailureClass::Timeout,
            "peer no longer acknowledges what is sent",
        ),
        _ => (FailureClass::Reset, "connection broken"),
    };
    Failure::new(class, message).with_detail(error.to_string())
}

/// Words a failed attempt to connect; nothing in it differs from one attempt to the next.
pub(super) fn connect_failure(error: &io::Error) -> Failure {
    let message = match Errno::from_io_error(error) {
        Some(Errno::MFILE | Errno::NFILE) => NO_DESCRIPTOR,
        Some(Errno::ADDRNOTAVAIL | Errno::ADDRINUSE) => NO_PORT,
        Some(Errno::CONNREFUSED) => "connection refused",
        Some(Errno::CONNRESET) => "connection reset while connecting",
        Some(Errno::TIMEDOUT) => "no answer from the address",
        Some(Errno::HOSTUNREACH) => "host unreachable",
        Some(Errno::NETUNREACH) => "network unreachable",
        Some(Errno::NOENT) => "socket does not exist",
        Some(Errno::ACCESS | Errno::PERM) => "connecting is not permitted",
        Some(Errno::AGAIN) => "queue of the listening socket is full",
        _ => return Failure::new(FailureClass::Connect, format!("cannot connect: {error}")),
    };
    Failure::new(FailureClass::Connect, message)
}

/// Tells whether another address of the same host cannot fare better.
pub(super) fn is_exhaustion(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_put_into_words() {
        let check = |errno: Errno, expect: &str| {
            let failure = connect_failure(&io::Error::from(errno));
            assert_eq!(failure.class, FailureClass::Connect);
            assert!(failure.message.starts_with(expect), "{}", failure.message);
        };
        check(Errno::MFILE, "no file descriptor left: raise the limit");
        check(Errno::ADDRNOTAVAIL, "no local port left: ");
        check(Errno::CONNREFUSED, "connection refused");
        check(Errno::HOSTUNREACH, "host unreachable");
        check(Errno::PROTO, "cannot connect: ");
    }

    #[test]
    fn errors_of_established_connections_are_classed() {
        let check = |kind: io::ErrorKind, expect: FailureClass| {
            assert_eq!(io_failure(&io::Error::from(kind)).class, expect);
        };
        check(io::ErrorKind::ConnectionReset, FailureClass::Reset);
        check(io::ErrorKind::BrokenPipe, FailureClass::Reset);
        check(io::ErrorKind::UnexpectedEof, FailureClass::Closed);
        check(io::ErrorKind::TimedOut, FailureClass::Timeout);
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::CertificateRequired);
        let failure = io_failure(&io::Error::new(io::ErrorKind::InvalidData, alert));
        assert_eq!(failure.class, FailureClass::Tls);
        assert!(
            failure.message.contains("client certificate"),
            "{}",
            failure.message
        );
    }
}
