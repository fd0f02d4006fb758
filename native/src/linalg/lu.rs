//! The factorization of a matrix into triangles, with partial pivoting: `P A = L U`.
//!
//! The factors are plain values: one matrix that holds `U` on and above the diagonal and `L` below it, whose diagonal
//! of ones is not stored, and the permutation of the rows. They can be used any number of times.
//!
//! A few columns at a time are factored recursively (Toledo, "Locality of Reference in LU Decomposition with Partial Pivoting",
//! 1997), by one thread, while the others eliminate the columns before from the rest: that takes no less, so that no thread
//! waits ("look-ahead", Strazdins, "A Comparison of Lookahead and Algorithmic Blocking Techniques for Parallel Matrix
//! Factorization", 1998).

use std::sync::{Mutex, PoisonError};

use crate::blas::gemm::{gemm, spread_steps};
use crate::blas::kernel::Update;
use crate::blas::trsm::{Diagonal, solve_here, solve_lower, stripes};
use crate::error::Purpose;
use crate::linalg::permutation;
use crate::linalg::scaling::{diagonal_product, shift_of, solve_in_range};
use crate::matrix::transpose::copy_transposed;
use crate::matrix::view::{Shared, View, ViewMut};
use crate::matrix::{self, MatrixRef, check_finite, check_finite_right, check_result, check_square, check_square_for};
use crate::simd::{self, KernelOf, Lanes};
use crate::{Error, Result, float, memory, parallel};

/// Columns factored at once, stored by columns.
const LEAF: usize = 8;
/// Columns factored in a copy that has its rows close together.
const PANEL: usize = 64;
/// Rows that one thread copies and measures at a time.
const BAND: usize = 64;
/// From how many columns on some are factored while those before are eliminated from the rest.
const LOOK_AHEAD_FROM: usize = 256;
/// Columns that one thread eliminates others from at a time.
const ELIMINATED: usize = 96;

/// Writes the factors of `a` to `lu` and `permutation`, and returns the one-norm of `a`, for [`rcond`].
///
/// Row `i` of `L * U` is row `permutation[i]` of `a`. A matrix of any shape has factors, and so has a singular one. The
/// pivot is the first entry of largest magnitude. A one-norm that overflows is given as the largest finite number.
///
/// # Errors
/// [`Error::ValueCount`] unless `lu` has as many values as `a`, [`Error::PermutationLength`] unless `permutation` has one
/// for each row, [`Error::NotFinite`], [`Error::Overflow`] when an entry of `U` cannot be represented, [`Error::OutOfMemory`], [`Error::Threads`].
pub fn factor(a: MatrixRef<'_>, lu: &mut [f64], permutation: &mut [i32]) -> Result<f64> {
    check_result(a.rows(), a.columns(), lu)?;
    permutation::check_length(a.rows(), permutation)?;
    spread_steps(work(a), || {
        let columns = Columns::copied(a, ViewMut::new(lu, a.rows(), a.columns(), a.columns()))?;
        factor_in_place(ViewMut::new(lu, a.rows(), a.columns(), a.columns()), permutation)?;
        if columns.scaled {
            // Scaling a column of `a` scales that column of `U` and leaves `L` alone.
            for (row, values) in lu.chunks_exact_mut(a.columns()).enumerate() {
                for (value, &exponent) in values.iter_mut().zip(&columns.exponents).skip(row) {
                    *value *= float::power_of_two(exponent);
                    if value.is_infinite() {
                        return Err(Error::Overflow { quantity: "triangle U" });
                    }
                }
            }
        }
        Ok(columns.norm)
    })
}

/// Writes `L` to `out`: `rows` x `min(rows, columns)`, with ones on its diagonal and zeros above.
///
/// # Errors
/// [`Error::ValueCount`] unless `out` has as many values.
pub fn lower(lu: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    let columns = lu.rows().min(lu.columns());
    check_result(lu.rows(), columns, out)?;
    for i in 0..lu.rows() {
        let row = &mut out[i * columns..(i + 1) * columns];
        let left = i.min(columns);
        row[..left].copy_from_slice(&lu.values()[i * lu.columns()..][..left]);
        row[left..].fill(0.0);
        if i < columns {
            row[i] = 1.0;
        }
    }
    Ok(())
}

