//! The threads that compute.
//!
//! Heavy work enters through [`run`], which moves it onto a private pool of threads: their stacks are large whatever
//! the caller's is, and their number is [`threads`]. Work that is already on the pool fans out with [`for_each`], and
//! only over independent parts of its result, so that no number of threads changes a bit of it.
//!
//! The pool is made by the first call that needs it. From then on the library stays mapped for the life of the
//! process, for the pool's threads outlive the Java class loader that loaded it.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{Error, Result};

/// Bytes of stack that each thread of the pool has. A Java thread may have as little as 180 KB.
pub const STACK_BYTES: usize = 8 << 20;

/// Calls that may run at the same time, as a multiple of the number of threads; further callers wait. A thread that
/// waits for a part of its own work takes up another call on the same stack, so this bounds the depth of that stack.
const CALLS_PER_THREAD: usize = 2;

/// What the threads of the pool do for whoever they work for.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// Called on a thread of the pool before each part of its work, about every tenth of a millisecond. It may take its time,
    /// but must not wait for work of the pool.
    pub before_part: fn(),
    /// Called on a thread of the pool as the last thing it does.
    pub at_exit: fn(),
}

static MANNERS: OnceLock<Manners> = OnceLock::new();

static SETTING: Mutex<Setting> = Mutex::new(Setting { threads: None, pool: None });

thread_local! {
    static ON_POOL: Cell<bool> = const { Cell::new(false) };
}

struct Setting {
    threads: Option<usize>,
    pool: Option<Arc<Pool>>,
}

impl Setting {
    fn threads(&mut self) -> usize {
        *self.threads.get_or_insert_with(|| {
            std::thread::available_parallelism().map_or(1, usize::from).min(rayon::max_num_threads())
        })
    }
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
        return Err(Error::ThreadCount { threads, maximum: rayon::max_num_threads() });
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

/// Gives the threads of the pool, those there will be and those there are, manners; they keep the first that they are given.
pub fn teach(manners: Manners) {
    MANNERS.get_or_init(|| manners);
}

/// To be called on a thread of the pool between two parts of its work.
pub(crate) fn before_part() {
    if let Some(manners) = MANNERS.get() {
        (manners.before_part)();
    }
}

/// Returns what `work` returns, after running it on a thread of the pool. On a thread of the pool it runs at once.
///
/// A panic of `work` becomes a panic of the caller.
///
/// # Errors
/// [`Error::Threads`] when the system does not grant the threads.
pub fn run<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R> {
    if ON_POOL.get() {
        return Ok(work());
    }
    let pool = pool()?;
    let _call = pool.calls.enter();
    Ok(pool.threads.install(work))
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
/// pool as there are. Outside of [`run`] all of them run on the calling thread.
pub fn for_each(count: usize, part: impl Fn(usize) + Sync) {
    if count <= 1 || !ON_POOL.get() {
        (0..count).for_each(part);
        return;
    }
    let next = AtomicUsize::new(0);
    fan_out(rayon::current_num_threads().min(count), &|| {
        loop {
            before_part();
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                break;
            }
            part(index);
        }
    });
}

/// Returns the results of both closures, which may run at the same time when the caller is on the pool.
pub fn join<A: Send, B: Send>(first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B + Send) -> (A, B) {
    if ON_POOL.get() { rayon::join(first, second) } else { (first(), second()) }
}

/// Returns the number of threads that [`for_each`] spreads work over: one outside of the pool.
pub(crate) fn threads_here() -> usize {
    if ON_POOL.get() { rayon::current_num_threads() } else { 1 }
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
    calls: Gate,
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
        .exit_handler(|_| {
            if let Some(manners) = MANNERS.get() {
                (manners.at_exit)();
            }
        })
        .build()
        .map_err(|error| Error::Threads { threads, cause: error.to_string() })?;
    let pool = Arc::new(Pool { threads: pool, calls: Gate::new(threads.saturating_mul(CALLS_PER_THREAD)) });
    setting.pool = Some(Arc::clone(&pool));
    Ok(pool)
}

/// Lets a limited number of callers through at a time.
struct Gate {
    free: Mutex<usize>,
    left: Condvar,
}

impl Gate {
    const fn new(places: usize) -> Self {
        Self { free: Mutex::new(places), left: Condvar::new() }
    }

    fn enter(&self) -> Place<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self.left.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Place(self)
    }
}

struct Place<'a>(&'a Gate);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.left.notify_one();
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
    use std::sync::MutexGuard;

    use super::*;

    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    fn alone() -> MutexGuard<'static, ()> {
        ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[test]
    fn the_number_of_threads_is_what_was_set() {
        let _alone = alone();
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
        let _alone = alone();
        assert_eq!(run(|| run(|| run(|| 7))), Ok(Ok(Ok(7))));
    }

    #[test]
    fn work_may_change_the_number_of_threads_it_runs_on() {
        let _alone = alone();
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
        let _alone = alone();
        let panic =
            catch_unwind(AssertUnwindSafe(|| run(|| for_each(5, |i| assert_ne!(i, 3, "part {i}"))))).unwrap_err();
        assert!(panic.downcast_ref::<String>().is_some_and(|text| text.contains("part 3")));
        assert_eq!(run(|| 1), Ok(1));
    }

    #[test]
    fn every_part_runs_once() {
        let _alone = alone();
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
    fn the_threads_have_the_manners_they_were_taught() {
        static PARTS: AtomicUsize = AtomicUsize::new(0);
        static EXITS: AtomicUsize = AtomicUsize::new(0);
        let _alone = alone();
        set_threads(1).unwrap();
        run(|| ()).unwrap();
        teach(Manners {
            before_part: || _ = PARTS.fetch_add(1, Ordering::Relaxed),
            at_exit: || _ = EXITS.fetch_add(1, Ordering::Relaxed),
        });
        set_threads(2).unwrap();
        let before = PARTS.load(Ordering::Relaxed);
        run(|| for_each(10, |_| ())).unwrap();
        assert!(PARTS.load(Ordering::Relaxed) >= before + 10);
        let exits = EXITS.load(Ordering::Relaxed);
        set_threads(3).unwrap();
        while EXITS.load(Ordering::Relaxed) < exits + 2 {
            std::thread::yield_now();
        }
    }

    #[test]
    fn many_callers_while_the_number_of_threads_changes() {
        let _alone = alone();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let sum = AtomicUsize::new(0);
                        run(|| for_each(10, |i| _ = sum.fetch_add(i, Ordering::Relaxed))).unwrap();
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
    fn work_on_a_small_stack_has_a_large_one() {
        fn deep(level: usize) -> usize {
            let frame = std::hint::black_box([level as u8; 4096]);
            if level == 0 { 0 } else { 1 + deep(level - 1) + usize::from(frame[0] == 255 && frame[1] == 0) }
        }
        let small = std::thread::Builder::new().stack_size(128 << 10).spawn(|| run(|| deep(1000))).unwrap();
        assert_eq!(small.join().unwrap(), Ok(1000));
    }
}
