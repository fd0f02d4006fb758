//! Memory that is used again.
//!
//! What a system hands out in large pieces it hands out page by page, each when it is first touched and after clearing it:
//! for the copies of two matrices and their product that can take as long as the product. Large pieces are therefore kept
//! when they are freed, up to [`KEPT`] bytes, for the next call of this library, and given back when it is unloaded.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes from which on a piece is kept.
const LARGE: usize = 128 << 10;

/// Bytes of all pieces that are kept while they are not in use: none where `scripts/check-sanitizer` has the system see each piece
/// be freed.
const KEPT: usize = if cfg!(no_reuse) { 0 } else { 128 << 20 };

/// Pieces that are kept at most.
const PIECES: usize = 64;

/// Alignment of every large piece: what any value here asks for.
const ALIGNMENT: usize = 128;

static FREE: Mutex<Free> = Mutex::new(Free { pieces: [Piece { address: 0, bytes: 0 }; PIECES], count: 0, bytes: 0 });

/// Bytes of all large pieces that are in use, apart from those of [`set_apart`].
static IN_USE: AtomicUsize = AtomicUsize::new(0);

/// The greatest that [`IN_USE`] has been since [`reset_peak`].
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Reusing = Reusing;

/// The system's allocator, which is asked for large pieces only where none of the size has been freed.
struct Reusing;

/// A large piece of memory, by its address.
#[derive(Clone, Copy)]
struct Piece {
    address: usize,
    bytes: usize,
}

/// Pieces that are not in use, the one that was freed last at the end.
struct Free {
    pieces: [Piece; PIECES],
    count: usize,
    bytes: usize,
}

impl Free {
    fn remove(&mut self, index: usize) -> Piece {
        let piece = self.pieces[index];
        self.pieces.copy_within(index + 1..self.count, index);
        self.count -= 1;
        self.bytes -= piece.bytes;
        piece
    }

    /// Returns a piece of exactly `bytes`.
    fn take(&mut self, bytes: usize) -> Option<Piece> {
        let index = self.pieces[..self.count].iter().rposition(|piece| piece.bytes == bytes)?;
        Some(self.remove(index))
    }

    /// Returns the piece that was freed first if it leaves no room for one of `bytes`.
    fn overflow(&mut self, bytes: usize) -> Option<Piece> {
        let full = self.count == PIECES || self.bytes.saturating_add(bytes) > KEPT;
        (full && self.count > 0).then(|| self.remove(0))
    }

    /// Keeps a piece if there is room for it.
    fn give(&mut self, piece: Piece) -> bool {
        let fits = self.count < PIECES && self.bytes.saturating_add(piece.bytes) <= KEPT;
        if fits {
            self.pieces[self.count] = piece;
            self.count += 1;
            self.bytes += piece.bytes;
        }
        fits
    }
}

fn free() -> MutexGuard<'static, Free> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns what the system is asked for where `layout` is large: one of eight sizes between two powers of two, so that pieces
/// of about the same size take each other's place.
fn large(layout: Layout) -> Option<Layout> {
    // Miri takes every piece for one of its own kind, and knows no assembly.
    if layout.size() < LARGE || layout.align() > ALIGNMENT || cfg!(miri) {
        return None;
    }
    if cfg!(no_reuse) {
        // A use beyond its end has to be one beyond what the system was asked for.
        return Layout::from_size_align(layout.size(), ALIGNMENT).ok();
    }
    let step = layout.size().checked_add(1)?.checked_next_power_of_two()? / 16;
    Layout::from_size_align(layout.size().checked_next_multiple_of(step)?, ALIGNMENT).ok()
}

/// Returns the bytes of the large pieces that calls use now.
pub(crate) fn in_use() -> usize {
    IN_USE.load(Ordering::Relaxed)
}

/// Returns the greatest that [`in_use`] has been since [`reset_peak`], or since the library was loaded.
pub(crate) fn peak() -> usize {
    PEAK.load(Ordering::Relaxed)
}

/// Begins to look for the peak anew, with the bytes that are in use now.
pub(crate) fn reset_peak() {
    PEAK.store(in_use(), Ordering::Relaxed);
}