/// Writes `U` to `out`: `min(rows, columns)` x `columns`, with zeros below its diagonal.
///
/// # Errors
/// [`Error::ValueCount`] unless `out` has as many values.
pub fn upper(lu: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    let (rows, columns) = (lu.rows().min(lu.columns()), lu.columns());
    check_result(rows, columns, out)?;
    for i in 0..rows {
        let row = &mut out[i * columns..(i + 1) * columns];
        row[..i].fill(0.0);
        row[i..].copy_from_slice(&lu.values()[i * columns + i..(i + 1) * columns]);
    }
    Ok(())
}

/// Writes the solution `x` of `a * x = b` to `out`.
///
/// # Errors
/// [`Error::NotSquare`], [`Error::Shapes`] unless `b` has as many rows as `a`, [`Error::ValueCount`] unless `out` has as many
/// values as `b`, [`Error::NotFinite`] for a NaN or an infinity in `a` or `b`, [`Error::Singular`] when a pivot is
/// zero, [`Error::Overflow`] when the solution cannot be represented, [`Error::OutOfMemory`], [`Error::Threads`].
///
/// ```
/// use rust_ffi::{lu, matrix::MatrixRef};
///
/// let mut x = [0.0; 2];
/// lu::solve(MatrixRef::new(2, 2, &[0.0, 2.0, 4.0, 0.0])?, MatrixRef::new(2, 1, &[2.0, 8.0])?, &mut x)?;
/// assert_eq!(x, [2.0, 1.0]);
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn solve(a: MatrixRef<'_>, b: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    check_square_for(Purpose::Solution, a)?;
    check_right_hand_side(a, b, out)?;
    solve_checked(a, Some(b), b.columns(), out)
}

/// Writes the inverse of `a` to `out`.
///
/// # Errors
/// As [`solve`].
pub fn inverse(a: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    check_square_for(Purpose::Inverse, a)?;
    check_result(a.rows(), a.rows(), out)?;
    solve_checked(a, None, a.rows(), out)
}

/// Solves with the columns of `b`, or of the identity.
fn solve_checked(a: MatrixRef<'_>, b: Option<MatrixRef<'_>>, right: usize, out: &mut [f64]) -> Result<()> {
    let n = a.rows();
    let mut lu = memory::unspecified::<f64>(a.values().len())?;
    let mut permutation = memory::filled::<i32>(n)?;
    spread_steps(work(a).saturating_add(n * n * right), || {
        let columns = Columns::copied(a, ViewMut::new(&mut lu, n, n, n))?;
        b.map_or(Ok(()), check_finite_right)?;
        factor_in_place(ViewMut::new(&mut lu, n, n, n), &mut permutation)?;
        let factors = View::new(&lu, n, n, n);
        check_pivots(factors)?;
        // With A D for A, the solution is D times what is found.
        solve_with(factors, &permutation, b, right, &columns.exponents, out)
    })
}

/// Writes the solution `x` of `a * x = b` to `out`, where `lu` and `permutation` are the factors of `a`.
///
/// # Errors
/// As [`solve`]; [`Error::PermutationLength`] unless `permutation` has one entry for each row.
pub fn solve_factored(lu: MatrixRef<'_>, permutation: &[i32], b: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    check_square_for(Purpose::Solution, lu)?;
    permutation::check_length(lu.rows(), permutation)?;
    check_right_hand_side(lu, b, out)?;
    check_finite_right(b)?;
    check_pivots(lu.into())?;
    let (n, right) = (b.rows(), b.columns());
    spread_steps(n * n * right, || solve_with(lu.into(), permutation, Some(b), right, &[], out))
}

/// Returns the determinant of `a`: zero if a pivot is zero, one for the empty matrix.
///
/// It neither overflows nor underflows on the way to a result that can be represented.
///
/// # Errors
/// [`Error::NotSquare`], [`Error::NotFinite`], [`Error::OutOfMemory`], [`Error::Threads`].
pub fn determinant(a: MatrixRef<'_>) -> Result<f64> {
    check_square(a)?;
    let n = a.rows();
    let mut lu = memory::unspecified::<f64>(a.values().len())?;
    let mut permutation = memory::filled::<i32>(n)?;
    let columns = spread_steps(work(a), || {
        let columns = Columns::copied(a, ViewMut::new(&mut lu, n, n, n))?;
        factor_in_place(ViewMut::new(&mut lu, n, n, n), &mut permutation)?;
        Ok(columns)
    })?;
    let exponent = columns.exponents.iter().map(|&exponent| i64::from(exponent)).sum();
    Ok(signed(diagonal_product((0..n).map(|i| lu[i * n + i]), exponent), &permutation))
}

