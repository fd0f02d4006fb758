//! The pool of threads, and how many they are.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::gate::Gate;
use super::standby::Standby;
use super::{pin, worker};
use crate::{Error, Result};

/// Bytes of stack that each thread of the pool has. A Java thread may have as little as 180 KB.
pub const STACK_BYTES: usize = 8 << 20;

/// The same for the thread that tells them to rest.
const WATCHING_BYTES: usize = 256 << 10;

/// Calls that may run at the same time, as a multiple of the number of threads; further callers wait. A thread that
/// waits for a part of its own work takes up another call on the same stack, so this bounds the depth of that stack.
const CALLS_PER_THREAD: usize = 2;

static SETTING: Mutex<Setting> = Mutex::new(Setting { threads: None, pool: None });

struct Setting {
    threads: Option<usize>,
    pool: Option<Arc<Pool>>,
}

impl Setting {
    fn threads(&mut self) -> usize {
        *self.threads.get_or_insert_with(|| processors().min(rayon::max_num_threads()))
    }
}

pub(super) fn processors() -> usize {
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

/// Returns the error for a number of threads that is not supported.
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

/// The threads, and what those who call them share.
pub(super) struct Pool {
    pub(super) threads: ThreadPool,
    pub(super) calls: Arc<Gate>,
    /// With this many other callers, one with short work runs it alone.
    pub(super) alone_beside: usize,
    pub(super) standby: Arc<Standby>,
}

/// Returns the pool, which the first call makes.
///
/// # Errors
/// [`Error::Threads`].
pub(super) fn pool() -> Result<Arc<Pool>> {
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
        .start_handler(|_| worker::enter_pool())
        .exit_handler(|_| worker::rest())
        .build()
        .map_err(|error| Error::Threads { threads, cause: error.to_string() })?;
    let pool = Arc::new(Pool {
        threads: pool,
        calls: Arc::new(Gate::new(threads.saturating_mul(CALLS_PER_THREAD))),
        alone_beside: if threads < processors() { usize::MAX } else { threads },
        standby: Arc::default(),
    });
    if worker::has_hooks() {
        let (calls, pool) = (Arc::clone(&pool.calls), Arc::downgrade(&pool));
        let thread = Builder::new().name("rust-ffi-rest".into()).stack_size(WATCHING_BYTES);
        // Without this thread, those of the pool never rest, and work all the same.
        let _ = thread.spawn(move || {
            while calls.wait_for_rest() {
                let Some(pool) = pool.upgrade() else { break };
                pool.threads.spawn_broadcast(|_| worker::rest());
            }
        });
    }
    setting.pool = Some(Arc::clone(&pool));
    Ok(pool)
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.calls.close();
    }
}
