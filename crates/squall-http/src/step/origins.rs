//! Origins that a thread has parsed before: a URL is parsed in full once per host, not once per request.

use std::cell::RefCell;
use std::sync::Arc;

use squall_protocol::connect::Origin;
use squall_protocol::template::CompileError;

use super::target::parse_authority;

/// Origins that are remembered per thread; tests talk to a few hosts.
const REMEMBERED: usize = 16;

/// What the start of a URL, up to its path, says.
#[derive(Debug)]
pub(super) struct KnownOrigin {
    /// The start as written.
    written: Box<str>,
    pub(super) origin: Arc<Origin>,
    /// Scheme, host and port as they should be written.
    pub(super) start: Box<str>,
    /// The `Host` line.
    pub(super) host_line: Box<[u8]>,
    pub(super) userinfo: Option<(String, String)>,
}

thread_local! {
    static KNOWN: RefCell<Vec<KnownOrigin>> = const { RefCell::new(Vec::new()) };
}

/// Looks up the start of a URL, up to its path, and hands what it says to `use_it`.
pub(super) fn with_origin<T>(
    written: &str,
    use_it: impl FnOnce(&KnownOrigin) -> T,
) -> Result<T, CompileError> {
    KNOWN.with_borrow_mut(|known| {
        if let Some(at) = known.iter().position(|known| *known.written == *written) {
            return Ok(use_it(&known[at]));
        }
        let parsed = KnownOrigin::parse(written)?;
        if known.len() == REMEMBERED {
            known.remove(0);
        }
        known.push(parsed);
        let last = known.len() - 1;
        Ok(use_it(&known[last]))
    })
}

impl KnownOrigin {
    fn parse(written: &str) -> Result<Self, CompileError> {
        let (origin, userinfo) = parse_authority(written)?;
        Ok(Self {
            written: written.into(),
            start: origin.to_string().into(),
            host_line: format!("Host: {}\r\n", origin.authority())
                .into_bytes()
                .into(),
            origin: Arc::new(origin),
            userinfo,
        })
    }
}