/// Returns the determinant of the matrix whose factors are `lu` and `permutation`, as [`determinant`] does.
///
/// # Errors
/// [`Error::NotSquare`]; [`Error::PermutationLength`] unless `permutation` has one entry for each row.
pub fn determinant_factored(lu: MatrixRef<'_>, permutation: &[i32]) -> Result<f64> {
    check_square(lu)?;
    let n = lu.rows();
    permutation::check_length(n, permutation)?;
    Ok(signed(diagonal_product((0..n).map(|i| lu.values()[i * n + i]), 0), permutation))
}

/// Returns an estimate of the reciprocal of the condition number in the one-norm of the matrix whose factors are `lu` and whose one-norm is
/// `norm`: 0 for a singular matrix, 1 for the empty one.
///
/// The estimate of the inverse's norm is a lower bound, and rarely less than a third of it (Higham, "FORTRAN codes for
/// estimating the one-norm of a real or complex matrix", 1988, which LAPACK's `dgecon` follows).
///
/// # Errors
/// [`Error::NotSquare`], [`Error::OutOfMemory`].
pub fn rcond(lu: MatrixRef<'_>, norm: f64) -> Result<f64> {
    check_square(lu)?;
    let n = lu.rows();
    if n == 0 {
        return Ok(1.0);
    }
    let factors = View::from(lu);
    if norm == 0.0 || check_pivots(factors).is_err() {
        return Ok(0.0);
    }
    // Neither the one-norm of the inverse nor its estimate is changed by a permutation of its columns, so that the
    // rows need none. Scaling the vectors by most of the norm keeps both them and their products with U in range.
    let scale = float::power_of_two(float::exponent(norm) / 5 * 4);
    let solve = |x: &mut [f64]| {
        x.iter_mut().for_each(|x| *x *= scale);
        solve_here(factors, Diagonal::Ones, ViewMut::new(x, n, 1, 1))?;
        solve_here(factors.reversed(), Diagonal::Stored, ViewMut::new(x, n, 1, 1).reversed_rows())
    };
    let solve_transposed = |x: &mut [f64]| {
        x.iter_mut().for_each(|x| *x *= scale);
        solve_here(factors.transposed(), Diagonal::Stored, ViewMut::new(x, n, 1, 1))?;
        solve_here(factors.transposed().reversed(), Diagonal::Ones, ViewMut::new(x, n, 1, 1).reversed_rows())
    };
    let mut x = memory::filled::<f64>(n)?;
    let mut signs = memory::filled::<f64>(n)?;
    let sum = |x: &[f64]| x.iter().fold(0.0, |sum, x| sum + x.abs());
    x.fill(1.0 / n as f64);
    solve(&mut x)?;
    let mut estimate = sum(&x);
    if n > 1 {
        let mut last = usize::MAX;
        for step in 0..5 {
            let mut changed = step == 0;
            for (x, sign) in x.iter().zip(&mut signs) {
                let new = if *x >= 0.0 { 1.0 } else { -1.0 };
                changed |= *sign != new;
                *sign = new;
            }
            if !changed {
                break;
            }
            x.copy_from_slice(&signs);
            solve_transposed(&mut x)?;
            let index = index_of_largest(&x);
            if index == last {
                break;
            }
            last = index;
            x.fill(0.0);
            x[index] = 1.0;
            solve(&mut x)?;
            let new = sum(&x);
            if new <= estimate {
                break;
            }
            estimate = new;
        }
        for (i, x) in x.iter_mut().enumerate() {
            let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
            *x = sign * (1.0 + i as f64 / (n - 1) as f64);
        }
        solve(&mut x)?;
        let other = 2.0 * (sum(&x) / (3.0 * n as f64));
        // A NaN from an overflow is kept, which `max` would pass over.
        if other > estimate || other.is_nan() {
            estimate = other;
        }
    }
    let rcond = (1.0 / estimate) / (norm / scale);
    Ok(if rcond.is_finite() { rcond.min(1.0) } else { 0.0 })
}

