use std::net::IpAddr;

use indexmap::IndexMap;

use crate::model::{
    ConnectTo, ConnectionPolicy, CookiePolicy, DataPool, Flow, Growth, OneOrMany, Pause, Priority,
    RampStage, ReporterConfig, Source, Spacing, StageKind, has_scripts,
};
use crate::threshold::{Measured, Rule};
use crate::units::Span;

/// A plan whose parts are known to fit together, with every default filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedPlan {
    /// Name of the test.
    pub name: String,
    /// Seed of every random choice; `None` lets the run draw one.
    pub seed: Option<u64>,
    /// Free key–value pairs.
    pub tags: IndexMap<String, String>,
    /// Stages, each after all that it depends on; ties in the order of the plan.
    pub stages: Vec<CheckedStage>,
    /// Data pools by name, each with exactly one source.
    pub data: IndexMap<String, DataPool>,
    /// Pass or fail rules.
    pub thresholds: Vec<CheckedThreshold>,
    /// The part of each stage's load that they look at.
    pub measured: Measured,
    /// The same as it was written.
    pub measure: Option<String>,
    /// Every use of a data pool: of a field in a template, of whole rows in a script.
    pub data_uses: Vec<DataUse>,
    /// Cores that the generator may use.
    pub cpus: Option<u32>,
}

/// A rule that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedThreshold {
    /// What it says.
    pub rule: Rule,
    /// The rule as it was written.
    pub text: String,
    /// Where it was written.
    pub source: Option<Source>,
}

/// One node of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedStage {
    /// Name.
    pub name: String,
    /// Indices in [`CheckedPlan::stages`] of the stages that must have ended well before this one starts; all smaller than its own.
    pub after: Vec<usize>,
    /// What it does.
    pub kind: CheckedKind,
    /// Code of the test file that runs once when it starts: one iteration of one user, in a scenario called [`HOOKS`].
    pub hooks: Option<Box<CheckedExecute>>,
    /// It fails when it takes longer.
    pub timeout: Option<Span>,
    /// How often it runs again when it failed.
    pub retries: u32,
    /// Its share of the I/O threads.
    pub priority: Priority,
    /// It is left out.
    pub skip: bool,
    /// The test file does not have it.
    pub added: bool,
    /// Where it was written.
    pub source: Option<Source>,
}

/// Name of the scenario of a stage's hooks.
pub const HOOKS: &str = "hooks";

impl CheckedStage {
    /// Everything that the stage sends: its load and what its hooks ask for.
    pub fn executes(&self) -> impl Iterator<Item = &CheckedExecute> {
        let load = match &self.kind {
            CheckedKind::Execute(execute) => Some(&**execute),
            _ => None,
        };
        self.hooks.as_deref().into_iter().chain(load)
    }
}

/// What a stage does.
#[derive(Clone, Debug, PartialEq)]
pub enum CheckedKind {
    /// Prepares later Execute stages.
    Setup,
    /// Sends load.
    Execute(Box<CheckedExecute>),
    /// Summarises the Execute stages before it.
    Analyze,
    /// Sends results to reporters.
    Submit(CheckedSubmit),
    /// Does what is no load.
    Act,
    /// Looks whether what comes next can work.
    Validate,
    /// Writes or reads what stages hand on.
    Checkpoint,
    /// Cleans up.
    Teardown,
    /// Waits for the stages before it.
    Wait,
}

impl CheckedKind {
    /// Returns the kind without what belongs to it.
    pub fn kind(&self) -> StageKind {
        match self {
            Self::Setup => StageKind::Setup,
            Self::Execute(_) => StageKind::Execute,
            Self::Analyze => StageKind::Analyze,
            Self::Submit(_) => StageKind::Submit,
            Self::Act => StageKind::Act,
            Self::Validate => StageKind::Validate,
            Self::Checkpoint => StageKind::Checkpoint,
            Self::Teardown => StageKind::Teardown,
            Self::Wait => StageKind::Wait,
        }
    }
}

/// A stage that sends results.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckedSubmit {
    /// Where to.
    pub reporters: Vec<ReporterConfig>,
    /// Each second is sent while the load goes.
    pub stream: bool,
}

/// A stage that sends load.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedExecute {
    /// Scenarios that start together; at least one.
    pub scenarios: Vec<CheckedScenario>,
    /// Time that iterations in flight get to finish when the load ends.
    pub graceful_stop: Span,
    /// It goes on where the run is stopped, and ends where that is to be at once: it cleans up.
    pub outlasts_stop: bool,
    /// The run fails when any iteration of the stage failed.
    pub must_succeed: bool,
    /// Which share of the I/O threads it may use.
    pub priority: Priority,
    /// HTTP, connection and TLS settings of the stage.
    pub http: CheckedHttp,
}

