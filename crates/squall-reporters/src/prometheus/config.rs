//! The settings of `prometheus`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Map, Value};
use squall_report::Reporter;

use super::collect::CustomType;
use super::encode::Native;
use super::labels::sanitized;
use super::remote::Written;
use super::send::PrometheusReporter;
use crate::http::{CONNECT_TIMEOUT, HttpSettings, read_headers};
use crate::registration::Target;
use crate::secret::Secret;
use crate::settings::SettingsReader;
use crate::target::{UrlParts, url};
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors};

const GATEWAY: &str = "pushgateway_address";
const METHOD: &str = "auth_request_method";
const TIMEOUT: &str = "auth_request_timeout";
const USERNAME: &str = "username";
const PASSWORD: &str = "password";
const NAMESPACE: &str = "namespace";
const JOB: &str = "job_name";
const CUSTOM: &str = "custom_fields";
const LISTEN: &str = "listen";
const REMOTE_WRITE: &str = "remote_write";
const NATIVE: &str = "native_histograms";
const BUCKETS: &str = "buckets";
const LINGER: &str = "linger";
const TOKEN: &str = "bearer_token";
const HEADERS: &str = "headers";
const CA: &str = "ca";

const LONGEST_MS: u64 = 30_000;

pub(super) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new(
        GATEWAY,
        SettingKind::Text,
        "`HOST:PORT` or URL of a push gateway, where neither `listen` nor `remote_write` is set",
    )
    .or("\"localhost:9091\""),
    SettingInfo::new(
        METHOD,
        SettingKind::Choice(&["PUT", "POST"]),
        "how the gateway is written: `PUT` removes what a run pushed before and does not push now",
    )
    .or("\"PUT\""),
    SettingInfo::new(
        TIMEOUT,
        SettingKind::Integer,
        "how long one request may take, in milliseconds, at most 30000",
    )
    .or("30000"),
    SettingInfo::new(
        USERNAME,
        SettingKind::Text,
        "user of the gateway or server; with `listen`, of whoever scrapes",
    ),
    SettingInfo::new(PASSWORD, SettingKind::Secret, "password of that user"),
    SettingInfo::new(
        NAMESPACE,
        SettingKind::Text,
        "prefix of all names: `load` makes `load_squall_operations_total`",
    ),
    SettingInfo::new(
        JOB,
        SettingKind::Text,
        "label `job` of what is pushed or written; a scraper sets its own",
    )
    .or("\"squall\""),
    SettingInfo::new(
        CUSTOM,
        SettingKind::Map,
        "numbers that the test made of its results, by name: `counter` or `gauge`, where their own type is not right",
    ),
    SettingInfo::new(
        LISTEN,
        SettingKind::Text,
        "`HOST:PORT` or `:PORT` where `/metrics` is scraped",
    ),
    SettingInfo::new(
        REMOTE_WRITE,
        SettingKind::Text,
        "URL of a server that takes remote writes, such as `http://localhost:9090/api/v1/write`",
    ),
    SettingInfo::new(
        NATIVE,
        SettingKind::Flag,
        "native histograms: scraped, beside classic ones where the server asks for protobuf (default `true`); written remotely, in place of classic ones (default `false`: the server must have them turned on)",
    ),
    SettingInfo::new(
        BUCKETS,
        SettingKind::List,
        "upper ends of the buckets of classic histograms",
    )
    .or("[\"500us\", \"1ms\", \"2500us\", \"5ms\", \"10ms\", \"25ms\", \"50ms\", \"100ms\", \"250ms\", \"500ms\", \"1s\", \"2500ms\", \"5s\", \"10s\", \"30s\", \"60s\"]"),
    SettingInfo::new(
        LINGER,
        SettingKind::Duration,
        "how long the end waits until the last numbers are scraped; not at all where nobody has scraped before",
    )
    .or("\"15s\""),
    SettingInfo::new(TOKEN, SettingKind::Secret, "bearer token; goes before user and password"),
    SettingInfo::new(
        HEADERS,
        SettingKind::Map,
        "further headers of requests, such as `X-Scope-OrgID`",
    ),
    SettingInfo::new(
        CA,
        SettingKind::Path,
        "PEM file of authorities that are trusted beside those of the system",
    ),
];

