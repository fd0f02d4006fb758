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

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Builder};
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::crew::{Crew, Line};
use crate::helpers::Helpers;
use crate::{Error, Result};

/// Bytes of stack that each thread of the pool has. A Java thread may have as little as 180 KB.
pub const STACK_BYTES: usize = 8 << 20;

/// The same for the thread that tells them to rest.
const WATCHING_BYTES: usize = 256 << 10;

/// Calls that may run at the same time, as a multiple of the number of threads; further callers wait. A thread that
/// waits for a part of its own work takes up another call on the same stack, so this bounds the depth of that stack.
const CALLS_PER_THREAD: usize = 2;

/// What the threads of the pool do for whoever they work for.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// Called on a thread of the pool before each part of its work, about every tenth of a millisecond. It may take its time,
    /// but must not wait for work of the pool.
    pub before_part: fn(),
    /// Called on a thread of the pool when there has been no work for a while, and as the last thing it does.
    pub at_rest: fn(),
}

static MANNERS: OnceLock<Manners> = OnceLock::new();

/// The threads of the pool are at rest when nobody has called for work for this long, or for up to twice as long.
const REST: Duration = Duration::from_millis(20);

/// Queues in which the parts of a call wait: one for each thread, but of very many threads some share one.
const QUEUES: usize = 8;

/// Callers that find nobody inside, after one that did, before one of them is taken to be alone.
const CROWDED_FOR: usize = 64;

static SETTING: Mutex<Setting> = Mutex::new(Setting { threads: None, pool: None });

thread_local! {
    static ON_POOL: Cell<bool> = const { Cell::new(false) };
    /// Whether this thread shares nothing, although it is of the pool.
    static ALONE: Cell<bool> = const { Cell::new(false) };
    /// The crew with which this thread, which is not of the pool, shares its work; none while a step is under way.
    static CREW: Cell<Option<NonNull<Crew>>> = const { Cell::new(None) };
}

struct Setting {
    threads: Option<usize>,
    pool: Option<Arc<Pool>>,
}

impl Setting {
    fn threads(&mut self) -> usize {
        *self.threads.get_or_insert_with(|| processors().min(rayon::max_num_threads()))
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn setting() -> MutexGuard<'static, Setting> {
    SETTING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the number of threads that compute: what was last given to [`set_threads`], otherwise the number of
/// processors available.
#[must_use]
pub fn threads() -> usize {
    setting().threads()
}

/// Sets the number of threads that compute. Calls that already run finish on the threads they began with.
///
/// # Errors
/// [`Error::ThreadCount`] when `threads` is zero or more than the pool supports (65,535 on 64-bit platforms).
pub fn set_threads(threads: usize) -> Result<()> {
    if threads < 1 || threads > rayon::max_num_threads() {
        return Err(no_such_count(i64::try_from(threads).unwrap_or(i64::MAX)));
    }
    let mut setting = setting();
    if setting.threads() != threads {
        setting.threads = Some(threads);
        let old = setting.pool.take();
        drop(setting);
        drop(old);
    }
    Ok(())
}

/// Returns the error that says that there cannot be so many threads.
pub(crate) fn no_such_count(threads: i64) -> Error {
    Error::ThreadCount { threads, maximum: rayon::max_num_threads() }
}

/// Ends the threads of the pool, once the calls that run on them have finished, and forgets the number that [`set_threads`] was
/// given. The next call starts a new pool. Waits for no thread.
pub(crate) fn release() {
    let mut setting = setting();
    setting.threads = None;
    let pool = setting.pool.take();
    drop(setting);
    drop(pool);
}

/// Gives the threads of the pool, those there will be and those there are, manners; they keep the first that they are given.
pub fn teach(manners: Manners) {
    MANNERS.get_or_init(|| manners);
}

/// To be called between two parts of the work: does what a thread of the pool does then.
pub(crate) fn before_part() {
    if ON_POOL.get()
        && let Some(manners) = MANNERS.get()
    {
        (manners.before_part)();
    }
}

/// Returns what `work` returns, after running it on a thread of the pool. Within work that entered here it runs at once.
///
/// A panic of `work` becomes a panic of the caller.
///
/// # Errors
/// [`Error::Threads`] when the system does not grant the threads.
pub fn run<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R> {
    if is_inside() {
        return Ok(work());
    }
    let pool = pool()?;
    let _call = pool.calls.enter();
    Ok(pool.threads.install(work))
}

/// Returns what `work` returns, after running it on this thread, with threads of the pool that share what it gives to
/// [`for_each`]: for work of less than a millisecond that takes little of a stack.
///
/// Where other work is under way, this goes to the pool like that: the processors are awake then, and have enough to do. Where
/// there is as much of it as there are processors, it runs here and shares nothing; but not where the pool has fewer threads,
/// since somebody wants it to leave some of the processors alone.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_short<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R> {
    if is_inside() {
        return Ok(work());
    }
    let pool = pool()?;
    let threads = pool.threads.current_num_threads();
    match pool.calls.enter_short(pool.alone_beside) {
        Way::Shared => run(work),
        Way::Alone(_place) => Ok(work()),
        Way::Leading(_place) if threads == 1 => Ok(work()),
        Way::Leading(_place) => {
            let (mut crew, membership) = Crew::new(threads);
            for _ in 0..pool.helpers.call(membership, crew.members() - 1) {
                let helpers = Arc::clone(&pool.helpers);
                pool.threads.spawn(move || helpers.help());
            }
            let _leader = Leader::of(&mut crew);
            Ok(work())
        }
    }
}

/// While this lives, the parts of [`for_each`] are steps of a crew.
struct Leader<'a>(PhantomData<&'a mut Crew>);

