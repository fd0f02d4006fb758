//! The product of two matrices, on which everything else leans.
//!
//! The algorithm is that of Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): a small
//! tile of the result stays in registers while it runs along the inner dimension, over values that were packed to lie
//! in the caches in the order of their use.
//!
//! Every element of the result is the same chain of operations wherever in a tile it lies: one sum for each
//! [`DEPTH`] steps of the inner dimension, added up in order. So its bits depend neither on the tiling nor on threads.

use std::sync::{Mutex, PoisonError};

use crate::memory::Aligned;
use crate::simd::lanes::{self, Kernel, Lanes};
use crate::view::{Shared, View, ViewMut};
use crate::{Result, memory, parallel, simd};

/// Steps of the inner dimension between two visits of a tile of the result: as many as keep a few packed rows in the first-level cache.
const DEPTH: usize = 256;
/// Columns of the packed right-hand side that stay in the second-level cache.
const COLUMNS: usize = 240;
/// Rows that one thread takes at a time.
const ROWS: usize = 64;
/// Packed columns at a time: bounds the memory for packing.
const PACKED_COLUMNS: usize = 4096;
/// Values up to which all that is packed at a time stays in the second-level cache.
const PACKED_VALUES: usize = 1 << 17;
/// Steps of the inner dimension that a tile takes at once.
const TOGETHER: usize = 4;
/// Vectors of a tile's row.
const VECTORS: usize = 3;
/// Below this many multiplications one thread is faster than several.
const PARALLEL_FROM: usize = 1 << 20;
/// Below this many multiplications in all, one thread is faster than several that take many steps together.
const STEPS_PARALLEL_FROM: usize = 1 << 22;
/// From this many multiplications on, work takes half a millisecond and more.
const LONG_FROM: usize = 1 << 25;
/// Up to this many rows, packing the right-hand side costs more than it gains.
const UNPACKED_ROWS: usize = 16;
/// Up to this many values of the right-hand side, all of it stays in the first-level cache without packing.
const UNPACKED_VALUES: usize = 64 * 64;

/// What happens to the values that are already there.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Update {
    /// They are overwritten.
    Set,
    /// The product is added.
    Add,
    /// The product is subtracted.
    Subtract,
}

/// Which part of the result is needed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Part {
    /// All of it.
    All,
    /// What is on or above the diagonal. Values below may or may not be computed.
    Upper,
}

/// Updates `c` with `a * b`: on all threads if the caller is on the pool and the work is worth it, otherwise here.
///
/// # Errors
/// [`crate::Error::OutOfMemory`] when there is no memory to pack into; `c` is then as it was.
pub(crate) fn product(c: ViewMut<'_>, update: Update, a: View<'_>, b: View<'_>) -> Result<()> {
    product_part(c, Part::All, update, a, b)
}

/// Like [`product`], for a part of the result.
///
/// # Errors
/// As [`product`].
pub(crate) fn product_part(mut c: ViewMut<'_>, part: Part, update: Update, a: View<'_>, b: View<'_>) -> Result<()> {
    assert!(
        c.rows() == a.rows() && c.columns() == b.columns() && a.columns() == b.rows(),
        "{}x{} = {}x{} * {}x{}",
        c.rows(),
        c.columns(),
        a.rows(),
        a.columns(),
        b.rows(),
        b.columns()
    );
    let (rows, columns, depth) = (c.rows(), c.columns(), a.columns());
    if rows == 0 || columns == 0 {
        return Ok(());
    }
    if depth == 0 {
        if update == Update::Set {
            (0..rows).for_each(|i| c.row(i).fill(0.0));
        }
        return Ok(());
    }
    if b.column_step() == 1
        && depth <= DEPTH
        && (rows <= UNPACKED_ROWS || depth * columns <= UNPACKED_VALUES)
        && rows * columns * depth < PARALLEL_FROM
    {
        lanes::run(Block { c, part, offset: 0, update, a, b: Right::View(b) });
        return Ok(());
    }
    let block = Block { c, part, offset: 0, update, a, b };
    let work = rows * columns * depth;
    if work < PARALLEL_FROM || parallel::threads_here() == 1 {
        block.packed(Rooms::new(1, rows, columns, depth, a)?.first(), false);
        Ok(())
    } else if parallel::is_leading()
        && let Some(split) = Split::of(rows, columns)
    {
        block.split(split)
    } else {
        block.packed(Rooms::new(1, rows, columns, depth, a)?.first(), true);
        Ok(())
    }
}

