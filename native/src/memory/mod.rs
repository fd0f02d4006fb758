//! Memory that may be refused.
//!
//! A failed allocation aborts a Rust process, and with it the JVM. Whatever grows with the caller's data is therefore
//! reserved here, before any work begins, and a refusal is an [`Error::OutOfMemory`].

pub(crate) mod allocator;
pub(crate) mod handles;

use std::alloc::Layout;
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use crate::float::half::Half;
use crate::{Error, Result};

/// Returns `len` copies of `T::default()`.
///
/// # Errors
/// [`Error::OutOfMemory`] when the memory cannot be had.
pub fn filled<T: Copy + Default>(len: usize) -> Result<Vec<T>> {
    let mut values = with_capacity(len)?;
    values.resize(len, T::default());
    Ok(values)
}

/// Types of which every pattern of bits is a value.
///
/// # Safety
/// That is so, and values of the type have no padding.
pub unsafe trait Plain: Copy + Default {}

// SAFETY: every pattern of bits is a number of these types, or not a number.
unsafe impl Plain for f32 {}
// SAFETY: as above.
unsafe impl Plain for f64 {}
// SAFETY: as above.
unsafe impl Plain for Half {}
// SAFETY: as above.
unsafe impl Plain for i8 {}
// SAFETY: as above.
unsafe impl Plain for i32 {}
// SAFETY: as above.
unsafe impl Plain for i64 {}

/// Returns `len` values, each of which may be anything: for what is written before it is read, since to clear memory takes
/// as long as to copy it.
///
/// # Errors
/// [`Error::OutOfMemory`] when the memory cannot be had.
pub fn unspecified<T: Plain>(len: usize) -> Result<Vec<T>> {
    let refused = || Error::OutOfMemory { bytes: len.saturating_mul(size_of::<T>()) };
    let Some(address) = allocator::initialized(Layout::array::<T>(len).map_err(|_| refused())?) else {
        return filled(len);
    };
    let first = NonNull::new(address.cast::<T>()).ok_or_else(refused)?;
    // SAFETY: this is what the global allocator gives for `len` values, and its bytes are some values of a plain type.
    let mut values = unsafe { Vec::from_raw_parts(first.as_ptr(), len, len) };
    if cfg!(debug_assertions) {
        // To read what was not written gives NaN.
        // SAFETY: every pattern of bits is a value.
        unsafe { values.as_mut_ptr().write_bytes(0xFF, len) };
    }
    Ok(values)
}

/// Returns an empty vector with room for `capacity` values.
///
/// # Errors
/// [`Error::OutOfMemory`] when the memory cannot be had.
pub fn with_capacity<T>(capacity: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(capacity)
        .map_err(|_| Error::OutOfMemory { bytes: capacity.saturating_mul(size_of::<T>()) })?;
    Ok(values)
}

/// Values that begin at a cache line, where to load a register that lies across two of them would take twice the time, and share
/// none with other memory, which another thread may write.
#[derive(Debug, Default)]
pub(crate) struct Aligned<T> {
    room: Vec<T>,
    first: usize,
    len: usize,
}

impl<T: Copy + Default> Aligned<T> {
    const LINE_BYTES: usize = 64;

    /// Returns `len` copies of `T::default()`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when the memory cannot be had.
    pub(crate) fn filled(len: usize) -> Result<Self> {
        Self::within(filled, len)
    }

    /// Returns `len` values that may be anything, as [`unspecified`] does.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when the memory cannot be had.
    pub(crate) fn unspecified(len: usize) -> Result<Self>
    where
        T: Plain,
    {
        Self::within(unspecified, len)
    }

    fn within(room: impl FnOnce(usize) -> Result<Vec<T>>, len: usize) -> Result<Self> {
        let line = Self::LINE_BYTES / size_of::<T>();
        let room = room(len.saturating_add(2 * line))?;
        let first = room.as_ptr().align_offset(Self::LINE_BYTES).min(line);
        Ok(Self { room, first, len })
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.room[self.first..][..self.len]
    }
}

impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.room[self.first..][..self.len]
    }
}

/// Returns an empty string with room for `capacity` bytes.
///
/// # Errors
/// [`Error::OutOfMemory`] when the memory cannot be had.
pub fn string(capacity: usize) -> Result<String> {
    let mut text = String::new();
    text.try_reserve_exact(capacity).map_err(|_| Error::OutOfMemory { bytes: capacity })?;
    Ok(text)
}

/// Returns what `work` returns when given uninitialised room for `len` values: on the stack if there are at most `N`.
///
/// # Errors
/// [`Error::OutOfMemory`] when the memory cannot be had, and what `work` fails with.
pub fn with_room<T: Copy, R, const N: usize>(
    len: usize,
    work: impl FnOnce(&mut [MaybeUninit<T>]) -> Result<R>,
) -> Result<R> {
    let (mut stack, mut heap);
    let room = if len <= N {
        stack = [MaybeUninit::uninit(); N];
        &mut stack[..len]
    } else {
        heap = with_capacity(len)?;
        &mut heap.spare_capacity_mut()[..len]
    };
    work(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_cannot_be_had_is_an_error() {
        let bytes = usize::MAX / 16 * 8;
        assert_eq!(filled::<f64>(usize::MAX / 16), Err(Error::OutOfMemory { bytes }));
        let room = with_room::<f64, (), 4>(usize::MAX / 16, |room| panic!("{room:p}"));
        assert_eq!(room, Err(Error::OutOfMemory { bytes }));
    }

    #[test]
    fn unspecified_values_are_as_many_as_asked_for() {
        for len in [0, 1, 1000, 100_000] {
            for _ in 0..2 {
                let mut values = unspecified::<f64>(len).unwrap();
                assert_eq!(values.len(), len);
                values.fill(1.0);
            }
        }
        let bytes = usize::MAX / 16 * 8;
        assert_eq!(unspecified::<f64>(usize::MAX / 16), Err(Error::OutOfMemory { bytes }));
        assert_eq!(unspecified::<f64>(usize::MAX), Err(Error::OutOfMemory { bytes: usize::MAX }));
    }

    #[test]
    fn room_is_as_long_as_asked_for() {
        for len in [0, 3, 4, 5, 1000] {
            assert_eq!(with_room::<u16, _, 4>(len, |room| Ok(room.len())), Ok(len));
        }
    }
}
