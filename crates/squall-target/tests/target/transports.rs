//! HTTPS, unix sockets, many connections, start and stop.

use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use squall_target::{RunningTarget, Target, TargetConfig, TargetError};

use crate::client::{Client, target};

const FREE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

fn tls_client(
    target: &RunningTarget,
    name: &'static str,
) -> Client<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(target.certificate_pem().unwrap().as_bytes())
    {
        roots.add(certificate.unwrap()).unwrap();
    }
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    let session =
        ClientConnection::new(Arc::new(config), ServerName::try_from(name).unwrap()).unwrap();
    let stream = TcpStream::connect(target.https_addr().unwrap()).unwrap();
    Client::new(StreamOwned::new(session, stream))
}

#[test]
fn https_is_valid_for_every_loopback_name() {
    let target = Target::start(TargetConfig {
        https: Some(FREE),
        ..TargetConfig::default()
    })
    .unwrap();
    for name in ["localhost", "127.0.0.1", "::1"] {
        let mut client = tls_client(&target, name);
        assert_eq!(client.get("/").text(), "hello world", "{name}");
        assert_eq!(client.get("/bytes/200000").body.len(), 200_000);
    }
    assert_eq!(target.stats().requests, 6);
}

#[test]
fn https_for_another_name_fails_and_is_counted() {
    let target = Target::start(TargetConfig {
        https: Some(FREE),
        ..TargetConfig::default()
    })
    .unwrap();
    let mut client = tls_client(&target, "elsewhere.example");
    client.answer().unwrap_err();
    drop(client);
    while target.stats().tls_failures == 0 {
        std::thread::yield_now();
    }
    assert_eq!(target.stats().requests, 0);
}

#[test]
fn https_connections_can_be_reset() {
    let target = Target::start(TargetConfig {
        https: Some(FREE),
        ..TargetConfig::default()
    })
    .unwrap();
    let mut client = tls_client(&target, "localhost");
    client.ask("GET", "/reset", "", "");
    assert_eq!(
        client.rest().unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
}

#[test]
fn the_certificate_is_written_where_it_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("target.pem");
    let target = Target::start(TargetConfig {
        https: Some(FREE),
        ..TargetConfig::default()
    })
    .unwrap();
    target.write_certificate(&path).unwrap();
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        target.certificate_pem().unwrap()
    );
    let error = target
        .write_certificate(&folder.path().join("no/such/folder"))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("cannot write the target's certificate to `"),
        "{error}"
    );
    let error = self::target().write_certificate(&path).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the target has no certificate; set `https` to an address"
    );
}

#[test]
fn a_unix_socket_serves_and_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("target.sock");
    // What a killed process leaves behind: a socket that nobody listens on.
    drop(UnixListener::bind(&path).unwrap());
    let config = TargetConfig {
        unix_socket: Some(path.clone()),
        ..TargetConfig::default()
    };
    let target = Target::start(config.clone()).unwrap();
    let mut client = Client::new(UnixStream::connect(&path).unwrap());
    assert_eq!(client.get("/").text(), "hello world");
    client.ask("GET", "/reset", "", "");
    assert_eq!(client.rest().unwrap(), b"");

    let error = Target::start(config).unwrap_err();
    assert!(matches!(error, TargetError::ListenUnix { .. }), "{error}");
    assert_eq!(target.stop().requests, 2);
    assert!(!path.exists());
}

#[test]
fn a_taken_address_is_an_error() {
    let target = target();
    let error = Target::start(TargetConfig {
        http: target.http_addr(),
        ..TargetConfig::default()
    })
    .unwrap_err();
    let expect = format!(
        "cannot listen on `{}`; choose another address, or port 0 for a free one",
        target.http_addr()
    );
    assert_eq!(error.to_string(), expect);
}

#[test]
fn ten_thousand_connections_are_served() {
    // A process of its own for the clients would double the descriptors; a tight hard limit gets as many as it has room for.
    let target = target();
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile)
        .current
        .unwrap_or(u64::MAX);
    let count = usize::try_from(limit.saturating_sub(200) / 2)
        .unwrap()
        .min(10_000);
    let mut clients: Vec<_> = (0..count).map(|_| Client::connect(&target)).collect();
    for client in &mut clients {
        client.ask("GET", "/", "", "");
    }
    for client in &mut clients {
        assert_eq!(client.answer().unwrap().text(), "hello world");
    }
    let stats = target.stats();
    assert_eq!(
        (stats.connections_open, stats.requests),
        (count as u64, count as u64)
    );
}

#[test]
fn a_stop_finishes_what_is_in_progress_and_refuses_what_is_new() {
    let target = target();
    let address = target.http_addr();
    let mut idle = Client::connect(&target);
    idle.get("/");
    let mut busy = Client::connect(&target);
    busy.ask("GET", "/delay/100ms", "", "");
    while target.stats().requests < 2 {
        std::thread::yield_now();
    }
    let stats = target.stop();
    assert_eq!(
        (
            stats.requests,
            stats.by_status[&200],
            stats.connections_open
        ),
        (2, 2, 0)
    );
    let answer = busy.answer().unwrap();
    assert_eq!((answer.status, answer.header("connection")), (200, "close"));
    assert_eq!(idle.rest().unwrap(), b"");
    assert_eq!(
        TcpStream::connect(address).unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    let target = target();
    let mut client = Client::connect(&target);
    client.ask("GET", "/delay/1h", "", "");
    while target.stats().requests == 0 {
        std::thread::yield_now();
    }
    let start = Instant::now();
    assert_eq!(target.stop().unanswered, 1);
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(client.rest().unwrap(), b"");
}

#[test]
fn dropping_the_target_stops_it() {
    let target = target();
    let address = target.http_addr();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /").unwrap();
    drop(target);
    let mut rest = Vec::new();
    let ended = BufReader::new(&stream).read_to_end(&mut rest);
    assert!(ended.is_err() || rest.is_empty());
    assert_eq!(
        TcpStream::connect(address).unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
}
