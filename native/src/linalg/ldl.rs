//! The factorization of a symmetric matrix, which may be indefinite: `P A Pᵀ = L D Lᵀ`, where `D` has blocks of one or two rows and
//! columns on its diagonal.
//!
//! The pivots are those of Bunch and Kaufman ("Some Stable Methods for Calculating Inertia and Solving Symmetric Linear Systems",
//! 1977). The factors are plain values: one matrix that holds `L` below the diagonal, whose diagonal of ones is not stored, `D` on
//! the diagonal and, where there is a block of two, beside it on the right, and zeros elsewhere; and the permutation.
//!
//! A few columns at a time are factored, each when it has taken what those before it do to it. The rest takes that of all of them in a
//! product of blocks. All of it works on the upper triangle, whose rows are the columns of the lower one.

use crate::blas::gemm::{gemm_part, spread_steps};
use crate::blas::gemv::add_multiples;
use crate::blas::kernel::{Part, Update};
use crate::blas::trsm::{Diagonal, solve_here, stripes};
use crate::linalg::permutation;
use crate::linalg::scaling::{diagonal_product, shift_of, solve_in_range};
use crate::matrix::view::{View, ViewMut};
use crate::matrix::{
    self, Half, MatrixRef, check_finite_right, check_result, check_square, copy_symmetric_part, largest_finite,
};
use crate::{Error, Result, float, memory};

/// Columns that the rest takes at once.
const PANEL: usize = 32;
/// Rows that one thread clears at a time.
const BAND: usize = 32;
/// Bits by which values may grow on the way.
const HEADROOM: i32 = 24;
/// Of the choice of the pivots: `(1 + √17) / 8`.
const ALPHA: f64 = 0.640_388_203_202_208;

/// Writes the factors of the symmetric part of `a` to `ldl` and `permutation`.
///
/// Row and column `i` of `L D Lᵀ` are row and column `permutation[i]` of the symmetric part. Entries of `a` across the diagonal from each
/// other may differ by `√ε` times its largest magnitude; their mean counts. A singular matrix has factors, too.
///
/// # Errors
/// [`Error::NotSquare`], [`Error::ValueCount`] unless `ldl` has as many values as `a`, [`Error::PermutationLength`] unless
/// `permutation` has an entry for each row, [`Error::NotFinite`], [`Error::NotSymmetric`], [`Error::Overflow`] when a factor cannot be
/// represented, [`Error::OutOfMemory`], [`Error::Threads`].
///
/// ```
/// use rust_ffi::{ldl, matrix::MatrixRef};
///
/// let (mut factors, mut permutation) = ([0.0; 4], [0; 2]);
/// ldl::factor(MatrixRef::new(2, 2, &[0.0, 2.0, 2.0, 1.0])?, &mut factors, &mut permutation)?;
/// assert_eq!((factors, permutation), ([0.0, 2.0, 0.0, 1.0], [0, 1]));
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn factor(a: MatrixRef<'_>, ldl: &mut [f64], permutation: &mut [i32]) -> Result<()> {
    check_square(a)?;
    let n = a.rows();
    check_result(n, n, ldl)?;
    permutation::check_length(n, permutation)?;
    permutation::set_identity(permutation)?;
    spread_steps(n * n * n / 6, || {
        let largest = largest_finite(a)?;
        // Scaling down more than it takes would lose the digits of small pivots.
        let shift = if float::exponent(largest) > 1023 - HEADROOM { -HEADROOM } else { shift_of(largest).max(0) };
        let mut upper = ViewMut::new(ldl, n, n, n);
        copy_symmetric_part(a, largest, shift, Half::Upper, upper.reborrow())?;
        let mut beside = memory::filled::<f64>(n)?;
        let mut products = memory::unspecified::<f64>(PANEL.min(n) * n)?;
        let mut first = 0;
        while first < n {
            first += panel(upper.reborrow(), first, &mut products, &mut beside, permutation)?;
        }
        upper.mirror_upper();
        let (one, other) = float::powers_of_two(-shift);
        upper.for_each_band(BAND, |row, mut band| {
            for i in row..row + band.rows() {
                let values = band.row(i - row);
                values[i] = values[i] * one * other;
                values[i + 1..].fill(0.0);
                if beside[i] != 0.0 {
                    values[i + 1] = beside[i] * one * other;
                }
                if i > 0 && beside[i - 1] != 0.0 {
                    values[i - 1] = 0.0;
                }
            }
        });
        if float::all_finite(ldl) { Ok(()) } else { Err(Error::Overflow { quantity: "block diagonal D" }) }
    })
}

