//! The threads that compute.
//!
//! Heavy work enters through [`run`], which moves it onto a private pool of threads: their stacks are large whatever
//! the caller's is, and their number is [`threads`]. Work of less than a millisecond is begun by the calling thread at once,
//! and threads of the pool join in when they come: to hand it over and to wait for it would take as long as the work itself. Work
//! fans out with [`for_each`], and only over independent parts of its result, so that no number of threads changes a bit of it.
//!
//! The pool is made by the first call that needs it. From then on the library stays mapped for the life of the
//! process, for the pool's threads outlive the Java class loader that loaded it: they end soon after that is
//! collected, and nothing waits for them. The next class loader to load the same file gets the library as it was left.

mod cache_padded;
mod gate;
mod pin;
mod pool;
mod standby;
pub(crate) mod sync;
mod team;
mod worker;

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::Result;
pub(crate) use cache_padded::CachePadded;
use gate::Entry;
use pool::pool;
pub use pool::{STACK_BYTES, set_threads, threads};
pub(crate) use pool::{no_such_count, release};
pub(crate) use team::Team;
pub use worker::{ThreadHooks, join, set_hooks};
pub(crate) use worker::{alone, before_chunk};
use worker::{is_on_pool, once, shares};

/// Queues in which the parts of a call wait: one for each thread, but of very many threads some share one.
const QUEUES: usize = 8;

thread_local! {
    /// The team with which this thread, which is not of the pool, shares its work; none while a step is under way.
    static TEAM: Cell<Option<NonNull<Team>>> = const { Cell::new(None) };
}

/// Returns what `work` returns, after running it on a thread of the pool. Within work that entered here it runs at once.
///
/// A panic of `work` becomes a panic of the caller.
///
/// # Errors
/// [`Error::Threads`](crate::Error::Threads) when the system does not grant the threads.
pub fn run<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R> {
    result_of(work, run_once)
}

/// Returns what `work` returns, after `run` has called it.
fn result_of<R: Send>(work: impl FnOnce() -> R + Send, run: fn(&mut (dyn FnMut() + Send)) -> Result<()>) -> Result<R> {
    let mut result = None;
    run(&mut once(work, &mut result))?;
    Ok(result.expect("the work has run"))
}

/// The same, compiled once for all kinds of work.
fn run_once(work: &mut (dyn FnMut() + Send)) -> Result<()> {
    if is_inside() {
        work();
        return Ok(());
    }
    let pool = pool()?;
    let _call = pool.calls.enter();
    pool.threads.install(work);
    Ok(())
}

/// Returns what `work` returns, after running it on this thread, with threads of the pool that share what it gives to
/// [`for_each`]: for work of less than a millisecond that takes little of a stack.
///
/// Where other work is under way, this goes to the pool like that: the processors are awake then, and have enough to do. Where
/// there is as much of it as there are processors, it runs here and shares nothing; but not where the pool has fewer threads,
/// since it was then set to leave some of the processors to others.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_short<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R> {
    result_of(work, run_short_once)
}

/// The same, compiled once for all kinds of work.
fn run_short_once(work: &mut (dyn FnMut() + Send)) -> Result<()> {
    if is_inside() {
        work();
        return Ok(());
    }
    let pool = pool()?;
    let threads = pool.threads.current_num_threads();
    match pool.calls.enter_short(pool.alone_beside) {
        Entry::Shared => return run_once(work),
        Entry::Alone(_place) => work(),
        Entry::Leading(_place) if threads == 1 => work(),
        Entry::Leading(_place) => {
            let (mut team, member) = Team::new(threads);
            for _ in 0..pool.standby.call(member, team.members() - 1) {
                let standby = Arc::clone(&pool.standby);
                pool.threads.spawn(move || standby.stand_by());
            }
            let _leader = Leader::of(&mut team);
            work();
        }
    }
    Ok(())
}

/// While this lives, the parts of [`for_each`] are steps of a team.
struct Leader<'a>(PhantomData<&'a mut Team>);

impl<'a> Leader<'a> {
    fn of(team: &'a mut Team) -> Self {
        TEAM.set(Some(NonNull::from(team)));
        Self(PhantomData)
    }
}

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        TEAM.set(None);
    }
}