/// A named workload with its load profile.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedScenario {
    /// Name, unique in its stage.
    pub name: String,
    /// When iterations start.
    pub load: CheckedLoad,
    /// What one iteration does; at least one step.
    pub flow: Flow,
    /// Names and values that rules may select it by.
    pub tags: IndexMap<String, String>,
    /// Where it was written.
    pub source: Option<Source>,
}

impl CheckedScenario {
    /// Tells whether a step of it runs code of the test file.
    pub fn runs_scripts(&self) -> bool {
        has_scripts(&self.flow)
    }
}

/// Decides when iterations start.
#[derive(Clone, Debug, PartialEq)]
pub enum CheckedLoad {
    /// Virtual users, each starting its next iteration when the last has ended.
    Closed {
        /// Users at the start.
        start_users: f64,
        /// Linear ramps, one after the other; N users for D is a start of N and the one ramp (D, N).
        ramps: Vec<RampStage>,
        /// Fixed time between a user's iteration starts.
        pacing: Option<Span>,
        /// Wait between a user's iterations.
        pause: Option<Pause>,
        /// Not all users are there from the start.
        grow: Option<Growth>,
    },
    /// Arrivals, however long iterations take.
    Open {
        /// Iterations a second at the start.
        start_rate: f64,
        /// Linear ramps, one after the other.
        ramps: Vec<RampStage>,
        /// Spacing of arrivals.
        spacing: Spacing,
        /// Virtual users at most.
        max_users: u32,
        /// How long a due iteration waits for a free user before it is dropped.
        max_wait: Span,
    },
    /// A given number of iterations.
    Iterations {
        /// Virtual users.
        users: u32,
        /// How many iterations.
        total: IterationTotal,
        /// The load ends here at the latest.
        max_duration: Span,
        /// Fixed time between a user's iteration starts.
        pacing: Option<Span>,
        /// Wait between a user's iterations.
        pause: Option<Pause>,
    },
    /// As many virtual users as a function of the test file says, second by second.
    Volume {
        /// Name of the function.
        entry: String,
        /// The load ends here at the latest; `None` leaves it to the function.
        duration: Option<Span>,
        /// Virtual users at most.
        max_users: u32,
        /// Fixed time between a user's iteration starts.
        pacing: Option<Span>,
    },
    /// Batches of iterations.
    Batches {
        /// How many, and when.
        batches: CheckedBatches,
        /// How long iterations are started.
        duration: Span,
        /// Virtual users at most.
        max_users: u32,
        /// How long a due iteration waits for a free user before it is dropped.
        max_wait: Span,
    },
    /// A rate of iterations that end.
    Completions {
        /// Iterations that are to end in each period.
        per_batch: u32,
        /// The period.
        interval: Span,
        /// How long iterations are started.
        duration: Span,
        /// Virtual users at most.
        max_users: u32,
    },
    /// As many iterations at once as fit.
    Eager {
        /// How long iterations are started.
        duration: Span,
        /// Iterations at once, at most.
        max_users: u32,
    },
    /// As many iterations as a function of the test file says, window by window.
    Arrivals {
        /// Name of the function.
        entry: String,
        /// Length of a window.
        every: Span,
        /// The load ends here at the latest; `None` leaves it to the function.
        duration: Option<Span>,
        /// Virtual users at most.
        max_users: u32,
        /// How long a due iteration waits for a free user before it is dropped.
        max_wait: Span,
    },
}

/// Batches with every default filled in: batch k has `first + k · step` iterations, at most `size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedBatches {
    /// Iterations of a batch, at most.
    pub size: u32,
    /// Iterations of the first batch; at least 1, at most `size`.
    pub first: u32,
    /// How many more each further batch has.
    pub step: u32,
    /// Wait between two batches, at most.
    pub interval: Span,
    /// How much longer each wait is than the one before; the first is as long. `None`: all are `interval`.
    pub interval_step: Option<Span>,
    /// Time between two iterations of a batch; not zero where `interval` is.
    pub gap: Span,
}

/// How long a load goes at the longest that says itself when it ends: a hundred years.
pub(super) const UNLIMITED: Span = Span::from_secs(100 * 365 * 86_400);
/// A load that is this long or longer is one without an end: ten years.
const ENDLESS: Span = Span::from_secs(3650 * 86_400);

/// What is known beforehand about the end of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadEnd {
    /// Iterations are started for so long.
    After(Span),
    /// It takes as long as its iterations take.
    Open,
    /// It goes on until somebody stops it, or its own function ends it.
    Stopped,
}

