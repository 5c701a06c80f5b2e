//! Runs whose truth is known are compared.

#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(
    clippy::print_stderr,
    reason = "the measured rates are for who looks at the output"
)]

mod error_rates;
mod findings;
mod gate;
mod simulated;
