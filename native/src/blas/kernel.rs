//! The tile of a product, which stays in registers.

use crate::matrix::view::{View, ViewMut};
use crate::simd;
use crate::simd::lanes::{self, Kernel, Lanes};

/// Steps of the inner dimension that a tile takes at once.
const TOGETHER: usize = 4;
/// Vectors of a tile's row.
pub(super) const VECTORS: usize = 3;

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

/// Returns how many columns a tile has.
pub(super) fn panel_width() -> usize {
    lanes::run(PanelWidth)
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
pub(super) enum Right<'a> {
    /// As it is, with adjacent values in each row.
    View(View<'a>),
    /// Row `i` of the view is panel `i`, as `pack_right` makes it.
    Panels(View<'a>),
}

/// A product, or a block of one, that is computed tile after tile.
pub(super) struct Tiles<'a> {
    pub(super) c: ViewMut<'a>,
    pub(super) part: Part,
    /// Columns of the whole result to the left of this block, less the rows above it.
    pub(super) offset: isize,
    pub(super) update: Update,
    pub(super) a: View<'a>,
    pub(super) b: Right<'a>,
}

impl Kernel for Tiles<'_> {
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
