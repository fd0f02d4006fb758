//! Names for indexes in languages that cannot hold a reference: a number of each, by which no freed memory can be reached.

use std::sync::Arc;

use super::Index;
use crate::memory::handles::Handles;
use crate::{Error, Result};

static OPEN: Handles<Index> = Handles::new();

/// Returns a new handle of `index`, never zero.
#[must_use]
pub fn open(index: Index) -> i64 {
    OPEN.open(index)
}

/// Returns the index of `handle`.
///
/// # Errors
/// [`Error::Closed`] when it has been closed.
pub fn get(handle: i64) -> Result<Arc<Index>> {
    OPEN.get(handle).ok_or(Error::Closed)
}

/// Closes the index of `handle`, if that has not happened yet. Its memory is freed when no call uses it any more.
pub fn close(handle: i64) {
    OPEN.close(handle);
}

/// Closes the indexes of all handles.
pub fn close_all() {
    OPEN.close_all();
}

/// Returns the number of indexes that are open.
#[must_use]
pub fn count() -> usize {
    OPEN.count()
}
