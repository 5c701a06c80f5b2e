use std::net::IpAddr;

use indexmap::IndexMap;

use super::checked::{CheckedHttp, CheckedTls};
use super::checker::Checker;
use super::names::{Wildcard, is_host_port};
use super::url::{UrlForm, check};
use crate::model::{ConnectTo, ConnectionPolicy, HttpSettings, OneOrMany, TlsSettings};
use crate::place::Place;
use crate::units::Span;

const GIBIBYTE: u64 = 1 << 30;

impl Checker<'_> {
    /// Checks the settings of one level: of the plan, or of a stage.
    pub(super) fn settings(&mut self, http: &HttpSettings, place: &Place<'_>) {
        if let Some(base) = &http.base_url {
            self.base_url(base, &place.key("base_url"));
        }
        self.headers(&http.headers, &place.key("headers"));
        for (span, name) in [
            (http.connect_timeout, "connect_timeout"),
            (http.read_timeout, "read_timeout"),
            (http.request_timeout, "request_timeout"),
        ] {
            self.above_zero(span, &place.key(name));
        }
        if http.max_response_size == Some(0) {
            self.findings.add(
                &place.key("max_response_size"),
                "the size must be greater than 0",
            );
        }
        if http.connections == Some(ConnectionPolicy::Shared(0)) {
            let message = "a shared pool has at least 1 connection";
            self.findings
                .add(&place.key("connections").key("shared"), message);
        }
        for (index, connect_to) in http.connect_to.iter().enumerate() {
            self.connect_to(connect_to, &place.key("connect_to").index(index));
        }
        if let Some(address) = &http.local_address
            && address.parse::<IpAddr>().is_err()
        {
            let hint = "write it like `192.0.2.10` or `2001:db8::10`";
            let message = format!("`{address}` is not an IP address");
            self.findings
                .add_with_hint(&place.key("local_address"), message, hint);
        }
        let tls = &http.tls;
        for (path, name) in [
            (&http.unix_socket, "unix_socket"),
            (&tls.ca_file, "tls.ca_file"),
            (&tls.cert_file, "tls.cert_file"),
            (&tls.key_file, "tls.key_file"),
        ] {
            if let Some(path) = path {
                let place = name
                    .split('.')
                    .fold(place.clone(), |place, key| place.key(key));
                self.file(path, &place);
            }
        }
        if let Some(name) = &tls.server_name
            && url::Host::parse(name).is_err()
        {
            let message = format!("`{name}` is not a host name");
            self.findings
                .add(&place.key("tls").key("server_name"), message);
        }
    }

    fn base_url(&mut self, base: &str, place: &Place<'_>) {
        match check(base) {
            Err(fault) => {
                let hint = fault
                    .hint
                    .map(|_| "write it like `https://shop.example`".to_owned());
                self.findings.add_with_hint(place, fault.message, hint);
            }
            Ok(UrlForm::Relative) => {
                let hint = format!("write it like `https://{}`", base.trim_start_matches('/'));
                self.findings.add_with_hint(
                    place,
                    format!("`{base}` has no scheme and host"),
                    hint,
                );
            }
            Ok(UrlForm::Absolute) if base.contains(['?', '#']) => {
                self.findings.add(
                    place,
                    format!("`{base}` has a query or a fragment, which a base cannot have"),
                );
            }
            Ok(UrlForm::Absolute) => {}
        }
    }

    fn connect_to(&mut self, connect_to: &ConnectTo, place: &Place<'_>) {
        for (text, name, wildcard) in [
            (&connect_to.from, "from", Wildcard::Allowed),
            (&connect_to.to, "to", Wildcard::Refused),
        ] {
            if !is_host_port(text, wildcard) {
                let hint = match wildcard {
                    Wildcard::Allowed => {
                        "write it like `shop.example:443`, or `*:443` for any host"
                    }
                    Wildcard::Refused => "write it like `127.0.0.1:8443` or `[::1]:8443`",
                };
                self.findings.add_with_hint(
                    &place.key(name),
                    format!("`{text}` is not `host:port`"),
                    hint,
                );
            }
        }
    }

    /// Checks what only shows once the levels are put together: `own` is what the level at `place` itself gives.
    pub(super) fn certificate_pair(
        &mut self,
        own: &TlsSettings,
        merged: &TlsSettings,
        place: &Place<'_>,
    ) {
        if own.cert_file.is_none() && own.key_file.is_none() {
            return;
        }
        let (given, missing) = match (&merged.cert_file, &merged.key_file) {
            (Some(_), None) => ("cert_file", "key_file"),
            (None, Some(_)) => ("key_file", "cert_file"),
            _ => return,
        };
        let hint = "a client certificate needs both; they may be the same file";
        let place = place.key("tls").key(given);
        self.findings.add_with_hint(
            &place,
            format!("`{given}` is given without `{missing}`"),
            hint,
        );
    }
}

