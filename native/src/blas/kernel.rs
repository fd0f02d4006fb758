//! The tile of a product, which stays in registers.

use std::sync::atomic::{Ordering, compiler_fence};

use crate::matrix::view::{View, ViewMut};
use crate::simd::{self, Element, KernelOf, Lanes, Of};

/// Steps of the inner dimension that a tile takes at once.
const TOGETHER: usize = 4;
/// Vectors of a tile's row.
pub(super) const VECTORS: usize = 3;

/// What becomes of an element of the result: `alpha` times that of the product, plus `beta` times what is there, which is not
/// read with a `beta` of zero.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Update<T = f64> {
    pub(crate) alpha: T,
    pub(crate) beta: T,
}

impl<T: Element> Update<T> {
    /// It is overwritten with the product.
    pub(crate) const SET: Self = Self { alpha: T::ONE, beta: T::ZERO };
    /// The product is subtracted.
    pub(crate) const SUBTRACT: Self = Self { alpha: T::MINUS_ONE, beta: T::ONE };

    /// Returns what becomes of an element of which a part of the product has been added already.
    pub(super) const fn continued(self) -> Self {
        Self { beta: T::ONE, ..self }
    }
}

/// Which part of the result is needed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Part {
    /// All of it.
    All,
    /// What is on or above the diagonal. Values below may or may not be computed.
    Upper,
}

/// Returns how many columns a tile has.
pub(super) fn panel_width<T: Element>() -> usize {
    simd::run::<T, _>(PanelWidth)
}

/// Returns how many rows a tile has on registers of the kind `S`: as many as fit beside the values of the right-hand side.
const fn tile_rows<T, S: Lanes<T>>() -> usize {
    if S::COUNT >= 32 { 8 } else { 4 }
}

struct PanelWidth;

impl<T> KernelOf<T> for PanelWidth {
    type Output = usize;

    #[inline(always)]
    fn run<S: Lanes<T>>(self, _: S) -> usize {
        VECTORS * S::LANES
    }
}

/// The right-hand side of a product.
#[derive(Clone, Copy)]
pub(super) enum Right<'a, T> {
    /// As it is, with adjacent values in each row.
    View(View<'a, T>),
    /// Row `i` of the view is panel `i`, as `pack_right` makes it.
    Panels(View<'a, T>),
}

/// A product, or a block of one, that is computed tile after tile.
pub(super) struct Tiles<'a, T> {
    pub(super) c: ViewMut<'a, T>,
    pub(super) part: Part,
    /// Columns of the whole result to the left of this block, less the rows above it.
    pub(super) offset: isize,
    pub(super) update: Update<T>,
    pub(super) a: View<'a, T>,
    pub(super) b: Right<'a, T>,
}

impl<T: Element> KernelOf<T> for Tiles<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, simd: S) {
        let (rows, columns) = (self.c.rows(), self.c.columns());
        let panel = VECTORS * S::LANES;
        let mut column = 0;
        while column < columns {
            let width = panel.min(columns - column);
            let (b, b_step, whole) = match self.b {
                Right::View(b) => (b.at(0, column), b.row_step(), false),
                Right::Panels(b) => (b.at(column / panel, 0), panel as isize, true),
            };
            let vectors = width.div_ceil(S::LANES);
            let last = width - (vectors - 1) * S::LANES;
            let mut row = 0;
            while row < rows {
                let height = tile_rows::<T, S>().min(rows - row);
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
                    // SAFETY: the tile is within the three views, whose shapes agree; a panel is readable to its full width.
                    unsafe { tile.dispatch(simd, vectors, whole || last == S::LANES) };
                }
                row += height;
            }
            column += width;
        }
    }
}

/// A tile of the result that fits into registers.
#[derive(Clone, Copy)]
struct Tile<T> {
    depth: usize,
    a: *const T,
    a_row: isize,
    a_step: isize,
    b: *const T,
    b_step: isize,
    c: *mut T,
    c_row: isize,
    rows: usize,
    /// Columns of the last vector.
    last: usize,
    update: Update<T>,
}

impl<T: Element> Tile<T> {
    /// # Safety
    /// The tile is within valid memory; the last of its `vectors` vectors of the right-hand side is readable to its end if it is
    /// `whole`.
    #[inline(always)]
    unsafe fn dispatch<S: Lanes<T>>(self, simd: S, vectors: usize, whole: bool) {
        // SAFETY: as the caller grants.
        unsafe {
            match (vectors, whole && !S::IS_PLAIN) {
                (3, true) => self.height::<S, 3, true>(simd),
                (3, false) => self.height::<S, 3, false>(simd),
                (2, true) => self.height::<S, 2, true>(simd),
                (2, false) => self.height::<S, 2, false>(simd),
                (_, true) => self.height::<S, 1, true>(simd),
                (_, false) => self.height::<S, 1, false>(simd),
            }
        }
    }

    /// # Safety
    /// As [`Tile::dispatch`].
    #[inline(always)]
    unsafe fn height<S: Lanes<T>, const VECTORS: usize, const WHOLE: bool>(self, simd: S) {
        match self.rows {
            1 if !S::IS_PLAIN => simd.call(Of::new(Run::<T, 1, VECTORS, WHOLE>(self))),
            2 if !S::IS_PLAIN => simd.call(Of::new(Run::<T, 2, VECTORS, WHOLE>(self))),
            1..=4 => simd.call(Of::new(Run::<T, 4, VECTORS, WHOLE>(self))),
            _ if tile_rows::<T, S>() == 8 => simd.call(Of::new(Run::<T, 8, VECTORS, WHOLE>(self))),
            _ => unreachable!("a tile has at most {} rows", tile_rows::<T, S>()),
        }
    }
}