/// Settings that mean nothing in one of the ways.
const NOT_LISTENING: &[&str] = &[
    GATEWAY,
    METHOD,
    TIMEOUT,
    JOB,
    REMOTE_WRITE,
    TOKEN,
    HEADERS,
    CA,
];
const NOT_WRITING: &[&str] = &[GATEWAY, METHOD, LINGER];
const NOT_PUSHING: &[&str] = &[NATIVE, LINGER];

/// Everything that was set.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) way: Way,
    /// In front of all names.
    pub(super) prefix: String,
    pub(super) custom: BTreeMap<String, CustomType>,
    /// Upper ends of classic buckets in nanoseconds.
    pub(super) buckets: Arc<[u64]>,
    pub(super) login: Option<Login>,
    pub(super) bearer_token: Option<Secret>,
    pub(super) headers: BTreeMap<String, Secret>,
    pub(super) http: HttpSettings,
}

#[derive(Debug)]
pub(super) struct Login {
    pub(super) username: String,
    pub(super) password: Secret,
}

impl Login {
    /// Returns the `Authorization` that a client with them sends.
    pub(super) fn header(&self) -> Secret {
        use base64::Engine as _;
        let text = format!("{}:{}", self.username, self.password.reveal());
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        Secret::new(format!("Basic {encoded}"))
    }
}

/// How numbers get to Prometheus.
#[derive(Debug)]
pub(super) enum Way {
    Listen(Listen),
    Gateway(Gateway),
    RemoteWrite(RemoteWrite),
}

#[derive(Debug)]
pub(super) struct Listen {
    pub(super) address: String,
    pub(super) native: Native,
    pub(super) linger: Duration,
}

#[derive(Debug, Clone)]
pub(super) struct Gateway {
    /// Without a slash at the end.
    pub(super) url: String,
    pub(super) method: Method,
    pub(super) job: String,
}

#[derive(Debug, Clone)]
pub(super) struct RemoteWrite {
    pub(super) url: String,
    pub(super) written: Written,
}

pub(super) const TARGET: Target = Target {
    form: ":PORT, http://HOST:PORT (a push gateway) or http://HOST:PORT/api/v1/write",
    read: |text| {
        let is_url = text.starts_with("http://") || text.starts_with("https://");
        if is_url {
            let parts = url(text, SETTINGS)?;
            let is_root = parts.path.is_empty() || parts.path == "/";
            return Ok(read_url(
                parts,
                if is_root { GATEWAY } else { REMOTE_WRITE },
            ));
        }
        if !is_address(text) {
            return Err("must be `:PORT`, `HOST:PORT` or a URL, such as `:9464`".to_owned());
        }
        Ok(Map::from_iter([(LISTEN.to_owned(), text.into())]))
    },
};

fn read_url(parts: UrlParts, setting: &str) -> Map<String, Value> {
    let mut settings = parts.query;
    settings.insert(setting.to_owned(), parts.url.into());
    for (name, value) in [(USERNAME, parts.username), (PASSWORD, parts.password)] {
        if let Some(value) = value {
            settings.insert(name.to_owned(), value.into());
        }
    }
    settings
}

fn is_address(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(host, port)| port.parse::<u16>().is_ok() && !host.contains('/'))
}

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let mut reader = SettingsReader::new(super::REGISTRATION.name, SETTINGS, written, context);
    let prefix = read_prefix(&mut reader);
    let way = read_way(&mut reader, &prefix);
    let meaningless = match &way {
        Way::Listen(_) => (NOT_LISTENING, "`listen`"),
        Way::Gateway(_) => (NOT_PUSHING, "a push gateway"),
        Way::RemoteWrite(_) => (NOT_WRITING, "`remote_write`"),
    };
    for name in meaningless.0 {
        if reader.is_written(name) {
            let why = format!(
                "means nothing with {}: leave one of them out",
                meaningless.1
            );
            reader.invalid(name, why);
        }
    }
    let settings = Settings {
        way,
        prefix,
        custom: read_custom(&mut reader),
        buckets: read_buckets(&mut reader),
        login: read_login(&mut reader),
        bearer_token: reader.secret(TOKEN),
        headers: read_headers(&mut reader, HEADERS),
        http: read_http(&mut reader),
    };
    let settings = reader.finish(settings)?;
    Ok(Box::new(PrometheusReporter::new(settings)))
}