fn work(a: MatrixRef<'_>) -> usize {
    a.values().len().saturating_mul(a.rows().min(a.columns())) / 2
}

fn check_right_hand_side(a: MatrixRef<'_>, b: MatrixRef<'_>, out: &[f64]) -> Result<()> {
    if a.rows() != b.rows() {
        return Err(matrix::shapes(a, "solve", b));
    }
    check_result(b.rows(), b.columns(), out)
}

fn check_pivots(lu: View<'_>) -> Result<()> {
    (0..lu.rows()).find(|&i| lu.get(i, i) == 0.0).map_or(Ok(()), |pivot| Err(Error::Singular { pivot }))
}

/// Solves with the rows of `b`, or of the identity, permuted, and divides the rows of the solution by powers of two.
fn solve_with(
    lu: View<'_>,
    permutation: &[i32],
    b: Option<MatrixRef<'_>>,
    right: usize,
    exponents: &[i32],
    out: &mut [f64],
) -> Result<()> {
    let n = permutation.len();
    let largest = b.map_or(1.0, |b| float::largest(b.values()));
    solve_in_range(out, right, largest, exponents, |shift, x| {
        let mut x = ViewMut::new(x, n, right, right);
        for i in 0..n {
            let from = permutation::entry(permutation, i)?;
            let row = x.row(i);
            match b {
                Some(b) => row.copy_from_slice(&b.values()[from * right..(from + 1) * right]),
                None => {
                    row.fill(0.0);
                    row[from] = 1.0;
                }
            }
            if shift != 0 {
                row.iter_mut().for_each(|value| *value *= float::power_of_two(shift));
            }
        }
        stripes(x, |_, mut x| {
            solve_here(lu, Diagonal::Ones, x.reborrow())?;
            solve_here(lu.reversed(), Diagonal::Stored, x.reversed_rows())
        })
    })
}

/// Powers of two that columns of a matrix are divided by before it is factored.
///
/// Scaling columns changes no choice of a pivot, so that without an overflow or underflow the factors are the same.
struct Columns {
    exponents: Vec<i32>,
    /// The one-norm of the matrix, or the largest finite number.
    norm: f64,
    scaled: bool,
}

impl Columns {
    /// Returns those of `a`, and copies it to `to`, its columns divided by them, with all threads of the pool.
    ///
    /// # Errors
    /// [`Error::NotFinite`], [`Error::OutOfMemory`].
    fn copied(a: MatrixRef<'_>, mut to: ViewMut<'_>) -> Result<Self> {
        let columns = a.columns();
        let mut exponents = memory::filled::<i32>(columns)?;
        // Of each band, whose rows are read one after another as they lie in memory.
        let bands = a.rows().div_ceil(BAND).max(1);
        let mut largest_and_sums = memory::filled::<f64>(2 * bands * columns)?;
        let measured = Shared::new(ViewMut::new(&mut largest_and_sums, 2 * bands, columns, columns));
        to.reborrow().for_each_band(BAND, |first, to| {
            // SAFETY: each band has two rows of its own.
            let largest_and_sums = unsafe { measured.block(2 * (first / BAND), 0, 2, columns) };
            let from = View::from(a).block(first, 0, to.rows(), columns);
            simd::run(CopyMeasured { from, to, largest_and_sums });
        });
        let (all, others) = largest_and_sums.split_at_mut(2 * columns);
        let (largest, sums) = all.split_at_mut(columns);
        for other in others.chunks_exact((2 * columns).max(1)) {
            let (others_largest, others_sums) = other.split_at(columns);
            largest.iter_mut().zip(others_largest).for_each(|(x, y)| *x = x.max(*y));
            sums.iter_mut().zip(others_sums).for_each(|(x, y)| *x += y);
        }
        // A sum may be infinite for finite values too.
        if !float::all_finite(sums) {
            check_finite(a)?;
        }
        for (exponent, largest) in exponents.iter_mut().zip(&*largest) {
            *exponent = -shift_of(*largest);
        }
        let norm = sums.iter().fold(0.0_f64, |norm, sum| norm.max(*sum)).min(f64::MAX);
        let scaled = exponents.iter().any(|&exponent| exponent != 0);
        if scaled {
            to.for_each_band(BAND, |_, mut band| {
                for i in 0..band.rows() {
                    for (value, &exponent) in band.row(i).iter_mut().zip(&exponents) {
                        *value *= float::power_of_two(-exponent);
                    }
                }
            });
        }
        Ok(Self { exponents, norm, scaled })
    }
}

