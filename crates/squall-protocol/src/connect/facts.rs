//! What is known of a connection once it is there.

use rustls::ProtocolVersion;
use rustls::client::ClientConnection;

use super::Connected;
use crate::tls::Certificate;

/// A connection as somebody reads about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionFacts {
    /// Address of the peer, or path of the socket.
    pub peer: String,
    /// What was agreed on where it is encrypted.
    pub tls: Option<TlsFacts>,
}

/// What both ends of an encrypted connection agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFacts {
    /// The version, e.g. `TLS 1.3`.
    pub version: String,
    /// The cipher suite as IANA names it.
    pub cipher: String,
    /// The certificates that the peer showed, its own first.
    pub certificates: Vec<Certificate>,
}

impl Connected {
    /// Tells what is known of the connection.
    pub fn facts(&self) -> ConnectionFacts {
        ConnectionFacts {
            peer: self.peer.clone(),
            tls: self.stream.tls().map(TlsFacts::of),
        }
    }
}

impl TlsFacts {
    fn of(connection: &ClientConnection) -> Self {
        let version = match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
            other => other.map_or_else(String::new, |version| format!("{version:?}")),
        };
        let suite = connection.negotiated_cipher_suite();
        let cipher = suite.and_then(|suite| suite.suite().as_str().map(str::to_owned));
        let shown = connection.peer_certificates().unwrap_or_default();
        Self {
            version,
            cipher: cipher.unwrap_or_default(),
            certificates: shown.iter().filter_map(Certificate::parse).collect(),
        }
    }
}