/// Calls `part` as often as [`for_each`] does, in a step of the team that this thread leads, and returns whether it leads one.
fn step(count: usize, part: &(dyn Fn(usize) + Sync)) -> bool {
    struct Restored(NonNull<Team>);

    impl Drop for Restored {
        fn drop(&mut self) {
            TEAM.set(Some(self.0));
        }
    }

    // Taken, so that a part that fans out in its turn does so alone.
    let Some(team) = TEAM.take() else { return false };
    let mut team = Restored(team);
    // SAFETY: the `Leader` that lent it to this thread alone lives, since it resets what was taken.
    unsafe { team.0.as_mut() }.step(true, count, part);
    true
}

/// Returns what `work` returns, after calling it with a team: of the threads of the pool if some of the work is `shared`,
/// otherwise, and outside of the pool, of the calling thread.
pub(crate) fn lead<R: Send>(shared: bool, work: impl FnOnce(&mut Team) -> R + Send) -> R {
    team::lead(if shared { threads_here() } else { 1 }, work)
}

/// Returns what `work` returns: after running it as [`run`] does if it is `large`, otherwise here, where it is over before
/// a thread of the pool would have begun.
///
/// # Errors
/// Those of `work`, and [`Error::Threads`].
pub(crate) fn run_if<R: Send>(large: bool, work: impl FnOnce() -> Result<R> + Send) -> Result<R> {
    if large { run(work)? } else { work() }
}

/// Calls `part(0)`, `part(1)`, … `part(count - 1)`, each once, in no particular order and on as many threads of the
/// pool as there are. Outside of what entered here all of them run on the calling thread.
pub fn for_each(count: usize, part: impl Fn(usize) + Sync) {
    for_each_part(count, &part);
}

/// The same, compiled once for all kinds of parts.
fn for_each_part(count: usize, part: &(dyn Fn(usize) + Sync)) {
    if count <= 1 || !shares() {
        if count <= 1 || !step(count, part) {
            for_each_here(count, part);
        }
        return;
    }
    // A part goes to the same thread from call to call unless that one is late: its data is then in the right cache, and not in
    // that of another processor.
    let workers = rayon::current_num_threads().min(count);
    let queues = workers.min(QUEUES);
    let taken: [CachePadded<AtomicUsize>; QUEUES] = Default::default();
    fan_out(workers, &|| {
        let own = rayon::current_thread_index().map_or(0, |index| index % queues);
        for queue in (own..queues).chain(0..own) {
            let [first, end] = [queue, queue + 1].map(|queue| queue * count / queues);
            loop {
                before_chunk();
                let index = first + taken[queue].0.fetch_add(1, Ordering::Relaxed);
                if index >= end {
                    break;
                }
                part(index);
            }
        }
    });
}

/// Does what [`for_each`] does on the calling thread alone.
pub(crate) fn for_each_here(count: usize, part: impl Fn(usize)) {
    for index in 0..count {
        before_chunk();
        part(index);
    }
}

/// Does what [`for_each`] does with parts that may fail.
///
/// # Errors
/// One of those of the parts, all of which run.
pub(crate) fn try_for_each(count: usize, part: impl Fn(usize) -> Result<()> + Sync) -> Result<()> {
    let failure = Mutex::new(Ok(()));
    for_each(count, |index| {
        if let Err(error) = part(index) {
            *failure.lock().unwrap_or_else(PoisonError::into_inner) = Err(error);
        }
    });
    failure.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn is_inside() -> bool {
    is_on_pool() || is_leading()
}

/// Returns whether [`for_each`] shares with threads of the pool what this thread, another one, does.
pub(crate) fn is_leading() -> bool {
    TEAM.get().is_some()
}

/// Returns the number of threads that [`for_each`] spreads work over: one outside of what entered here.
pub(crate) fn threads_here() -> usize {
    if shares() {
        rayon::current_num_threads()
    } else {
        // SAFETY: what this thread leads is lent to it for as long as it is there.
        TEAM.get().map_or(1, |team| unsafe { team.as_ref() }.members())
    }
}

/// Returns what `work` returns on a pool of its own.
#[cfg(test)]
pub(crate) fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).start_handler(|_| worker::enter_pool()).build();
    pool.expect("the system grants the threads").install(work)
}

