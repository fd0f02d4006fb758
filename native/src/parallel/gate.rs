//! How many calls run at the same time, and when there are none. `native/tests/loom.rs` runs this file through the interleavings.

use std::mem;
use std::time::Duration;

use super::sync::{Condvar, Mutex, MutexGuard, PoisonError, sleep};

/// The threads of the pool rest when there has been no call for this long, or for up to twice as long.
const REST: Duration = Duration::from_millis(20);

/// After calls at the same time, this many that find no other one are still taken for some of many.
pub(super) const CROWDED_FOR: usize = 64;

/// Lets a limited number of callers through at a time.
pub(super) struct Gate {
    places: usize,
    callers: Mutex<Callers>,
    left: Condvar,
    /// What who waits for rest waits for: that the first caller comes, or that the gate is closed.
    stirred: Condvar,
}

#[derive(Default)]
struct Callers {
    /// Those who ever came in, for the pool to work for them.
    ever: u64,
    /// How many those were when the threads of the pool were last at rest.
    at_rest: u64,
    /// Whether a thread waits for the next caller.
    awaited: bool,
    /// Whether there will be no more callers.
    closed: bool,
    /// Those for whom the pool works.
    inside: usize,
    /// Those with short work that run it alone.
    beside: usize,
    /// How many that might be alone are still taken for some of many.
    crowded: usize,
}

/// How short work runs.
pub(super) enum Entry<'a> {
    /// On the caller's thread, with the help of the pool.
    Leading(Place<'a>),
    /// On the caller's thread alone.
    Alone(Place<'a>),
    /// On the pool.
    Shared,
}

impl Gate {
    pub(super) fn new(places: usize) -> Self {
        Self { places, callers: Mutex::default(), left: Condvar::new(), stirred: Condvar::new() }
    }

    fn callers(&self) -> MutexGuard<'_, Callers> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn enter(&self) -> Place<'_> {
        let mut callers = self.callers();
        while callers.inside == self.places {
            callers = self.left.wait(callers).unwrap_or_else(PoisonError::into_inner);
        }
        self.let_in(&mut callers)
    }

    fn let_in(&self, callers: &mut Callers) -> Place<'_> {
        callers.inside += 1;
        callers.ever += 1;
        if mem::take(&mut callers.awaited) {
            self.stirred.notify_all();
        }
        Place { gate: self, beside: false }
    }

    /// Waits until there has been a caller and then none for a while, and returns whether there may be others.
    pub(super) fn wait_for_rest(&self) -> bool {
        let mut callers = self.callers();
        while callers.ever == callers.at_rest && !callers.closed {
            callers.awaited = true;
            callers = self.stirred.wait(callers).unwrap_or_else(PoisonError::into_inner);
        }
        while (callers.inside > 0 || callers.ever != callers.at_rest) && !callers.closed {
            callers.at_rest = callers.ever;
            drop(callers);
            sleep(REST);
            callers = self.callers();
        }
        !callers.closed
    }

    /// Tells that there will be no more callers.
    pub(super) fn close(&self) {
        self.callers().closed = true;
        self.stirred.notify_all();
    }

    /// Lets a caller with short work through: to lead if there is no other caller, nor was a short while ago, and alone if there
    /// are `alone_beside` others.
    pub(super) fn enter_short(&self, alone_beside: usize) -> Entry<'_> {
        let mut callers = self.callers();
        let others = callers.inside + callers.beside;
        if others > 0 {
            callers.crowded = CROWDED_FOR;
        } else if callers.crowded > 0 {
            callers.crowded -= 1;
        } else {
            return Entry::Leading(self.let_in(&mut callers));
        }
        if others < alone_beside {
            return Entry::Shared;
        }
        callers.beside += 1;
        Entry::Alone(Place { gate: self, beside: true })
    }
}

pub(super) struct Place<'a> {
    gate: &'a Gate,
    beside: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut callers = self.gate.callers();
        if self.beside {
            callers.beside -= 1;
        } else {
            callers.inside -= 1;
            drop(callers);
            self.gate.left.notify_one();
        }
    }
}
