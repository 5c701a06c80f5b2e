//! From what the engine saw of a request to what is shown of it.

use squall_engine::Exchange;

/// A request and what came of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen<'a> {
    /// Name of the operation and its scenario.
    pub(super) title: String,
    /// Method and URL.
    pub(super) request: String,
    /// Status and URL of the answers that redirected.
    pub(super) redirects: Vec<(u16, &'a str)>,
    /// Lines of the request's head after the first.
    pub(super) headers: Vec<String>,
    /// Body that was sent.
    pub(super) body: &'a [u8],
    /// What came back, if anything did.
    pub(super) answer: Option<SeenAnswer<'a>>,
    /// Milliseconds from the start of the request to the last byte of the answer.
    pub(super) took_ms: f64,
    /// What was wrong.
    pub(super) failures: Vec<String>,
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub(super) struct SeenAnswer<'a> {
    /// Its first line.
    pub(super) status: String,
    /// Lines of its head after the first.
    pub(super) headers: Vec<String>,
    /// Its body, decoded.
    pub(super) body: &'a [u8],
}

impl<'a> Seen<'a> {
    /// Takes apart what the engine saw.
    pub(super) fn of(exchange: &'a Exchange) -> Self {
        let (line, headers, body) = apart(&exchange.request);
        let answer = exchange.answer.as_deref();
        let moments = &exchange.moments;
        Self {
            title: format!("{}, {}", exchange.series.name, exchange.series.scenario),
            request: request(&line, &headers, answer.map(|answer| answer.url.as_str())),
            redirects: answer.map_or_else(Vec::new, |answer| {
                let hops = answer.hops.iter();
                hops.map(|hop| (hop.status, hop.url.as_str())).collect()
            }),
            headers,
            body,
            answer: answer.map(|answer| {
                let (status, headers, _) = apart(&answer.head);
                SeenAnswer {
                    status,
                    headers,
                    body: &answer.body,
                }
            }),
            took_ms: moments.last_byte.saturating_sub(moments.start) as f64 / 1e6,
            failures: exchange
                .failures
                .iter()
                .map(|failure| match failure.detail.as_str() {
                    "" => failure.message.clone(),
                    detail => format!("{}: {detail}", failure.message),
                })
                .collect(),
        }
    }
}

/// Returns the first line of a message, the other lines of its head, and its body.
fn apart(bytes: &[u8]) -> (String, Vec<String>, &[u8]) {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = end.map_or((bytes, &[][..]), |end| (&bytes[..end], &bytes[end + 4..]));
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines().filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default().to_owned();
    (first, lines.map(str::to_owned).collect(), body)
}

/// Returns method and URL; without an answer the URL is what the request says of it.
fn request(line: &str, headers: &[String], url: Option<&str>) -> String {
    let mut words = line.split(' ');
    let method = words.next().unwrap_or_default();
    if method.is_empty() {
        return "nothing was sent".to_owned();
    }
    if let Some(url) = url {
        return format!("{method} {url}");
    }
    let host = headers.iter().find_map(|header| {
        let (name, value) = header.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    let target = words.next().unwrap_or_default();
    format!("{method} {}{target}", host.unwrap_or_default())
}