/// Updates `c` with `a * b` on this thread and without packing: for blocks so small that the rows of `b`, of adjacent
/// values, stay in the first-level cache.
pub(crate) fn small_product(c: ViewMut<'_>, update: Update, a: View<'_>, b: View<'_>) {
    assert!(c.rows() == a.rows() && c.columns() == b.columns() && a.columns() == b.rows() && b.column_step() == 1);
    lanes::run(Block { c, part: Part::All, offset: 0, update, a, b: Right::View(b) });
}

/// Runs `work`, a product of so many `multiplications`, where it is done soonest: here, here with the help of the pool, or on
/// the pool.
///
/// # Errors
/// Those of `work`, and [`crate::Error::Threads`].
pub(crate) fn spread<R: Send>(multiplications: usize, work: impl FnOnce() -> Result<R> + Send) -> Result<R> {
    match multiplications {
        ..PARALLEL_FROM => work(),
        PARALLEL_FROM..LONG_FROM => parallel::run_short(work)?,
        LONG_FROM.. => parallel::run(work)?,
    }
}

/// Runs `work`, many products that wait for each other, on the pool if it takes enough `multiplications` in all for that to be
/// sooner than here.
///
/// # Errors
/// Those of `work`, and [`crate::Error::Threads`].
pub(crate) fn spread_steps<R: Send>(multiplications: usize, work: impl FnOnce() -> Result<R> + Send) -> Result<R> {
    parallel::run_if(multiplications >= STEPS_PARALLEL_FROM, work)
}

/// Where products pack their values. It is one piece of memory, since a large one is kept for the next product.
struct Rooms {
    right: Aligned<f64>,
    left: Vec<f64>,
    right_each: usize,
    left_each: usize,
    /// Blocks of [`DEPTH`] steps of the right-hand side that each has room for.
    blocks: usize,
}

/// Where one product packs its values.
struct Room<'a> {
    right: &'a mut [f64],
    left: &'a mut [f64],
    blocks: usize,
}

impl Rooms {
    /// Returns `count` rooms, each for a product of at most so many rows and columns.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    fn new(count: usize, rows: usize, columns: usize, depth: usize, a: View<'_>) -> Result<Self> {
        let deepest = depth.min(DEPTH);
        let packs_left = a.column_step() != 1;
        let widest = columns.min(PACKED_COLUMNS).next_multiple_of(lanes::run(PanelWidth));
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

    fn each(&mut self) -> impl Iterator<Item = Room<'_>> {
        let (mut left, left_each, blocks) = (&mut self.left[..], self.left_each, self.blocks);
        self.right.chunks_exact_mut(self.right_each).map(move |right| {
            let room;
            (room, left) = std::mem::take(&mut left).split_at_mut(left_each);
            Room { right, left: room, blocks }
        })
    }

    fn first(&mut self) -> Room<'_> {
        Room { right: &mut self.right, left: &mut self.left, blocks: self.blocks }
    }
}

/// How a product is split into blocks, a few for each thread.
struct Split {
    across: usize,
    down: usize,
    width: usize,
    height: usize,
}

impl Split {
    /// Returns none where blocks would be so flat that most of the work were packing.
    fn of(rows: usize, columns: usize) -> Option<Self> {
        let threads = parallel::threads_here();
        let panel = lanes::run(PanelWidth);
        let across = (columns / (2 * panel)).clamp(1, threads);
        let down = (2 * threads).div_ceil(across).min(rows / ROWS);
        if across * down < threads {
            return None;
        }
        let width = columns.div_ceil(across).next_multiple_of(panel / VECTORS);
        let height = rows.div_ceil(down).next_multiple_of(8);
        Some(Self { across: columns.div_ceil(width), down: rows.div_ceil(height), width, height })
    }
}

