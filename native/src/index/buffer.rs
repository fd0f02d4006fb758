//! Memory for vectors: from the allocator, from the system, or of a mapped file.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::fs::File;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::{Mmap, MmapMut, MmapOptions};

use crate::memory::{Plain, allocator};
use crate::{Error, Result};

/// From this size on memory comes from the system, page by page: given back at once when it is freed, and in large pages
/// where there are any.
const PAGES_FROM: usize = 1 << 20;

/// Alignment of memory from the allocator: a cache line, and the widest register.
const ALIGNMENT: usize = 64;

/// Bytes of all memory allocated here that has not been freed.
static IN_USE: AtomicU64 = AtomicU64::new(0);

/// Returns the bytes of memory that all vectors take, files that are mapped apart.
pub(super) fn bytes_in_use() -> u64 {
    IN_USE.load(Ordering::Relaxed)
}

/// A piece of memory that does not move.
#[derive(Debug)]
pub(super) struct Buffer<T = f32> {
    values: NonNull<T>,
    len: usize,
    owner: Owner,
}

#[derive(Debug)]
enum Owner {
    Allocator(Layout),
    Pages { _pages: MmapMut },
    File(Mmap),
}

// SAFETY: the memory belongs to this value alone; the callers of `read` and `write` grant that no thread reads what
// another one writes.
unsafe impl<T: Plain + Send> Send for Buffer<T> {}
// SAFETY: as above.
unsafe impl<T: Plain + Sync> Sync for Buffer<T> {}

impl<T: Plain> Buffer<T> {
    /// Returns zeroed memory for `len` values, at least one.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when it cannot be had.
    pub(super) fn allocate(len: usize) -> Result<Self> {
        let refused = || Error::OutOfMemory { bytes: len.saturating_mul(size_of::<T>()) };
        let layout = Layout::array::<T>(len).and_then(|layout| layout.align_to(ALIGNMENT)).map_err(|_| refused())?;
        assert!(layout.size() > 0, "memory for at least one value");
        let (values, owner) = if layout.size() < PAGES_FROM {
            // SAFETY: the size is not zero.
            let values = unsafe { alloc_zeroed(layout) };
            (values, Owner::Allocator(layout))
        } else {
            let mut pages = MmapMut::map_anon(layout.size()).map_err(|_| refused())?;
            #[cfg(target_os = "linux")]
            {
                // Only faster, and not every kernel has it.
                let _ = pages.advise(memmap2::Advice::HugePage);
            }
            (pages.as_mut_ptr(), Owner::Pages { _pages: pages })
        };
        let values = NonNull::new(values.cast()).ok_or_else(refused)?;
        if let Owner::Allocator(layout) = owner {
            // Counted here.
            allocator::set_apart(layout);
        }
        IN_USE.fetch_add(layout.size() as u64, Ordering::Relaxed);
        Ok(Self { values, len, owner })
    }

    /// Maps `len` values of `file`, which begin at `offset`.
    ///
    /// # Errors
    /// The system's when the file cannot be mapped.
    ///
    /// # Safety
    /// As long as the memory is in use, the file must not be changed or truncated.
    pub(super) unsafe fn map(file: &File, offset: u64, len: usize) -> std::io::Result<Self> {
        let bytes = len * size_of::<T>();
        // SAFETY: the caller answers for the file.
        let map = unsafe { MmapOptions::new().offset(offset).len(bytes).map(file) }?;
        let values = NonNull::new(map.as_ptr().cast_mut().cast()).expect("a mapping is not null");
        assert!(values.is_aligned(), "a mapping at an offset that is a multiple of a value's size");
        Ok(Self { values, len, owner: Owner::File(map) })
    }

    /// Has the system begin to read the vectors `rows` of a mapped file that are not in memory, and no others. Without it, who
    /// reads one of them waits for megabytes around it, as many as the disk is set to.
    pub(super) fn will_need(&self, dimension: usize, rows: Range<usize>) {
        let bytes = dimension * size_of::<T>();
        #[cfg(unix)]
        if let Owner::File(map) = &self.owner {
            // Where the system refuses, reading takes longer.
            let _ = map.advise_range(memmap2::Advice::WillNeed, rows.start * bytes, rows.len() * bytes);
        }
        #[cfg(not(unix))]
        let _ = (bytes, rows);
    }

    /// Returns the vectors `rows`.
    ///
    /// # Safety
    /// They must not be written as long as they are in use.
    pub(super) unsafe fn read(&self, dimension: usize, rows: Range<usize>) -> &[T] {
        let range = rows.start * dimension..rows.end * dimension;
        assert!(range.start <= range.end && range.end <= self.len, "vectors beyond the end of their memory");
        // SAFETY: in bounds by the line above, initialised since the memory was zeroed or is a file's, not written by
        // anybody as the caller says.
        unsafe { std::slice::from_raw_parts(self.values.as_ptr().add(range.start), range.len()) }
    }

    /// Lets `fill` write the vectors `rows`.
    ///
    /// # Safety
    /// No other thread may read or write them meanwhile, and the memory must not be that of a file.
    pub(super) unsafe fn write<R>(&self, dimension: usize, rows: Range<usize>, fill: impl FnOnce(&mut [T]) -> R) -> R {
        let range = rows.start * dimension..rows.end * dimension;
        assert!(range.start <= range.end && range.end <= self.len, "vectors beyond the end of their memory");
        // SAFETY: in bounds by the line above, initialised since the memory was zeroed, and the caller's alone.
        fill(unsafe { std::slice::from_raw_parts_mut(self.values.as_ptr().add(range.start), range.len()) })
    }
}

impl<T> Buffer<T> {
    /// Returns the bytes of memory that this takes: none for a mapped file.
    pub(super) fn bytes(&self) -> usize {
        if matches!(self.owner, Owner::File(_)) { 0 } else { self.len * size_of::<T>() }
    }
}

impl<T> Drop for Buffer<T> {
    fn drop(&mut self) {
        IN_USE.fetch_sub(self.bytes() as u64, Ordering::Relaxed);
        if let Owner::Allocator(layout) = self.owner {
            allocator::take_back(layout);
            // SAFETY: `allocate` got the memory from the allocator with this layout.
            unsafe { dealloc(self.values.as_ptr().cast(), layout) };
        }
    }
}
