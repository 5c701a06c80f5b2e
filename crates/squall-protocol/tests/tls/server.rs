//! A TLS server on loopback that says `ok` to whoever shakes hands.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::server::{WebPkiClientVerifier, danger::ClientCertVerifier};
use rustls::{HandshakeKind, RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;

use super::certificates::Issued;

/// What the server saw of a handshake that succeeded.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) server_name: Option<String>,
    pub(crate) alpn: Option<Vec<u8>>,
    pub(crate) kind: HandshakeKind,
    pub(crate) client_certificates: usize,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: UnboundedReceiver<Seen>,
}

impl Server {
    pub(crate) async fn start(issued: Issued) -> Self {
        Self::start_with(issued, None, rustls::ALL_VERSIONS).await
    }

    pub(crate) async fn start_with(
        issued: Issued,
        client_root: Option<CertificateDer<'static>>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap();
        let builder = match client_root {
            Some(root) => builder.with_client_cert_verifier(client_verifier(root)),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(issued.chain, issued.key).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, seen) = unbounded_channel();
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), sender));
        Self { address, seen }
    }
}

fn client_verifier(root: CertificateDer<'static>) -> Arc<dyn ClientCertVerifier> {
    let mut roots = RootCertStore::empty();
    roots.add(root).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .unwrap()
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, seen: UnboundedSender<Seen>) {
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(serve_one(acceptor.clone(), socket, seen.clone()));
    }
}

async fn serve_one(acceptor: TlsAcceptor, socket: TcpStream, seen: UnboundedSender<Seen>) {
    let Ok(mut tls) = acceptor.accept(socket).await else {
        return;
    };
    let session = tls.get_ref().1;
    let report = Seen {
        server_name: session.server_name().map(str::to_owned),
        alpn: session.alpn_protocol().map(<[u8]>::to_vec),
        kind: session.handshake_kind().unwrap(),
        client_certificates: session.peer_certificates().map_or(0, <[_]>::len),
    };
    seen.send(report).ok();
    tls.write_all(b"ok").await.ok();
    tls.flush().await.ok();
    // Stays until the client says that it is enough.
    tls.read_u8().await.ok();
    tls.shutdown().await.ok();
}
