//! Handshakes with a real server: what is verified, what is refused, and in which words.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::HandshakeKind;
use squall_protocol::connect::{
    ConnectSettings, ConnectTo, Connected, Connector, Origin, Scheme, Stream, io_failure,
};
use squall_protocol::tls::{SharedTls, TlsOptions};
use squall_protocol::{Clock, Failure, FailureClass};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

mod certificates;
mod server;

use certificates::Authority;
use server::Server;

fn trusting(authority: &Authority) -> TlsOptions {
    TlsOptions {
        ca_file: Some(authority.root_file()),
        ..TlsOptions::default()
    }
}

fn insecure() -> TlsOptions {
    TlsOptions {
        insecure: true,
        ..TlsOptions::default()
    }
}

fn connector(address: SocketAddr, options: TlsOptions) -> Connector {
    let rule = ConnectTo::parse("*", &address.to_string()).unwrap();
    Connector::new(ConnectSettings {
        connect_to: vec![rule],
        tls: Arc::new(SharedTls::new(options)),
        ..ConnectSettings::default()
    })
}

async fn shake(connector: &Connector, host: &str) -> Result<Connected, Failure> {
    connector
        .connect(&Origin::new(Scheme::Https, host, 443), &Clock::start())
        .await
}

async fn expect_ok(stream: &mut Stream) {
    let mut answer = [0; 2];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"ok");
}

/// The failure of a handshake with a server that has this certificate, or of the read behind it.
async fn refusal(server: &Server, options: TlsOptions) -> Failure {
    let failure = match shake(&connector(server.address, options), "shop.test").await {
        Err(failure) => failure,
        Ok(mut connected) => io_failure(&connected.stream.read(&mut [0; 8]).await.unwrap_err()),
    };
    assert_eq!(failure.class, FailureClass::Tls, "{failure:?}");
    failure
}

#[tokio::test]
async fn a_certificate_of_a_trusted_issuer_is_accepted() {
    let authority = Authority::new();
    let mut server = Server::start(authority.issue("shop.test")).await;
    let mut connected = shake(
        &connector(server.address, trusting(&authority)),
        "shop.test",
    )
    .await
    .unwrap();
    assert!(connected.stream.is_tls());
    assert!(connected.secured >= connected.connected);
    expect_ok(&mut connected.stream).await;
    let seen = server.seen.recv().await.unwrap();
    assert_eq!(seen.server_name.as_deref(), Some("shop.test"));
    assert_eq!(seen.alpn.as_deref(), Some(&b"http/1.1"[..]));
}

