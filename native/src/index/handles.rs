//! Names for indexes in languages that cannot hold a reference.
//!
//! A handle is a number that is given out once. Whatever a caller does with it, it names its index or, once that is closed,
//! nothing: no use of a handle can reach memory that has been freed. A call that still runs while its index is closed
//! keeps the memory until it ends.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::Index;
use crate::{Error, Result};

static OPEN: RwLock<BTreeMap<i64, Arc<Index>>> = RwLock::new(BTreeMap::new());

/// Returns a new handle of `index`, never zero.
#[must_use]
pub fn open(index: Index) -> i64 {
    static NEXT: AtomicI64 = AtomicI64::new(1);
    let handle = NEXT.fetch_add(1, Ordering::Relaxed);
    OPEN.write().unwrap_or_else(PoisonError::into_inner).insert(handle, Arc::new(index));
    handle
}

/// Returns the index of `handle`.
///
/// # Errors
/// [`Error::Closed`] when it has been closed.
pub fn get(handle: i64) -> Result<Arc<Index>> {
    OPEN.read().unwrap_or_else(PoisonError::into_inner).get(&handle).cloned().ok_or(Error::Closed)
}

/// Closes the index of `handle`, if that has not happened yet. Its memory is freed when no call uses it any more.
pub fn close(handle: i64) {
    let index = OPEN.write().unwrap_or_else(PoisonError::into_inner).remove(&handle);
    // Outside the lock: freeing much memory takes time.
    drop(index);
}

/// Closes the indexes of all handles.
pub fn close_all() {
    let indexes = std::mem::take(&mut *OPEN.write().unwrap_or_else(PoisonError::into_inner));
    drop(indexes);
}

/// Returns the number of indexes that are open.
#[must_use]
pub fn count() -> usize {
    OPEN.read().unwrap_or_else(PoisonError::into_inner).len()
}
