//! What threads synchronise with, apart so that `native/tests/loom.rs` can put a model in its place.

pub(crate) use std::hint::spin_loop;
pub(crate) use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
pub(crate) use std::thread::{sleep, yield_now};
use std::time::{Duration, Instant};

/// Looks between two at the clock.
const LOOKS: usize = 64;

/// Returns when `is_so` or when this has taken as long as `most`, without going to sleep.
pub(crate) fn look_out(most: Duration, is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while begin.elapsed() < most {
        for _ in 0..LOOKS {
            if is_so() {
                return;
            }
            spin_loop();
        }
    }
}

/// A value whose users have to keep apart.
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    /// Returns what `read` makes of the value, which no thread may be writing.
    pub(crate) fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
        read(self.0.get())
    }

    /// Returns what `write` makes of the value, which no other thread may be using.
    pub(crate) fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
        write(self.0.get())
    }
}
