//! Numbers in half precision (IEEE 754 binary16).

/// A number in half precision: a sign, 5 bits of exponent and 10 of fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Half(pub u16);

impl Half {
    /// The least magnitude whose nearest number in half precision is infinite.
    pub(crate) const TOO_LARGE: f32 = 65_520.0;

    /// The greatest magnitude whose nearest number in half precision is zero.
    pub(crate) const TOO_SMALL: f32 = 1.0 / 33_554_432.0;

    /// Returns its value.
    #[inline]
    pub(crate) fn value(self) -> f32 {
        let bits = u32::from(self.0);
        let (sign, exponent, fraction) = ((bits & 0x8000) << 16, (bits >> 10) & 0x1F, bits & 0x3FF);
        let magnitude = match exponent {
            // Subnormal ones are multiples of 2^-24.
            0 => (fraction as f32 * (1.0 / 16_777_216.0)).to_bits(),
            0x1F => 0x7F80_0000 | (fraction << 13),
            // The exponents are biased by 15 and by 127.
            _ => ((exponent + 112) << 23) | (fraction << 13),
        };
        f32::from_bits(sign | magnitude)
    }

    /// Returns the number nearest to `value`, of two that are equally near the one whose last bit is zero: infinity from
    /// [`Half::TOO_LARGE`] on.
    #[inline]
    pub(crate) fn nearest(value: f32) -> Self {
        let (sign, magnitude) = (value.to_bits() >> 16 & 0x8000, value.to_bits() & 0x7FFF_FFFF);
        let half = if magnitude > 0x7F80_0000 {
            0x7E00
        } else if magnitude >= 65_536_f32.to_bits() {
            0x7C00
        } else if magnitude < (1.0_f32 / 16_384.0).to_bits() {
            // From 0.5 to 1 the last bit of a float is 2^-24, as it is in a subnormal number here.
            (f32::from_bits(magnitude) + 0.5).to_bits() - 0.5_f32.to_bits()
        } else {
            ((magnitude + 0xFFF + (magnitude >> 13 & 1)) >> 13) - (112 << 10)
        };
        Self((sign | half) as u16)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[test]
    fn half_precision_has_the_values_of_the_standard() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x0001, 5.960_464_5e-8),
            (0x03FF, 6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
            (0x3555, 0.333_251_95),
            (0x3C00, 1.0),
            (0x3C01, 1.000_976_6),
            (0xC000, -2.0),
            (0x7BFF, 65504.0),
            (0x7C00, f32::INFINITY),
            (0xFC00, f32::NEG_INFINITY),
        ] {
            assert_eq!(Half(bits).value(), value, "{bits:x}");
        }
        assert_eq!(Half(0x8000).value().to_bits(), (-0.0_f32).to_bits());
        assert!(Half(0x7E00).value().is_nan());
        // All of them, against their definition.
        for bits in (0..0x7C00).chain(0x8000..0xFC00) {
            let bits: u16 = bits;
            let (exponent, fraction) = (i32::from((bits >> 10) & 0x1F), f64::from(bits & 0x3FF));
            let magnitude = if exponent == 0 {
                fraction * 2_f64.powi(-24)
            } else {
                (1024.0 + fraction) * 2_f64.powi(exponent - 25)
            };
            let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
            assert_eq!(f64::from(Half(bits).value()), sign * magnitude, "{bits:x}");
        }
    }

    /// Returns every number in half precision, what lies in the middle of two of them and beside it, with the nearest number of
    /// each; all of them positive.
    pub(crate) fn roundings() -> Vec<(f32, Half)> {
        let mut all = Vec::new();
        for bits in 0..0x7C00_u16 {
            let value = Half(bits).value();
            // Beyond the largest, as if the exponent had no end.
            let next = if bits == 0x7BFF { 65_536.0 } else { Half(bits + 1).value() };
            let middle = (value + next) / 2.0;
            let even = if bits & 1 == 0 { bits } else { bits + 1 };
            let below = middle.next_down();
            all.extend([(value, bits), (below, bits), (middle, even), (middle.next_up(), bits + 1)]);
        }
        all.extend([(65_536.0, 0x7C00), (1e30, 0x7C00), (f32::INFINITY, 0x7C00), (f32::from_bits(1), 0)]);
        all.into_iter().map(|(value, bits)| (value, Half(bits))).collect()
    }

    #[test]
    fn the_nearest_number_is_the_even_one_of_two() {
        for (value, nearest) in roundings() {
            assert_eq!(Half::nearest(value), nearest, "{value:e}");
            assert_eq!(Half::nearest(-value), Half(nearest.0 | 0x8000), "-{value:e}");
        }
        assert!(Half::nearest(f32::NAN).value().is_nan());
    }

    #[test]
    fn limits_are_where_the_nearest_number_becomes_infinite_or_zero() {
        let nearest = |value: f32| Half::nearest(value).value();
        assert_eq!(nearest(Half::TOO_LARGE), f32::INFINITY);
        assert_eq!(nearest(Half::TOO_LARGE.next_down()), 65_504.0);
        assert_eq!(nearest(Half::TOO_SMALL), 0.0);
        assert_eq!(nearest(Half::TOO_SMALL.next_up()), 2_f32.powi(-24));
    }
}
