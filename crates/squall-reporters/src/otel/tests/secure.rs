//! TLS.

use std::fs;

use serde_json::json;
use squall_report::{Batch, ReporterError};

use super::reporter;
use crate::otel::fake::Fake;
use crate::sample::{event, event_batch};

#[test]
fn over_tls_the_certificate_must_be_of_a_trusted_authority() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    fs::write(&ca, made.cert.pem()).unwrap();
    let fake = Fake::with(Some((made.cert.pem(), made.signing_key.serialize_pem())));
    let settings = json!({"endpoint": fake.url(), "timeout": "5s"});
    let error = reporter(settings.clone()).open().unwrap_err();
    assert!(
        matches!(error, ReporterError::Permanent { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("as `ca`"), "{error}");

    let mut settings = settings;
    settings["ca"] = json!(ca);
    let mut trusting = reporter(settings.clone());
    trusting.open().unwrap();
    trusting
        .send(&Batch::Events(event_batch(vec![event(1)])))
        .unwrap();
    assert_eq!(fake.kept().log_records().len(), 1);

    settings["ca"] = json!("/nowhere/ca.pem");
    let error = reporter(settings).open().unwrap_err();
    assert!(error.to_string().contains("`/nowhere/ca.pem`"), "{error}");
}