fn fan_out(workers: usize, work: &(dyn Fn() + Sync)) {
    if workers == 1 {
        work();
    } else {
        let half = workers / 2;
        join(|| fan_out(workers - half, work), || fan_out(half, work));
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::{MutexGuard, mpsc};
    use std::time::Duration;

    use super::*;

    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    fn alone_here() -> MutexGuard<'static, ()> {
        ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[test]
    fn the_number_of_threads_is_what_was_set() {
        let _alone = alone_here();
        for threads in [3, 1, 2] {
            set_threads(threads).unwrap();
            assert_eq!(super::threads(), threads);
            assert_eq!(run(rayon::current_num_threads), Ok(threads));
        }
    }

    #[test]
    fn no_threads_are_an_error() {
        let error = set_threads(0).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("number of threads must be from 1 to {}, but is 0", rayon::max_num_threads())
        );
    }

    #[test]
    fn nested_work_runs_at_once() {
        let _alone = alone_here();
        assert_eq!(run(|| run(|| run(|| 7))), Ok(Ok(Ok(7))));
    }

    #[test]
    fn work_may_change_the_number_of_threads_it_runs_on() {
        let _alone = alone_here();
        set_threads(2).unwrap();
        let answer = run(|| {
            set_threads(3).unwrap();
            (rayon::current_num_threads(), run(rayon::current_num_threads).unwrap())
        });
        assert_eq!(answer, Ok((2, 2)));
        assert_eq!(run(rayon::current_num_threads), Ok(3));
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_pool_lives_on() {
        let _alone = alone_here();
        let panic =
            catch_unwind(AssertUnwindSafe(|| run(|| for_each(5, |i| assert_ne!(i, 3, "part {i}"))))).unwrap_err();
        assert!(panic.downcast_ref::<String>().is_some_and(|text| text.contains("part 3")));
        assert_eq!(run(|| 1), Ok(1));
    }

    #[test]
    fn every_part_runs_once() {
        let _alone = alone_here();
        for threads in [1, 2, 7] {
            set_threads(threads).unwrap();
            for count in [0, 1, 2, 5, 100] {
                let calls: Vec<_> = (0..count).map(|_| AtomicUsize::new(0)).collect();
                run(|| for_each(count, |i| _ = calls[i].fetch_add(1, Ordering::Relaxed))).unwrap();
                assert!(calls.iter().all(|calls| calls.load(Ordering::Relaxed) == 1));
            }
        }
    }

    #[test]
    fn short_work_begins_on_the_calling_thread() {
        let _alone = alone_here();
        for threads in [1, 2, 7] {
            set_threads(threads).unwrap();
            let caller = std::thread::current().id();
            // Somebody else may be inside, and then for a while it does not.
            while run_short(|| std::thread::current().id()) != Ok(caller) {}
            let inside = run_short(|| (threads_here(), run(threads_here), run_short(threads_here)));
            assert_eq!(inside, Ok((threads, Ok(threads), Ok(threads))));
            assert_eq!(threads_here(), 1);
        }
    }

    #[test]
    fn short_work_is_shared_until_all_processors_are_busy() {
        let gate = gate::Gate::new(4);
        let Entry::Leading(first) = gate.enter_short(2) else { panic!("nobody else is there") };
        assert!(matches!(gate.enter_short(2), Entry::Shared));
        let second = gate.enter();
        let Entry::Alone(third) = gate.enter_short(2) else { panic!("two are there") };
        assert!(matches!(gate.enter_short(usize::MAX), Entry::Shared));
        drop((first, second));
        assert!(matches!(gate.enter_short(2), Entry::Shared));
        drop(third);
        for _ in 0..gate::CROWDED_FOR {
            assert!(matches!(gate.enter_short(2), Entry::Shared));
        }
        assert!(matches!(gate.enter_short(2), Entry::Leading(_)));
    }

    #[test]
    fn every_part_of_short_work_runs_once() {
        let _alone = alone_here();
        for threads in [1, 2, 7] {
            set_threads(threads).unwrap();
            for round in 0..500 {
                let calls: Vec<_> = (0..round % 40).map(|_| AtomicUsize::new(0)).collect();
                let count = |i: usize| _ = calls[i].fetch_add(1, Ordering::Relaxed);
                // A part that fans out does so alone, or on the pool.
                run_short(|| for_each(calls.len(), |i| for_each(3, |_| count(i)))).unwrap();
                assert!(calls.iter().all(|calls| calls.load(Ordering::Relaxed) == 3));
            }
        }
    }

    #[test]
    fn a_panic_of_short_work_reaches_the_caller_and_the_next_call_works() {
        let _alone = alone_here();
        set_threads(3).unwrap();
        for part in 0..5 {
            let work = || run_short(|| for_each(5, |i| assert_ne!(i, part, "part {part}")));
            let panic = catch_unwind(AssertUnwindSafe(work)).unwrap_err();
            assert!(panic.downcast_ref::<String>().is_some_and(|text| text.contains(&format!("part {part}"))));
            assert_eq!(threads_here(), 1);
            assert_eq!(run_short(|| 1), Ok(1));
        }
    }

    #[test]
    fn the_threads_call_the_hooks() {
        static PARTS: AtomicUsize = AtomicUsize::new(0);
        static RESTS: AtomicUsize = AtomicUsize::new(0);
        let _alone = alone_here();
        set_threads(1).unwrap();
        run(|| ()).unwrap();
        set_hooks(ThreadHooks {
            before_chunk: || _ = PARTS.fetch_add(1, Ordering::Relaxed),
            at_rest: || _ = RESTS.fetch_add(1, Ordering::Relaxed),
        });
        set_threads(2).unwrap();
        let before = PARTS.load(Ordering::Relaxed);
        run(|| for_each(10, |_| ())).unwrap();
        assert!(PARTS.load(Ordering::Relaxed) >= before + 10);
        // Twice, for they rest again after the next work; and then they end.
        for _ in 0..2 {
            wait_for_rests(&RESTS, 2, || run(|| ()).unwrap());
            assert_eq!(run_short(|| 1), Ok(1));
        }
        wait_for_rests(&RESTS, 2, || set_threads(3).unwrap());
    }

    fn wait_for_rests(rests: &AtomicUsize, more: usize, work: impl FnOnce()) {
        let before = rests.load(Ordering::Relaxed);
        work();
        while rests.load(Ordering::Relaxed) < before + more {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_thread_that_works_alone_shares_nothing_until_it_is_done() {
        let _alone = alone_here();
        set_threads(3).unwrap();
        let inside = run(|| {
            let thread = std::thread::current().id();
            let on_it = || assert_eq!(std::thread::current().id(), thread);
            alone(|| {
                for_each(100, |_| on_it());
                join(on_it, on_it);
                assert_eq!(threads_here(), 1);
            });
            _ = catch_unwind(|| alone(|| panic!("in the middle")));
            threads_here()
        });
        assert_eq!(inside, Ok(3));
    }

    #[test]
    fn many_callers_while_the_number_of_threads_changes() {
        let _alone = alone_here();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for call in 0..100 {
                        let sum = AtomicUsize::new(0);
                        let work = || for_each(10, |i| _ = sum.fetch_add(i, Ordering::Relaxed));
                        if call % 3 == 0 { run(work) } else { run_short(work) }.unwrap();
                        assert_eq!(sum.into_inner(), 45);
                    }
                });
            }
            for i in 0..50 {
                set_threads(1 + i % 4).unwrap();
            }
        });
    }

    #[test]
    fn released_threads_end_and_the_next_call_starts_others() {
        thread_local! {
            static END: Cell<Option<mpsc::Sender<()>>> = const { Cell::new(None) };
        }
        let _alone = alone_here();
        set_threads(3).unwrap();
        let (sender, ends) = mpsc::channel();
        pool().unwrap().threads.broadcast(|_| END.set(Some(sender.clone())));
        drop(sender);
        release();
        assert_eq!(ends.recv_timeout(Duration::from_secs(60)), Err(mpsc::RecvTimeoutError::Disconnected));
        assert_eq!(super::threads(), pool::processors());
        assert_eq!(run(rayon::current_num_threads), Ok(pool::processors()));
    }

    #[test]
    fn work_that_runs_on_a_released_pool_finishes_there() {
        let _alone = alone_here();
        set_threads(3).unwrap();
        let inside = run(|| {
            release();
            for_each(10, |_| ());
            rayon::current_num_threads()
        });
        assert_eq!(inside, Ok(3));
    }

    #[test]
    fn work_on_a_small_stack_has_a_large_one() {
        fn deep(level: usize) -> usize {
            let frame = std::hint::black_box([level as u8; 4096]);
            if level == 0 { 0 } else { 1 + deep(level - 1) + usize::from(frame[0] == 255 && frame[1] == 0) }
        }
        let small = std::thread::Builder::new().stack_size(128 << 10).spawn(|| run(|| deep(1000))).unwrap();
        assert_eq!(small.join().unwrap(), Ok(1000));
    }
}