/// A tile with a fixed number of rows and vectors, which only [`Tile::height`] makes: under its contract. With `WHOLE`, the last
/// vector of the right-hand side is readable to its end.
struct Run<T, const ROWS: usize, const VECTORS: usize, const WHOLE: bool>(Tile<T>);

impl<T: Element, const ROWS: usize, const VECTORS: usize, const WHOLE: bool> Run<T, ROWS, VECTORS, WHOLE> {
    /// Adds the products of a column of the left-hand side and a row of the right-hand side.
    ///
    /// # Safety
    /// The values at `rows` from `a` on are valid to read, and the row at `b`, the last vector of it up to `last` unless
    /// `WHOLE`.
    #[expect(
        clippy::needless_range_loop,
        reason = "the loops of fixed bounds are unrolled, iterators that skip are not"
    )]
    #[inline(always)]
    unsafe fn step<S: Lanes<T>>(
        simd: S,
        sums: &mut [[S::Vector; VECTORS]; ROWS],
        a: *const T,
        rows: &[isize; ROWS],
        b: *const T,
        last: usize,
    ) {
        // Where sums, vectors and a value leave no register to spare, the compiler keeps one of the sums in memory, which is slower
        // by far. The last vector then takes a turn of its own, for which the values are read once more.
        let spare = ROWS * VECTORS + VECTORS + 1 < S::COUNT;
        let at_once = if spare { VECTORS } else { VECTORS.min(2) };
        let mut from = 0;
        while from < VECTORS {
            let to = VECTORS.min(from + at_once);
            let mut right = [simd.splat(T::ZERO); VECTORS];
            for v in from..to {
                let values = b.wrapping_add(v * S::LANES);
                // SAFETY: as the caller grants.
                right[v] = unsafe {
                    if WHOLE || v + 1 < VECTORS { simd.load_from(values) } else { simd.load_first_from(values, last) }
                };
            }
            for i in 0..ROWS {
                // SAFETY: as the caller grants.
                let left = simd.splat(unsafe { *a.wrapping_offset(rows[i]) });
                for v in from..to {
                    sums[i][v] = simd.mul_add(left, right[v], sums[i][v]);
                }
            }
            if at_once < VECTORS {
                compiler_fence(Ordering::SeqCst); // or the values would stay in registers after all
            }
            from = to;
        }
    }
}

impl<T: Element, const ROWS: usize, const VECTORS: usize, const WHOLE: bool> KernelOf<T>
    for Run<T, ROWS, VECTORS, WHOLE>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, simd: S) {
        let tile = self.0;
        // Rows that the tile does not have are computed from its last one, and not stored.
        let rows: [isize; ROWS] = std::array::from_fn(|i| tile.a_row * i.min(tile.rows - 1) as isize);
        let mut sums = [[simd.splat(T::ZERO); VECTORS]; ROWS];
        let (mut a, mut b) = (tile.a, tile.b);
        // The steps are known to the compiler, so that several of them share the steps of the addresses.
        let packed = WHOLE && tile.a_step == 1 && tile.b_step == (VECTORS * S::LANES) as isize;
        let together = if packed { tile.depth / TOGETHER } else { 0 };
        // The result is needed last and lies farthest away. It is asked for row by row: many lines that are on their way at once
        // hold up those of the right-hand side.
        let per_row = together / tile.rows;
        for i in 0..=tile.rows {
            let is_row = i < tile.rows;
            if packed && is_row {
                let row = tile.c.wrapping_offset(tile.c_row * i as isize);
                (0..VECTORS).for_each(|v| simd::prefetch(row.wrapping_add(v * S::LANES)));
                simd::prefetch(row.wrapping_add(VECTORS * S::LANES - 1));
            }
            for _ in 0..if is_row { per_row } else { together - per_row * tile.rows } {
                for step in 0..TOGETHER {
                    let right = b.wrapping_add(step * VECTORS * S::LANES);
                    // SAFETY: the caller grants these rows of the right-hand side and columns of the left-hand side.
                    unsafe { Self::step(simd, &mut sums, a.wrapping_add(step), &rows, right, tile.last) };
                }
                a = a.wrapping_add(TOGETHER);
                b = b.wrapping_add(TOGETHER * VECTORS * S::LANES);
            }
        }
        for _ in together * TOGETHER..tile.depth {
            // SAFETY: the caller grants this row of the right-hand side and this column of the left-hand side.
            unsafe { Self::step(simd, &mut sums, a, &rows, b, tile.last) };
            a = a.wrapping_offset(tile.a_step);
            b = b.wrapping_offset(tile.b_step);
        }
        let Update { alpha, beta } = tile.update;
        let reads = beta != T::ZERO;
        let (alpha, beta) = (simd.splat(alpha), simd.splat(beta));
        for (i, sums) in sums.iter().enumerate() {
            if i >= tile.rows {
                break;
            }
            let row = tile.c.wrapping_offset(tile.c_row * i as isize);
            for (v, sum) in sums.iter().enumerate() {
                let to = row.wrapping_add(v * S::LANES);
                let count = if v + 1 < VECTORS { S::LANES } else { tile.last };
                let mut value = simd.mul(alpha, *sum);
                // SAFETY: the caller grants the tile.
                unsafe {
                    if count == S::LANES {
                        if reads {
                            value = simd.mul_add(beta, simd.load_from(to), value);
                        }
                        simd.store_to(value, to);
                    } else {
                        if reads {
                            value = simd.mul_add(beta, simd.load_first_from(to, count), value);
                        }
                        simd.store_first_to(value, to, count);
                    }
                }
            }
        }
    }
}
