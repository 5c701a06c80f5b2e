//! Plain connections: where they go, how they fail, and whether an idle one may be used again.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::io::ErrorKind;
use std::net::SocketAddr;

use squall_protocol::connect::{
    ConnectSettings, ConnectTo, Connected, Connector, Origin, Scheme, Stream,
};
use squall_protocol::{Clock, Failure, FailureClass};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener};

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn connect(settings: ConnectSettings, host: &str, port: u16) -> Result<Connected, Failure> {
    let origin = Origin::new(Scheme::Http, host, port);
    Connector::new(settings)
        .connect(&origin, &Clock::start())
        .await
}

/// A connection and its other end.
async fn pair() -> (Stream, TcpStream) {
    let (listener, address) = listen().await;
    let connected = connect(ConnectSettings::default(), "127.0.0.1", address.port())
        .await
        .unwrap();
    let (peer, _) = listener.accept().await.unwrap();
    (connected.stream, peer)
}

#[tokio::test]
async fn a_name_or_an_address_is_connected_to() {
    let (listener, address) = listen().await;
    for host in ["127.0.0.1", "localhost", "LocalHost"] {
        let connected = connect(ConnectSettings::default(), host, address.port())
            .await
            .unwrap();
        assert_eq!(connected.peer, address.to_string());
        assert_eq!(connected.connected, connected.secured);
        assert!(connected.connected > 0 && !connected.stream.is_tls());
        let Stream::Tcp(socket) = &connected.stream else {
            panic!("{:?}", connected.stream)
        };
        assert!(socket.nodelay().unwrap());
        listener.accept().await.unwrap();
    }
}

#[tokio::test]
async fn an_ipv6_address_is_connected_to() {
    // Machines without IPv6 cannot listen on it either.
    let Ok(listener) = TcpListener::bind("[::1]:0").await else {
        return;
    };
    let address = listener.local_addr().unwrap();
    let connected = connect(ConnectSettings::default(), "[::1]", address.port())
        .await
        .unwrap();
    assert_eq!(connected.peer, address.to_string());
}

#[tokio::test]
async fn a_refused_port_is_said_without_what_varies() {
    let (listener, address) = listen().await;
    drop(listener);
    let failure = connect(ConnectSettings::default(), "127.0.0.1", address.port())
        .await
        .unwrap_err();
    assert_eq!(failure.class, FailureClass::Connect);
    assert_eq!(failure.message, "connection refused");
    assert_eq!(failure.detail, format!("to {address}"));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_a_dns_failure() {
    let failure = connect(ConnectSettings::default(), "no..host", 80)
        .await
        .unwrap_err();
    assert_eq!(
        (failure.class, failure.message.as_str()),
        (FailureClass::Dns, "`no..host` does not resolve")
    );
}

#[tokio::test]
async fn connect_to_leads_elsewhere() {
    let (listener, address) = listen().await;
    let rule = ConnectTo::parse("shop.test:80", &address.to_string()).unwrap();
    let settings = ConnectSettings {
        connect_to: vec![rule],
        ..ConnectSettings::default()
    };
    let connected = connect(settings, "shop.test", 80).await.unwrap();
    assert_eq!(connected.peer, address.to_string());
    listener.accept().await.unwrap();
}

#[tokio::test]
async fn a_local_address_is_connected_from() {
    let (listener, address) = listen().await;
    let from = |local: &str| ConnectSettings {
        local_address: Some(local.parse().unwrap()),
        ..ConnectSettings::default()
    };
    let _connected = connect(from("127.0.0.2"), "127.0.0.1", address.port())
        .await
        .unwrap();
    let (_, peer) = listener.accept().await.unwrap();
    assert_eq!(peer.ip().to_string(), "127.0.0.2");

    let failure = connect(from("192.0.2.1"), "127.0.0.1", address.port())
        .await
        .unwrap_err();
    assert_eq!(
        (failure.class, failure.message.as_str()),
        (
            FailureClass::Connect,
            "`192.0.2.1` is not an address of this machine"
        )
    );
    let failure = connect(from("::1"), "127.0.0.1", address.port())
        .await
        .unwrap_err();
    assert_eq!(
        failure.message,
        "`::1` cannot reach an address of the other IP version"
    );
}

#[tokio::test]
async fn a_unix_socket_stands_for_every_origin() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let settings = ConnectSettings {
        unix_socket: Some(path.clone()),
        ..ConnectSettings::default()
    };
    let failure = connect(settings.clone(), "shop.test", 80)
        .await
        .unwrap_err();
    assert_eq!(
        (failure.class, failure.message.as_str()),
        (FailureClass::Connect, "socket does not exist")
    );

    let listener = UnixListener::bind(&path).unwrap();
    let mut connected = connect(settings, "shop.test", 80).await.unwrap();
    assert_eq!(connected.peer, path.display().to_string());
    let (mut peer, _) = listener.accept().await.unwrap();
    assert_eq!(connected.stream.try_write(b"ping").unwrap(), 4);
    let mut read = [0; 4];
    peer.read_exact(&mut read).await.unwrap();
    peer.write_all(b"pong").await.unwrap();
    connected.stream.read_exact(&mut read).await.unwrap();
    assert_eq!(&read, b"pong");
}

#[tokio::test]
async fn a_fresh_connection_takes_the_first_write_at_once() {
    let (mut stream, mut peer) = pair().await;
    assert_eq!(stream.try_write(b"hello").unwrap(), 5);
    let mut read = [0; 5];
    peer.read_exact(&mut read).await.unwrap();
    assert_eq!(&read, b"hello");
    stream.write_all(b" world").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut rest = Vec::new();
    peer.read_to_end(&mut rest).await.unwrap();
    assert_eq!(rest, b" world");
}

#[tokio::test]
async fn a_full_kernel_would_block() {
    let (stream, _peer) = pair().await;
    let block = [0; 8192];
    let error = loop {
        if let Err(error) = stream.try_write(&block) {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

#[tokio::test]
async fn an_idle_connection_may_be_used_again() {
    let (mut stream, mut peer) = pair().await;
    assert!(stream.is_reusable());
    // The buffer is filled exactly, so that only a look can tell that nothing more came.
    peer.write_all(b"four").await.unwrap();
    let mut read = [0; 4];
    stream.read_exact(&mut read).await.unwrap();
    assert!(stream.is_reusable());
    peer.write_all(b"more").await.unwrap();
    stream.read_exact(&mut read).await.unwrap();
    assert_eq!(&read, b"more");
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_not_used_again() {
    let (mut stream, peer) = pair().await;
    drop(peer);
    while stream.is_reusable() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_connection_with_bytes_that_nobody_asked_for_is_not_used_again() {
    let (mut stream, mut peer) = pair().await;
    peer.write_all(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
        .await
        .unwrap();
    while stream.is_reusable() {
        tokio::task::yield_now().await;
    }
}
