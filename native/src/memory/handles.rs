//! Names for values in languages that cannot hold a reference.
//!
//! A handle is a number that is given out once. Whatever a caller does with it, it names its value or, once that is closed,
//! nothing: no use of a handle can reach memory that has been freed. A call that still runs while its value is closed
//! keeps the memory until it ends.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The values that are open, and the last handle.
pub(crate) struct Handles<T>(RwLock<(i64, BTreeMap<i64, Arc<T>>)>);

impl<T> Handles<T> {
    /// No value.
    pub(crate) const fn new() -> Self {
        Self(RwLock::new((0, BTreeMap::new())))
    }

    /// Returns a new handle of `value`, never zero.
    pub(crate) fn open(&self, value: T) -> i64 {
        let value = Arc::new(value);
        let mut open = self.write();
        let handle = open.0 + 1;
        open.0 = handle;
        open.1.insert(handle, value);
        handle
    }

    /// Returns the value of `handle`; `None` when it has been closed.
    pub(crate) fn get(&self, handle: i64) -> Option<Arc<T>> {
        self.read().1.get(&handle).cloned()
    }

    /// Closes the value of `handle`, if that has not happened yet. Its memory is freed when no call uses it any more.
    pub(crate) fn close(&self, handle: i64) {
        let value = self.write().1.remove(&handle);
        // Outside the lock: freeing much memory takes time.
        drop(value);
    }

    /// Closes the values of all handles.
    pub(crate) fn close_all(&self) {
        let values = std::mem::take(&mut self.write().1);
        drop(values);
    }

    /// Returns the number of values that are open.
    pub(crate) fn count(&self) -> usize {
        self.read().1.len()
    }

    fn read(&self) -> RwLockReadGuard<'_, (i64, BTreeMap<i64, Arc<T>>)> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, (i64, BTreeMap<i64, Arc<T>>)> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