/// Copies columns, and finds the largest magnitude in each and the sum of all, which begin at zero.
struct CopyMeasured<'a> {
    from: View<'a>,
    to: ViewMut<'a>,
    largest_and_sums: ViewMut<'a>,
}

impl KernelOf<f64> for CopyMeasured<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<f64>>(mut self, simd: S) {
        assert!(self.from.rows() == self.to.rows() && self.from.columns() == self.to.columns());
        let (mut largest, mut sums) = self.largest_and_sums.split_rows(1);
        let zero = simd.splat(0.0);
        for i in 0..self.from.rows() {
            let (from, to) = (self.from.row(i).chunks(S::LANES), self.to.row(i).chunks_mut(S::LANES));
            let measured = largest.row(0).chunks_mut(S::LANES).zip(sums.row(0).chunks_mut(S::LANES));
            for ((from, to), (largest, sum)) in from.zip(to).zip(measured) {
                let value = simd.load_first(from);
                simd.store_first(value, to);
                simd.store_first(simd.max_abs(simd.load_first(largest), value), largest);
                // Zero times a value is zero, unless that is not finite: the largest and so the magnitude may be without a NaN.
                let added = simd.mul_add(value, zero, simd.load_first(sum));
                simd.store_first(simd.add(added, simd.max_abs(zero, value)), sum);
            }
        }
    }
}

fn signed(determinant: f64, permutation: &[i32]) -> f64 {
    if determinant != 0.0 && is_odd(permutation) { -determinant } else { determinant }
}

/// Returns whether a permutation is odd; entries out of range count as fixed.
fn is_odd(permutation: &[i32]) -> bool {
    let next = |i: usize| usize::try_from(permutation[i]).ok().filter(|&next| next < permutation.len()).unwrap_or(i);
    // A cycle of even length is an odd permutation. It is counted at its smallest member, which needs no memory.
    let mut odd = false;
    for start in 0..permutation.len() {
        let (mut at, mut length) = (next(start), 1);
        while at > start && length <= permutation.len() {
            at = next(at);
            length += 1;
        }
        odd ^= at == start && length % 2 == 0;
    }
    odd
}

/// Factors `a` in place and writes the order of its rows to `permutation`.
///
/// # Errors
/// [`Error::OutOfMemory`].
fn factor_in_place(a: ViewMut<'_>, permutation: &mut [i32]) -> Result<()> {
    let rank = a.rows().min(a.columns());
    let mut pivots = memory::filled::<usize>(rank)?;
    let mut scratch = Scratch {
        panel: memory::filled(a.rows() * PANEL.min(a.columns()))?,
        leaf: memory::filled(a.rows() * LEAF.min(a.columns()))?,
    };
    if rank >= LOOK_AHEAD_FROM {
        look_ahead(a, &mut pivots, &mut scratch)?;
    } else {
        recurse(a, &mut pivots, &mut scratch)?;
    }
    permutation::set_identity(permutation)?;
    for (i, &pivot) in pivots.iter().enumerate() {
        permutation.swap(i, pivot);
    }
    Ok(())
}

struct Scratch {
    panel: Vec<f64>,
    leaf: Vec<f64>,
}

