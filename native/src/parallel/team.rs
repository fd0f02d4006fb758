//! Threads that take many short steps together.
//!
//! To spread work over the threads of the pool takes several microseconds, too many for the steps of a reduction that
//! treats one column after the other. A [`Team`] is called together once: until its leader is done, the members wait for
//! the next step without going to sleep.
//!
//! No thread waits for one that has not begun: the parts of a step go to the members that claim them, the leader among them, so
//! that a member that comes late or never delays none of the others. All that the leader waits for is a part that a member is
//! working on. `native/tests/loom.rs` runs this file through every interleaving.

use std::any::Any;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::cache_padded::CachePadded;
use super::sync::{Arc, AtomicU64, AtomicUsize, Mutex, Ordering, PoisonError, UnsafeCell, spin_loop, yield_now};
use super::worker::{before_chunk, join};

/// Members of the largest team, the leader among them. Short steps gain nothing from more.
const LARGEST: usize = 32;
/// Looks at a value that has not changed before the processor is offered to others.
const LOOKS: u32 = 1000;
/// The step after the last one.
const OVER: u64 = u64::MAX;

/// A team, in the hands of its leader.
pub(crate) struct Team {
    state: Arc<State>,
    number: u64,
}

/// A team as its members know it.
#[derive(Clone)]
pub(crate) struct Member(Arc<State>);

/// Returns what `work` returns, after calling it with a team of at most `members`, which come from the pool.
pub(crate) fn lead<R: Send>(members: usize, work: impl FnOnce(&mut Team) -> R + Send) -> R {
    let members = members.min(LARGEST);
    let (mut team, member) = Team::new(members);
    let lead = move || work(&mut team);
    if members == 1 { lead() } else { join(lead, || member.0.gather(1..members)).0 }
}

impl Team {
    /// Returns a team of at most `members`, the leader among them.
    pub(crate) fn new(members: usize) -> (Self, Member) {
        let state = Arc::new(State::new(members.min(LARGEST)));
        (Self { state: Arc::clone(&state), number: 0 }, Member(state))
    }

    /// Returns how many members there may be, the leader among them.
    pub(crate) fn members(&self) -> usize {
        self.state.members
    }

    /// Calls `part(0)`, `part(1)`, … `part(count - 1)`, each once: on as many members as are there if the work is `shared`,
    /// otherwise on this thread.
    ///
    /// A part goes to the same member from step to step unless that one is late, so that its data stays in one cache. Those
    /// of high numbers begin first: they should be the largest.
    pub(crate) fn step(&mut self, shared: bool, count: usize, part: impl Fn(usize) + Sync) {
        if !shared || self.state.members == 1 || count <= 1 {
            (0..count).rev().for_each(part);
            return;
        }
        let part: &(dyn Fn(usize) + Sync) = &part;
        // SAFETY: only the lifetime changes. Members follow the pointer while they work on a part of this step, and
        // `finish` waits for all of them before `part` goes away; it does not unwind before.
        let part: *const (dyn Fn(usize) + Sync + 'static) = unsafe { std::mem::transmute(part) };
        let count = u32::try_from(count).expect("a step has a few parts");
        self.number += 1;
        self.state.finish(self.number << 32 | u64::from(count), part);
    }
}

/// The members may go, also when the leader panics.
impl Drop for Team {
    fn drop(&mut self) {
        self.state.step.0.store(OVER, Ordering::Release);
    }
}

impl Member {
    /// Takes part until the leader is done, on a thread that `gather` did not send: as the next of the members, if they are
    /// not all there.
    pub(crate) fn join(&self) {
        let member = self.0.joined.0.fetch_add(1, Ordering::Relaxed);
        if member < self.0.members {
            self.0.serve(member);
        }
    }
}

struct State {
    members: usize,
    /// Of the members that come by themselves, the number of the next one.
    joined: CachePadded<AtomicUsize>,
    /// The number of the step in the upper half, and the number of its parts in the lower: who reads one has the other.
    step: CachePadded<AtomicU64>,
    /// For each member, the number of a step, and how many of the parts meant for this member were claimed in it. A claim
    /// is an exchange of both at once, so that one who is late for a step cannot take a part of the next.
    claims: [CachePadded<AtomicU64>; LARGEST],
    /// Parts of this step that members other than the leader have finished.
    finished: CachePadded<AtomicUsize>,
    part: UnsafeCell<*const (dyn Fn(usize) + Sync)>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

// SAFETY: the leader writes `part` before it publishes a step and after all parts of the step before are finished; the
// others read it while they hold a part of the step. All else is Sync.
unsafe impl Sync for State {}
// SAFETY: nothing in it belongs to a thread; the pointer is followed as above.
unsafe impl Send for State {}

impl State {
    fn new(members: usize) -> Self {
        let nothing: *const (dyn Fn(usize) + Sync) = &|_: usize| ();
        Self {
            members,
            joined: CachePadded(AtomicUsize::new(1)),
            step: CachePadded::default(),
            claims: Default::default(),
            finished: CachePadded::default(),
            part: UnsafeCell::new(nothing),
            panic: Mutex::new(None),
        }
    }

    fn gather(&self, members: Range<usize>) {
        if members.len() == 1 {
            self.serve(members.start);
        } else {
            let middle = members.start + members.len() / 2;
            join(|| self.gather(members.start..middle), || self.gather(middle..members.end));
        }
    }

    fn serve(&self, member: usize) {
        let mut last = 0;
        loop {
            let mut step = last;
            wait_until(|| {
                step = self.step.0.load(Ordering::Acquire);
                step != last
            });
            if step == OVER {
                return;
            }
            self.take_parts(member, step, || _ = self.finished.0.fetch_add(1, Ordering::Release));
            last = step;
        }
    }

