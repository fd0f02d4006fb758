//! The QR factorization with column pivoting: `A P = Q R`, with the largest column that is left at each step.
//!
//! The factors are those of [`qr`](super::qr), of a matrix with its columns in another order, and are used with its functions. The
//! magnitudes on the diagonal of `R` descend, so that their number above a tolerance is the numerical rank of all but
//! contrived matrices.
//!
//! Panels of columns are factored with products of blocks for the rest, while each step updates the one row that pivoting needs
//! (Quintana-Ortí, Sun and Bischof, "A BLAS-3 Version of the QR Factorization with Column Pivoting", 1998). The norms of what is left
//! of the columns are taken from those before, and are computed anew where that would lose digits (Drmač and Bujanović, "On the
//! Failure of Rank-Revealing QR Factorization Software", 2008).

use crate::blas::gemm::{gemm, spread_steps};
use crate::blas::gemv::{add_multiples, set_dots};
use crate::blas::kernel::Update;
use crate::linalg::householder::reflection;
use crate::linalg::permutation;
use crate::linalg::qr::check_tau;
use crate::linalg::scaling::shift_of;
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::view::{View, ViewMut};
use crate::matrix::{MatrixRef, check_result, largest_finite};
use crate::{Error, Result, float, memory};

/// Columns whose reflections are applied together.
const PANEL: usize = 32;
/// Values that one thread multiplies at a time.
const STRIPE: usize = 1 << 14;

/// The norm of what is left of a column.
#[derive(Clone, Copy, Default)]
struct Norm {
    value: f64,
    /// What it was when it was last computed from the values.
    computed: f64,
    /// Whether it has to be computed anew.
    is_lost: bool,
}

impl Norm {
    fn of(column: &[f64]) -> Self {
        let value = float::norm(column);
        Self { value, computed: value, is_lost: false }
    }

    /// Takes away the first value of the column.
    fn take_away(&mut self, first: f64) {
        if self.value != 0.0 {
            let share = first.abs() / self.value;
            let left = ((1.0 + share) * (1.0 - share)).max(0.0);
            let of_computed = self.value / self.computed;
            if left * of_computed * of_computed <= f64::EPSILON.sqrt() {
                self.is_lost = true;
            } else {
                self.value *= left.sqrt();
            }
        }
    }
}

/// Writes the factors of `a` to `qr` and `tau`, as [`qr::factor`](super::qr::factor) does, and the order of the columns to
/// `permutation`: column `j` of `Q * R` is column `permutation[j]` of `a`.
///
/// # Errors
/// Those of [`qr::factor`](super::qr::factor); [`Error::PermutationLength`] unless `permutation` has an entry for each column.
///
/// ```
/// use rust_ffi::{matrix::MatrixRef, pivoted_qr};
///
/// let (mut factors, mut tau, mut permutation) = ([0.0; 4], [0.0; 2], [0; 2]);
/// let a = MatrixRef::new(2, 2, &[1.0, 3.0, 0.0, 4.0])?;
/// pivoted_qr::factor(a, &mut factors, &mut tau, &mut permutation)?;
/// assert_eq!((factors[0], permutation), (-5.0, [1, 0]));
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn factor(a: MatrixRef<'_>, qr: &mut [f64], tau: &mut [f64], permutation: &mut [i32]) -> Result<()> {
    let (rows, columns) = (a.rows(), a.columns());
    check_result(rows, columns, qr)?;
    check_tau(a, tau)?;
    permutation::check_length(columns, permutation)?;
    permutation::set_identity(permutation)?;
    spread_steps(rows * columns * tau.len(), || {
        let shift = shift_of(largest_finite(a)?);
        if tau.is_empty() {
            return Ok(());
        }
        let mut copy = ColumnMajor::unspecified(rows, columns)?;
        copy.copy_scaled(a, shift);
        factor_columns(copy.transposed_mut(), tau, permutation)?;
        if shift != 0 {
            for j in 0..columns {
                let column = &mut copy.column_mut(j)[..rows.min(j + 1)];
                float::scale(column, -shift);
                if !float::all_finite(column) {
                    return Err(Error::Overflow { quantity: "triangle R" });
                }
            }
        }
        copy.write_rows(qr);
        Ok(())
    })
}

