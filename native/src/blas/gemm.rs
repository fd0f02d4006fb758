//! The product of two matrices, on which everything else leans.
//!
//! The algorithm is that of Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): a small
//! tile of the result stays in registers while it runs along the inner dimension, over values that were packed to lie
//! in the caches in the order of their use.
//!
//! Every element of the result is the same chain of operations wherever in a tile it lies: one sum for each
//! [`DEPTH`] steps of the inner dimension, added up in order. So its bits depend neither on the tiling nor on threads.

use std::sync::{Mutex, PoisonError};

use super::kernel::{Part, Right, Tiles, Update, VECTORS, panel_width};
use super::pack::{Buffer, Buffers, DEPTH, PACKED_COLUMNS, pack_right};
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::transpose::copy_transposed;
use crate::matrix::view::{Shared, StridedMut, View, ViewMut};
use crate::memory::Plain;
use crate::simd::{self, Element};
use crate::{Result, memory, parallel};

/// Columns of the packed right-hand side that stay in the second-level cache.
const COLUMNS: usize = 240;
/// Rows that one thread takes at a time.
const ROWS: usize = 64;
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

/// Updates `c` with `a * b`: on all threads if the caller is on the pool and the work is worth it, otherwise here.
///
/// # Errors
/// [`crate::Error::OutOfMemory`] when there is no memory to pack into; `c` is then as it was.
pub(crate) fn gemm<T: Element + Plain>(
    c: ViewMut<'_, T>,
    update: Update<T>,
    a: View<'_, T>,
    b: View<'_, T>,
) -> Result<()> {
    gemm_part(c, Part::All, update, a, b)
}

/// Like [`gemm`], where the elements of a row of the result need not be adjacent.
///
/// # Errors
/// As [`gemm`].
pub(crate) fn gemm_strided<T: Element + Plain>(
    mut c: StridedMut<'_, T>,
    update: Update<T>,
    a: View<'_, T>,
    b: View<'_, T>,
) -> Result<()> {
    if let Some(c) = c.adjacent() {
        return gemm(c, update, a, b);
    }
    if c.has_adjacent_columns() {
        return gemm_strided(c.transposed(), update, b.transposed(), a.transposed());
    }
    let (rows, columns) = (c.rows(), c.columns());
    let mut product = memory::unspecified(rows * columns)?;
    gemm(ViewMut::new(&mut product, rows, columns, columns), Update { beta: T::ZERO, ..update }, a, b)?;
    c.change(|i, j, there| {
        let value = product[i * columns + j];
        if update.beta == T::ZERO { value } else { there * update.beta + value }
    });
    Ok(())
}

/// Like [`gemm`], for a part of the result.
///
/// # Errors
/// As [`gemm`].
pub(crate) fn gemm_part<T: Element + Plain>(
    mut c: ViewMut<'_, T>,
    part: Part,
    update: Update<T>,
    a: View<'_, T>,
    b: View<'_, T>,
) -> Result<()> {
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
    if depth == 0 || update.alpha == T::ZERO {
        // As in the BLAS, what is multiplied by zero is not read.
        for i in 0..rows {
            if update.beta == T::ZERO {
                c.row(i).fill(T::ZERO);
            } else if update.beta != T::ONE {
                c.row(i).iter_mut().for_each(|value| *value = *value * update.beta);
            }
        }
        return Ok(());
    }
    if b.column_step() == 1
        && depth <= DEPTH
        && (rows <= UNPACKED_ROWS || depth * columns <= UNPACKED_VALUES)
        && rows * columns * depth < PARALLEL_FROM
    {
        simd::run(Tiles { c, part, offset: 0, update, a, b: Right::View(b) });
        return Ok(());
    }
    let block = Block { c, part, offset: 0, update, a, b };
    let work = rows * columns * depth;
    if work < PARALLEL_FROM || parallel::threads_here() == 1 {
        block.packed(Buffers::new(1, rows, columns, depth, a)?.first(), false);
        Ok(())
    } else if parallel::is_leading()
        && let Some(split) = Split::of::<T>(rows, columns)
    {
        block.split(split)
    } else {
        block.packed(Buffers::new(1, rows, columns, depth, a)?.first(), true);
        Ok(())
    }
}

/// Updates `c` with `a * b` on this thread and without packing: for blocks so small that the rows of `b`, of adjacent
/// values, stay in the first-level cache.
pub(crate) fn gemm_small<T: Element>(c: ViewMut<'_, T>, update: Update<T>, a: View<'_, T>, b: View<'_, T>) {
    assert!(c.rows() == a.rows() && c.columns() == b.columns() && a.columns() == b.rows() && b.column_step() == 1);
    simd::run(Tiles { c, part: Part::All, offset: 0, update, a, b: Right::View(b) });
}

/// Runs `work`, a product that takes `multiplications`, where it is done soonest: here, here with the help of the pool, or on
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

