//! The HTTP settings that options ask for.

use indexmap::IndexMap;
use squall_plan::{
    ConnectTo, ConnectionPolicy, HttpSettings, OneOrMany, PlanError, PlanErrors, Template,
    TlsSettings,
};

use super::options::{parse, wrong};
use crate::args::RequestArgs;

/// Returns the settings that the options ask for; what they do not say is left open.
pub(crate) fn http_settings(args: &RequestArgs) -> Result<HttpSettings, PlanErrors> {
    let mut errors = Vec::new();
    let headers = headers(&args.headers, &mut errors);
    let request_timeout = parse("--timeout", args.timeout.as_deref(), &mut errors);
    let connect_to = connect_to(&args.connect_to, &mut errors);
    let connections = args
        .connections
        .as_deref()
        .and_then(|text| policy(text, &mut errors));
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| absolute(path));
    let settings = HttpSettings {
        base_url: args.host.clone(),
        headers,
        request_timeout,
        redirects: args.redirects,
        connections,
        connect_to,
        local_address: args.local_address.clone(),
        unix_socket: path(&args.unix_socket),
        tls: TlsSettings {
            insecure: args.insecure.then_some(true),
            ca_file: path(&args.cacert),
            cert_file: path(&args.cert),
            key_file: path(&args.key),
            ..TlsSettings::default()
        },
        ..HttpSettings::default()
    };
    if errors.is_empty() {
        Ok(settings)
    } else {
        Err(PlanErrors(errors))
    }
}

/// Completes a URL that was typed without its scheme.
pub(crate) fn complete_url(text: &str) -> String {
    if text.contains("://") || text.starts_with('/') {
        text.to_owned()
    } else {
        format!("http://{text}")
    }
}

/// Paths of options start from the working directory, those of a plan from the plan's folder.
pub(crate) fn absolute(path: &std::path::Path) -> String {
    std::path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string()
}

fn connect_to(texts: &[String], errors: &mut Vec<PlanError>) -> Vec<ConnectTo> {
    let mut targets = Vec::new();
    for text in texts {
        match text.split_once('=') {
            Some((from, to)) => targets.push(ConnectTo {
                from: from.to_owned(),
                to: to.to_owned(),
            }),
            None => errors.push(wrong(
                "--connect-to",
                &format!("`{text}` is not `HOST:PORT=HOST:PORT`"),
            )),
        }
    }
    targets
}

fn policy(text: &str, errors: &mut Vec<PlanError>) -> Option<ConnectionPolicy> {
    match (text, text.parse()) {
        ("per_user", _) => Some(ConnectionPolicy::PerUser),
        ("new_each", _) => Some(ConnectionPolicy::NewEach),
        (_, Ok(shared)) => Some(ConnectionPolicy::Shared(shared)),
        _ => {
            errors.push(wrong(
                "--connections",
                &format!("`{text}` is none of `per_user`, `new_each`, or a number"),
            ));
            None
        }
    }
}

fn headers(texts: &[String], errors: &mut Vec<PlanError>) -> IndexMap<String, OneOrMany> {
    let mut headers: IndexMap<String, Vec<Template>> = IndexMap::new();
    for text in texts {
        match text.split_once(':') {
            Some((name, value)) => headers
                .entry(name.trim().to_owned())
                .or_default()
                .push(Template::from(value.trim())),
            None => errors.push(wrong("--header", &format!("`{text}` is not `NAME: VALUE`"))),
        }
    }
    let values = |values: Vec<Template>| match <[Template; 1]>::try_from(values) {
        Ok([value]) => OneOrMany::One(value),
        Err(values) => OneOrMany::Many(values),
    };
    headers
        .into_iter()
        .map(|(name, all)| (name, values(all)))
        .collect()
}