#[tokio::test]
async fn an_address_can_be_what_a_certificate_is_for() {
    let authority = Authority::new();
    let server = Server::start(authority.issue("127.0.0.1")).await;
    shake(
        &connector(server.address, trusting(&authority)),
        "127.0.0.1",
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn tls_1_2_is_spoken_too() {
    let authority = Authority::new();
    let server = Server::start_with(
        authority.issue("shop.test"),
        None,
        &[&rustls::version::TLS12],
    )
    .await;
    let mut connected = shake(
        &connector(server.address, trusting(&authority)),
        "shop.test",
    )
    .await
    .unwrap();
    expect_ok(&mut connected.stream).await;
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let expired = authority.issue_with("shop.test", |params| {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    let failure = refusal(&Server::start(expired).await, trusting(&authority)).await;
    assert_eq!(
        failure.message,
        "the certificate of `shop.test` has expired"
    );
}

#[tokio::test]
async fn a_certificate_of_the_future_is_refused() {
    let authority = Authority::new();
    let early = authority.issue_with("shop.test", |params| {
        params.not_before = rcgen::date_time_ymd(3020, 1, 1);
    });
    let failure = refusal(&Server::start(early).await, trusting(&authority)).await;
    assert_eq!(
        failure.message,
        "the certificate of `shop.test` is not valid yet"
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let failure = refusal(
        &Server::start(authority.issue("other.test")).await,
        trusting(&authority),
    )
    .await;
    assert_eq!(
        failure.message,
        "the certificate is not for `shop.test`: set `server_name`, or accept any with `insecure`"
    );
    assert!(failure.detail.contains("other.test"), "{}", failure.detail);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_issuer_is_refused() {
    let server = Server::start(Authority::named("Unknown Root").issue("shop.test")).await;
    let failure = refusal(&server, trusting(&Authority::new())).await;
    assert_eq!(
        failure.message,
        "the certificate of `shop.test` is from an unknown issuer: trust it with `ca_file`, or accept any with `insecure`"
    );
}

#[tokio::test]
async fn an_older_root_of_the_same_name_is_suspected() {
    let server = Server::start(Authority::new().issue("shop.test")).await;
    let failure = refusal(&server, trusting(&Authority::new())).await;
    assert_eq!(
        failure.message,
        "the certificate of `shop.test` is not signed by the root that it names: is `ca_file` an older root of the same name?"
    );
}

#[tokio::test]
async fn a_root_that_a_server_shows_as_its_own_is_explained() {
    let authority = Authority::new();
    let root = authority.issue_with("shop.test", |params| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    });
    let failure = refusal(&Server::start(root).await, trusting(&authority)).await;
    assert!(
        failure
            .message
            .starts_with("the certificate of `shop.test` is a root's own"),
        "{}",
        failure.message
    );
}

#[tokio::test]
async fn insecure_accepts_any_certificate() {
    for versions in [&[&rustls::version::TLS13], &[&rustls::version::TLS12]] {
        let expired = Authority::new().issue_with("other.test", |params| {
            params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        });
        let server = Server::start_with(expired, None, versions).await;
        let mut connected = shake(&connector(server.address, insecure()), "shop.test")
            .await
            .unwrap();
        expect_ok(&mut connected.stream).await;
    }
}

#[tokio::test]
async fn the_name_asked_for_can_be_set() {
    let authority = Authority::new();
    let mut server = Server::start(authority.issue("other.test")).await;
    let options = TlsOptions {
        server_name: Some("other.test".to_owned()),
        ..trusting(&authority)
    };
    shake(&connector(server.address, options), "shop.test")
        .await
        .unwrap();
    assert_eq!(
        server.seen.recv().await.unwrap().server_name.as_deref(),
        Some("other.test")
    );
}

#[tokio::test]
async fn a_client_certificate_is_shown_to_who_asks() {
    let authority = Authority::new();
    let client = authority.issue("client.test");
    let mut server = Server::start_with(
        authority.issue("shop.test"),
        Some(authority.root.clone()),
        rustls::ALL_VERSIONS,
    )
    .await;
    let separate = TlsOptions {
        cert_file: Some(authority.cert_file(&client)),
        key_file: Some(authority.key_file(&client)),
        ..trusting(&authority)
    };
    let together = TlsOptions {
        cert_file: Some(authority.pair_file(&client)),
        ..trusting(&authority)
    };
    for options in [separate, together] {
        let mut connected = shake(&connector(server.address, options), "shop.test")
            .await
            .unwrap();
        expect_ok(&mut connected.stream).await;
        assert_eq!(server.seen.recv().await.unwrap().client_certificates, 1);
    }
}

#[tokio::test]
async fn a_missing_or_foreign_client_certificate_is_said() {
    let authority = Authority::new();
    let foreign = Authority::new();
    let with_foreign = TlsOptions {
        cert_file: Some(foreign.pair_file(&foreign.issue("client.test"))),
        ..trusting(&authority)
    };
    let server = Server::start_with(
        authority.issue("shop.test"),
        Some(authority.root.clone()),
        &[&rustls::version::TLS13],
    )
    .await;
    let failure = refusal(&server, trusting(&authority)).await;
    assert_eq!(
        failure.message,
        "the server asks for a client certificate: set `cert_file` and `key_file`"
    );
    let failure = refusal(&server, with_foreign).await;
    assert_eq!(
        failure.message,
        "the server does not accept the client certificate"
    );
}

#[tokio::test]
async fn sessions_are_resumed_unless_that_is_off() {
    let authority = Authority::new();
    let mut server = Server::start(authority.issue("shop.test")).await;
    for (resumption, expect) in [(true, HandshakeKind::Resumed), (false, HandshakeKind::Full)] {
        let connector = connector(
            server.address,
            TlsOptions {
                resumption,
                ..trusting(&authority)
            },
        );
        for expect in [HandshakeKind::Full, expect] {
            let mut connected = shake(&connector, "shop.test").await.unwrap();
            expect_ok(&mut connected.stream).await;
            assert_eq!(
                server.seen.recv().await.unwrap().kind,
                expect,
                "resumption {resumption}"
            );
        }
    }
}

#[tokio::test]
async fn session_tickets_do_not_make_an_idle_connection_unusable() {
    let authority = Authority::new();
    let server = Server::start(authority.issue("shop.test")).await;
    let mut stream = shake(
        &connector(server.address, trusting(&authority)),
        "shop.test",
    )
    .await
    .unwrap()
    .stream;
    expect_ok(&mut stream).await;
    assert!(stream.is_reusable());
    assert!(stream.try_write(b"x").is_err(), "TLS needs poll_write");
    stream.write_all(b"x").await.unwrap();
    stream.flush().await.unwrap();
    while stream.is_reusable() {
        tokio::task::yield_now().await;
    }
}

/// The failure of a handshake with a server that answers `bytes` and closes.
async fn answered_with(bytes: &'static [u8]) -> Failure {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        assert!(socket.read(&mut [0; 4096]).await.unwrap() > 0);
        socket.write_all(bytes).await.unwrap();
    });
    let failure = shake(&connector(address, insecure()), "shop.test")
        .await
        .unwrap_err();
    server.await.unwrap();
    assert_eq!(failure.class, FailureClass::Tls);
    failure
}

#[tokio::test]
async fn servers_that_do_not_speak_tls_are_told_apart() {
    let plain = answered_with(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await;
    assert_eq!(plain.message, "the server does not speak TLS on this port");
    let old = answered_with(&[0x15, 3, 1, 0, 2, 2, 70]).await;
    assert!(
        old.message
            .starts_with("the server and Squall have no TLS version or cipher in common"),
        "{}",
        old.message
    );
    let closed = answered_with(b"").await;
    assert_eq!(closed.message, "connection closed during the TLS handshake");
}

#[test]
fn settings_that_cannot_work_name_the_file_and_the_cure() {
    let authority = Authority::new();
    let issued = authority.issue("client.test");
    let (cert, key) = (authority.cert_file(&issued), authority.key_file(&issued));
    let other_key = authority.file(
        "other.pem",
        &std::fs::read_to_string(Authority::new().key_file(&Authority::new().issue("x.test")))
            .unwrap(),
    );
    let empty = authority.file("empty.pem", "");
    let broken = authority.file(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
    );
    let check = |options: TlsOptions, expect: &str| {
        let error = options.build().unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
    };
    let ca = |path: &PathBuf| TlsOptions {
        ca_file: Some(path.clone()),
        ..TlsOptions::default()
    };
    let client = |cert: Option<&PathBuf>, key: Option<&PathBuf>| TlsOptions {
        cert_file: cert.cloned(),
        key_file: key.cloned(),
        ..insecure()
    };
    check(
        ca(&"missing.pem".into()),
        "cannot read `missing.pem` (`ca_file`): ",
    );
    check(ca(&empty), "empty.pem` (`ca_file`) holds no certificate");
    check(ca(&broken), "broken.pem` (`ca_file`) is not valid PEM: ");
    check(
        client(Some(&cert), None),
        "cert.pem` (`cert_file`) holds no unencrypted private key",
    );
    check(
        client(Some(&cert), Some(&empty)),
        "empty.pem` (`key_file`) holds no unencrypted private key",
    );
    check(client(Some(&cert), Some(&other_key)), "cannot be used: ");
    check(
        client(None, Some(&key)),
        "`key_file` is set, but `cert_file` is not",
    );
    let name = TlsOptions {
        server_name: Some("a b".to_owned()),
        ..insecure()
    };
    check(
        name,
        "`a b` (`server_name`) is neither a DNS name nor an IP address",
    );
}