    /// Leads a step to its end.
    fn finish(&self, step: u64, part: *const (dyn Fn(usize) + Sync)) {
        // SAFETY: no step is under way, so no member holds a part and reads this.
        self.part.with_mut(|to| unsafe { *to = part });
        self.finished.0.store(0, Ordering::Relaxed);
        self.step.0.store(step, Ordering::Release);
        let mut left = step as u32 as usize;
        self.take_parts(0, step, || left -= 1);
        wait_until(|| self.finished.0.load(Ordering::Acquire) == left);
        let panic = self.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }

    /// Works on parts of `step` until all are claimed: first those that are meant for `member`.
    fn take_parts(&self, member: usize, step: u64, mut finished: impl FnMut()) {
        let (number, count) = (step >> 32, step as u32 as usize);
        for offset in 0..self.members {
            let owner = (member + offset) % self.members;
            let parts = (count + self.members - 1 - owner) / self.members;
            before_chunk();
            while let Some(claimed) = self.claim(owner, number, parts) {
                let index = owner + (parts - 1 - claimed) * self.members;
                // SAFETY: the step with this part in hand cannot end, so the leader's pointer is of this step and valid.
                let part = || unsafe { (*self.part.with(|part| *part))(index) };
                if let Err(panic) = catch_unwind(AssertUnwindSafe(part)) {
                    self.panic.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(panic);
                }
                finished();
            }
        }
    }

    /// Claims one of the parts that are meant for `owner` and returns how many of them were claimed before.
    fn claim(&self, owner: usize, number: u64, parts: usize) -> Option<usize> {
        let claims = &self.claims[owner].0;
        let mut seen = claims.load(Ordering::Relaxed);
        loop {
            let claimed = match seen >> 32 {
                of if of < number => 0,
                of if of == number => seen as u32 as usize,
                _ => return None,
            };
            if claimed >= parts {
                return None;
            }
            let claim = number << 32 | (claimed as u64 + 1);
            match claims.compare_exchange_weak(seen, claim, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Some(claimed),
                Err(now) => seen = now,
            }
        }
    }
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    let mut looks = 0;
    while !is_so() {
        if looks < LOOKS {
            looks += 1;
            spin_loop();
        } else {
            before_chunk();
            yield_now();
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super as parallel;
    use super::*;

    /// Calls `test` with teams of some sizes, on a pool that has a thread for each of the members.
    fn with_teams(test: impl Fn(&mut Team) + Sync) {
        for members in [1, 2, 3, 7, 40] {
            parallel::with_threads(members, || parallel::lead(true, &test));
        }
    }

    #[test]
    fn every_part_of_every_step_runs_once() {
        with_teams(|team| {
            let calls: Vec<_> = (0..100).map(|_| AtomicUsize::new(0)).collect();
            for step in 0..2000 {
                let count = step * 7 % 101;
                team.step(true, count, |i| _ = calls[i].fetch_add(1, Ordering::Relaxed));
                for (i, calls) in calls.iter().enumerate() {
                    assert_eq!(calls.swap(0, Ordering::Relaxed), usize::from(i < count), "step {step}, part {i}");
                }
            }
        });
    }

    #[test]
    fn a_step_sees_what_the_one_before_wrote() {
        with_teams(|team| {
            let values: Vec<_> = (0..64).map(|_| AtomicUsize::new(0)).collect();
            for step in 1..2000 {
                // Each part reads what another one wrote, on any member.
                team.step(true, 32, |i| {
                    let (from, to) = if step % 2 == 0 { (0, 32) } else { (32, 0) };
                    let before = values[from + (i * 5 + 3) % 32].load(Ordering::Relaxed);
                    values[to + i].store(before + 1, Ordering::Relaxed);
                });
                let to = if step % 2 == 0 { 32 } else { 0 };
                assert!(values[to..to + 32].iter().all(|x| x.load(Ordering::Relaxed) == step));
            }
        });
    }

    #[test]
    fn several_teams_share_one_pool() {
        parallel::with_threads(3, || {
            parallel::for_each(6, |_| {
                parallel::lead(true, |team| {
                    let sum = AtomicUsize::new(0);
                    (0..500).for_each(|_| team.step(true, 10, |i| _ = sum.fetch_add(i, Ordering::Relaxed)));
                    assert_eq!(sum.into_inner(), 500 * 45);
                });
            });
        });
    }

    #[test]
    fn a_panic_of_a_part_or_of_the_leader_reaches_the_caller() {
        for members in [1, 2, 5] {
            for part in [0, 1, 19] {
                let work = || parallel::lead(true, |team| team.step(true, 20, |i| assert_ne!(i, part, "part {part}")));
                let panic = catch_unwind(|| parallel::with_threads(members, work)).unwrap_err();
                assert!(panic.downcast_ref::<String>().is_some_and(|text| text.contains(&format!("part {part}"))));
            }
            let work = || parallel::lead::<()>(true, |_| panic!("the leader"));
            let panic = catch_unwind(|| parallel::with_threads(members, work)).unwrap_err();
            assert_eq!(panic.downcast_ref::<&str>(), Some(&"the leader"));
        }
    }

    #[test]
    fn members_that_never_come_hold_nobody_up() {
        let (mut team, Member(state)) = Team::new(4);
        let sum = AtomicUsize::new(0);
        (0..10).for_each(|_| team.step(true, 10, |i| _ = sum.fetch_add(i, Ordering::Relaxed)));
        assert_eq!(sum.into_inner(), 450);
        // One who is late for a step finds none of its parts, nor those of another.
        drop(team);
        state.take_parts(2, 3 << 32 | 10, || panic!("a part of an old step"));
        state.serve(2);
    }
}
