//! How operations fail. A failed operation is data, not an error: it is classed, counted and kept as an example.

use std::fmt;

/// The class of a failure; the name is what results and reporters show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FailureClass {
    /// A host name could not be resolved.
    Dns,
    /// No connection: refused, unreachable, no descriptor left.
    Connect,
    /// The TLS handshake failed: certificate, name, protocol.
    Tls,
    /// A time limit passed; the message says which.
    Timeout,
    /// The peer reset the connection.
    Reset,
    /// The peer closed the connection before the answer was complete.
    Closed,
    /// The answer broke the rules of the protocol.
    Protocol,
    /// The answer was larger than allowed.
    TooLarge,
    /// More redirects than allowed, or one that cannot be followed.
    Redirect,
    /// A status that is not expected.
    Status,
    /// A check on the answer did not hold.
    Check,
    /// A value to extract was not in the answer.
    Extract,
    /// The request could not be built: a file vanished, a rendered URL does not parse.
    Request,
    /// Code of the test raised an exception.
    Script,
}

impl FailureClass {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Reset,
        Self::Closed,
        Self::Protocol,
        Self::TooLarge,
        Self::Redirect,
        Self::Status,
        Self::Check,
        Self::Extract,
        Self::Request,
        Self::Script,
    ];

    /// Tells whether there was an answer, and it was not as expected.
    pub fn is_of_answer(self) -> bool {
        matches!(self, Self::Status | Self::Check | Self::Extract)
    }

    /// Returns the class that is shown under a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// Returns the name shown in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Reset => "reset",
            Self::Closed => "closed",
            Self::Protocol => "protocol",
            Self::TooLarge => "too_large",
            Self::Redirect => "redirect",
            Self::Status => "status",
            Self::Check => "check",
            Self::Extract => "extract",
            Self::Request => "request",
            Self::Script => "script",
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Class, by which failures are counted.
    pub class: FailureClass,
    /// What happened. Failures with the same message are grouped, so nothing in it may differ from one operation to the next.
    pub message: String,
    /// What is particular to this one: addresses, the value found.
    pub detail: String,
    /// Which of the named checks of its request did not hold.
    pub check: Option<u16>,
}

impl Failure {
    /// Creates a failure without detail.
    pub fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            detail: String::new(),
            check: None,
        }
    }

    /// Says which of the named checks of its request it was.
    #[must_use]
    pub fn of_check(mut self, check: Option<u16>) -> Self {
        self.check = check;
        self
    }

    /// Adds what is particular to this one.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}
