//! Exponents, magnitudes and norms of doubles; numbers in half precision.

pub(crate) mod half;

/// Returns the Euclidean norm of `values`.
///
/// Neither overflows nor underflows unless the result does: the values are scaled by a power of two when their squares
/// are out of range. A NaN gives NaN, otherwise an infinity gives infinity.
pub(crate) fn norm(values: &[f64]) -> f64 {
    let squares = sum_of_squares(values, 1.0);
    if squares.is_nan() || (f64::MIN_POSITIVE / f64::EPSILON..f64::INFINITY).contains(&squares) {
        return squares.sqrt();
    }
    let largest = largest(values);
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    let scale = power_of_two(-exponent(largest));
    sum_of_squares(values, scale).sqrt() / scale
}

fn sum_of_squares(values: &[f64], scale: f64) -> f64 {
    let chunks = values.chunks_exact(8);
    let rest = chunks.remainder().iter().fold(0.0, |sum, x| sum + (x * scale) * (x * scale));
    let mut sums = [0.0; 8];
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += (x * scale) * (x * scale);
        }
    }
    sums.iter().fold(rest, |sum, x| sum + x)
}

/// Returns the largest magnitude among `values`, zero if there are none; a NaN is passed over.
pub(crate) fn largest(values: &[f64]) -> f64 {
    let chunks = values.chunks_exact(8);
    let rest = chunks.remainder().iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    let mut each = [0.0_f64; 8];
    for chunk in chunks {
        for (largest, x) in each.iter_mut().zip(chunk) {
            *largest = if x.abs() > *largest { x.abs() } else { *largest };
        }
    }
    each.iter().fold(rest, |largest, x| largest.max(*x))
}

/// Returns the exponent of `x`, so that `x / 2^exponent` is in `1..2` for a positive normal `x`, below that for a subnormal one;
/// within -1022..=1023.
pub(crate) fn exponent(x: f64) -> i32 {
    (((x.to_bits() >> 52) & 0x7ff) as i32 - 1023).clamp(-1022, 1023)
}

/// Returns 2 to the power of `exponent`, which is clamped to the range of normal numbers.
pub(crate) fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent.clamp(-1022, 1023) + 1023) as u64) << 52)
}

/// Returns an integer for `x`: integers are ordered as [`f64::total_cmp`] orders the doubles.
pub(crate) fn order_key(x: f64) -> i64 {
    key_of_bits(x.to_bits() as i64)
}

/// Returns the key of a double with these bits, and for a key the bits.
fn key_of_bits(bits: i64) -> i64 {
    // The larger a magnitude, the larger its bits: those of negative numbers are turned round.
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

/// Sorts `values` as [`f64::total_cmp`] orders them.
pub(crate) fn sort(values: &mut [f64]) {
    // The library sorts integers anyway, and a sort of doubles is three times as much code.
    // SAFETY: a double and an integer of 64 bits have the same size and alignment, and every pattern of bits is either.
    let keys = unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast::<i64>(), values.len()) };
    keys.iter_mut().for_each(|bits| *bits = key_of_bits(*bits));
    keys.sort_unstable();
    keys.iter_mut().for_each(|key| *key = key_of_bits(*key));
}

/// Returns whether no value is NaN or infinite.
pub(crate) fn all_finite(values: &[f64]) -> bool {
    // The product of zero with a finite value is zero; with any other it is NaN.
    let chunks = values.chunks_exact(8);
    let rest = chunks.remainder().iter().fold(0.0, |sum, x| sum + 0.0 * x);
    let mut sums = [0.0; 8];
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += 0.0 * x;
        }
    }
    sums.iter().fold(rest, |sum, x| sum + x) == 0.0
}

/// Returns the exponent `e` for which the largest magnitude of `values` is in `2^e..2^(e + 1)`, or nothing when all of
/// them are zero. They must be finite.
pub(crate) fn largest_exponent(values: &[f64]) -> Option<i32> {
    exact_exponent(largest(values))
}

