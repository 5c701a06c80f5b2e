//! A little I/O before or without a load, on the thread that asks for it.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use squall_http::HttpThread;

/// How often time limits and what the user does are looked at; limits end up to so much late.
const TICK: Duration = Duration::from_millis(2);

/// Runs a future to its end; `None` where the user gave up before.
///
/// # Errors
/// The system has no descriptors left for an event loop.
pub(crate) fn block_on<T>(
    thread: &Rc<HttpThread>,
    interrupts: Option<&AtomicUsize>,
    body: impl Future<Output = T>,
) -> io::Result<Option<T>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ended = Cell::new(None);
    runtime.block_on(async {
        let body = async { ended.set(Some(body.await)) };
        let ticking = async {
            while interrupts.is_none_or(|count| count.load(Ordering::Relaxed) == 0) {
                tokio::time::sleep(TICK).await;
                thread.deadlines().expire(thread.clock().now());
            }
        };
        tokio::select! {
            () = body => {}
            () = ticking => {}
        }
    });
    // A look-up that hangs must not keep whoever has given up.
    runtime.shutdown_background();
    Ok(ended.into_inner())
}
