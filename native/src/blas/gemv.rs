//! Products of a matrix and a vector, in one pass over the matrix.

use std::ops::Range;

use crate::matrix::view::View;
use crate::simd::{self, Element, Kernel, KernelOf, Lanes, Level, Simd};
use crate::vector;

/// Values in a row of the squares that [`add_symmetric`] wants in full.
pub(crate) const SQUARE: usize = 8;

/// Sets each of `dots` to the dot product of a row of `a` and `x`.
pub(crate) fn set_dots<T: Element>(dots: &mut [T], a: View<'_, T>, x: &[T]) {
    assert!(a.column_step() == 1 && a.rows() == dots.len() && a.columns() == x.len());
    simd::run(SetDots { dots, a, x });
}

/// Sets each value of `out` to the dot product of a row and `x`. The rows follow one another.
///
/// Its bits are those of [`vector::dot`], or with few columns those of a plain sum over ascending columns: a row is then over
/// before a register is full.
pub(crate) fn row_dots(rows: &[f64], x: &[f64], out: &mut [f64]) {
    assert!(rows.len() == out.len() * x.len(), "{} values in {} rows of {}", rows.len(), out.len(), x.len());
    match x.len() {
        0 => out.fill(0.0),
        1 => few::<1>(rows, x, out),
        2 => few::<2>(rows, x, out),
        3 => few::<3>(rows, x, out),
        4 => few::<4>(rows, x, out),
        5 => few::<5>(rows, x, out),
        6 => few::<6>(rows, x, out),
        7 => few::<7>(rows, x, out),
        8 => few::<8>(rows, x, out),
        9 => few::<9>(rows, x, out),
        10 => few::<10>(rows, x, out),
        11 => few::<11>(rows, x, out),
        12 => few::<12>(rows, x, out),
        13 => few::<13>(rows, x, out),
        14 => few::<14>(rows, x, out),
        15 => few::<15>(rows, x, out),
        16 => few::<16>(rows, x, out),
        _ => simd::dispatch(Level::best(), RowDots { rows, x, out }),
    }
}

/// The same with the bits of eight sums, of every eighth column each. Java can do this at full speed too.
pub(crate) fn row_dots_by_eight(rows: &[f64], x: &[f64], out: &mut [f64]) {
    assert!(rows.len() == out.len() * x.len(), "{} values in {} rows of {}", rows.len(), out.len(), x.len());
    simd::dispatch(Level::best(), EightSums { rows, x, out });
}

struct EightSums<'a> {
    rows: &'a [f64],
    x: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for EightSums<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let (x, x_tail) = self.x.as_chunks::<8>();
        for (row, out) in self.rows.chunks_exact(self.x.len()).zip(self.out) {
            let (row, tail) = row.as_chunks::<8>();
            let mut sums = [0.0; 8];
            for (row, x) in row.iter().zip(x) {
                for i in 0..8 {
                    sums[i] += row[i] * x[i];
                }
            }
            for (row, x) in tail.iter().zip(x_tail) {
                sums[0] += row * x;
            }
            let [a, b, c, d, e, f, g, h] = sums;
            *out = ((a + b) + (c + d)) + ((e + f) + (g + h));
        }
    }
}

fn few<const COLUMNS: usize>(rows: &[f64], x: &[f64], out: &mut [f64]) {
    let (rows, x) = (rows.as_chunks::<COLUMNS>().0, &x.as_chunks::<COLUMNS>().0[0]);
    for (row, out) in rows.iter().zip(out) {
        *out = row.iter().zip(x).fold(0.0, |sum, (row, x)| sum + row * x);
    }
}

/// Sets each value of `out` to the dot product of a row and `x`, in the arithmetic of floats. The rows follow one another.
pub(crate) fn row_dots_of_floats(rows: &[f32], x: &[f32], out: &mut [f32]) {
    assert!(rows.len() == out.len() * x.len(), "{} values in {} rows of {}", rows.len(), out.len(), x.len());
    if x.is_empty() {
        out.fill(0.0);
    } else {
        simd::dispatch(Level::best(), RowDots { rows, x, out });
    }
}