/// Factors `a`, which has as many rows or as many columns as there are pivots, with all threads of the pool.
fn look_ahead(a: ViewMut<'_>, pivots: &mut [usize], scratch: &mut Scratch) -> Result<()> {
    let (rows, columns, rank) = (a.rows(), a.columns(), pivots.len());
    // Few enough that those left when the rest is done are few, many enough for products of them to be fast.
    let width = if rank < 768 { 64 } else { 128 };
    let whole = Shared::new(a);
    let panel = |step: usize| step..rank.min(step + width);
    // SAFETY: no part of it has been handed out yet.
    recurse(unsafe { whole.block(0, 0, rows, width) }, &mut pivots[panel(0)], scratch)?;
    for step in (0..rank).step_by(width) {
        let next = panel(step).end;
        let (done, open) = pivots.split_at_mut(next);
        let (here, ahead) = (&done[step..], &mut open[..panel(next).len()]);
        let rest = next + ahead.len();
        // SAFETY: the parts take columns to the right of these.
        let left = unsafe { whole.block(step, step, rows - step, here.len()) };
        let left = left.view();
        let eliminated = |first: usize, count: usize| {
            // SAFETY: the parts below take different columns, each once.
            let mut right = unsafe { whole.block(step, first, rows - step, count) };
            eliminate(left, here, &mut right)?;
            Ok(right.split_rows(here.len()).1)
        };
        let first = Mutex::new((ahead, &mut *scratch));
        parallel::try_for_each(1 + (columns - rest).div_ceil(ELIMINATED), |part| {
            parallel::alone(|| {
                if part == 0 {
                    let (ahead, scratch) = &mut *first.lock().unwrap_or_else(PoisonError::into_inner);
                    return recurse(eliminated(next, ahead.len())?, ahead, scratch);
                }
                let column = rest + (part - 1) * ELIMINATED;
                eliminated(column, ELIMINATED.min(columns - column)).map(drop)
            })
        })?;
    }
    // What was exchanged later is exchanged on the left too.
    let relative = &*pivots;
    parallel::for_each(rank.div_ceil(width) - 1, |index| {
        let column = index * width;
        for step in (column + width..rank).step_by(width) {
            // SAFETY: each call has its own columns.
            exchange(&mut unsafe { whole.block(step, column, rows - step, width) }, &relative[panel(step)]);
        }
    });
    pivots.iter_mut().enumerate().for_each(|(i, pivot)| *pivot += i / width * width);
    Ok(())
}

/// Factors the first `pivots.len()` columns of `a`, and eliminates them from the others.
fn recurse(a: ViewMut<'_>, pivots: &mut [usize], scratch: &mut Scratch) -> Result<()> {
    let (rows, rank) = (a.rows(), pivots.len());
    if rank == 0 {
        return Ok(());
    }
    if a.columns() > rank {
        let (mut left, mut right) = a.split_columns(rank);
        recurse(left.reborrow(), pivots, scratch)?;
        return eliminate(left.view(), pivots, &mut right);
    }
    if rank <= LEAF {
        leaf(a, pivots, &mut scratch.leaf);
        return Ok(());
    }
    if rank <= PANEL && a.row_step() > PANEL as isize {
        let mut copied = std::mem::take(&mut scratch.panel);
        let result = {
            let mut a = a;
            let mut panel = ViewMut::new(&mut copied[..rows * rank], rows, rank, rank);
            panel.copy_from(a.view());
            let result = recurse(panel.reborrow(), pivots, scratch);
            a.copy_from(panel.view());
            result
        };
        scratch.panel = copied;
        return result;
    }
    let half = (rank / 2).next_multiple_of(if rank > 2 * PANEL { PANEL } else { LEAF });
    let (mut left, mut right) = a.split_columns(half);
    let (first, last) = pivots.split_at_mut(half);
    recurse(left.reborrow(), first, scratch)?;
    eliminate(left.view(), first, &mut right)?;
    let (_, below) = right.split_rows(half);
    recurse(below, last, scratch)?;
    let (_, mut below) = left.split_rows(half);
    exchange(&mut below, last);
    last.iter_mut().for_each(|pivot| *pivot += half);
    Ok(())
}

/// Eliminates the columns whose factors are `left` from the columns `right`.
fn eliminate(left: View<'_>, pivots: &[usize], right: &mut ViewMut<'_>) -> Result<()> {
    let (rows, half) = (left.rows(), left.columns());
    let triangle = left.block(0, 0, half, half);
    if half * half / 2 * right.columns() < 1 << 17 {
        exchange(right, pivots);
        solve_lower(triangle, Diagonal::Ones, right.reborrow().split_rows(half).0)?;
    } else {
        stripes(right.reborrow(), |_, mut stripe| {
            exchange(&mut stripe, pivots);
            solve_here(triangle, Diagonal::Ones, stripe.split_rows(half).0)
        })?;
    }
    let (above, below) = right.reborrow().split_rows(half);
    gemm(below, Update::SUBTRACT, left.block(half, 0, rows - half, half), above.view())
}

