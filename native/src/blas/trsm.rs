//! Systems with a triangular matrix and many right-hand sides.

use crate::blas::gemm::gemm;
use crate::blas::kernel::Update;
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::view::{View, ViewMut};
use crate::memory::Plain;
use crate::simd::{self, Element, KernelOf, Lanes, Of};
use crate::{Result, memory, parallel};

/// Rows solved in registers.
const LEAF: usize = 8;
/// Columns that one thread takes at a time.
const STRIPE: usize = 96;
/// Below this many multiplications one thread is faster than several.
const PARALLEL_FROM: usize = 1 << 18;

/// What is on the diagonal.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Diagonal {
    /// Ones, whatever is stored there.
    Ones,
    /// What is stored there.
    Stored,
}

/// Overwrites `x` with the solution `y` of `lower * y = x`. What is above the diagonal of `lower` is not read.
///
/// An upper triangle is solved by reversing it, and the rows of `x`.
///
/// # Errors
/// [`crate::Error::OutOfMemory`]; `x` is then undefined.
pub(crate) fn solve_lower<T: Element + Plain>(lower: View<'_, T>, diagonal: Diagonal, x: ViewMut<'_, T>) -> Result<()> {
    solve_lower_then(lower, diagonal, x, |_, _| ())
}

/// Does what [`solve_lower`] does with the columns of `x`.
///
/// # Errors
/// As [`solve_lower`].
pub(crate) fn solve_lower_columns(lower: View<'_>, x: &mut ColumnMajor) -> Result<()> {
    in_rows(x, |x| solve_lower(lower, Diagonal::Stored, x))
}

/// Overwrites the columns of `x` with the solution `y` of `upper * y = x`. What is below the diagonal of `upper` is not read.
///
/// # Errors
/// As [`solve_lower`].
pub(crate) fn solve_upper_columns(upper: View<'_>, x: &mut ColumnMajor) -> Result<()> {
    in_rows(x, |x| solve_lower(upper.reversed(), Diagonal::Stored, x.reversed_rows()))
}

/// Has `solve` change the values of `x` in rows.
fn in_rows(x: &mut ColumnMajor, solve: impl FnOnce(ViewMut<'_>) -> Result<()>) -> Result<()> {
    let (rows, columns) = (x.rows(), x.columns());
    let mut values = memory::unspecified(rows * columns)?;
    x.write_rows(&mut values);
    solve(ViewMut::new(&mut values, rows, columns, columns))?;
    x.copy_scaled(View::new(&values, rows, columns, columns), 0);
    Ok(())
}

/// Does what [`solve_lower`] does, and calls `then` with what is solved, stripe by stripe, and with the number of its first
/// column.
///
/// # Errors
/// As [`solve_lower`].
pub(crate) fn solve_lower_then<T: Element + Plain>(
    lower: View<'_, T>,
    diagonal: Diagonal,
    x: ViewMut<'_, T>,
    then: impl Fn(usize, View<'_, T>) + Sync,
) -> Result<()> {
    let work = lower.rows() * lower.rows() / 2 * x.columns();
    let solve = |column: usize, mut x: ViewMut<'_, T>| {
        solve_here(lower, diagonal, x.reborrow())?;
        then(column, x.view());
        Ok(())
    };
    if work < PARALLEL_FROM || parallel::threads_here() == 1 { solve(0, x) } else { stripes(x, solve) }
}

/// Calls `work` for stripes of the columns of `x`, and with the number of the first, on all threads of the pool.
///
/// # Errors
/// One of those of `work`.
pub(crate) fn stripes<T: Element>(
    x: ViewMut<'_, T>,
    work: impl Fn(usize, ViewMut<'_, T>) -> Result<()> + Sync,
) -> Result<()> {
    x.try_for_each_stripe(STRIPE, work)
}

/// Does what [`solve_lower`] does, without spreading its columns over threads.
///
/// # Errors
/// As [`solve_lower`].
pub(crate) fn solve_here<T: Element + Plain>(lower: View<'_, T>, diagonal: Diagonal, x: ViewMut<'_, T>) -> Result<()> {
    let rows = lower.rows();
    assert!(rows == lower.columns() && rows == x.rows());
    if x.columns() == 0 {
        return Ok(());
    }
    if rows <= LEAF {
        simd::run(Leaf { lower, diagonal, x });
        return Ok(());
    }
    let half = (rows / 2).next_multiple_of(LEAF).min(rows - 1);
    let (mut above, mut below) = x.split_rows(half);
    solve_here(lower.block(0, 0, half, half), diagonal, above.reborrow())?;
    gemm(below.reborrow(), Update::SUBTRACT, lower.block(half, 0, rows - half, half), above.view())?;
    solve_here(lower.block(half, half, rows - half, rows - half), diagonal, below)
}

struct Leaf<'a, T> {
    lower: View<'a, T>,
    diagonal: Diagonal,
    x: ViewMut<'a, T>,
}

impl<T: Element> KernelOf<T> for Leaf<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, simd: S) {
        // Two sizes for all: what is missing of one counts as rows of the identity.
        match (self.lower.rows() <= LEAF / 2, self.diagonal) {
            (true, Diagonal::Ones) => simd.call(Of::new(Rows::<_, { LEAF / 2 }, true>(self))),
            (true, Diagonal::Stored) => simd.call(Of::new(Rows::<_, { LEAF / 2 }, false>(self))),
            (false, Diagonal::Ones) => simd.call(Of::new(Rows::<_, LEAF, true>(self))),
            (false, Diagonal::Stored) => simd.call(Of::new(Rows::<_, LEAF, false>(self))),
        }
    }
}

struct Rows<'a, T, const ROWS: usize, const ONES: bool>(Leaf<'a, T>);

impl<T: Element, const ROWS: usize, const ONES: bool> KernelOf<T> for Rows<'_, T, ROWS, ONES> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, simd: S) {
        let rows = self.0.lower.rows();
        let mut lower: [[T; ROWS]; ROWS] = [[T::ZERO; ROWS]; ROWS];
        for (i, row) in lower.iter_mut().enumerate().skip(rows) {
            row[i] = T::ONE;
        }
        for (i, row) in lower.iter_mut().enumerate().take(rows) {
            for (j, value) in row.iter_mut().enumerate().take(i + 1) {
                *value = self.0.lower.get(i, j);
            }
        }
        let x = &mut self.0.x;
        let columns = x.columns();
        let mut column = 0;
        while column < columns {
            let count = S::LANES.min(columns - column);
            let mut values = [simd.splat(T::ZERO); ROWS];
            for (i, value) in values.iter_mut().enumerate() {
                if i >= rows {
                    break;
                }
                let from = x.at(i, column);
                // SAFETY: `count` values from this column on are within the row.
                *value =
                    unsafe { if count == S::LANES { simd.load_from(from) } else { simd.load_first_from(from, count) } };
            }
            for i in 0..ROWS {
                for p in 0..i {
                    values[i] = simd.neg_mul_add(simd.splat(lower[i][p]), values[p], values[i]);
                }
                if !ONES {
                    // A division and not a product with the reciprocal, which may overflow.
                    values[i] = simd.div(values[i], simd.splat(lower[i][i]));
                }
            }
            for (i, value) in values.iter().enumerate() {
                if i >= rows {
                    break;
                }
                let to = x.at(i, column);
                // SAFETY: `count` values from this column on are within the row.
                unsafe {
                    if count == S::LANES {
                        simd.store_to(*value, to);
                    } else {
                        simd.store_first_to(*value, to, count);
                    }
                }
            }
            column += count;
        }
    }
}