/// Factors columns from `first` on, each of which is a row of the upper triangle `a`, applies them to the others, and returns how many
/// they are. What a block of two has beside its diagonal goes to `beside`. The rows of `products` become those of `D Lᵀ`.
fn panel(
    mut a: ViewMut<'_>,
    first: usize,
    products: &mut [f64],
    beside: &mut [f64],
    permutation: &mut [i32],
) -> Result<usize> {
    let n = a.rows();
    // The last column of a full panel could be the first of two.
    let most = if n - first <= PANEL { n - first } else { PANEL - 1 };
    let mut done = 0;
    while done < most {
        let k = first + done;
        bring_up_to_date(a.view(), first, done, k, products, done);
        let row = &products[done * n..][..n];
        let diagonal = row[k].abs();
        let (at, largest) = index_and_largest(&row[k + 1..]);
        let (mut pivot, mut size) = (k, 1);
        if diagonal < ALPHA * largest {
            let other = k + 1 + at;
            bring_up_to_date(a.view(), first, done, other, products, done + 1);
            let (row, other_row) = products[done * n..].split_at_mut(n);
            let other_row = &other_row[..n];
            let before = index_and_largest(&other_row[k..other]).1;
            let beyond = before.max(index_and_largest(&other_row[other + 1..]).1);
            if diagonal == 0.0 || diagonal < ALPHA * largest * (largest / beyond) {
                pivot = other;
                if other_row[other].abs() >= ALPHA * beyond {
                    row[k..].copy_from_slice(&other_row[k..]);
                } else {
                    size = 2;
                }
            }
        }
        let last = k + size - 1;
        if pivot != last {
            exchange(&mut a, last, pivot);
            products.chunks_exact_mut(n).take(done + size).for_each(|row| row.swap(last, pivot));
            permutation.swap(last, pivot);
        }
        if size == 1 {
            let row = &products[done * n..][..n];
            let to = a.row(k);
            let d = row[k];
            to[k] = d;
            if d == 0.0 {
                to[k + 1..].fill(0.0);
            } else {
                to[k + 1..].iter_mut().zip(&row[k + 1..]).for_each(|(to, x)| *to = x / d);
            }
        } else {
            let (x, y) = products[done * n..][..2 * n].split_at(n);
            let d = x[k + 1];
            let (p, q) = (x[k] / d, y[k + 1] / d);
            let determinant = p * q - 1.0;
            let (mut one, mut other) = a.reborrow().split_rows(k + 1);
            let (one, other) = (one.row(k), other.row(0));
            (one[k], one[k + 1], other[k + 1]) = (x[k], d, y[k + 1]);
            for i in k + 2..n {
                one[i] = (q * x[i] - y[i]) / d / determinant;
                other[i] = (p * y[i] - x[i]) / d / determinant;
            }
            beside[k] = d;
        }
        done += size;
    }

    let end = first + done;
    let (before, after) = a.split_rows(end);
    let (_, after) = after.split_columns(end);
    let products = View::new(products, done, n, n).block(0, end, done, n - end);
    let columns = before.view().block(first, end, done, n - end);
    gemm_part(after, Part::Upper, Update::SUBTRACT, products.transposed(), columns)?;
    Ok(done)
}

/// Sets row `to` of `products`, from the column after the `done` first of the panel on, to column `column` of the symmetric matrix less
/// what those do to it.
fn bring_up_to_date(a: View<'_>, first: usize, done: usize, column: usize, products: &mut [f64], to: usize) {
    let (n, k) = (a.rows(), first + done);
    let (before, row) = products.split_at_mut(to * n);
    let row = &mut row[k..n];
    row.iter_mut().zip(k..column).for_each(|(to, i)| *to = a.get(i, column));
    row[column - k..].copy_from_slice(&a.row(column)[column..]);
    let mut factors = [0.0; PANEL];
    (0..done).for_each(|p| factors[p] = -before[p * n + column]);
    add_multiples(row, a.block(first, k, done, n - k), &factors[..done]);
}

/// Exchanges two rows, and the columns of these numbers, of a symmetric matrix of which the upper triangle is stored.
fn exchange(a: &mut ViewMut<'_>, one: usize, other: usize) {
    let n = a.rows();
    (0..one).for_each(|i| a.row(i).swap(one, other));
    let (mut above, mut below) = a.reborrow().split_rows(one + 1);
    let upper = above.row(one);
    let mut swap = |i: usize, row: usize, column: usize| {
        std::mem::swap(&mut upper[i], &mut below.row(row - one - 1)[column]);
    };
    swap(one, other, other);
    (one + 1..other).for_each(|i| swap(i, i, other));
    (other + 1..n).for_each(|i| swap(i, other, i));
}

/// Returns the index and the magnitude of the first value of largest magnitude: zeros if there is none.
fn index_and_largest(values: &[f64]) -> (usize, f64) {
    let first = (0, 0.0);
    values.iter().enumerate().fold(first, |best, (i, x)| if x.abs() > best.1 { (i, x.abs()) } else { best })
}

