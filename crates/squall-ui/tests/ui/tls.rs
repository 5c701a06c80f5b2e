//! The dashboard over TLS.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use squall_ui::{Server, Settings, TlsFiles, UiError};

use crate::client::{Answer, Client};

fn settings(folder: &tempfile::TempDir) -> Settings {
    Settings {
        address: ([127, 0, 0, 1], 0).into(),
        tls: Some(TlsFiles {
            certificate: folder.path().join("cert.pem"),
            key: folder.path().join("key.pem"),
        }),
        runs_dir: folder.path().join("runs"),
        test: None,
    }
}

#[test]
fn with_a_certificate_it_speaks_tls() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
    fs::write(
        folder.path().join("key.pem"),
        made.signing_key.serialize_pem(),
    )
    .unwrap();
    let (server, _starts) = Server::start(settings(&folder)).unwrap();
    assert!(server.url().starts_with("https://"));
    let client = Client::of(&server);

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(client.address).unwrap());
    let text = "GET /?token=TOKEN HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream
        .write_all(text.replace("TOKEN", &client.token).as_bytes())
        .unwrap();
    let entered = Answer::read(stream);
    assert_eq!(entered.status, 303);
    assert!(entered.header("set-cookie").unwrap().ends_with("; Secure"));
}

#[test]
fn files_that_are_no_certificate_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = Server::start(settings(&folder)).unwrap_err();
    assert!(error.to_string().contains("cert.pem"), "{error}");
    fs::write(folder.path().join("cert.pem"), "nothing").unwrap();
    let error = Server::start(settings(&folder)).unwrap_err();
    assert!(
        error.to_string().contains("holds no certificate"),
        "{error}"
    );
    assert!(matches!(error, UiError::File { .. }) && error.hint().is_some());
}