/// A product, or a block of one.
struct Block<'a, B = View<'a>> {
    c: ViewMut<'a>,
    part: Part,
    /// Columns of the whole result to the left of this block, less the rows above it.
    offset: isize,
    update: Update,
    a: View<'a>,
    b: B,
}

impl Block<'_> {
    /// Updates the blocks of a split. Each packs what it needs for itself: to wait for what another thread packs, and to fetch it
    /// from there, takes longer where there is little to do.
    ///
    /// # Errors
    /// As [`product`].
    fn split(self, Split { across, down, width, height }: Split) -> Result<()> {
        let Self { c, part, offset, update, a, b } = self;
        let (rows, columns, depth) = (c.rows(), c.columns(), a.columns());
        let mut space = Rooms::new(across * down, height, width, depth, a)?;
        let mut rooms = memory::with_capacity(across * down)?;
        rooms.extend(space.each().map(|room| Mutex::new(Some(room))));
        let whole = Shared::new(c);
        // Those of one column, which need the same right-hand side, go to the same thread if it is there.
        parallel::for_each(across * down, |index| {
            let (row, column) = (index / across * height, index % across * width);
            let (rows, columns) = (height.min(rows - row), width.min(columns - column));
            let offset = offset + column as isize - row as isize;
            if part == Part::Upper && offset + (columns as isize) <= 0 {
                return;
            }
            let block = Block {
                // SAFETY: different blocks do not overlap.
                c: unsafe { whole.block(row, column, rows, columns) },
                part,
                offset,
                update,
                a: a.block(row, 0, rows, depth),
                b: b.block(0, column, depth, columns),
            };
            let room = rooms[index].lock().unwrap_or_else(PoisonError::into_inner).take();
            block.packed(room.expect("each block has a room and comes once"), false);
        });
        Ok(())
    }

    /// Updates the block, in a room that is large enough for it: on all threads if it is `shared`.
    fn packed(self, room: Room<'_>, shared: bool) {
        let Self { c, part, offset: outside, update, a, b } = self;
        let (rows, columns, depth) = (c.rows(), c.columns(), a.columns());
        let panel = lanes::run(PanelWidth);
        let deepest = depth.min(DEPTH);
        let packs_left = a.column_step() != 1;
        let most = room.blocks;

        let share = |count: usize, part: &(dyn Fn(usize) + Sync)| {
            if shared { parallel::for_each(count, part) } else { parallel::for_each_here(count, part) }
        };
        let whole = Shared::new(c);
        for column in (0..columns).step_by(PACKED_COLUMNS) {
            let width = PACKED_COLUMNS.min(columns - column);
            let panels = width.div_ceil(panel);
            let per_tile = panels.div_ceil(width.div_ceil(COLUMNS));
            let across = panels.div_ceil(per_tile);
            let mut height = ROWS;
            while shared && height > 8 && across * rows.div_ceil(height) < 4 * parallel::threads_here() {
                height /= 2;
            }
            let down = rows.div_ceil(height);
            for first_step in (0..depth).step_by(DEPTH * most) {
                let blocks = most.min((depth - first_step).div_ceil(DEPTH));
                // Where a block begins along the inner dimension, and how long it is.
                let steps = |block: usize| (first_step + block * DEPTH, DEPTH.min(depth - first_step - block * DEPTH));

                let to = Shared::new(ViewMut::new(room.right, blocks * panels, panel * deepest, panel * deepest));
                share(across * blocks, &|tile| {
                    let (block, across) = (tile / across, tile % across);
                    let (step, steps) = steps(block);
                    for index in across * per_tile..panels.min((across + 1) * per_tile) {
                        // SAFETY: each panel is a row of its own and belongs to one tile.
                        let mut row = unsafe { to.block(block * panels + index, 0, 1, panel * steps) };
                        let first = index * panel;
                        pack_right(row.row(0), b.block(step, column + first, steps, panel.min(width - first)), panel);
                    }
                });
                if packs_left {
                    let (step, steps) = steps(0);
                    let to = Shared::new(ViewMut::new(room.left, rows, steps, steps));
                    share(down, &|tile| {
                        let first = tile * height;
                        let count = height.min(rows - first);
                        // SAFETY: the rows of different tiles do not overlap.
                        let block = unsafe { to.block(first, 0, count, steps) };
                        copy_transposed(block, a.block(first, step, count, steps));
                    });
                }
                let left = &*room.left;
                let right = View::new(room.right, blocks * panels, panel * deepest, panel * deepest);
                share(across * down, &|tile| {
                    let (across, down) = (tile / down, tile % down);
                    let row = down * height;
                    let first = across * per_tile;
                    let (tile_rows, start) = (height.min(rows - row), column + first * panel);
                    let tile_columns = (per_tile * panel).min(column + width - start);
                    let offset = outside + start as isize - row as isize;
                    if part == Part::Upper && offset + (tile_columns as isize) <= 0 {
                        return;
                    }
                    for block in 0..blocks {
                        let (step, steps) = steps(block);
                        let update = if update == Update::Set && step > 0 { Update::Add } else { update };
                        // SAFETY: different tiles do not overlap.
                        let c = unsafe { whole.block(row, start, tile_rows, tile_columns) };
                        let b = right.block(block * panels + first, 0, tile_columns.div_ceil(panel), panel * steps);
                        let a = if packs_left {
                            View::new(left, rows, steps, steps).block(row, 0, tile_rows, steps)
                        } else {
                            a.block(row, step, tile_rows, steps)
                        };
                        lanes::run(Block { c, part, offset, update, a, b: Right::Panels(b) });
                    }
                });
            }
        }
    }
}