/// Writes the solution `x` of `a * x = b` to `out`, where `ldl` and `permutation` are the factors of `a`.
///
/// # Errors
/// [`Error::NotSquare`], [`Error::PermutationLength`] and [`Error::PermutationEntry`] for what is no permutation of the rows,
/// [`Error::Shapes`] unless `b` has as many rows as `ldl`, [`Error::ValueCount`] unless `out` has as many values as `b`,
/// [`Error::NotFinite`] for a NaN or an infinity in `b`, [`Error::Singular`] when `D` has a zero for a block, [`Error::Overflow`] when
/// the solution cannot be represented, [`Error::OutOfMemory`], [`Error::Threads`].
pub fn solve_factored(ldl: MatrixRef<'_>, permutation: &[i32], b: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    check_square(ldl)?;
    let (n, right) = (b.rows(), b.columns());
    permutation::check_length(ldl.rows(), permutation)?;
    if ldl.rows() != n {
        return Err(matrix::shapes(ldl, "solve", b));
    }
    check_result(n, right, out)?;
    check_finite_right(b)?;
    let factors = View::from(ldl);
    for index in 0..n {
        permutation::entry(permutation, index)?;
        if Block::at(factors, index).is_singular() {
            return Err(Error::Singular { pivot: index });
        }
    }
    spread_steps(n * n * right, || {
        let mut permuted = memory::unspecified::<f64>(n * right)?;
        solve_in_range(out, right, float::largest(b.values()), &[], |shift, x| {
            let mut rows = ViewMut::new(&mut permuted, n, right, right);
            let scale = float::power_of_two(shift);
            for (i, &from) in permutation.iter().enumerate() {
                let from = &b.values()[from as usize * right..][..right];
                rows.row(i).iter_mut().zip(from).for_each(|(to, x)| *to = x * scale);
            }
            stripes(rows.reborrow(), |_, mut rows| {
                solve_here(factors, Diagonal::Ones, rows.reborrow())?;
                (0..n).for_each(|i| Block::at(factors, i).divide(rows.reborrow(), i));
                solve_here(factors.transposed().reversed(), Diagonal::Ones, rows.reversed_rows())
            })?;
            for (i, &to) in permutation.iter().enumerate() {
                x[to as usize * right..][..right].copy_from_slice(rows.row(i));
            }
            Ok(())
        })
    })
}

/// Returns the determinant of the matrix whose factors are `ldl`: zero if a pivot is zero, one for the empty matrix. It neither overflows
/// nor underflows on the way to a result that can be represented.
///
/// # Errors
/// [`Error::NotSquare`].
pub fn determinant_factored(ldl: MatrixRef<'_>) -> Result<f64> {
    check_square(ldl)?;
    let factors = (0..ldl.rows()).flat_map(|i| match Block::at(ldl.into(), i) {
        Block::One(d) => [d, 1.0, 1.0],
        Block::Two { d, p, q } => [d, p * q - 1.0, d],
        Block::Second => [1.0; 3],
    });
    Ok(diagonal_product(factors, 0))
}

/// What `D` has on its diagonal.
enum Block {
    One(f64),
    /// Two rows and columns: `[p 1; 1 q]` times `d`.
    Two {
        d: f64,
        p: f64,
        q: f64,
    },
    /// The second row of two.
    Second,
}

impl Block {
    fn at(ldl: View<'_>, i: usize) -> Self {
        let beside = |i: usize| if i + 1 < ldl.rows() { ldl.get(i, i + 1) } else { 0.0 };
        let d = beside(i);
        if d != 0.0 {
            Self::Two { d, p: ldl.get(i, i) / d, q: ldl.get(i + 1, i + 1) / d }
        } else if i > 0 && beside(i - 1) != 0.0 {
            Self::Second
        } else {
            Self::One(ldl.get(i, i))
        }
    }

    fn is_singular(&self) -> bool {
        match self {
            Self::One(d) => *d == 0.0,
            Self::Two { p, q, .. } => p * q - 1.0 == 0.0,
            Self::Second => false,
        }
    }

    /// Divides the rows from row `i` on that belong to it.
    fn divide(&self, rows: ViewMut<'_>, i: usize) {
        let (mut above, mut below) = rows.split_rows(i + 1);
        let one = above.row(i);
        match self {
            Self::One(d) => one.iter_mut().for_each(|x| *x /= d),
            Self::Two { d, p, q } => {
                let determinant = p * q - 1.0;
                for (x, y) in one.iter_mut().zip(below.row(0)) {
                    let (first, second) = (*x / d, *y / d);
                    (*x, *y) = ((q * first - second) / determinant, (p * second - first) / determinant);
                }
            }
            Self::Second => {}
        }
    }
}