struct RowDots<'a, T> {
    rows: &'a [T],
    x: &'a [T],
    out: &'a mut [T],
}

impl Kernel for RowDots<'_, f64> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for (row, out) in self.rows.chunks_exact(self.x.len()).zip(self.out) {
            *out = vector::dot_on::<S, f64>(simd, row, self.x);
        }
    }
}

impl Kernel for RowDots<'_, f32> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for (row, out) in self.rows.chunks_exact(self.x.len()).zip(self.out) {
            *out = vector::dot_on::<S, f32>(simd, row, self.x) as f32;
        }
    }
}

/// Adds to `sum` the rows of `a`, each times its factor.
pub(crate) fn add_multiples<T: Element>(sum: &mut [T], a: View<'_, T>, factors: &[T]) {
    assert!(a.column_step() == 1 && a.rows() == factors.len() && a.columns() == sum.len());
    simd::run(AddMultiples { sum, a, factors });
}

/// The same, where a product is rounded before it is added. Java can do this at full speed too.
pub(crate) fn add_multiples_one_by_one(sum: &mut [f64], a: View<'_>, factors: &[f64]) {
    assert!(a.column_step() == 1 && a.rows() == factors.len() && a.columns() == sum.len());
    simd::dispatch(Level::best(), OneByOne { sum, a, factors });
}

struct OneByOne<'a> {
    sum: &'a mut [f64],
    a: View<'a>,
    factors: &'a [f64],
}

impl Kernel for OneByOne<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let Self { sum, a, factors } = self;
        let (fours, rest) = factors.as_chunks::<4>();
        for (i, [f, g, h, k]) in fours.iter().enumerate() {
            let [p, q, r, s] = std::array::from_fn(|row| &a.row(4 * i + row)[..sum.len()]);
            for j in 0..sum.len() {
                sum[j] = (((sum[j] + f * p[j]) + g * q[j]) + h * r[j]) + k * s[j];
            }
        }
        for (i, factor) in rest.iter().enumerate() {
            for (sum, value) in sum.iter_mut().zip(a.row(4 * fours.len() + i)) {
                *sum += factor * value;
            }
        }
    }
}

/// Adds to `image` what some rows of a symmetric matrix contribute to its product with `x`. The matrix is known on and
/// above its diagonal, and in squares of [`SQUARE`] values along it from the first of these rows on. Of `a`, `x` and
/// `image`, the first column or value is the one where the first of the rows meets the diagonal.
pub(crate) fn add_symmetric(image: &mut [f64], a: View<'_>, x: &[f64]) {
    assert!(a.column_step() == 1 && a.rows() <= a.columns() && a.columns() == x.len() && x.len() == image.len());
    simd::run(AddSymmetric { image, a, x });
}

struct SetDots<'a, T> {
    dots: &'a mut [T],
    a: View<'a, T>,
    x: &'a [T],
}

impl<T: Element> KernelOf<T> for SetDots<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, simd: S) {
        if S::COUNT >= 32 { self.by::<S, 8>(simd) } else { self.by::<S, 4>(simd) }
    }
}

impl<T: Element> SetDots<'_, T> {
    #[inline(always)]
    fn by<S: Lanes<T>, const ROWS: usize>(self, simd: S) {
        for (index, dots) in self.dots.chunks_mut(ROWS).enumerate() {
            let group = Group::<T, ROWS>::of(self.a, index * ROWS, &[]);
            // SAFETY: rows of `a` have as many values as `x`; there is no sum.
            let sums =
                unsafe { group.pass::<S, true, false>(simd, 0..self.x.len(), self.x.as_ptr(), std::ptr::null_mut()) };
            dots.copy_from_slice(&sums[..dots.len()]);
        }
    }
}

struct AddMultiples<'a, T> {
    sum: &'a mut [T],
    a: View<'a, T>,
    factors: &'a [T],
}

