//! Many small matrices of one shape at once.
//!
//! Up to [`MOST`] rows, eight matrices are computed beside each other, each value of theirs in a lane of its own, so that the
//! loops are the textbook's and the vectors are full whatever the shape.
//!
//! A matrix that has no result, or whose values are so large or small that something might overflow or underflow on the way, is
//! given up: the first value of its result is a NaN. What does one matrix at a time then has the scaling and the errors for it.

use std::ops::Range;

use crate::blas::gemm::{gemm_small, spread};
use crate::blas::kernel::Update;
use crate::linalg::eigen::symmetric_eigen;
use crate::matrix::view::{Shared, View, ViewMut};
use crate::matrix::{MatrixRef, check_result};
use crate::simd::{self, KernelOf, Lanes};
use crate::{Result, memory, parallel};

/// The most rows of matrices that are computed beside each other; larger ones are better computed one after another.
pub const MOST: usize = 32;
/// Matrices beside each other.
const BESIDE: usize = 8;
/// Matrices that one thread takes at a time.
const BAND: usize = 8 * BESIDE;
/// Between these magnitudes, no step over [`MOST`] rows overflows or underflows.
const LARGEST: f64 = (1_u128 << 100) as f64 * (1_u128 << 100) as f64;
const LEAST: f64 = 1.0 / LARGEST;

/// A value of each of the matrices beside each other.
type Lane = [f64; BESIDE];

/// Writes the products of `count` matrices of `rows` x `inner` in `a` and as many of `inner` x `columns` in `b` to `out`, each
/// value summed over ascending columns of `a`.
///
/// # Errors
/// [`crate::Error::ValueCount`] unless a slice has the values of so many matrices; [`crate::Error::Threads`].
pub fn times(count: usize, [rows, inner, columns]: [usize; 3], a: &[f64], b: &[f64], out: &mut [f64]) -> Result<()> {
    let size = rows * columns;
    check_result(count, rows * inner, a)?;
    check_result(count, inner * columns, b)?;
    check_result(count, size, out)?;
    spread((count * size).saturating_mul(inner), || {
        ViewMut::new(out, count, size, size).for_each_band(BAND, |first, mut out| {
            for i in 0..out.rows() {
                let a = &a[(first + i) * rows * inner..][..rows * inner];
                let b = &b[(first + i) * inner * columns..][..inner * columns];
                let product = ViewMut::new(out.row(i), rows, columns, columns);
                gemm_small(
                    product,
                    Update::SET,
                    View::new(a, rows, inner, inner),
                    View::new(b, inner, columns, columns),
                );
            }
        });
        Ok(())
    })
}

/// Writes the solutions of `count` systems of `n` rows with `right` right-hand sides each to `x`, by elimination with partial
/// pivoting.
///
/// # Errors
/// [`crate::Error::ValueCount`] unless a slice has the values of so many matrices; [`crate::Error::Threads`],
/// [`crate::Error::OutOfMemory`].
pub fn solve(count: usize, n: usize, right: usize, a: &[f64], b: &[f64], x: &mut [f64]) -> Result<()> {
    let size = n * right;
    check_result(count, size, b)?;
    beside(count, n, a, size, x, &|group, a, x, kept| {
        gather(&b[group.start * size..group.end * size], size, x, &|_| 0.0);
        simd::run(Solve { n, right, a, x, kept });
    })
}

/// Writes the lower triangular factors of `count` symmetric positive definite matrices of `n` rows to `l`. A matrix that
/// differs from its transpose is given up too.
///
/// # Errors
/// As [`solve`].
pub fn cholesky(count: usize, n: usize, a: &[f64], l: &mut [f64]) -> Result<()> {
    beside(count, n, a, n * n, l, &|_, a, l, kept| simd::run(Cholesky { n, a, l, kept }))
}

/// Writes the eigenvalues and eigenvectors of `count` symmetric matrices of `n` rows to `values` and `vectors`, each as
/// [`symmetric_eigen`] does. What that refuses is given up: the first of the values is a NaN.
///
/// # Errors
/// [`crate::Error::ValueCount`] unless a slice has the values of so many matrices; [`crate::Error::Threads`].
pub fn symmetric_eigens(count: usize, n: usize, a: &[f64], values: &mut [f64], vectors: &mut [f64]) -> Result<()> {
    check_result(count, n * n, a)?;
    check_result(count, n, values)?;
    check_result(count, n * n, vectors)?;
    let values = Shared::new(ViewMut::new(values, count, n, n));
    spread((count * n * n).saturating_mul(8 * n), || {
        ViewMut::new(vectors, count, n * n, n * n).for_each_band(BESIDE, |first, mut vectors| {
            for i in 0..vectors.rows() {
                // SAFETY: each row is of one matrix, which is computed once.
                let mut values = unsafe { values.block(first + i, 0, 1, n) };
                let values = values.row(0);
                let a = MatrixRef::new(n, n, &a[(first + i) * n * n..][..n * n]);
                let found = a.and_then(|a| parallel::alone(|| symmetric_eigen(a, values, vectors.row(i))));
                if let (Err(_), Some(first)) = (found, values.first_mut()) {
                    *first = f64::NAN;
                }
            }
        });
        Ok(())
    })
}