/// Copies `from` so that each of its rows becomes `panel` adjacent values, the missing ones zero.
fn pack_right(to: &mut [f64], from: View<'_>, panel: usize) {
    let columns = from.columns();
    if from.column_step() == 1 {
        for (i, row) in to.chunks_exact_mut(panel).enumerate() {
            // SAFETY: the elements of a row of `from` are adjacent.
            let values = unsafe { std::slice::from_raw_parts(from.at(i, 0), columns) };
            row[..columns].copy_from_slice(values);
            row[columns..].fill(0.0);
        }
    } else {
        copy_transposed(ViewMut::new(to, from.rows(), columns, panel), from);
        to.chunks_exact_mut(panel).for_each(|row| row[columns..].fill(0.0));
    }
}

/// Copies `from`, whose columns are adjacent values or nearly so, to rows.
pub(crate) fn copy_transposed(to: ViewMut<'_>, from: View<'_>) {
    assert!(from.rows() == to.rows() && from.columns() == to.columns());
    lanes::run(CopyTransposed { to, from });
}

struct CopyTransposed<'a> {
    to: ViewMut<'a>,
    from: View<'a>,
}

impl Kernel for CopyTransposed<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Lanes>(mut self) {
        let (rows, columns) = (self.to.rows(), self.to.columns());
        let adjacent = self.from.row_step() == 1;
        for i in (0..rows).step_by(V::COUNT) {
            for j in (0..columns).step_by(V::COUNT) {
                let (height, width) = (V::COUNT.min(rows - i), V::COUNT.min(columns - j));
                let (source, target) = (self.from.at(i, j), self.to.at(i, j));
                if adjacent && height == V::COUNT && width == V::COUNT {
                    // SAFETY: the square is within both views, which have the same shape and share no memory.
                    unsafe { V::transpose(source, self.from.column_step(), target, self.to.row_step()) };
                    continue;
                }
                for p in 0..height {
                    for q in 0..width {
                        // SAFETY: the element is within both views, which have the same shape.
                        unsafe {
                            *target.wrapping_offset(p as isize * self.to.row_step()).wrapping_add(q) = *source
                                .wrapping_offset(p as isize * self.from.row_step())
                                .wrapping_offset(q as isize * self.from.column_step());
                        }
                    }
                }
            }
        }
    }
}

struct PanelWidth;

impl Kernel for PanelWidth {
    type Output = usize;