impl<T: Element> KernelOf<T> for AddMultiples<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, simd: S) {
        if S::COUNT >= 32 { self.by::<S, 8>(simd) } else { self.by::<S, 4>(simd) }
    }
}

impl<T: Element> AddMultiples<'_, T> {
    #[inline(always)]
    fn by<S: Lanes<T>, const ROWS: usize>(self, simd: S) {
        for (index, factors) in self.factors.chunks(ROWS).enumerate() {
            let group = Group::<T, ROWS>::of(self.a, index * ROWS, factors);
            // SAFETY: rows of `a` have as many values as `sum`; there are no dot products.
            unsafe { group.pass::<S, false, true>(simd, 0..self.sum.len(), std::ptr::null(), self.sum.as_mut_ptr()) };
        }
    }
}

struct AddSymmetric<'a> {
    image: &'a mut [f64],
    a: View<'a>,
    x: &'a [f64],
}

impl KernelOf<f64> for AddSymmetric<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<f64>>(self, simd: S) {
        if S::COUNT >= 32 { self.by::<S, 8>(simd) } else { self.by::<S, 4>(simd) }
    }
}

impl AddSymmetric<'_> {
    #[inline(always)]
    fn by<S: Lanes<f64>, const ROWS: usize>(self, simd: S) {
        let (len, x, image) = (self.x.len(), self.x.as_ptr(), self.image.as_mut_ptr());
        for first in (0..self.a.rows()).step_by(ROWS) {
            let count = ROWS.min(self.a.rows() - first);
            let group = Group::<f64, ROWS>::of(self.a, first, &self.x[first..first + count]);
            let after = len.min(first + ROWS);
            // SAFETY: rows of `a` have as many values as `x` and `image`. Values in the square count once, those after
            // it for their place across the diagonal too.
            let (square, rest) = unsafe {
                (
                    group.pass::<S, true, false>(simd, first..after, x, image),
                    group.pass::<S, true, true>(simd, after..len, x, image),
                )
            };
            for (i, to) in self.image[first..first + count].iter_mut().enumerate() {
                *to += square[i] + rest[i];
            }
        }
    }
}

/// Rows that one pass takes together.
struct Group<T, const ROWS: usize> {
    rows: [*const T; ROWS],
    factors: [T; ROWS],
}

impl<T: Element, const ROWS: usize> Group<T, ROWS> {
    /// Returns the rows of `a` from `first` on. Those that it does not have are its last one, times zero.
    #[inline(always)]
    fn of(a: View<'_, T>, first: usize, factors: &[T]) -> Self {
        let last = a.rows() - 1;
        let mut padded = [T::ZERO; ROWS];
        padded[..factors.len()].copy_from_slice(factors);
        Self { rows: std::array::from_fn(|i| a.at((first + i).min(last), 0)), factors: padded }
    }