/// How a product is split into blocks, a few for each thread.
struct Split {
    across: usize,
    down: usize,
    width: usize,
    height: usize,
}

impl Split {
    /// Returns none where blocks would be so flat that most of the work were packing.
    fn of<T: Element>(rows: usize, columns: usize) -> Option<Self> {
        let threads = parallel::threads_here();
        let panel = panel_width::<T>();
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
struct Block<'a, T> {
    c: ViewMut<'a, T>,
    part: Part,
    /// Columns of the whole result to the left of this block, less the rows above it.
    offset: isize,
    update: Update<T>,
    a: View<'a, T>,
    b: View<'a, T>,
}

impl<T: Element + Plain> Block<'_, T> {
    /// Updates the blocks of a split. Each packs what it needs for itself: to wait for what another thread packs, and to fetch it
    /// from there, takes longer where there is little to do.
    ///
    /// # Errors
    /// As [`gemm`].
    fn split(self, Split { across, down, width, height }: Split) -> Result<()> {
        let Self { c, part, offset, update, a, b } = self;
        let (rows, columns, depth) = (c.rows(), c.columns(), a.columns());
        let mut all = Buffers::new(across * down, height, width, depth, a)?;
        let mut buffers = memory::with_capacity(across * down)?;
        buffers.extend(all.each().map(|buffer| Mutex::new(Some(buffer))));
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
            let buffer = buffers[index].lock().unwrap_or_else(PoisonError::into_inner).take();
            block.packed(buffer.expect("each block has a buffer and comes once"), false);
        });
        Ok(())
    }

    /// Updates the block, in a buffer that is large enough for it: on all threads if it is `shared`.
    fn packed(self, buffer: Buffer<'_, T>, shared: bool) {
        let Self { c, part, offset: outside, update, a, b } = self;
        let (rows, columns, depth) = (c.rows(), c.columns(), a.columns());
        let panel = panel_width::<T>();
        let deepest = depth.min(DEPTH);
        let packs_left = a.column_step() != 1;
        let most = buffer.blocks;

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

                let to = Shared::new(ViewMut::new(buffer.right, blocks * panels, panel * deepest, panel * deepest));
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
                    let to = Shared::new(ViewMut::new(buffer.left, rows, steps, steps));
                    share(down, &|tile| {
                        let first = tile * height;
                        let count = height.min(rows - first);
                        // SAFETY: the rows of different tiles do not overlap.
                        let block = unsafe { to.block(first, 0, count, steps) };
                        copy_transposed(block, a.block(first, step, count, steps));
                    });
                }
                let left = &*buffer.left;
                let right = View::new(buffer.right, blocks * panels, panel * deepest, panel * deepest);
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
                        let update = if step > 0 { update.continued() } else { update };
                        // SAFETY: different tiles do not overlap.
                        let c = unsafe { whole.block(row, start, tile_rows, tile_columns) };
                        let b = right.block(block * panels + first, 0, tile_columns.div_ceil(panel), panel * steps);
                        let a = if packs_left {
                            View::new(left, rows, steps, steps).block(row, 0, tile_rows, steps)
                        } else {
                            a.block(row, step, tile_rows, steps)
                        };
                        simd::run(Tiles { c, part, offset, update, a, b: Right::Panels(b) });
                    }
                });
            }
        }
    }
}