    #[inline(always)]
    unsafe fn run<V: Lanes>(self) -> usize {
        VECTORS * V::COUNT
    }
}

/// The right-hand side of a product.
#[derive(Clone, Copy)]
enum Right<'a> {
    /// As it is, with adjacent values in each row.
    View(View<'a>),
    /// Row `i` of the view is panel `i`, as `pack_right` makes it.
    Panels(View<'a>),
}

/// Updates a block, tile after tile.
impl Kernel for Block<'_, Right<'_>> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Lanes>(mut self) {
        let (rows, columns) = (self.c.rows(), self.c.columns());
        let panel = VECTORS * V::COUNT;
        let mut column = 0;
        while column < columns {
            let width = panel.min(columns - column);
            let (b, b_step, whole) = match self.b {
                Right::View(b) => (b.at(0, column), b.row_step(), false),
                Right::Panels(b) => (b.at(column / panel, 0), panel as isize, true),
            };
            let vectors = width.div_ceil(V::COUNT);
            let last = width - (vectors - 1) * V::COUNT;
            let mut row = 0;
            while row < rows {
                let height = V::ROWS.min(rows - row);
                let below = row as isize >= self.offset + (column + width) as isize;
                if self.part == Part::All || !below {
                    let tile = Tile {
                        depth: self.a.columns(),
                        a: self.a.at(row, 0),
                        a_row: self.a.row_step(),
                        a_step: self.a.column_step(),
                        b,
                        b_step,
                        c: self.c.at(row, column),
                        c_row: self.c.row_step(),
                        rows: height,
                        last,
                        update: self.update,
                    };
                    // SAFETY: the processor has the instruction set of `V`, and the tile is within the three views,
                    // whose shapes agree; a panel is readable to its full width.
                    unsafe { tile.dispatch::<V>(vectors, whole || last == V::COUNT) };
                }
                row += height;
            }
            column += width;
        }
    }
}

/// A tile of the result that fits into registers.
#[derive(Clone, Copy)]
struct Tile {
    depth: usize,
    a: *const f64,
    a_row: isize,
    a_step: isize,
    b: *const f64,
    b_step: isize,
    c: *mut f64,
    c_row: isize,
    rows: usize,
    /// Columns of the last vector.
    last: usize,
    update: Update,
}

impl Tile {
    #[inline(always)]
    unsafe fn dispatch<V: Lanes>(self, vectors: usize, whole: bool) {
        // SAFETY: as the caller grants.
        unsafe {
            match (vectors, whole) {
                (3, true) => self.height::<V, 3, true>(),
                (3, false) => self.height::<V, 3, false>(),
                (2, true) => self.height::<V, 2, true>(),
                (2, false) => self.height::<V, 2, false>(),
                (_, true) => self.height::<V, 1, true>(),
                (_, false) => self.height::<V, 1, false>(),
            }
        }
    }

    #[inline(always)]
    unsafe fn height<V: Lanes, const VECTORS: usize, const WHOLE: bool>(self) {
        // SAFETY: as the caller grants.
        unsafe {
            match self.rows {
                1 => V::call(Run::<1, VECTORS, WHOLE>(self)),
                2 => V::call(Run::<2, VECTORS, WHOLE>(self)),
                3 | 4 => V::call(Run::<4, VECTORS, WHOLE>(self)),
                _ if V::ROWS == 8 => V::call(Run::<8, VECTORS, WHOLE>(self)),
                _ => unreachable!("a tile has at most {} rows", V::ROWS),
            }
        }
    }
}

/// A tile with a fixed number of rows and vectors. With `WHOLE`, the last vector of the right-hand side is readable to
/// its end.
struct Run<const ROWS: usize, const VECTORS: usize, const WHOLE: bool>(Tile);