/// How many iterations, and who counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IterationTotal {
    /// So many over all users.
    Shared(u64),
    /// So many for each user.
    PerUser(u64),
}

impl CheckedLoad {
    /// How long iterations are started, at the longest.
    pub fn duration(&self) -> Span {
        match self {
            Self::Closed { ramps, .. } | Self::Open { ramps, .. } => ramps
                .iter()
                .fold(Span::ZERO, |sum, ramp| sum.saturating_add(ramp.duration)),
            Self::Iterations { max_duration, .. } => *max_duration,
            Self::Volume { duration, .. } | Self::Arrivals { duration, .. } => {
                duration.unwrap_or(UNLIMITED)
            }
            Self::Batches { duration, .. }
            | Self::Completions { duration, .. }
            | Self::Eager { duration, .. } => *duration,
        }
    }

    /// What is known beforehand about the end of the load.
    pub fn end(&self) -> LoadEnd {
        match self {
            Self::Iterations { .. } => LoadEnd::Open,
            Self::Closed { .. }
            | Self::Open { .. }
            | Self::Volume { .. }
            | Self::Batches { .. }
            | Self::Completions { .. }
            | Self::Eager { .. }
            | Self::Arrivals { .. } => {
                let duration = self.duration();
                if duration >= ENDLESS {
                    LoadEnd::Stopped
                } else {
                    LoadEnd::After(duration)
                }
            }
        }
    }

    /// The most virtual users that there can be at the same time.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "targets are checked to be neither negative nor above u32::MAX"
    )]
    pub fn peak_users(&self) -> u32 {
        match self {
            Self::Closed {
                start_users, ramps, ..
            } => peak(*start_users, ramps).ceil() as u32,
            Self::Open { max_users, .. }
            | Self::Volume { max_users, .. }
            | Self::Batches { max_users, .. }
            | Self::Completions { max_users, .. }
            | Self::Eager { max_users, .. }
            | Self::Arrivals { max_users, .. } => *max_users,
            Self::Iterations { users, .. } => *users,
        }
    }
}

/// The highest target of ramps.
pub(super) fn peak(start: f64, ramps: &[RampStage]) -> f64 {
    ramps.iter().fold(start, |peak, ramp| peak.max(ramp.target))
}

/// The plan's [`crate::HttpSettings`] under the stage's, with every default filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedHttp {
    /// URL that relative request URLs are resolved against; absolute, `http` or `https`.
    pub base_url: Option<String>,
    /// Headers of every request: the stage's, and those of the plan whose names the stage does not use.
    pub headers: IndexMap<String, OneOrMany>,
    /// Limit on DNS, TCP and TLS together.
    pub connect_timeout: Span,
    /// Limit on the wait for the next byte of an answer.
    pub read_timeout: Option<Span>,
    /// Limit on a whole operation, redirects included.
    pub request_timeout: Span,
    /// How many redirects are followed.
    pub redirects: u32,
    /// Largest accepted response body in bytes, as received.
    pub max_response_size: u64,
    /// Who shares connections.
    pub connections: ConnectionPolicy,
    /// Whether cookies are kept, and how long.
    pub cookies: CookiePolicy,
    /// How long a resolved name is used.
    pub dns_ttl: Span,
    /// Connect elsewhere than the URL says; both sides are `host:port`.
    pub connect_to: Vec<ConnectTo>,
    /// Local address to connect from.
    pub local_address: Option<IpAddr>,
    /// Path of a Unix socket to connect to instead of TCP.
    pub unix_socket: Option<String>,
    /// TLS settings.
    pub tls: CheckedTls,
}

/// TLS settings with every default filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedTls {
    /// Accept any certificate.
    pub insecure: bool,
    /// PEM file with roots to trust besides the system's.
    pub ca_file: Option<String>,
    /// PEM file with the client's certificate chain; there if and only if `key_file` is.
    pub cert_file: Option<String>,
    /// PEM file with the client's private key.
    pub key_file: Option<String>,
    /// Name asked for and verified instead of the URL's host.
    pub server_name: Option<String>,
    /// Resume earlier sessions.
    pub resumption: bool,
}

/// One use of a data pool's field in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataUse {
    /// Name of the pool.
    pub pool: String,
    /// Name of the field; `None` for a script, which may use any.
    pub field: Option<String>,
    /// Where in the plan.
    pub path: String,
    /// Where it was written.
    pub source: Option<Source>,
    /// Stage and scenario whose flow it is in; none for a use in settings.
    pub scenario: Option<(String, String)>,
}
