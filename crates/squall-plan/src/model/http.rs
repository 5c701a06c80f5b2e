use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CookiePolicy, Expect, Extract, Source};
use crate::template::Template;
use crate::units::Span;

/// One HTTP request and what is expected of its answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpRequest {
    /// Name of the series. Default: the method and the URL's path as written, placeholders included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Template>,
    /// Names and values that rules may select it by; they also stand behind its name in the results.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub tags: IndexMap<String, String>,
    /// Method. Default: `GET`, or `POST` when there is a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Absolute URL, or a path below [`HttpSettings::base_url`].
    pub url: Template,
    /// Query parameters, added to those in the URL.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub params: IndexMap<String, OneOrMany>,
    /// Headers, added to those of [`HttpSettings::headers`].
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, OneOrMany>,
    /// Cookies sent with this request alone.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub cookies: IndexMap<String, Template>,
    /// Body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
    /// Limit on the whole operation. Default: [`HttpSettings::request_timeout`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
    /// How many redirects are followed; 0 means that a redirect is the answer. Default: [`HttpSettings::redirects`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirects: Option<u32>,
    /// Checks on the answer.
    #[serde(default, skip_serializing_if = "Expect::is_default")]
    pub expect: Expect,
    /// Values taken from the answer, by the name under which later templates use them.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub extract: IndexMap<String, Extract>,
    /// Where the request was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// One template or several.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One value.
    One(Template),
    /// Several values, each sent.
    Many(Vec<Template>),
}

/// Body of a request. The matching `Content-Type` is added where the request sets none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Text, `text/plain; charset=utf-8`.
    Text(Template),
    /// JSON, `application/json`. A string that is one whole placeholder takes the placeholder's JSON type.
    Json(serde_json::Value),
    /// `application/x-www-form-urlencoded`.
    Form(IndexMap<String, OneOrMany>),
    /// Bytes in base64, `application/octet-stream`.
    Base64(String),
    /// A file streamed from disk; `application/octet-stream` or by its extension.
    File(String),
    /// `multipart/form-data`.
    Multipart(Vec<MultipartPart>),
}

/// One part of a multipart body: a `value` or a `file`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MultipartPart {
    /// Field name.
    pub name: String,
    /// Text of the part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Template>,
    /// Path of a file streamed as the part's content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Bytes in base64 as the part's content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// File name told to the server. Default: the file's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// Content type of the part. Default: by the file's extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}

/// Credentials of a request.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// `Authorization: Basic`, RFC 7617.
    Basic(BasicAuth),
    /// `Authorization: Bearer`, RFC 6750.
    Bearer(Template),
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Basic(_) => "Basic(<redacted>)",
            Self::Bearer(_) => "Bearer(<redacted>)",
        })
    }
}

/// User name and password.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BasicAuth {
    /// User name.
    pub username: Template,
    /// Password.
    pub password: Template,
}

/// HTTP, connection and TLS settings. Each field that is not given takes the value of the level above, then the default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// URL that relative request URLs are resolved against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Headers of every request. `User-Agent` defaults to `squall/<version>`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, OneOrMany>,
    /// Limit on DNS, TCP and TLS together. Default: `10s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_timeout: Option<Span>,
    /// Limit on the wait for the next byte of an answer. Default: none beyond `request_timeout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_timeout: Option<Span>,
    /// Limit on a whole operation, redirects included. Default: `60s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_timeout: Option<Span>,
    /// How many redirects are followed. Default: 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirects: Option<u32>,
    /// Largest accepted response body in bytes, as received; above it the operation fails. Default: 1 GiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_response_size: Option<u64>,
    /// Who shares connections. Default: `per_user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<ConnectionPolicy>,
    /// Whether cookies are kept, and how long. Default: true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookies: Option<CookiePolicy>,
    /// How long a resolved name is used. Default: `60s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_ttl: Option<Span>,
    /// Connect elsewhere than the URL says, keeping `Host` and SNI.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connect_to: Vec<ConnectTo>,
    /// Local IP address to connect from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_address: Option<String>,
    /// Path of a Unix socket to connect to instead of TCP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unix_socket: Option<String>,
    /// TLS settings.
    #[serde(default, skip_serializing_if = "TlsSettings::is_default")]
    pub tls: TlsSettings,
}

impl HttpSettings {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Who shares connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionPolicy {
    /// Each virtual user has its own, kept alive: what browsers and apps do.
    PerUser,
    /// All users of the scenario share a pool of this many per origin, divided over the I/O threads.
    Shared(u32),
    /// A new connection for each request.
    NewEach,
}

/// Connects to `to` wherever a URL says `from`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectTo {
    /// `host:port` as in the URL; `*` stands for any.
    pub from: String,
    /// `host:port` or `address:port` to connect to.
    pub to: String,
}

/// TLS settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// Accept any certificate. Default: false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insecure: Option<bool>,
    /// PEM file with roots to trust besides the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<String>,
    /// PEM file with the client's certificate chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cert_file: Option<String>,
    /// PEM file with the client's private key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_file: Option<String>,
    /// Name asked for and verified instead of the URL's host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Resume earlier sessions. Default: true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumption: Option<bool>,
}

impl TlsSettings {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
