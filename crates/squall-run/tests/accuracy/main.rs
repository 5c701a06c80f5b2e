//! Whole runs against servers that know the truth: what is counted and measured must agree with what they counted and measured.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "documents are written where they are passed"
)]

mod arrivals;
mod controls;
mod counts;
mod data;
mod exemplars;
mod graph;
mod names;
mod oracle;
mod paced;
mod profiles;
mod reporters;
mod rig;
mod seeds;
mod sent;
mod stages;
mod stalls;
mod storage;
mod wrk;