impl<const ROWS: usize, const VECTORS: usize, const WHOLE: bool> Run<ROWS, VECTORS, WHOLE> {
    /// Adds the products of a column of the left-hand side and a row of the right-hand side.
    ///
    /// # Safety
    /// The values at `rows` from `a` on are valid to read, and the row at `b`, the last vector of it up to `last` unless
    /// `WHOLE`.
    #[inline(always)]
    unsafe fn step<V: Lanes>(
        sums: &mut [[V; VECTORS]; ROWS],
        a: *const f64,
        rows: &[isize; ROWS],
        b: *const f64,
        last: usize,
    ) {
        let mut right = [V::splat(0.0); VECTORS];
        for (v, vector) in right.iter_mut().enumerate() {
            let from = b.wrapping_add(v * V::COUNT);
            // SAFETY: as the caller grants.
            *vector = unsafe { if WHOLE || v + 1 < VECTORS { V::load(from) } else { V::load_first(from, last) } };
        }
        for i in 0..ROWS {
            // SAFETY: as the caller grants.
            let left = V::splat(unsafe { *a.wrapping_offset(rows[i]) });
            for v in 0..VECTORS {
                sums[i][v] = left.mul_add(right[v], sums[i][v]);
            }
        }
    }
}

impl<const ROWS: usize, const VECTORS: usize, const WHOLE: bool> Kernel for Run<ROWS, VECTORS, WHOLE> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Lanes>(self) {
        let tile = self.0;
        // Rows that the tile does not have are computed from its last one, and not stored.
        let rows: [isize; ROWS] = std::array::from_fn(|i| tile.a_row * i.min(tile.rows - 1) as isize);
        let mut sums = [[V::splat(0.0); VECTORS]; ROWS];
        let (mut a, mut b) = (tile.a, tile.b);
        // The steps are known to the compiler, so that several of them share the steps of the addresses.
        let packed = WHOLE && tile.a_step == 1 && tile.b_step == (VECTORS * V::COUNT) as isize;
        let together = if packed { tile.depth / TOGETHER } else { 0 };
        // The result is needed last and lies farthest away. It is asked for row by row: many lines that are on their way at once
        // hold up those of the right-hand side.
        let per_row = together / tile.rows;
        for i in 0..=tile.rows {
            let is_row = i < tile.rows;
            if packed && is_row {
                let row = tile.c.wrapping_offset(tile.c_row * i as isize);
                (0..VECTORS).for_each(|v| simd::prefetch(row.wrapping_add(v * V::COUNT)));
                simd::prefetch(row.wrapping_add(VECTORS * V::COUNT - 1));
            }
            for _ in 0..if is_row { per_row } else { together - per_row * tile.rows } {
                for step in 0..TOGETHER {
                    let right = b.wrapping_add(step * VECTORS * V::COUNT);
                    // SAFETY: the caller grants these rows of the right-hand side and columns of the left-hand side.
                    unsafe { Self::step::<V>(&mut sums, a.wrapping_add(step), &rows, right, tile.last) };
                }
                a = a.wrapping_add(TOGETHER);
                b = b.wrapping_add(TOGETHER * VECTORS * V::COUNT);
            }
        }
        for _ in together * TOGETHER..tile.depth {
            // SAFETY: the caller grants this row of the right-hand side and this column of the left-hand side.
            unsafe { Self::step::<V>(&mut sums, a, &rows, b, tile.last) };
            a = a.wrapping_offset(tile.a_step);
            b = b.wrapping_offset(tile.b_step);
        }
        for (i, sums) in sums.iter().enumerate() {
            if i >= tile.rows {
                break;
            }
            let row = tile.c.wrapping_offset(tile.c_row * i as isize);
            for (v, sum) in sums.iter().enumerate() {
                let to = row.wrapping_add(v * V::COUNT);
                let count = if v + 1 < VECTORS { V::COUNT } else { tile.last };
                // SAFETY: the caller grants the tile.
                unsafe {
                    let there = |to| if count == V::COUNT { V::load(to) } else { V::load_first(to, count) };
                    let value = match tile.update {
                        Update::Set => *sum,
                        Update::Add => there(to).add(*sum),
                        Update::Subtract => there(to).sub(*sum),
                    };
                    if count == V::COUNT { value.store(to) } else { value.store_first(to, count) }
                }
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::simd::lanes::tests::with_each;

    /// Returns small whole numbers, whose sums and products are exact.
    pub(crate) fn integers(len: usize, seed: usize) -> Vec<f64> {
        (0..len).map(|i| ((i * 7 + i / 5 * 3 + seed) % 13) as f64 - 6.0).collect()
    }

    fn naive(c: &mut [f64], update: Update, a: View<'_>, b: View<'_>) {
        for i in 0..a.rows() {
            for j in 0..b.columns() {
                let sum = (0..a.columns()).fold(0.0, |sum, p| sum + a.get(i, p) * b.get(p, j));
                let value = &mut c[i * b.columns() + j];
                *value = match update {
                    Update::Set => sum,
                    Update::Add => *value + sum,
                    Update::Subtract => *value - sum,
                };
            }
        }
    }

    #[test]
    fn every_instruction_set_and_layout_is_exact() {
        let shapes =
            [(1, 1, 1), (3, 2, 5), (4, 9, 6), (8, 300, 7), (9, 31, 25), (17, 257, 49), (70, 40, 73), (65, 5, 241)];
        with_each(|choice| {
            for (m, k, n) in shapes {
                for update in [Update::Set, Update::Add, Update::Subtract] {
                    for layout in 0..8 {
                        let (left, right) = (integers(m * k, 1), integers(k * n, 2));
                        let mut a = View::new(&left, m, k, k);
                        if layout & 1 != 0 {
                            a = View::new(&left, k, m, m).transposed();
                        }
                        let mut b = View::new(&right, k, n, n);
                        if layout & 2 != 0 {
                            b = View::new(&right, n, k, k).transposed();
                        }
                        if layout & 4 != 0 {
                            (a, b) = (a.reversed(), b.reversed());
                        }
                        let mut expected = integers(m * n, 3);
                        let mut c = expected.clone();
                        naive(&mut expected, update, a, b);
                        product(ViewMut::new(&mut c, m, n, n), update, a, b).unwrap();
                        assert!(c == expected, "{choice:?}: {m}x{k} times {k}x{n}, layout {layout}");
                    }
                }
            }
        });
    }

    #[test]
    fn the_upper_part_is_complete_and_a_block_stays_within_its_borders() {
        with_each(|choice| {
            for n in [1, 5, 8, 30, 100, 260] {
                let values = integers(n * n, 1);
                let a = View::new(&values, n, n, n);
                let mut expected = vec![0.0; n * n];
                naive(&mut expected, Update::Set, a, a.transposed());
                let mut c = vec![7.0; (n + 2) * (n + 3)];
                let whole = ViewMut::new(&mut c, n + 2, n + 3, n + 3).split_rows(1).1.split_rows(n).0;
                let block = whole.split_columns(2).1.split_columns(n).0;
                product_part(block, Part::Upper, Update::Set, a, a.transposed()).unwrap();
                for (index, value) in c.iter().enumerate() {
                    let (i, j) = (index / (n + 3), index % (n + 3));
                    if !(1..=n).contains(&i) || !(2..n + 2).contains(&j) {
                        assert_eq!(*value, 7.0, "{choice:?}");
                    } else if j - 2 >= i - 1 {
                        assert_eq!(*value, expected[(i - 1) * n + j - 2], "{choice:?}");
                    }
                }
            }
        });
    }

    #[test]
    fn rows_become_columns_with_every_instruction_set() {
        with_each(|choice| {
            for (rows, columns) in [(0, 3), (1, 1), (4, 8), (8, 4), (8, 8), (17, 25), (31, 16)] {
                let (stride, room) = (columns + 3, rows + 5);
                let from: Vec<f64> = (0..room * columns).map(|i| i as f64).collect();
                let mut to = vec![-1.0; rows * stride];
                let columns_of = View::new(&from, columns, rows, room).transposed();
                copy_transposed(ViewMut::new(&mut to, rows, columns, stride), columns_of);
                for (i, row) in to.chunks_exact(stride.max(1)).enumerate() {
                    let expected = (0..columns).map(|j| (j * room + i) as f64).chain([-1.0; 3]);
                    assert!(row.iter().copied().eq(expected), "{rows}x{columns} {choice:?}");
                }
            }
        });
    }
}