/// What is done with some matrices beside each other.
type Work<'a> = dyn Fn(Range<usize>, &mut [Lane], &mut [Lane], &mut Lane) + Sync + 'a;

/// Computes results of `size` values each from `count` square matrices of `n` rows. `work` gets which matrices it is about, their
/// values, room for their results, and says which of them it keeps.
fn beside(count: usize, n: usize, a: &[f64], size: usize, out: &mut [f64], work: &Work<'_>) -> Result<()> {
    check_result(count, n * n, a)?;
    check_result(count, size, out)?;
    if count == 0 {
        return Ok(());
    }
    let whole = Shared::new(ViewMut::new(out, count, size, size));
    spread((count * n).saturating_mul(n * n / 3 + size), || {
        parallel::try_for_each(count.div_ceil(BAND), |band| {
            let mut room = memory::unspecified::<f64>(BESIDE * (n * n + size))?;
            let (lanes, results) = room.as_chunks_mut::<BESIDE>().0.split_at_mut(n * n);
            let last = count.min((band + 1) * BAND);
            for first in (band * BAND..last).step_by(BESIDE) {
                let group = first..last.min(first + BESIDE);
                // The lanes that are left over have the identity.
                gather(&a[group.start * n * n..group.end * n * n], n * n, lanes, &|k| {
                    if k % (n + 1) == 0 { 1.0 } else { 0.0 }
                });
                let mut kept = [0.0; BESIDE];
                work(group.clone(), lanes, results, &mut kept);
                for (lane, index) in group.enumerate() {
                    // SAFETY: each row is of one matrix, which is computed once.
                    let mut out = unsafe { whole.block(index, 0, 1, size) };
                    let out = out.row(0);
                    for (out, result) in out.iter_mut().zip(&*results) {
                        *out = result[lane];
                    }
                    if let (true, Some(first)) = (kept[lane] != 1.0, out.first_mut()) {
                        *first = f64::NAN;
                    }
                }
            }
            Ok(())
        })
    })
}

/// Copies matrices of `size` values into lanes, and fills those that are left over.
fn gather(matrices: &[f64], size: usize, lanes: &mut [Lane], rest: &dyn Fn(usize) -> f64) {
    if size == 0 {
        return;
    }
    let count = matrices.len() / size;
    for (lane, matrix) in matrices.chunks_exact(size).enumerate() {
        for (values, value) in lanes.iter_mut().zip(matrix) {
            values[lane] = *value;
        }
    }
    if count < BESIDE {
        for (k, values) in lanes.iter_mut().enumerate() {
            values[count..].fill(rest(k));
        }
    }
}

/// Returns `f` of the values in each lane.
#[inline(always)]
fn map2(x: Lane, y: Lane, f: impl Fn(f64, f64) -> f64) -> Lane {
    let mut result = [0.0; BESIDE];
    for lane in 0..BESIDE {
        result[lane] = f(x[lane], y[lane]);
    }
    result
}

/// Subtracts `factor` times the others from `lanes`.
#[inline(always)]
fn subtract<S: Lanes<f64>>(simd: S, lanes: &mut [Lane], factor: &Lane, others: &[Lane]) {
    let (factors, _) = simd.blocks(factor);
    let (others, _) = simd.blocks(others.as_flattened());
    let (lanes, _) = simd.blocks_mut(lanes.as_flattened_mut());
    for (lanes, others) in lanes.chunks_exact_mut(BESIDE / S::LANES).zip(others.chunks_exact(BESIDE / S::LANES)) {
        for ((lane, other), factor) in lanes.iter_mut().zip(others).zip(factors) {
            *lane = simd.store(simd.neg_mul_add(simd.load(factor), simd.load(other), simd.load(lane)));
        }
    }
}

/// Returns `kept` where no magnitude is above [`LARGEST`], and none is a NaN; 0 elsewhere.
#[inline(always)]
fn keep_small(kept: Lane, values: &[Lane]) -> Lane {
    values.iter().fold(kept, |kept, values| map2(kept, *values, |kept, x| if x.abs() <= LARGEST { kept } else { 0.0 }))
}

/// Returns `kept` where the magnitude is between [`LEAST`] and [`LARGEST`], 0 elsewhere.
#[inline(always)]
fn keep_in_range(kept: Lane, x: Lane) -> Lane {
    map2(kept, x, |kept, x| if x.abs() >= LEAST && x.abs() <= LARGEST { kept } else { 0.0 })
}

