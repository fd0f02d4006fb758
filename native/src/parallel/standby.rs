//! Threads of the pool that help with short calls.
//!
//! A processor that has nothing to do sleeps so deeply that to wake it takes as long as a product of two small matrices. A thread
//! that has helped with a call therefore looks out for the next one for a moment before it goes to sleep. `native/tests/loom.rs`
//! runs this file through the interleavings.

use std::time::Duration;

use super::sync::{AtomicUsize, Mutex, MutexGuard, Ordering, PoisonError, look_out};
use super::team::Member;

/// How long a thread looks out for a call: about as long as a program needs between two products.
const LOOKS_OUT: Duration = Duration::from_micros(100);

/// The threads of one pool that help.
#[derive(Default)]
pub(crate) struct Standby {
    lookout: Mutex<Lookout>,
    /// Calls there have been.
    calls: AtomicUsize,
}

#[derive(Default)]
struct Lookout {
    /// What was last called for.
    team: Option<Member>,
    /// Threads that look out, or are on their way to.
    threads: usize,
    /// How many of them there may be.
    wanted: usize,
}

impl Standby {
    /// Calls for `wanted` threads to join a team, and returns how many of them are still to be sent to [`Standby::stand_by`].
    pub(crate) fn call(&self, team: Member, wanted: usize) -> usize {
        let mut lookout = self.lookout();
        lookout.team = Some(team);
        lookout.wanted = wanted;
        let sent = wanted.saturating_sub(lookout.threads);
        lookout.threads += sent;
        self.calls.fetch_add(1, Ordering::Release);
        sent
    }

    /// Joins the team that was last called for, and then those that are called for, until there was none for a while.
    pub(crate) fn stand_by(&self) {
        let mut answered = 0;
        loop {
            look_out(LOOKS_OUT, || self.calls.load(Ordering::Relaxed) != answered);
            let team = {
                let mut lookout = self.lookout();
                lookout.threads -= 1;
                let calls = self.calls.load(Ordering::Relaxed);
                if calls == answered {
                    return;
                }
                answered = calls;
                lookout.team.clone()
            };
            if let Some(team) = team {
                team.join();
            }
            let mut lookout = self.lookout();
            if lookout.threads >= lookout.wanted {
                return;
            }
            lookout.threads += 1;
        }
    }

    fn lookout(&self) -> MutexGuard<'_, Lookout> {
        self.lookout.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