    /// Returns the dot products of the rows and `x`, and adds their multiples to `sum`, in some columns.
    ///
    /// # Safety
    /// The rows and, with `DOTS` and `SUM`, the values at `x` and `sum` are valid in these columns, and only `sum` is written
    /// to meanwhile.
    #[inline(always)]
    unsafe fn pass<S: Lanes<T>, const DOTS: bool, const SUM: bool>(
        &self,
        simd: S,
        columns: Range<usize>,
        x: *const T,
        sum: *mut T,
    ) -> [T; ROWS] {
        let mut dots = [simd.splat(T::ZERO); ROWS];
        let mut factors = [simd.splat(T::ZERO); ROWS];
        for (factor, value) in factors.iter_mut().zip(&self.factors) {
            *factor = simd.splat(*value);
        }
        let mut at = columns.start;
        while at + S::LANES <= columns.end {
            // SAFETY: a vector from `at` on is within the columns.
            unsafe {
                let value = if DOTS { simd.load_from(x.wrapping_add(at)) } else { simd.splat(T::ZERO) };
                let mut total = if SUM { simd.load_from(sum.wrapping_add(at)) } else { simd.splat(T::ZERO) };
                for i in 0..ROWS {
                    let a = simd.load_from(self.rows[i].wrapping_add(at));
                    if DOTS {
                        dots[i] = simd.mul_add(a, value, dots[i]);
                    }
                    if SUM {
                        total = simd.mul_add(a, factors[i], total);
                    }
                }
                if SUM {
                    simd.store_to(total, sum.wrapping_add(at));
                }
            }
            at += S::LANES;
        }
        let count = columns.end - at;
        if count > 0 {
            // SAFETY: `count` values from `at` on are within the columns.
            unsafe {
                let value = if DOTS { simd.load_first_from(x.wrapping_add(at), count) } else { simd.splat(T::ZERO) };
                let mut total =
                    if SUM { simd.load_first_from(sum.wrapping_add(at), count) } else { simd.splat(T::ZERO) };
                for i in 0..ROWS {
                    let a = simd.load_first_from(self.rows[i].wrapping_add(at), count);
                    if DOTS {
                        dots[i] = simd.mul_add(a, value, dots[i]);
                    }
                    if SUM {
                        total = simd.mul_add(a, factors[i], total);
                    }
                }
                if SUM {
                    simd.store_first_to(total, sum.wrapping_add(at), count);
                }
            }
        }
        let mut sums = [T::ZERO; ROWS];
        if DOTS {
            for i in 0..ROWS {
                sums[i] = simd.sum_in_order(dots[i]);
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blas::gemm::tests::integers;
    use crate::simd::tests::with_each;

    #[test]
    fn every_instruction_set_and_shape_is_exact() {
        with_each(|choice| {
            for (rows, columns) in [(0, 3), (1, 1), (2, 7), (4, 8), (5, 9), (8, 33), (13, 64), (21, 100)] {
                let (values, x) = (integers(rows * (columns + 3), 1), integers(columns, 2));
                let a = View::new(&values, rows, columns, columns + 3);
                let expected: Vec<f64> =
                    (0..rows).map(|i| (0..columns).fold(0.0, |sum, j| sum + a.get(i, j) * x[j])).collect();
                let mut dots = vec![7.0; rows];
                set_dots(&mut dots, a, &x);
                assert_eq!(dots, expected, "{choice:?}: {rows}x{columns}");

                let (factors, mut sum) = (integers(rows, 3), integers(columns, 4));
                let expected: Vec<f64> =
                    (0..columns).map(|j| (0..rows).fold(sum[j], |sum, i| sum + factors[i] * a.get(i, j))).collect();
                add_multiples(&mut sum, a, &factors);
                assert_eq!(sum, expected, "{choice:?}: {rows}x{columns}");
            }
        });
    }

    #[test]
    fn stripes_of_a_symmetric_matrix_add_up_to_its_product() {
        with_each(|choice| {
            for n in [1, 3, 8, 9, 16, 31, 50, 77] {
                let x = integers(n, 1);
                let entry = |i: usize, j: usize| ((i.min(j) * 7 + i.max(j) * 3) % 11) as f64 - 5.0;
                let is_known = |i: usize, j: usize| j >= i || i / SQUARE == j / SQUARE;
                let known = |k: usize| if is_known(k / n, k % n) { entry(k / n, k % n) } else { 1e300 };
                let values: Vec<f64> = (0..n * n).map(known).collect();
                let a = View::new(&values, n, n, n);
                let mut image = vec![0.0; n];
                for first in (0..n).step_by(2 * SQUARE) {
                    let (rows, len) = ((2 * SQUARE).min(n - first), n - first);
                    add_symmetric(&mut image[first..], a.block(first, first, rows, len), &x[first..]);
                }
                for (i, image) in image.iter().enumerate() {
                    let expected = (0..n).fold(0.0, |sum, j| sum + entry(i, j) * x[j]);
                    assert_eq!(*image, expected, "{choice:?}: order {n}, row {i}");
                }
            }
        });
    }
}
