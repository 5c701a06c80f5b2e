//! File descriptors: raising the limit where that is allowed.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that a run needs beside its connections: timers, polls, files, standard streams, reporters.
const RESERVE: u64 = 64;

/// Raises the limit on file descriptors so that `connections` can be open at once.
///
/// # Errors
/// Returns how many connections the limit allows where it cannot be raised far enough.
pub fn reserve_descriptors(connections: u64) -> Result<(), u64> {
    let wanted = connections.saturating_add(RESERVE);
    let limit = getrlimit(Resource::Nofile);
    let current = limit.current.unwrap_or(u64::MAX);
    if current >= wanted {
        return Ok(());
    }
    let maximum = limit.maximum.unwrap_or(u64::MAX);
    // Root may raise the hard limit as well; others get what the hard limit allows.
    for maximum in [maximum.max(wanted), maximum] {
        let raised = Rlimit {
            current: Some(wanted.min(maximum)),
            maximum: limit.maximum.map(|_| maximum),
        };
        if setrlimit(Resource::Nofile, raised).is_ok() && wanted <= maximum {
            return Ok(());
        }
    }
    Err(maximum.saturating_sub(RESERVE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_reserved_and_what_cannot_fit_is_refused() {
        assert_eq!(reserve_descriptors(10), Ok(()));
        assert!(reserve_descriptors(u64::MAX / 2).is_err());
    }
}
