//! Packing: copies of both sides of a product that lie in the order of their use.

use super::kernel::panel_width;
use crate::matrix::transpose::copy_transposed;
use crate::matrix::view::{View, ViewMut};
use crate::memory::{Aligned, Plain};
use crate::simd::Element;
use crate::{Result, memory};

/// Steps of the inner dimension between two visits of a tile of the result: as many as keep a few packed rows in the first-level cache.
pub(super) const DEPTH: usize = 256;
/// Packed columns at a time: bounds the memory for packing.
pub(super) const PACKED_COLUMNS: usize = 4096;
/// Values up to which all that is packed at a time stays in the second-level cache.
const PACKED_VALUES: usize = 1 << 17;

/// Where products pack their values. It is one piece of memory, since a large one is kept for the next product.
pub(super) struct Buffers<T> {
    right: Aligned<T>,
    left: Vec<T>,
    right_each: usize,
    left_each: usize,
    /// Blocks of [`DEPTH`] steps of the right-hand side that each has room for.
    blocks: usize,
}

/// Where one product packs its values.
pub(super) struct Buffer<'a, T> {
    pub(super) right: &'a mut [T],
    pub(super) left: &'a mut [T],
    pub(super) blocks: usize,
}

impl<T: Element + Plain> Buffers<T> {
    /// Returns `count` buffers, each for a product of at most `rows` x `columns`.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub(super) fn new(count: usize, rows: usize, columns: usize, depth: usize, a: View<'_, T>) -> Result<Self> {
        let deepest = depth.min(DEPTH);
        let packs_left = a.column_step() != 1;
        let widest = columns.min(PACKED_COLUMNS).next_multiple_of(panel_width::<T>());
        // A narrow right-hand side is packed for several steps at once: threads that wait for each other at each wait long.
        let blocks = if packs_left { 1 } else { (PACKED_VALUES / (widest * deepest)).clamp(1, depth.div_ceil(DEPTH)) };
        let right_each = (widest * deepest * blocks).next_multiple_of(8);
        let left_each = if packs_left { rows * deepest } else { 0 };
        Ok(Self {
            right: Aligned::unspecified(count * right_each)?,
            left: memory::unspecified(count * left_each)?,
            right_each,
            left_each,
            blocks,
        })
    }

    pub(super) fn each(&mut self) -> impl Iterator<Item = Buffer<'_, T>> {
        let (mut left, left_each, blocks) = (&mut self.left[..], self.left_each, self.blocks);
        self.right.chunks_exact_mut(self.right_each).map(move |right| {
            let own;
            (own, left) = std::mem::take(&mut left).split_at_mut(left_each);
            Buffer { right, left: own, blocks }
        })
    }

    pub(super) fn first(&mut self) -> Buffer<'_, T> {
        Buffer { right: &mut self.right, left: &mut self.left, blocks: self.blocks }
    }
}

/// Copies `from` so that each of its rows becomes `panel` adjacent values, the missing ones zero.
pub(super) fn pack_right<T: Element>(to: &mut [T], from: View<'_, T>, panel: usize) {
    let columns = from.columns();
    if from.column_step() == 1 {
        for (i, row) in to.chunks_exact_mut(panel).enumerate() {
            row[..columns].copy_from_slice(from.row(i));
            row[columns..].fill(T::ZERO);
        }
    } else {
        copy_transposed(ViewMut::new(to, from.rows(), columns, panel), from);
        to.chunks_exact_mut(panel).for_each(|row| row[columns..].fill(T::ZERO));
    }
}