impl<'a> Leader<'a> {
    fn of(crew: &'a mut Crew) -> Self {
        CREW.set(Some(NonNull::from(crew)));
        Self(PhantomData)
    }
}

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        CREW.set(None);
    }
}

/// Calls `part` as often as [`for_each`] does, in a step of the crew that this thread leads, and returns whether it leads one.
fn step(count: usize, part: &(impl Fn(usize) + Sync)) -> bool {
    struct Restored(NonNull<Crew>);

    impl Drop for Restored {
        fn drop(&mut self) {
            CREW.set(Some(self.0));
        }
    }

    // Taken, so that a part that fans out in its turn does so alone.
    let Some(crew) = CREW.take() else { return false };
    let mut crew = Restored(crew);
    // SAFETY: the `Leader` that lent it to this thread alone lives, since it resets what was taken.
    unsafe { crew.0.as_mut() }.step(true, count, part);
    true
}

/// Returns what `work` returns, all of which runs on this thread: if it is of the pool, nothing that is given to [`for_each`] or
/// [`join`] is shared.
pub(crate) fn alone<R>(work: impl FnOnce() -> R) -> R {
    struct Restored(bool);

    impl Drop for Restored {
        fn drop(&mut self) {
            ALONE.set(self.0);
        }
    }

    let _restored = Restored(ALONE.replace(true));
    work()
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
    if count <= 1 || !shares() {
        if count <= 1 || !step(count, &part) {
            for_each_here(count, part);
        }
        return;
    }
    // A part goes to the same thread from call to call unless that one is late: its data is then in the right cache, and not in
    // that of another processor.
    let workers = rayon::current_num_threads().min(count);
    let queues = workers.min(QUEUES);
    let taken: [Line<AtomicUsize>; QUEUES] = Default::default();
    fan_out(workers, &|| {
        let own = rayon::current_thread_index().map_or(0, |index| index % queues);
        for queue in (own..queues).chain(0..own) {
            let [first, end] = [queue, queue + 1].map(|queue| queue * count / queues);
            loop {
                before_part();
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
        before_part();
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

/// Returns the results of both closures, which may run at the same time when the caller is on the pool.
pub fn join<A: Send, B: Send>(first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B + Send) -> (A, B) {
    if shares() { rayon::join(first, second) } else { (first(), second()) }
}

/// Returns whether this thread shares its work with others of the pool.
fn shares() -> bool {
    ON_POOL.get() && !ALONE.get()
}

fn is_inside() -> bool {
    ON_POOL.get() || is_leading()
}

/// Returns whether [`for_each`] shares with threads of the pool what this thread, another one, does.
pub(crate) fn is_leading() -> bool {
    CREW.get().is_some()
}

/// Returns the number of threads that [`for_each`] spreads work over: one outside of what entered here.
pub(crate) fn threads_here() -> usize {
    if shares() {
        rayon::current_num_threads()
    } else {
        // SAFETY: what this thread leads is lent to it for as long as it is there.
        CREW.get().map_or(1, |crew| unsafe { crew.as_ref() }.members())
    }
}

/// Returns what `work` returns on a pool of its own.
#[cfg(test)]
pub(crate) fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let pool = ThreadPoolBuilder::new().num_threads(threads).start_handler(|_| ON_POOL.set(true)).build();
    pool.expect("the system grants the threads").install(work)
}

fn fan_out(workers: usize, work: &(impl Fn() + Sync)) {
    if workers == 1 {
        work();
    } else {
        let half = workers / 2;
        rayon::join(|| fan_out(workers - half, work), || fan_out(half, work));
    }
}

struct Pool {
    threads: ThreadPool,
    calls: Arc<Gate>,
    /// Beside so many others a caller runs short work alone.
    alone_beside: usize,
    helpers: Arc<Helpers>,
}

fn pool() -> Result<Arc<Pool>> {
    let mut setting = setting();
    if let Some(pool) = &setting.pool {
        return Ok(Arc::clone(pool));
    }
    pin::pin();
    let threads = setting.threads();
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK_BYTES)
        .thread_name(|index| format!("rust-ffi-{index}"))
        .start_handler(|_| ON_POOL.set(true))
        .exit_handler(|_| rest())
        .build()
        .map_err(|error| Error::Threads { threads, cause: error.to_string() })?;
    let pool = Arc::new(Pool {
        threads: pool,
        calls: Arc::new(Gate::new(threads.saturating_mul(CALLS_PER_THREAD))),
        alone_beside: if threads < processors() { usize::MAX } else { threads },
        helpers: Arc::default(),
    });
    if MANNERS.get().is_some() {
        let (calls, pool) = (Arc::clone(&pool.calls), Arc::downgrade(&pool));
        let thread = Builder::new().name("rust-ffi-rest".into()).stack_size(WATCHING_BYTES);
        // Without this thread, those of the pool never rest, and work all the same.
        let _ = thread.spawn(move || {
            while calls.wait_for_rest() {
                let Some(pool) = pool.upgrade() else { break };
                pool.threads.spawn_broadcast(|_| rest());
            }
        });
    }
    setting.pool = Some(Arc::clone(&pool));
    Ok(pool)
}

/// Does what a thread of the pool does at rest.
fn rest() {
    if let Some(manners) = MANNERS.get() {
        (manners.at_rest)();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.calls.close();
    }
}

/// Lets a limited number of callers through at a time.
struct Gate {
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
    /// Whether somebody wants to know that the next one comes.
    awaited: bool,
    /// Whether nobody comes any more.
    closed: bool,
    /// Those for whom the pool works.
    inside: usize,
    /// Those with short work that they share with nobody.
    beside: usize,
    /// How many that might be alone are still taken for some of many.
    crowded: usize,
}

/// How short work runs.
enum Way<'a> {
    /// On the caller's thread, with the help of the pool.
    Leading(Place<'a>),
    /// On the caller's thread alone.
    Alone(Place<'a>),
    /// On the pool.
    Shared,
}

impl Gate {
    fn new(places: usize) -> Self {
        Self { places, callers: Mutex::default(), left: Condvar::new(), stirred: Condvar::new() }
    }

    fn callers(&self) -> MutexGuard<'_, Callers> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self) -> Place<'_> {
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
    fn wait_for_rest(&self) -> bool {
        let mut callers = self.callers();
        while callers.ever == callers.at_rest && !callers.closed {
            callers.awaited = true;
            callers = self.stirred.wait(callers).unwrap_or_else(PoisonError::into_inner);
        }
        while (callers.inside > 0 || callers.ever != callers.at_rest) && !callers.closed {
            callers.at_rest = callers.ever;
            drop(callers);
            thread::sleep(REST);
            callers = self.callers();
        }
        !callers.closed
    }

    /// Nobody comes any more.
    fn close(&self) {
        self.callers().closed = true;
        self.stirred.notify_all();
    }

    /// Lets a caller with short work through: to lead if nobody is there, nor was when somebody came a short while ago, and
    /// alone beside so many others.
    fn enter_short(&self, alone_beside: usize) -> Way<'_> {
        let mut callers = self.callers();
        let others = callers.inside + callers.beside;
        if others > 0 {
            callers.crowded = CROWDED_FOR;
        } else if callers.crowded > 0 {
            callers.crowded -= 1;
        } else {
            return Way::Leading(self.let_in(&mut callers));
        }
        if others < alone_beside {
            return Way::Shared;
        }
        callers.beside += 1;
        Way::Alone(Place { gate: self, beside: true })
    }
}

struct Place<'a> {
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

/// Keeps this library mapped: the pool's threads run its code until the process ends.
#[cfg(unix)]
mod pin {
    use std::mem::MaybeUninit;

    pub fn pin() {
        let mut library = MaybeUninit::<libc::Dl_info>::zeroed();
        // SAFETY: the first argument is the address of a function of this library and is not followed; the second is
        // valid for writing a Dl_info, whose fields are pointers, so that zeros are a value too.
        let name = unsafe {
            libc::dladdr(pin as *const () as *const libc::c_void, library.as_mut_ptr());
            library.assume_init().dli_fname
        };
        if !name.is_null() {
            // SAFETY: the loader gave `name` as a C string that lives as long as the library. RTLD_NOLOAD loads
            // nothing, so no foreign code runs; the handle is kept open for ever, which is the purpose. For a program
            // that is linked statically the answer is null, and there is nothing to keep.
            unsafe { libc::dlopen(name, libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE) };
        }
    }
}

/// Keeps this library mapped: the pool's threads run its code until the process ends.
#[cfg(windows)]
mod pin {
    use std::ffi::c_void;

    const GET_MODULE_HANDLE_EX_FLAG_PIN: u32 = 1;
    const GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS: u32 = 4;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
    }

    pub fn pin() {
        let mut module = std::ptr::null_mut();
        // SAFETY: with FROM_ADDRESS the second argument is an address within a module, here this function's own, and is
        // not followed; the third is valid for writing a handle.
        unsafe {
            GetModuleHandleExW(
                GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                pin as *const () as *const c_void,
                &mut module,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::{MutexGuard, mpsc};

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
        assert_eq!(error.to_string(), format!("cannot compute on 0 threads: from 1 to {}", rayon::max_num_threads()));
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
        let gate = Gate::new(4);
        let Way::Leading(first) = gate.enter_short(2) else { panic!("nobody else is there") };
        assert!(matches!(gate.enter_short(2), Way::Shared));
        let second = gate.enter();
        let Way::Alone(third) = gate.enter_short(2) else { panic!("two are there") };
        assert!(matches!(gate.enter_short(usize::MAX), Way::Shared));
        drop((first, second));
        assert!(matches!(gate.enter_short(2), Way::Shared));
        drop(third);
        for _ in 0..CROWDED_FOR {
            assert!(matches!(gate.enter_short(2), Way::Shared));
        }
        assert!(matches!(gate.enter_short(2), Way::Leading(_)));
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
    fn the_threads_have_the_manners_they_were_taught() {
        static PARTS: AtomicUsize = AtomicUsize::new(0);
        static RESTS: AtomicUsize = AtomicUsize::new(0);
        let _alone = alone_here();
        set_threads(1).unwrap();
        run(|| ()).unwrap();
        teach(Manners {
            before_part: || _ = PARTS.fetch_add(1, Ordering::Relaxed),
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
        assert_eq!(super::threads(), processors());
        assert_eq!(run(rayon::current_num_threads), Ok(processors()));
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