/// Factors columns, of which each is a row of `a`.
fn factor_columns(mut a: ViewMut<'_>, tau: &mut [f64], permutation: &mut [i32]) -> Result<()> {
    let columns = a.rows();
    let mut norms = memory::filled::<Norm>(columns)?;
    norms.iter_mut().enumerate().for_each(|(j, norm)| *norm = Norm::of(a.row(j)));
    let mut multiples = memory::unspecified::<f64>(PANEL * columns)?;
    let mut sums = memory::unspecified::<f64>(columns)?;
    let mut first = 0;
    while first < tau.len() {
        first += panel(a.reborrow(), first, tau, permutation, &mut norms, &mut multiples, &mut sums)?;
    }
    Ok(())
}

/// Factors some columns, applies their reflections to the others, and returns how many they are.
///
/// With the reflections in `V`, the columns after them become `A - V Fᵀ`, and the rows of `multiples` those of `Fᵀ`. Until the end, only
/// the column that is next and the row that becomes one of `R` are brought up to date.
fn panel(
    mut a: ViewMut<'_>,
    first: usize,
    tau: &mut [f64],
    permutation: &mut [i32],
    norms: &mut [Norm],
    multiples: &mut [f64],
    sums: &mut [f64],
) -> Result<usize> {
    let (columns, rows) = (a.rows(), a.columns());
    let most = PANEL.min(tau.len() - first);
    let mut factors = [0.0; PANEL];
    let mut done = 0;
    let mut any_lost = false;
    while done < most && !any_lost {
        let at = first + done;
        let mut pivot = at;
        for j in at + 1..columns {
            if norms[j].value > norms[pivot].value {
                pivot = j;
            }
        }
        if pivot != at {
            a.swap_rows(at, pivot);
            permutation.swap(at, pivot);
            norms.swap(at, pivot);
            (0..done).for_each(|p| multiples.swap(p * columns + at, p * columns + pivot));
        }

        let (before, rest) = a.reborrow().split_rows(at);
        let (mut current, mut after) = rest.split_rows(1);
        let reflections = before.view().block(first, at, done, rows - at);
        let column = &mut current.row(0)[at..];
        (0..done).for_each(|p| factors[p] = -multiples[p * columns + at]);
        add_multiples(column, reflections, &factors[..done]);
        let (beta, scale) = reflection(column);
        tau[at] = scale;

        let width = columns - at - 1;
        let (earlier, new) = multiples.split_at_mut(done * columns);
        let new = &mut new[at + 1..columns];
        let others = after.view();
        ViewMut::new(new, 1, width, width).for_each_stripe((STRIPE / (rows - at)).max(8), |from, mut stripe| {
            let others = others.block(from, at, stripe.columns(), rows - at);
            let dots = stripe.row(0);
            set_dots(dots, others, column);
            dots.iter_mut().for_each(|dot| *dot *= scale);
        });
        set_dots(&mut factors[..done], reflections, column);
        factors[..done].iter_mut().for_each(|factor| *factor *= -scale);
        let earlier = View::new(earlier, done, columns, columns).block(0, at + 1, done, width);
        add_multiples(new, earlier, &factors[..done]);

        (0..done).for_each(|p| factors[p] = reflections.get(p, 0));
        factors[done] = 1.0;
        let sums = &mut sums[..width];
        sums.fill(0.0);
        let all = View::new(multiples, done + 1, columns, columns).block(0, at + 1, done + 1, width);
        add_multiples(sums, all, &factors[..=done]);
        for (j, (sum, norm)) in sums.iter().zip(&mut norms[at + 1..]).enumerate() {
            let value = &mut after.row(j)[at];
            *value -= sum;
            norm.take_away(*value);
            any_lost |= norm.is_lost;
        }
        column[0] = beta;
        done += 1;
    }

    let end = first + done;
    let (before, after) = a.split_rows(end);
    let (_, mut after) = after.split_columns(end);
    let reflections = before.view().block(first, end, done, rows - end);
    let multiples = View::new(multiples, done, columns, columns).block(0, end, done, columns - end);
    gemm(after.reborrow(), Update::SUBTRACT, multiples.transposed(), reflections)?;
    for (j, norm) in norms[end..].iter_mut().enumerate().filter(|(_, norm)| norm.is_lost) {
        *norm = Norm::of(after.row(j));
    }
    Ok(done)
}
