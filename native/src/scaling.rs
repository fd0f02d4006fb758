//! Powers of two that keep factorizations away from the ends of the range, where they change nothing else.

use crate::matrix::{exponent, power_of_two};

/// Values whose largest magnitude has a smaller exponent are scaled up, where products would lose digits to underflow.
const SMALL: i32 = -500;
/// Values whose largest magnitude has a larger exponent are scaled down, where sums could overflow.
const LARGE: i32 = 1023 - HEADROOM;
const HEADROOM: i32 = 64;

/// Returns the power of two to scale values with whose largest magnitude is `largest`: zero in the usual range.
pub(crate) fn shift_of(largest: f64) -> i32 {
    let exponent = exponent(largest);
    if largest != 0.0 && exponent < SMALL {
        -exponent
    } else if exponent > LARGE {
        -HEADROOM
    } else {
        0
    }
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
    let (value, below) = if value.abs() < f64::MIN_POSITIVE { (value * power_of_two(64), -64) } else { (value, 0) };
    let exponent = exponent(value);
    (value * power_of_two(-exponent), exponent + below)
}

/// Returns `value * 2^exponent` for a magnitude of `value` of 1 to 2, rounded once.
fn scaled(value: f64, exponent: i64) -> f64 {
    let exponent = exponent.clamp(-1200, 1200) as i32;
    if exponent > 1023 {
        value * power_of_two(1023) * power_of_two(exponent - 1023)
    } else if exponent < -1022 {
        // The first factor is exact, for the value has no more than 53 digits and stays normal.
        value * power_of_two(-900) * power_of_two(exponent + 900)
    } else {
        value * power_of_two(exponent)
    }
}