fn read_prefix(reader: &mut SettingsReader<'_>) -> String {
    let namespace = reader.text(NAMESPACE).unwrap_or_default();
    if namespace.is_empty() {
        return namespace;
    }
    if sanitized(&namespace) != namespace {
        let why = format!("is `{namespace}`: it must have letters, digits and `_` alone");
        reader.invalid(NAMESPACE, why);
    }
    format!("{namespace}_")
}

fn read_way(reader: &mut SettingsReader<'_>, prefix: &str) -> Way {
    let native = reader.optional_flag(NATIVE);
    let told = |native| {
        if native {
            Native::Told
        } else {
            Native::LeftOut
        }
    };
    let job = reader.needed_text(JOB);
    if let Some(address) = reader.text(LISTEN) {
        if !is_address(&address) {
            let why = format!("is `{address}`: it must be `HOST:PORT` or `:PORT`");
            reader.invalid(LISTEN, why);
        }
        return Way::Listen(Listen {
            address,
            native: told(native.unwrap_or(true)),
            linger: reader.duration(LINGER),
        });
    }
    if let Some(text) = reader.text(REMOTE_WRITE) {
        return Way::RemoteWrite(RemoteWrite {
            url: checked_url(reader, REMOTE_WRITE, &text),
            written: Written {
                prefix: prefix.to_owned(),
                job,
                native: told(native.unwrap_or(false)),
            },
        });
    }
    let text = reader.needed_text(GATEWAY);
    let text = if text.contains("://") {
        text
    } else {
        format!("http://{text}")
    };
    let url = checked_url(reader, GATEWAY, &text);
    Way::Gateway(Gateway {
        url: url.trim_end_matches('/').to_owned(),
        method: match reader.choice(METHOD).as_str() {
            "POST" => Method::POST,
            _ => Method::PUT,
        },
        job,
    })
}

fn checked_url(reader: &mut SettingsReader<'_>, name: &'static str, text: &str) -> String {
    match url(text, SETTINGS) {
        Ok(parts) if parts.username.is_some() => {
            reader.invalid(name, "has a user in it: give `username` and `password`");
        }
        Ok(parts) => return parts.written,
        Err(problem) => reader.invalid(name, problem),
    }
    String::new()
}

fn read_custom(reader: &mut SettingsReader<'_>) -> BTreeMap<String, CustomType> {
    let mut types = BTreeMap::new();
    for (name, text) in reader.map(CUSTOM) {
        match text.as_str() {
            "counter" => types.insert(name, CustomType::Counter),
            "gauge" => types.insert(name, CustomType::Gauge),
            _ => {
                let why = format!("has `{text}` for `{name}`: there are `counter`, `gauge`");
                reader.invalid(CUSTOM, why);
                None
            }
        };
    }
    types
}

fn read_buckets(reader: &mut SettingsReader<'_>) -> Arc<[u64]> {
    let mut ends = Vec::new();
    for text in reader.list(BUCKETS) {
        let time = text
            .parse::<jiff::SignedDuration>()
            .ok()
            .and_then(|time| u64::try_from(time.as_nanos()).ok());
        match time {
            Some(ns) if ends.last().is_none_or(|last| ns > *last) && ns > 0 => ends.push(ns),
            _ => {
                let why = format!(
                    "has `{text}`: they must be times such as `\"10ms\"`, each longer than the one before"
                );
                reader.invalid(BUCKETS, why);
                break;
            }
        }
    }
    ends.into()
}

fn read_login(reader: &mut SettingsReader<'_>) -> Option<Login> {
    let (username, password) = (reader.text(USERNAME), reader.secret(PASSWORD));
    match (username, password) {
        (None, None) => None,
        (Some(username), Some(password)) => Some(Login { username, password }),
        (Some(_), None) => {
            reader.invalid(USERNAME, "is set without `password`");
            None
        }
        (None, Some(_)) => {
            reader.invalid(PASSWORD, "is set without `username`");
            None
        }
    }
}

fn read_http(reader: &mut SettingsReader<'_>) -> HttpSettings {
    let timeout = reader.integer(TIMEOUT);
    if timeout == 0 || timeout > LONGEST_MS {
        let why = format!("is {timeout}: it must be 1 to {LONGEST_MS}");
        reader.invalid(TIMEOUT, why);
    }
    let timeout = Duration::from_millis(timeout);
    HttpSettings {
        timeout,
        connect_timeout: CONNECT_TIMEOUT.min(timeout),
        ca: reader.path(CA),
        client_certificate: None,
    }
}
