//! `squall ping`: one request, and everything that can be known of it.

use std::path::Path;

use serde_json::json;
use squall_plan::{Plan, PlanErrors, Span};
use squall_run::ping::{PingRefused, Pong, ShownCertificate, Tls, ping};
use squall_view::listing::{Fact, Tone, facts};

use super::as_typed::{as_typed, option_names};
use super::refuse;
use crate::args::{Format, PingArgs, PingEngine};
use crate::execute::count_interrupts;
use crate::load::{complete_url, http_settings};
use crate::{exit, output};

/// How long one request may take where nothing is said.
const LIMIT: Span = Span::from_secs(60);

/// Sends one request.
pub(super) fn run(args: &PingArgs) -> anyhow::Result<u8> {
    let PingEngine::Http = args.engine;
    let plan = match plan(args) {
        Ok(plan) => plan,
        Err(errors) => return Ok(refuse(&as_typed(errors))),
    };
    let interrupts = count_interrupts()?;
    match ping(&plan, Path::new("."), Some(&interrupts)) {
        Ok(pong) => {
            show(&pong, args.format)?;
            Ok(if pong.ok { exit::PASSED } else { exit::FAULT })
        }
        Err(PingRefused::Plan(errors)) => Ok(refuse(&as_typed(errors))),
        Err(error @ PingRefused::Interrupted) => {
            output::error(&error.to_string());
            Ok(exit::INTERRUPTED)
        }
        Err(error) => Err(error.into()),
    }
}

fn plan(args: &PingArgs) -> Result<Plan, PlanErrors> {
    let mut http = http_settings(&args.request)?;
    http.request_timeout = http.request_timeout.or(Some(LIMIT));
    http.redirects = http.redirects.or(Some(0));
    Plan::from_value(json!({
        "version": 1,
        "name": "ping",
        "http": http,
        "stages": {"http": {"execute": {"scenarios": {"http": {
            "load": {"iterations": {"users": 1, "shared": 1}},
            "flow": [{"http": {"url": complete_url(&args.url)}}],
        }}}}},
    }))
}

fn show(pong: &Pong, format: Format) -> anyhow::Result<()> {
    let text = match format {
        Format::Text => facts(&told(pong), output::columns(), output::theme()),
        Format::Json => serde_json::to_string_pretty(pong)? + "\n",
    };
    output::print(&text);
    Ok(())
}

fn told(pong: &Pong) -> Vec<Fact> {
    let tone = if pong.ok { Tone::Good } else { Tone::Bad };
    let answered = match pong.status {
        Some(status) => format!("{status} {}", pong.reason),
        None => "no answer".to_owned(),
    };
    let mut told = vec![Fact::toned("answer", answered.trim_end(), tone)];
    for error in &pong.errors {
        let detail = if error.detail.is_empty() {
            String::new()
        } else {
            format!(" ({})", error.detail)
        };
        let text = format!("{}: {}{detail}", error.class, option_names(&error.message));
        told.push(Fact::toned("why", text, Tone::Bad));
    }
    told.push(Fact::plain("url", &pong.url));
    if pong.redirects > 0 {
        told.push(Fact::plain("redirects", pong.redirects.to_string()));
    }
    told.extend(
        pong.address
            .iter()
            .map(|address| Fact::plain("address", address)),
    );
    told.push(Fact::plain("times", times(&pong.times_ms)));
    if pong.status.is_some() {
        let body = format!(
            "{} bytes, {} received with its head",
            pong.body_bytes, pong.received_bytes
        );
        told.push(Fact::plain("body", body));
    }
    told.extend(pong.tls.iter().flat_map(encryption));
    told
}

fn times(times_ms: &[(&str, f64)]) -> String {
    let times = times_ms
        .iter()
        .map(|(phase, took)| format!("{} {took:.2} ms", phase.replace('_', " ")));
    times.collect::<Vec<_>>().join(", ")
}

fn encryption(tls: &Tls) -> Vec<Fact> {
    let mut told = vec![Fact::plain(
        "tls",
        format!("{}, {}", tls.version, tls.cipher),
    )];
    let (text, tone) = if tls.verified {
        ("verified", Tone::Good)
    } else {
        ("not verified", Tone::Bad)
    };
    told.push(Fact::toned("certificate", text, tone));
    for certificate in &tls.certificates {
        told.extend(shown(certificate));
    }
    told
}

fn shown(certificate: &ShownCertificate) -> Vec<Fact> {
    let mut told = vec![
        Fact::plain("  subject", or_none(&certificate.subject)),
        Fact::plain("  issuer", or_none(&certificate.issuer)),
        Fact::plain(
            "  valid",
            format!("{} to {}", certificate.not_before, certificate.not_after),
        ),
    ];
    if !certificate.names.is_empty() {
        told.push(Fact::plain("  names", certificate.names.join(", ")));
    }
    told
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "(none)" } else { text }
}
