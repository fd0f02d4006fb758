//! The products of a query with the codes of a group of vectors, as integers: exact, whatever the instructions.

use crate::simd::Level;

/// Vectors whose codes lie together.
pub(in super::super) const GROUP: usize = 16;

/// Codes of a group that belong to a pair of dimensions: two of each vector.
const PAIR: usize = 2 * GROUP;

/// How far ahead codes are asked for, in bytes.
const AHEAD: usize = 2048;

/// Returns for each vector of a group the product of its codes with the values of a query, which are two in each number of
/// `query`: the lower and the higher half.
///
/// Sums wrap around, so only those are right that 32 bits hold.
pub(super) fn products(level: Level, codes: &[i8], query: &[i32]) -> [i32; GROUP] {
    assert!(codes.len() >= query.len() * PAIR, "codes for every pair of values");
    #[cfg(target_arch = "x86_64")]
    {
        if level == Level::Avx512 && has_vnni() {
            // SAFETY: the instructions are there, and so are the codes by the check above.
            return unsafe { vnni(codes.as_ptr(), query) };
        }
        if super::has_avx2(level) {
            // SAFETY: as above.
            return unsafe { avx2(codes.as_ptr(), query) };
        }
    }
    #[cfg(target_arch = "aarch64")]
    {
        let _ = level;
        // SAFETY: every processor of arm64 has the instructions; the codes are there by the check above.
        return unsafe { neon(codes.as_ptr(), query) };
    }
    #[cfg(not(target_arch = "aarch64"))]
    {
        let _ = level;
        portable(codes, query)
    }
}

#[cfg(target_arch = "x86_64")]
fn has_vnni() -> bool {
    is_x86_feature_detected!("avx512vnni") && is_x86_feature_detected!("avx512bw")
}

#[cfg(any(test, not(target_arch = "aarch64")))]
fn portable(codes: &[i8], query: &[i32]) -> [i32; GROUP] {
    let mut sums = [0_i32; GROUP];
    for (codes, pair) in codes.as_chunks::<PAIR>().0.iter().zip(query) {
        let (low, high) = (i32::from(*pair as i16), *pair >> 16);
        for row in 0..GROUP {
            let sum = i32::from(codes[2 * row]) * low + i32::from(codes[2 * row + 1]) * high;
            sums[row] = sums[row].wrapping_add(sum);
        }
    }
    sums
}

/// # Safety
/// The processor has AVX2, and there are codes for every pair of values.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn avx2(codes: *const i8, query: &[i32]) -> [i32; GROUP] {
    use std::arch::x86_64::*;
    let mut sums = [_mm256_setzero_si256(); 2];
    for (i, pair) in query.iter().enumerate() {
        let at = codes.wrapping_add(i * PAIR);
        if i % 2 == 0 {
            crate::simd::prefetch(at.wrapping_add(AHEAD));
        }
        let pair = _mm256_set1_epi32(*pair);
        // SAFETY: the caller grants the codes.
        let (low, high) = unsafe { (_mm_loadu_si128(at.cast()), _mm_loadu_si128(at.add(GROUP).cast())) };
        sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(_mm256_cvtepi8_epi16(low), pair));
        sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(_mm256_cvtepi8_epi16(high), pair));
    }
    // SAFETY: the types have the same size.
    unsafe { std::mem::transmute(sums) }
}

/// # Safety
/// The processor has AVX-512BW and AVX-512VNNI, and there are codes for every pair of values.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn vnni(codes: *const i8, query: &[i32]) -> [i32; GROUP] {
    use std::arch::x86_64::*;
    let mut sums = [_mm512_setzero_si512(); 4];
    let step = |sum: __m512i, i: usize, pair: i32| {
        let at = codes.wrapping_add(i * PAIR);
        // SAFETY: the caller grants the codes.
        let codes = unsafe { _mm256_loadu_si256(at.cast()) };
        _mm512_dpwssd_epi32(sum, _mm512_cvtepi8_epi16(codes), _mm512_set1_epi32(pair))
    };
    let (fours, left) = query.as_chunks::<4>();
    for (i, pairs) in fours.iter().enumerate() {
        crate::simd::prefetch(codes.wrapping_add(4 * i * PAIR + AHEAD));
        crate::simd::prefetch(codes.wrapping_add((4 * i + 2) * PAIR + AHEAD));
        for (j, pair) in pairs.iter().enumerate() {
            sums[j] = step(sums[j], 4 * i + j, *pair);
        }
    }
    for (i, pair) in left.iter().enumerate() {
        sums[0] = step(sums[0], 4 * fours.len() + i, *pair);
    }
    let sum = _mm512_add_epi32(_mm512_add_epi32(sums[0], sums[1]), _mm512_add_epi32(sums[2], sums[3]));
    // SAFETY: the types have the same size.
    unsafe { std::mem::transmute(sum) }
}

/// # Safety
/// There are codes for every pair of values.
#[cfg(target_arch = "aarch64")]
#[target_feature(enable = "neon")]
unsafe fn neon(codes: *const i8, query: &[i32]) -> [i32; GROUP] {
    use std::arch::aarch64::*;
    // Two sums for each vector, side by side.
    let mut sums = [vdupq_n_s32(0); 8];
    for (i, pair) in query.iter().enumerate() {
        let pair = vreinterpret_s16_s32(vdup_n_s32(*pair));
        for half in 0..2 {
            // SAFETY: the caller grants the codes.
            let codes = unsafe { vld1q_s8(codes.add(i * PAIR + half * GROUP)) };
            let (low, high) = (vmovl_s8(vget_low_s8(codes)), vmovl_s8(vget_high_s8(codes)));
            let at = 4 * half;
            sums[at] = vmlal_s16(sums[at], vget_low_s16(low), pair);
            sums[at + 1] = vmlal_s16(sums[at + 1], vget_high_s16(low), pair);
            sums[at + 2] = vmlal_s16(sums[at + 2], vget_low_s16(high), pair);
            sums[at + 3] = vmlal_s16(sums[at + 3], vget_high_s16(high), pair);
        }
    }
    let mut totals = [0; GROUP];
    for four in 0..4 {
        let total = vpaddq_s32(sums[2 * four], sums[2 * four + 1]);
        // SAFETY: four of the totals are there.
        unsafe { vst1q_s32(totals.as_mut_ptr().add(4 * four), total) };
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_a_plain_loop() {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as i32
        };
        for pairs in [0, 1, 2, 3, 4, 5, 7, 8, 50, 259, 260] {
            for extreme in [false, true] {
                let codes: Vec<i8> =
                    (0..pairs * PAIR).map(|_| if extreme { -127 } else { (next() % 128) as i8 }).collect();
                let values: Vec<i16> =
                    (0..2 * pairs).map(|_| if extreme { -32_767 } else { (next() % 32_768) as i16 }).collect();
                let query: Vec<i32> = values
                    .as_chunks::<2>()
                    .0
                    .iter()
                    .map(|[low, high]| i32::from(*high) << 16 | i32::from(*low as u16))
                    .collect();
                let expected: [i32; GROUP] = std::array::from_fn(|row| {
                    let products = values
                        .iter()
                        .enumerate()
                        .map(|(i, value)| i64::from(codes[i / 2 * PAIR + 2 * row + i % 2]) * i64::from(*value));
                    products.sum::<i64>() as i32
                });
                for level in Level::present() {
                    assert_eq!(products(level, &codes, &query), expected, "{level:?}, {pairs} pairs");
                }
                assert_eq!(portable(&codes, &query), expected);
            }
        }
    }
}
