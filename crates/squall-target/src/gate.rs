//! The gate that every answer passes: open, shut for a while by a stall, or marked as stopping.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Holds answers back while the target stalls.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    /// Whether anything but the fast path applies; lets `/` get by with one load.
    attended: AtomicBool,
    stopping: AtomicBool,
    stalls: Mutex<Vec<Stall>>,
}

#[derive(Debug)]
struct Stall {
    from: Instant,
    until: Instant,
}

impl Gate {
    /// Returns whether nothing is held back and nothing is about to stop.
    pub(crate) fn is_open(&self) -> bool {
        !self.attended.load(Ordering::Relaxed)
    }

    /// Returns whether connections should be closed after their answer.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Marks the target as stopping, and ends all stalls.
    pub(crate) fn stop(&self) {
        self.stalls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        self.stopping.store(true, Ordering::Relaxed);
        self.attended.store(true, Ordering::Relaxed);
    }

    /// Shuts the gate for `length`, starting `after` from now.
    pub(crate) fn stall(&self, after: Duration, length: Duration) {
        let mut stalls = self.stalls.lock().unwrap_or_else(PoisonError::into_inner);
        let from = Instant::now() + after;
        stalls.push(Stall {
            from,
            until: from + length,
        });
        self.attended.store(true, Ordering::Release);
    }

    /// Waits until the gate is open. A stall that begins meanwhile counts.
    pub(crate) async fn pass(&self) {
        while let Some(until) = self.shut_until() {
            sleep_until(until).await;
        }
    }

    /// Returns when the stall of this moment ends, if there is one.
    pub(crate) fn shut_until(&self) -> Option<Instant> {
        if !self.attended.load(Ordering::Acquire) {
            return None;
        }
        let mut stalls = self.stalls.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        stalls.retain(|stall| stall.until > now);
        if stalls.is_empty() && !self.is_stopping() {
            self.attended.store(false, Ordering::Release);
        }
        stalls
            .iter()
            .filter(|stall| stall.from <= now)
            .map(|stall| stall.until)
            .max()
    }
}