fn exchange(a: &mut ViewMut<'_>, pivots: &[usize]) {
    for (i, &pivot) in pivots.iter().enumerate() {
        a.swap_rows(i, pivot);
    }
}

/// Factors a few columns, in a copy by columns so that a vector holds one value of several rows.
fn leaf(mut a: ViewMut<'_>, pivots: &mut [usize], scratch: &mut [f64]) {
    let (rows, columns) = (a.rows(), a.columns());
    let scratch = &mut scratch[..rows * columns];
    copy_transposed(ViewMut::new(scratch, columns, rows, rows), a.view().transposed());
    for j in 0..pivots.len() {
        let (done, rest) = scratch.split_at_mut(j * rows);
        let column = &mut rest[..rows];
        for i in 1..j {
            let eliminated = (0..i).fold(column[i], |value, p| value - done[p * rows + i] * column[p]);
            column[i] = eliminated;
        }
        let largest = simd::run(Reduce { done, column, from: j });
        // Without a largest value, for all are NaN after an overflow, the row stays where it is.
        let pivot = j + column[j..].iter().position(|value| value.abs() == largest).unwrap_or(0);
        pivots[j] = pivot;
        if pivot != j {
            for column in scratch.chunks_exact_mut(rows) {
                column.swap(j, pivot);
            }
        }
        let column = &mut scratch[j * rows..(j + 1) * rows];
        let pivot = column[j];
        if pivot != 0.0 {
            let reciprocal = 1.0 / pivot;
            if pivot.abs() >= f64::MIN_POSITIVE {
                column[j + 1..].iter_mut().for_each(|value| *value *= reciprocal);
            } else {
                column[j + 1..].iter_mut().for_each(|value| *value /= pivot);
            }
        }
    }
    let from = View::new(scratch, columns, rows, rows).transposed();
    copy_transposed(a.reborrow(), from);
}

/// Eliminates earlier columns from the rows `from` on of a column, and returns its largest magnitude there.
struct Reduce<'a> {
    done: &'a [f64],
    column: &'a mut [f64],
    from: usize,
}

impl KernelOf<f64> for Reduce<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Lanes<f64>>(self, simd: S) -> f64 {
        let Self { done, column, from } = self;
        let rows = column.len();
        let mut factors = [simd.splat(0.0); LEAF];
        for (factor, value) in factors.iter_mut().zip(&column[..from]) {
            *factor = simd.splat(*value);
        }
        let mut largest = simd.splat(0.0);
        for row in (from..rows).step_by(S::LANES) {
            let end = rows.min(row + S::LANES);
            let mut value = simd.load_first(&column[row..end]);
            for (p, factor) in factors.iter().enumerate().take(from) {
                let other = simd.load_first(&done[p * rows..][row..end]);
                value = simd.neg_mul_add(*factor, other, value);
            }
            largest = simd.max_abs(largest, value);
            simd.store_first(value, &mut column[row..end]);
        }
        simd.store(largest).as_ref().iter().fold(0.0, |largest: f64, value| largest.max(*value))
    }
}

fn index_of_largest(values: &[f64]) -> usize {
    let mut index = 0;
    for (i, value) in values.iter().enumerate() {
        if value.abs() > values[index].abs() {
            index = i;
        }
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::tests::with_each;

    #[test]
    fn every_instruction_set_solves() {
        with_each(|choice| {
            for n in [1, 7, 30, 90] {
                let a: Vec<f64> = (0..n * n)
                    .map(|i| ((i * i * 7 + i * 3) % 19) as f64 + if i % (n + 1) == 0 { 40.0 } else { 0.0 })
                    .collect();
                let x: Vec<f64> = (0..n * 5).map(|i| (i % 11) as f64 - 5.0).collect();
                let (a, x) = (MatrixRef::new(n, n, &a).unwrap(), MatrixRef::new(n, 5, &x).unwrap());
                let mut b = vec![0.0; n * 5];
                crate::blas::times(a, x, &mut b).unwrap();
                let mut found = vec![0.0; n * 5];
                solve(a, MatrixRef::new(n, 5, &b).unwrap(), &mut found).unwrap();
                for (found, x) in found.iter().zip(x.values()) {
                    assert!((found - x).abs() < 1e-10, "{choice:?}, {n}: {found} for {x}");
                }
            }
        });
    }
}
