//! What a thread knows of itself: whether it is of the pool, and what it does between two chunks of its work.

use std::cell::Cell;
use std::sync::OnceLock;

/// What the threads of the pool do besides their work, for the program that has started them.
#[derive(Clone, Copy, Debug)]
pub struct ThreadHooks {
    /// Called on a thread of the pool before each chunk of its work, about every tenth of a millisecond. It may take its time,
    /// but must not wait for work of the pool.
    pub before_chunk: fn(),
    /// Called on a thread of the pool when there has been no work for a while, and as the last thing it does.
    pub at_rest: fn(),
}

static HOOKS: OnceLock<ThreadHooks> = OnceLock::new();

thread_local! {
    static ON_POOL: Cell<bool> = const { Cell::new(false) };
    /// Whether this thread shares nothing, although it is of the pool.
    static ALONE: Cell<bool> = const { Cell::new(false) };
}

/// Sets what the threads of the pool do, those there will be and those there are. Only the first call sets it.
pub fn set_hooks(hooks: ThreadHooks) {
    HOOKS.get_or_init(|| hooks);
}

/// To be called between two chunks of the work: does what a thread of the pool does then.
pub(crate) fn before_chunk() {
    if ON_POOL.get()
        && let Some(hooks) = HOOKS.get()
    {
        (hooks.before_chunk)();
    }
}

/// To be called when there has been no work for a while: does what a thread of the pool does then.
pub(super) fn rest() {
    if let Some(hooks) = HOOKS.get() {
        (hooks.at_rest)();
    }
}

/// Returns whether hooks were set.
pub(super) fn has_hooks() -> bool {
    HOOKS.get().is_some()
}

/// Says that this thread is of the pool.
pub(super) fn enter_pool() {
    ON_POOL.set(true);
}

/// Returns whether this thread is of the pool.
pub(super) fn is_on_pool() -> bool {
    ON_POOL.get()
}

/// Returns what `work` returns, all of which runs on this thread: if it is of the pool, nothing that is given to [`for_each`](super::for_each) or
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

/// Returns the results of both closures, which may run at the same time when the caller is on the pool.
pub fn join<A: Send, B: Send>(first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B + Send) -> (A, B) {
    if !shares() {
        return (first(), second());
    }
    let (mut a, mut b) = (None, None);
    join_once(&mut once(first, &mut a), &mut once(second, &mut b));
    (a.expect("the first one has run"), b.expect("the second one has run"))
}

/// The same, compiled once for all kinds of work.
fn join_once(first: &mut (dyn FnMut() + Send), second: &mut (dyn FnMut() + Send)) {
    rayon::join(first, second);
}

/// Returns a function that sets `result` to what `work` returns, the first time that it is called.
pub(super) fn once<R>(work: impl FnOnce() -> R, result: &mut Option<R>) -> impl FnMut() {
    let mut work = Some(work);
    move || *result = Some(work.take().expect("this is called once")())
}

/// Returns whether this thread shares its work with others of the pool.
pub(super) fn shares() -> bool {
    ON_POOL.get() && !ALONE.get()
}
