//! Powers of two that keep factorizations away from the ends of the range, where they change nothing else.

use crate::blas::gemm::spread_steps;
use crate::blas::trsm::stripes;
use crate::matrix::MatrixRef;
use crate::matrix::view::ViewMut;
use crate::{Error, Result, float};

/// Values whose largest magnitude has a smaller exponent are scaled up, where products would lose digits to underflow.
const SMALL: i32 = -500;
/// Values whose largest magnitude has a larger exponent are scaled down, where sums could overflow.
const LARGE: i32 = 1023 - HEADROOM;
const HEADROOM: i32 = 64;

/// Returns the power of two to scale values with whose largest magnitude is `largest`: zero in the usual range.
pub(crate) fn shift_of(largest: f64) -> i32 {
    let exponent = float::exponent(largest);
    if largest != 0.0 && exponent < SMALL {
        -exponent
    } else if exponent > LARGE {
        -HEADROOM
    } else {
        0
    }
}

/// Solves for right-hand sides whose largest magnitude is `largest`, and writes the solutions to `x`, in rows of
/// `columns` values.
///
/// `solve` is given a power of two to multiply the right-hand sides with, and the place for the solutions. It is tried
/// again with smaller ones while a solution overflows on the way. Row `i` of the solutions is then divided by 2 to the
/// power of `exponents[i]`, if there are any.
///
/// # Errors
/// Those of `solve`, and [`Error::Overflow`] when a solution cannot be represented.
pub(crate) fn solve_in_range(
    x: &mut [f64],
    columns: usize,
    largest: f64,
    exponents: &[i32],
    mut solve: impl FnMut(i32, &mut [f64]) -> Result<()>,
) -> Result<()> {
    let first = shift_of(largest);
    for shift in [first, first - 400, (first - 1022).max(-1022)] {
        solve(shift, x)?;
        if !float::all_finite(x) {
            continue;
        }
        if shift != 0 || exponents.iter().any(|&exponent| exponent != 0) {
            for (i, row) in x.chunks_exact_mut(columns.max(1)).enumerate() {
                let exponent = -shift - exponents.get(i).copied().unwrap_or(0);
                // Two factors, for their product may be out of range; the first is half of it, so that a result that
                // can be represented does not overflow, and one that is not subnormal is exact.
                let (one, other) = (float::power_of_two(exponent / 2), float::power_of_two(exponent - exponent / 2));
                row.iter_mut().for_each(|value| *value = *value * one * other);
            }
            if !float::all_finite(x) {
                break;
            }
        }
        return Ok(());
    }
    Err(Error::Overflow { quantity: "solution" })
}

/// Writes what `solve` makes of the right-hand sides `b`, in place and stripe by stripe of their columns, to `out`: as
/// [`solve_in_range`] does, on all threads of the pool if there is `work` for them.
///
/// # Errors
/// Those of `solve`, and [`Error::Overflow`] when a solution cannot be represented.
pub(crate) fn solve_stripes_in_range(
    b: MatrixRef<'_>,
    work: usize,
    out: &mut [f64],
    solve: impl Fn(ViewMut<'_>) -> Result<()> + Sync + Send,
) -> Result<()> {
    let (rows, columns) = (b.rows(), b.columns());
    spread_steps(work, || {
        solve_in_range(out, columns, float::largest(b.values()), &[], |shift, x| {
            for (to, from) in x.iter_mut().zip(b.values()) {
                *to = if shift == 0 { *from } else { from * float::power_of_two(shift) };
            }
            stripes(ViewMut::new(x, rows, columns, columns), |_, x| solve(x))
        })
    })
}

/// Returns the product of `diagonal`, times 2 to the power of `exponent`, neither of which overflows or underflows before the result does.
pub(crate) fn diagonal_product(diagonal: impl Iterator<Item = f64>, mut exponent: i64) -> f64 {
    let mut product = 1.0;
    for value in diagonal {
        let (mantissa, scale) = split(value);
        let (next, carry) = split(product * mantissa);
        product = next;
        exponent += i64::from(scale) + i64::from(carry);
        if product == 0.0 {
            return 0.0;
        }
    }
    scaled(product, exponent)
}

/// Returns `mantissa` and `exponent` of `value = mantissa * 2^exponent`, with a magnitude of 1 to 2 or zero.
fn split(value: f64) -> (f64, i32) {
    if value == 0.0 {
        return (value, 0);
    }
    let (value, below) =
        if value.abs() < f64::MIN_POSITIVE { (value * float::power_of_two(64), -64) } else { (value, 0) };
    let exponent = float::exponent(value);
    // Two factors, for 2^-1023, which brings the largest values to 1 to 2, is not a normal number.
    let (first, second) = float::powers_of_two(-exponent);
    (value * first * second, exponent + below)
}

/// Returns `value * 2^exponent` for a magnitude of `value` of 1 to 2, rounded once.
fn scaled(value: f64, exponent: i64) -> f64 {
    let exponent = exponent.clamp(-1200, 1200) as i32;
    if exponent > 1023 {
        value * float::power_of_two(1023) * float::power_of_two(exponent - 1023)
    } else if exponent < -1022 {
        // The first factor is exact, for the value has no more than 53 digits and stays normal.
        value * float::power_of_two(-900) * float::power_of_two(exponent + 900)
    } else {
        value * float::power_of_two(exponent)
    }
}
