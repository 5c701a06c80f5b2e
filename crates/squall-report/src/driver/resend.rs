//! Sends what a run left in its spool.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::backlog::End;
use super::closing::Closing;
use super::pending::now;
use super::shared::Shared;
use super::start::{Launched, StartError};
use super::{DeliveryReport, DriverSettings, Opening};
use crate::Reporter;
use crate::spool::Spool;

/// Sends what waits in a spool, in its order, and waits for that up to `limit`. What the backend took is removed; what it
/// did not take stays for another time.
///
/// The batches come as they were written: with their run, their tags and their ids. The report counts records of the
/// spool alone.
///
/// # Errors
/// When the spool is in use or cannot be read, or the reporter cannot be opened. Nothing is lost then.
pub fn resend(
    name: impl Into<String>,
    mut reporter: Box<dyn Reporter>,
    spool: &Path,
    settings: &DriverSettings,
    limit: Duration,
) -> Result<DeliveryReport, StartError> {
    let name = name.into();
    let spool = Spool::open(spool, settings.spool_bytes).map_err(|source| StartError::Spool {
        name: name.clone(),
        source,
    })?;
    let shared = Arc::new(Shared::with_spool(name, Some(spool), 0));
    shared.adopt_files();
    shared.close();
    shared.backlog.end(End::Observed);
    let settings = DriverSettings {
        opening: Opening::BeforeLoad,
        ..settings.clone()
    };
    reporter.resume();
    let launched = Launched::new(reporter, shared.clone(), &settings)?;
    launched.wait_until_open(now())?;
    let closing = Closing {
        shared,
        begun: now(),
        limit,
        done: launched.done,
    };
    Ok(closing.wait(limit))
}