/// Returns the exponent `e` for which `largest` is in `2^e..2^(e + 1)`, or nothing when it is zero. It must be finite and
/// not negative.
pub(crate) fn exact_exponent(largest: f64) -> Option<i32> {
    if largest == 0.0 {
        return None;
    }
    const FRACTION_BITS: u32 = 52;
    let bits = largest.to_bits();
    let biased = (bits >> FRACTION_BITS) as i32;
    Some(if biased > 0 { biased - 1023 } else { 63 - bits.leading_zeros() as i32 - 1074 })
}

/// Exponents of what two powers of two are multiplied to at least and at most.
const OF_TWO: std::ops::RangeInclusive<i32> = -2 * 1022..=2 * 1023;

/// Returns two factors whose product is `2^exponent`. Their product itself may be beyond the range of f64.
pub(crate) fn powers_of_two(exponent: i32) -> (f64, f64) {
    debug_assert!(OF_TWO.contains(&exponent), "2^{exponent}");
    let half = exponent / 2;
    let power = |e: i32| f64::from_bits(((e + 1023) as u64) << 52);
    (power(half), power(exponent - half))
}

/// Multiplies all values by `2^exponent`, which may be that of the largest double over the smallest.
pub(crate) fn scale(values: &mut [f64], exponent: i32) {
    let exponent_of_two = exponent.clamp(*OF_TWO.start(), *OF_TWO.end());
    let (first, second) = powers_of_two(exponent_of_two);
    let (rest, _) = powers_of_two(2 * (exponent - exponent_of_two));
    for x in values {
        *x = *x * rest * first * second;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finite_or_not() {
        assert!(all_finite(&[]));
        assert!(all_finite(&[f64::MAX, -f64::MAX, 0.0, -0.0]));
        for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(!all_finite(&[1.0, x, 2.0]));
        }
    }

    #[test]
    fn values_are_sorted_as_doubles() {
        let mut values: Vec<f64> = (0..200).map(|i| (f64::from(i * 37 % 101) - 50.0) * 1e-300).collect();
        values.extend([f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::from_bits(1), -f64::MAX, 0.0, -0.0]);
        let mut expected = values.clone();
        expected.sort_by(f64::total_cmp);
        sort(&mut values);
        let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&values), bits(&expected));
        assert!(values.windows(2).all(|pair| order_key(pair[0]) <= order_key(pair[1])));
    }

    #[test]
    fn values_are_scaled_by_any_ratio_of_two_doubles() {
        for (value, exponent, scaled) in [
            (1.0, 2097, f64::INFINITY),
            (f64::from_bits(1), 2097, 2_f64.powi(1023)),
            (f64::from_bits(1), 2098, f64::INFINITY),
            (f64::from_bits(3), 2096, 1.5 * 2_f64.powi(1023)),
            (1.0, -2098, 0.0),
            (2_f64.powi(1023), -2097, f64::from_bits(1)),
            (0.75, 10, 768.0),
            (3.0, -1075, f64::from_bits(2)),
        ] {
            let mut values = [value, -value, 0.0];
            scale(&mut values, exponent);
            assert_eq!(values, [scaled, -scaled, 0.0], "{value} * 2^{exponent}");
        }
    }

    #[test]
    fn exponent_of_the_largest() {
        assert_eq!(largest_exponent(&[]), None);
        assert_eq!(largest_exponent(&[0.0, -0.0]), None);
        for e in -1074..=1023 {
            let (first, second) = powers_of_two(e);
            let power = first * second;
            assert_eq!(largest_exponent(&[power, -power]), Some(e), "2^{e}");
            assert_eq!(largest_exponent(&[-power * 1.5]), Some(if e == -1074 { -1073 } else { e }), "1.5 * 2^{e}");
        }
        assert_eq!(largest_exponent(&[f64::MAX]), Some(1023));
    }

    #[test]
    fn scaling_up_and_down_is_exact() {
        for x in [f64::MAX, 1.0, std::f64::consts::PI * 1e-300, f64::from_bits(1), f64::from_bits(12345)] {
            let mut values = [x];
            let e = largest_exponent(&values).unwrap();
            scale(&mut values, -e);
            assert!((1.0..2.0).contains(&values[0]), "{x}");
            scale(&mut values, e);
            assert_eq!(values[0], x);
        }
    }
}