fn add(bytes: usize) {
    let before = IN_USE.fetch_add(bytes, Ordering::Relaxed);
    PEAK.fetch_max(before.wrapping_add(bytes), Ordering::Relaxed);
}

/// Returns the bytes that are kept while they are not in use.
pub(crate) fn kept() -> usize {
    free().bytes
}

/// Takes a piece that lives longer than a call, and that its owner counts, out of [`in_use`].
pub(crate) fn set_apart(layout: Layout) {
    IN_USE.fetch_sub(large(layout).map_or(0, |large| large.size()), Ordering::Relaxed);
}

/// The opposite of [`set_apart`], before the piece is freed.
pub(crate) fn take_back(layout: Layout) {
    add(large(layout).map_or(0, |large| large.size()));
}

/// Gives back to the system all that is kept.
pub(crate) fn release() {
    make_room(usize::MAX);
}

/// Gives back to the system what leaves no room for `bytes` more.
fn make_room(bytes: usize) {
    loop {
        let Some(piece) = free().overflow(bytes) else { break };
        // SAFETY: `piece` was allocated by the system with this layout, and is no longer in use.
        unsafe {
            let layout = Layout::from_size_align_unchecked(piece.bytes, ALIGNMENT);
            System.dealloc(std::ptr::with_exposed_provenance_mut(piece.address), layout);
        }
    }
}

/// Returns a large piece that has been used before, or what `new` returns, which is null where there is no memory.
fn reuse_or(layout: Layout, new: impl Fn() -> *mut u8) -> (*mut u8, bool) {
    let kept = free().take(layout.size());
    let mut address = kept.map_or_else(&new, |piece| std::ptr::with_exposed_provenance_mut(piece.address));
    if address.is_null() {
        // What is kept may be what is missing.
        release();
        address = new();
    }
    if !address.is_null() {
        add(layout.size());
    }
    (address, kept.is_some())
}

/// Returns what the global allocator returns for `layout`, with bytes that are initialised but may be anything; or nothing if
/// that is not a large piece.
pub(crate) fn initialized(layout: Layout) -> Option<*mut u8> {
    let layout = large(layout)?;
    // SAFETY: the size is not zero.
    let (address, _) = reuse_or(layout, || unsafe { System.alloc(layout) });
    #[cfg(not(miri))]
    // SAFETY: no instruction does nothing, and writing what is there already is allowed: the memory belongs to this piece alone. But the
    // compiler has to take it for written, and no longer for memory of which it may assume whatever it likes.
    unsafe {
        std::arch::asm!("/* {0} */", in(reg) address, options(nostack, preserves_flags))
    };
    Some(address)
}