/// Solves systems.
struct Solve<'a> {
    n: usize,
    right: usize,
    a: &'a mut [Lane],
    x: &'a mut [Lane],
    kept: &'a mut Lane,
}

impl KernelOf<f64> for Solve<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<f64>>(self, simd: S) {
        let Self { n, right, a, x, kept } = self;
        if S::IS_PLAIN {
            // One by one.
            *kept = [0.0; BESIDE];
            return;
        }
        // A right-hand side may be zero, but not so small that its digits get lost.
        let largest = x.iter().fold([0.0; BESIDE], |largest, x| map2(largest, *x, |largest, x| largest.max(x.abs())));
        let mut good = map2([1.0; BESIDE], largest, |good, x| if x == 0.0 || x >= LEAST { good } else { 0.0 });
        good = keep_small(keep_small(good, a), x);
        for k in 0..n {
            let mut best = a[k * n + k].map(f64::abs);
            let mut pivot = [k as f64; BESIDE];
            for i in k + 1..n {
                let size = a[i * n + k].map(f64::abs);
                pivot =
                    map2(
                        pivot,
                        map2(size, best, |size, best| size - best),
                        |pivot, more| {
                            if more > 0.0 { i as f64 } else { pivot }
                        },
                    );
                best = map2(best, size, |best, size| if size > best { size } else { best });
            }
            for (lane, pivot) in pivot.into_iter().enumerate() {
                let pivot = pivot as usize;
                if pivot != k {
                    for j in k..n {
                        let below = a[pivot * n + j][lane];
                        a[pivot * n + j][lane] = std::mem::replace(&mut a[k * n + j][lane], below);
                    }
                    for j in 0..right {
                        let below = x[pivot * right + j][lane];
                        x[pivot * right + j][lane] = std::mem::replace(&mut x[k * right + j][lane], below);
                    }
                }
            }
            good = keep_in_range(good, best);
            let reciprocal = a[k * n + k].map(|pivot| 1.0 / pivot);
            let (above, below) = a.split_at_mut((k + 1) * n);
            let pivots = &above[k * n..];
            let (above, right_below) = x.split_at_mut((k + 1) * right);
            let right_pivots = &above[k * right..];
            for (i, row) in below.chunks_exact_mut(n).enumerate() {
                let factor = map2(row[k], reciprocal, |x, reciprocal| x * reciprocal);
                subtract(simd, &mut row[k + 1..], &factor, &pivots[k + 1..]);
                subtract(simd, &mut right_below[i * right..][..right], &factor, right_pivots);
            }
        }
        for k in (0..n).rev() {
            let (above, below) = x.split_at_mut((k + 1) * right);
            let row = &mut above[k * right..];
            for p in k + 1..n {
                subtract(simd, row, &a[k * n + p], &below[(p - k - 1) * right..][..right]);
            }
            for value in row {
                *value = map2(*value, a[k * n + k], |sum, pivot| sum / pivot);
            }
        }
        // What is larger may have lost a part of it on the way.
        *kept = x.iter().fold(good, |good, x| map2(good, *x, |good, x| if x.is_finite() { good } else { 0.0 }));
    }
}

/// Factors symmetric positive definite matrices.
struct Cholesky<'a> {
    n: usize,
    a: &'a mut [Lane],
    l: &'a mut [Lane],
    kept: &'a mut Lane,
}

impl KernelOf<f64> for Cholesky<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<f64>>(self, simd: S) {
        let Self { n, a, l, kept } = self;
        let mut good = keep_small([1.0; BESIDE], a);
        for i in 0..n {
            for j in 0..i {
                let differ = map2(a[i * n + j], a[j * n + i], |x, y| if x == y { 1.0 } else { 0.0 });
                good = map2(good, differ, |good, equal| good * equal);
            }
        }
        l.fill([0.0; BESIDE]);
        for j in 0..n {
            let pivot = a[j * n + j];
            good = keep_in_range(good, pivot);
            good = map2(good, pivot, |good, pivot| if pivot > 0.0 { good } else { 0.0 });
            let root = pivot.map(f64::sqrt);
            // Column j of the factor, in row j.
            l[j * n + j] = root;
            for i in j + 1..n {
                l[j * n + i] = map2(a[i * n + j], root, |value, root| value / root);
            }
            let column = &l[j * n..][..n];
            for i in j + 1..n {
                subtract(simd, &mut a[i * n + j + 1..=i * n + i], &column[i], &column[j + 1..=i]);
            }
        }
        for i in 0..n {
            for j in 0..i {
                l.swap(i * n + j, j * n + i);
            }
        }
        *kept = good;
    }
}