/// The stage's settings over the plan's.
pub(super) fn merge(plan: &HttpSettings, stage: &HttpSettings) -> HttpSettings {
    let connect_to = if stage.connect_to.is_empty() {
        &plan.connect_to
    } else {
        &stage.connect_to
    };
    HttpSettings {
        base_url: over(stage.base_url.as_ref(), plan.base_url.as_ref()),
        headers: merge_headers(&plan.headers, &stage.headers),
        connect_timeout: stage.connect_timeout.or(plan.connect_timeout),
        read_timeout: stage.read_timeout.or(plan.read_timeout),
        request_timeout: stage.request_timeout.or(plan.request_timeout),
        redirects: stage.redirects.or(plan.redirects),
        max_response_size: stage.max_response_size.or(plan.max_response_size),
        connections: stage.connections.or(plan.connections),
        cookies: stage.cookies.or(plan.cookies),
        dns_ttl: stage.dns_ttl.or(plan.dns_ttl),
        connect_to: connect_to.clone(),
        local_address: over(stage.local_address.as_ref(), plan.local_address.as_ref()),
        unix_socket: over(stage.unix_socket.as_ref(), plan.unix_socket.as_ref()),
        tls: TlsSettings {
            insecure: stage.tls.insecure.or(plan.tls.insecure),
            ca_file: over(stage.tls.ca_file.as_ref(), plan.tls.ca_file.as_ref()),
            cert_file: over(stage.tls.cert_file.as_ref(), plan.tls.cert_file.as_ref()),
            key_file: over(stage.tls.key_file.as_ref(), plan.tls.key_file.as_ref()),
            server_name: over(
                stage.tls.server_name.as_ref(),
                plan.tls.server_name.as_ref(),
            ),
            resumption: stage.tls.resumption.or(plan.tls.resumption),
        },
    }
}

fn over(stage: Option<&String>, plan: Option<&String>) -> Option<String> {
    stage.or(plan).cloned()
}

/// Names of headers are compared without regard to case.
fn merge_headers(
    plan: &IndexMap<String, OneOrMany>,
    stage: &IndexMap<String, OneOrMany>,
) -> IndexMap<String, OneOrMany> {
    let replaced = |name: &str| stage.keys().any(|own| own.eq_ignore_ascii_case(name));
    let kept = plan.iter().filter(|(name, _)| !replaced(name));
    kept.chain(stage)
        .map(|(name, values)| (name.clone(), values.clone()))
        .collect()
}

/// Merged settings with every default filled in.
pub(super) fn with_defaults(http: HttpSettings) -> CheckedHttp {
    CheckedHttp {
        base_url: http.base_url,
        headers: http.headers,
        connect_timeout: http.connect_timeout.unwrap_or(Span::from_secs(10)),
        read_timeout: http.read_timeout,
        request_timeout: http.request_timeout.unwrap_or(Span::from_secs(60)),
        redirects: http.redirects.unwrap_or(3),
        max_response_size: http.max_response_size.unwrap_or(GIBIBYTE),
        connections: http.connections.unwrap_or(ConnectionPolicy::PerUser),
        cookies: http.cookies.unwrap_or_default(),
        dns_ttl: http.dns_ttl.unwrap_or(Span::from_secs(60)),
        connect_to: http.connect_to,
        local_address: http.local_address.and_then(|address| address.parse().ok()),
        unix_socket: http.unix_socket,
        tls: CheckedTls {
            insecure: http.tls.insecure.unwrap_or(false),
            ca_file: http.tls.ca_file,
            cert_file: http.tls.cert_file,
            key_file: http.tls.key_file,
            server_name: http.tls.server_name,
            resumption: http.tls.resumption.unwrap_or(true),
        },
    }
}