/// Sets `c` to `a * b`, on all threads.
///
/// # Errors
/// As [`gemm`].
pub(crate) fn set_product(c: &mut ColumnMajor, a: View<'_>, b: View<'_>) -> Result<()> {
    gemm(c.transposed_mut(), Update::SET, b.transposed(), a.transposed())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::simd::tests::with_each;

    /// Returns small whole numbers, whose sums and products are exact.
    pub(crate) fn integers(len: usize, seed: usize) -> Vec<f64> {
        (0..len).map(|i| ((i * 7 + i / 5 * 3 + seed) % 13) as f64 - 6.0).collect()
    }

    fn naive(c: &mut [f64], update: Update, a: View<'_>, b: View<'_>) {
        for i in 0..a.rows() {
            for j in 0..b.columns() {
                let sum = (0..a.columns()).fold(0.0, |sum, p| sum + a.get(i, p) * b.get(p, j));
                let value = &mut c[i * b.columns() + j];
                let there = if update.beta == 0.0 { 0.0 } else { update.beta * *value };
                *value = update.alpha * sum + there;
            }
        }
    }

    fn floats(values: &[f64]) -> Vec<f32> {
        values.iter().map(|value| *value as f32).collect()
    }

    #[test]
    fn every_instruction_set_layout_and_type_is_exact() {
        let shapes =
            [(1, 1, 1), (3, 2, 5), (4, 9, 6), (8, 300, 7), (9, 31, 25), (17, 257, 49), (70, 40, 73), (65, 5, 241)];
        let updates =
            [Update::SET, Update { alpha: 1.0, beta: 1.0 }, Update::SUBTRACT, Update { alpha: 2.0, beta: -0.5 }];
        with_each(|level| {
            for (m, k, n) in shapes {
                for update in updates {
                    for layout in 0..8 {
                        let (left, right) = (integers(m * k, 1), integers(k * n, 2));
                        let (left_floats, right_floats) = (floats(&left), floats(&right));
                        let (mut a, mut fa) = (View::new(&left, m, k, k), View::new(&left_floats, m, k, k));
                        if layout & 1 != 0 {
                            a = View::new(&left, k, m, m).transposed();
                            fa = View::new(&left_floats, k, m, m).transposed();
                        }
                        let (mut b, mut fb) = (View::new(&right, k, n, n), View::new(&right_floats, k, n, n));
                        if layout & 2 != 0 {
                            b = View::new(&right, n, k, k).transposed();
                            fb = View::new(&right_floats, n, k, k).transposed();
                        }
                        if layout & 4 != 0 {
                            (a, b) = (a.reversed(), b.reversed());
                            (fa, fb) = (fa.reversed(), fb.reversed());
                        }
                        let mut expected = integers(m * n, 3);
                        let mut c = expected.clone();
                        let mut fc = floats(&c);
                        naive(&mut expected, update, a, b);
                        gemm(ViewMut::new(&mut c, m, n, n), update, a, b).unwrap();
                        assert!(c == expected, "{level:?}: {m}x{k} times {k}x{n}, layout {layout}, {update:?}");
                        let update = Update { alpha: update.alpha as f32, beta: update.beta as f32 };
                        gemm(ViewMut::new(&mut fc, m, n, n), update, fa, fb).unwrap();
                        assert!(fc == floats(&expected), "{level:?}: floats, {m}x{k} times {k}x{n}, layout {layout}");
                    }
                }
            }
        });
    }

    #[test]
    fn a_result_may_have_any_steps() {
        for (m, k, n) in [(1, 1, 1), (3, 2, 5), (17, 257, 49), (5, 0, 4)] {
            for update in [Update::SET, Update::SUBTRACT, Update { alpha: 2.0, beta: -0.5 }] {
                for (row_step, column_step) in [(n + 1, 1), (1, m + 2), (2 * n + 3, 2)] {
                    let (left, right) = (integers(m * k, 1), integers(k * n, 2));
                    let (a, b) = (View::new(&left, m, k, k), View::new(&right, k, n, n));
                    let mut c = integers((m + 1) * row_step + (n + 1) * column_step, 3);
                    let mut expected = c.clone();
                    let place = |i: usize, j: usize| i * row_step + j * column_step;
                    let mut values: Vec<f64> = (0..m * n).map(|at| c[place(at / n, at % n)]).collect();
                    naive(&mut values, update, a, b);
                    (0..m * n).for_each(|at| expected[place(at / n, at % n)] = values[at]);
                    // SAFETY: the vector holds the block.
                    let whole =
                        unsafe { StridedMut::from_raw(c.as_mut_ptr(), m, n, row_step as isize, column_step as isize) };
                    gemm_strided(whole, update, a, b).unwrap();
                    assert!(c == expected, "{m}x{k} times {k}x{n}, steps {row_step} and {column_step}, {update:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_multiplied_by_zero_is_not_read() {
        let nan = [f64::NAN; 4];
        let two = |values| View::new(values, 2, 2, 2);
        let mut c = [f64::NAN; 4];
        gemm(ViewMut::new(&mut c, 2, 2, 2), Update::SET, two(&[1.0, 2.0, 3.0, 4.0]), two(&[1.0, 0.0, 0.0, 1.0]))
            .unwrap();
        assert_eq!(c, [1.0, 2.0, 3.0, 4.0]);
        gemm(ViewMut::new(&mut c, 2, 2, 2), Update { alpha: 0.0, beta: 2.0 }, two(&nan), two(&nan)).unwrap();
        assert_eq!(c, [2.0, 4.0, 6.0, 8.0]);
        gemm(ViewMut::new(&mut c, 2, 2, 2), Update { alpha: 0.0, beta: 0.0 }, two(&nan), two(&nan)).unwrap();
        assert_eq!(c, [0.0; 4]);
    }

    #[test]
    fn the_upper_part_is_complete_and_a_block_stays_within_its_borders() {
        with_each(|choice| {
            for n in [1, 5, 8, 30, 100, 260] {
                let values = integers(n * n, 1);
                let a = View::new(&values, n, n, n);
                let mut expected = vec![0.0; n * n];
                naive(&mut expected, Update::SET, a, a.transposed());
                let mut c = vec![7.0; (n + 2) * (n + 3)];
                let whole = ViewMut::new(&mut c, n + 2, n + 3, n + 3).split_rows(1).1.split_rows(n).0;
                let block = whole.split_columns(2).1.split_columns(n).0;
                gemm_part(block, Part::Upper, Update::SET, a, a.transposed()).unwrap();
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
}
