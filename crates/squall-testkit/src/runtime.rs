//! A runtime for one test.

use std::future::Future;

/// Runs a future to its end on a current-thread runtime of its own, with I/O, time and local tasks.
///
/// # Panics
/// When the system has no descriptors left for an event loop.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a test needs an event loop; is the limit of open files too low?");
    tokio::task::LocalSet::new().block_on(&runtime, future)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_that_cannot_be_sent_run_as_well() {
        let shared = std::rc::Rc::new(std::cell::Cell::new(0));
        let inner = std::rc::Rc::clone(&shared);
        block_on(async move { tokio::task::spawn_local(async move { inner.set(7) }).await })
            .unwrap();
        assert_eq!(shared.get(), 7);
    }
}
