//! What rustls says, in words that help.

use std::io;

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage};

use crate::{Failure, FailureClass};

/// Words a failed handshake with `host`.
pub(crate) fn handshake_failure(error: &io::Error, host: &str) -> Failure {
    if let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>())
    {
        return Failure::new(FailureClass::Tls, handshake_message(tls, Some(host)))
            .with_detail(tls.to_string());
    }
    let message = match error.kind() {
        io::ErrorKind::UnexpectedEof => "connection closed during the TLS handshake",
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            "connection reset during the TLS handshake"
        }
        _ => "TLS handshake broken off",
    };
    Failure::new(FailureClass::Tls, message).with_detail(error.to_string())
}

/// Words an error of rustls; `host` is the name that was asked for, where it is known.
pub(crate) fn handshake_message(error: &Error, host: Option<&str>) -> String {
    let whose = || {
        host.map_or_else(
            || "the server's certificate".to_owned(),
            |h| format!("the certificate of `{h}`"),
        )
    };
    match error {
        Error::InvalidCertificate(reason) => certificate_message(reason, &whose(), host),
        Error::AlertReceived(alert) => alert_message(*alert),
        Error::PeerIncompatible(_) => {
            "the server and Squall have no TLS version or cipher in common: \
            Squall speaks TLS 1.2 and 1.3"
                .to_owned()
        }
        Error::InvalidMessage(InvalidMessage::InvalidContentType)
        | Error::InappropriateMessage { .. } => {
            "the server does not speak TLS on this port".to_owned()
        }
        Error::NoApplicationProtocol => {
            "the server speaks none of the offered protocols (ALPN)".to_owned()
        }
        other => format!("TLS failed: {other}"),
    }
}

fn certificate_message(reason: &CertificateError, whose: &str, host: Option<&str>) -> String {
    use CertificateError as E;
    match reason {
        E::Expired | E::ExpiredContext { .. } => format!("{whose} has expired"),
        E::NotValidYet | E::NotValidYetContext { .. } => format!("{whose} is not valid yet"),
        E::Revoked => format!("{whose} is revoked"),
        E::UnknownIssuer => format!(
            "{whose} is from an unknown issuer: trust it with `ca_file`, or accept any with `insecure`"
        ),
        E::NotValidForName | E::NotValidForNameContext { .. } => match host {
            Some(host) => format!(
                "the certificate is not for `{host}`: set `server_name`, or accept any with `insecure`"
            ),
            None => "the certificate is for another name".to_owned(),
        },
        E::BadSignature => format!(
            "{whose} is not signed by the root that it names: is `ca_file` an older root of the same name?"
        ),
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => format!(
            "{whose} is a root's own, which must not be used by a server: accept any with `insecure`, \
             or issue one without `CA:TRUE`"
        ),
        other => format!("{whose} is not accepted: {other}"),
    }
}

fn alert_message(alert: AlertDescription) -> String {
    use AlertDescription as A;
    let text = match alert {
        A::CertificateRequired => {
            "the server asks for a client certificate: set `cert_file` and `key_file`"
        }
        A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateRevoked
        | A::CertificateExpired
        | A::CertificateUnknown
        | A::UnknownCA
        | A::AccessDenied
        | A::DecryptError => "the server does not accept the client certificate",
        A::ProtocolVersion | A::InsufficientSecurity => {
            "the server and Squall have no TLS version or cipher in common: Squall speaks TLS 1.2 and 1.3"
        }
        A::UnrecognisedName => {
            "the server does not know the name that was asked for (SNI): set `server_name`"
        }
        A::NoApplicationProtocol => "the server speaks none of the offered protocols (ALPN)",
        other => return format!("the server broke off the TLS handshake: {other:?}"),
    };
    text.to_owned()
}
