//! Which lanes of a virtual user can go on: each has a bell of its own, so that the user looks at those alone that rang.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};

/// Takes down who rang; shared by the bells of a virtual user.
#[derive(Debug, Default)]
pub(super) struct Board {
    rung: Mutex<Rung>,
}

#[derive(Debug, Default)]
struct Rung {
    lanes: Vec<usize>,
    /// The virtual user's task.
    task: Option<Waker>,
}

impl Board {
    /// Swaps the lanes that rang for the empty `lanes`; the next one to ring wakes the task of `context`.
    pub(super) fn take(&self, lanes: &mut Vec<usize>, context: &Context<'_>) {
        let mut rung = self.lock();
        std::mem::swap(&mut rung.lanes, lanes);
        let task = context.waker();
        if !rung
            .task
            .as_ref()
            .is_some_and(|known| known.will_wake(task))
        {
            rung.task = Some(task.clone());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Rung> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bell of one lane.
#[derive(Debug)]
pub(super) struct Bell {
    lane: usize,
    rang: AtomicBool,
    board: Arc<Board>,
}

impl Bell {
    pub(super) fn new(lane: usize, board: Arc<Board>) -> Arc<Self> {
        Arc::new(Self {
            lane,
            rang: AtomicBool::new(false),
            board,
        })
    }

    /// Rings for a virtual user that is about to look anyway.
    pub(super) fn ring_for_the_present(&self) {
        if !self.rang.swap(true, Ordering::AcqRel) {
            self.board.lock().lanes.push(self.lane);
        }
    }

    /// Lets the bell ring again; before the lane is looked at, so that nothing is missed.
    pub(super) fn answer(&self) {
        self.rang.store(false, Ordering::Release);
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.rang.swap(true, Ordering::AcqRel) {
            let mut rung = self.board.lock();
            rung.lanes.push(self.lane);
            // Only the first: the task looks at all that rang by then.
            if rung.lanes.len() == 1
                && let Some(task) = &rung.task
            {
                task.wake_by_ref();
            }
        }
    }
}