// SAFETY: every piece comes from the system's allocator with a layout of at least the size and alignment asked for, which
// follows from those alone, and is in the hands of one owner: the caller, or the list under its lock.
unsafe impl GlobalAlloc for Reusing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match large(layout) {
            // SAFETY: the size is not zero.
            Some(layout) => reuse_or(layout, || unsafe { System.alloc(layout) }).0,
            // SAFETY: as the caller grants.
            None => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let Some(large) = large(layout) else {
            // SAFETY: as the caller grants.
            return unsafe { System.alloc_zeroed(layout) };
        };
        // SAFETY: the size is not zero.
        let (address, is_used) = reuse_or(large, || unsafe { System.alloc_zeroed(large) });
        if is_used {
            // SAFETY: the piece has at least this size.
            unsafe { address.write_bytes(0, layout.size()) };
        }
        address
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        let Some(large) = large(layout) else {
            // SAFETY: as the caller grants.
            unsafe { System.dealloc(address, layout) };
            return;
        };
        let bytes = large.size();
        IN_USE.fetch_sub(bytes, Ordering::Relaxed);
        if bytes <= KEPT {
            make_room(bytes);
            if free().give(Piece { address: address.expose_provenance(), bytes }) {
                return;
            }
        }
        // SAFETY: `alloc` got it from the system with this layout.
        unsafe { System.dealloc(address, large) };
    }

    unsafe fn realloc(&self, address: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller grants that the size is valid for the alignment.
        let to = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (large(layout), large(to)) {
            // SAFETY: as the caller grants.
            (None, None) => unsafe { System.realloc(address, layout, size) },
            (Some(from), Some(to)) if from == to => address,
            _ => {
                // SAFETY: as the caller grants; the old and the new piece are different ones.
                unsafe {
                    let new = self.alloc(to);
                    if !new.is_null() {
                        new.copy_from_nonoverlapping(address, layout.size().min(size));
                        self.dealloc(address, layout);
                    }
                    new
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(no_reuse))]
    #[test]
    fn sizes_are_a_few_and_never_too_small() {
        let size = |bytes| large(Layout::from_size_align(bytes, 8).unwrap()).map(|layout| layout.size());
        assert_eq!(size(LARGE - 1), None);
        assert_eq!(size(LARGE), Some(LARGE));
        assert_eq!(size(LARGE + 1), Some(LARGE / 8 * 9));
        assert_eq!(size(LARGE * 2 - 1), Some(LARGE * 2));
        assert_eq!(size(isize::MAX as usize - 7), None);
        for bytes in (LARGE..LARGE * 5).step_by(4097) {
            let size = size(bytes).unwrap();
            assert!(bytes <= size && size - bytes <= bytes / 8, "{size} for {bytes}");
        }
    }

    #[test]
    fn memory_that_was_used_is_zero_where_zeros_are_asked_for() {
        let layout = Layout::from_size_align(3 << 20, 64).unwrap();
        for _ in 0..3 {
            // SAFETY: the size is not zero, and the memory is given back once, with the same layout.
            unsafe {
                let address = ALLOCATOR.alloc_zeroed(layout);
                let bytes = std::slice::from_raw_parts_mut(address, layout.size());
                assert!(bytes.iter().all(|byte| *byte == 0));
                bytes.fill(7);
                ALLOCATOR.dealloc(address, layout);
            }
        }
    }

    #[test]
    fn a_piece_is_counted_until_it_is_freed_or_set_apart() {
        // Much more than all other tests use at the same time, and never touched.
        let layout = Layout::from_size_align(1 << 30, 64).unwrap();
        // SAFETY: the size is not zero, and the memory is given back once, with the same layout.
        unsafe {
            let address = ALLOCATOR.alloc(layout);
            assert!(!address.is_null());
            assert!(in_use() >= layout.size());
            set_apart(layout);
            assert!(in_use() < layout.size());
            take_back(layout);
            assert!(in_use() >= layout.size());
            ALLOCATOR.dealloc(address, layout);
        }
        assert!(in_use() < layout.size());
        assert!(kept() <= KEPT);
        assert!(peak() >= layout.size());
        reset_peak();
        assert!(peak() < layout.size());
    }

    #[cfg(not(no_reuse))]
    #[test]
    fn what_is_kept_has_a_limit() {
        let mut pieces = Free { pieces: [Piece { address: 0, bytes: 0 }; PIECES], count: 0, bytes: 0 };
        for address in 1..1000 {
            let bytes = LARGE * (address % 200 + 1);
            while pieces.overflow(bytes).is_some() {}
            assert!(pieces.give(Piece { address, bytes }));
            assert!(pieces.bytes <= KEPT && pieces.count <= PIECES);
            assert_eq!(pieces.bytes, pieces.pieces[..pieces.count].iter().map(|piece| piece.bytes).sum());
        }
        assert!(!pieces.give(Piece { address: 1, bytes: KEPT + 1 }));
        let last = pieces.take(LARGE * 200).expect("freed last");
        assert_eq!(last.address, 999);
        assert!(pieces.take(LARGE * 201).is_none());
    }

    #[test]
    fn memory_grows_and_shrinks_with_its_contents() {
        let mut values: Vec<u32> = Vec::new();
        for i in 0..2_000_000 {
            values.push(i);
        }
        values.truncate(100);
        values.shrink_to_fit();
        assert!(values.iter().copied().eq(0..100));
        let threads: Vec<_> = (0..4_u64)
            .map(|seed| {
                std::thread::spawn(move || {
                    for round in 0..200 {
                        let len = (LARGE / 8) * (1 + (seed * 31 + round * 7) as usize % 9);
                        let values = vec![seed << 32 | round; len];
                        assert!(values.iter().all(|value| *value == seed << 32 | round));
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
}
