//! Short codes: 4 bits for a value, whole numbers from −7 to 7 plus 8, so that they have no sign.
//!
//! Sixteen vectors lie together by steps of eight dimensions. A step has four bytes of each vector: the lower halves are the codes
//! of the first four dimensions, the higher halves those of the others. A query has 8 bits for a value, and in each number four
//! of them, from the lowest bits on: a processor multiplies those with four bytes of a vector and adds them up.
//!
//! The bound is that of the longer codes (see [`super::bound`]), of which nothing depends on what the codes are.

use super::{Centre, GROUP, LEAST_NORM, above, tiny};
use crate::index::stored::Stored;
use crate::simd::{self, Level};
use crate::{Result, memory};

/// Dimensions of a step.
const STEP: usize = 8;

/// Bytes of a group's codes for a step.
const BYTES: usize = STEP * GROUP / 2;

/// Bytes of a vector's codes for a step, and values of a query in a number.
const FOUR: usize = STEP / 2;

/// The largest code, and what is added to each.
const MOST: f32 = 7.0;
const ADDED: i32 = 8;

/// The largest value that has a code of its own, as a part of the largest of its vector: with finer steps for the others, the
/// residual is less than if the largest of all had one.
const CLIP: f32 = 0.8;

/// Adds 1.5·2²³, which rounds a number of few digits to a whole one.
const ROUNDING: f32 = 12_582_912.0;

/// How far ahead codes are asked for, in bytes.
const AHEAD: usize = 2048;

/// How much longer the residuals of short codes are than those of the others, about.
pub(super) const LONGER: f32 = 16.0;

/// Returns the bytes of the codes of a group.
pub(super) fn bytes(dimension: usize) -> usize {
    dimension.div_ceil(STEP) * BYTES
}

/// Returns whether the instructions of `level` multiply short codes faster than the others.
pub(super) fn are_fast(level: Level) -> bool {
    #[cfg(target_arch = "x86_64")]
    let fast = super::has_avx2(level);
    #[cfg(not(target_arch = "x86_64"))]
    let fast = cfg!(target_arch = "aarch64") && level == Level::best();
    fast
}

/// Writes the short codes of a group of vectors, and their constants, given those of the longer codes.
///
/// # Errors
/// [`crate::Error::OutOfMemory`].
pub(super) fn group(
    centre: &Centre,
    vectors: Stored<'_>,
    long: &[f32],
    codes: &mut [i8],
    constants: &mut [f32],
) -> Result<()> {
    constants.copy_from_slice(long);
    codes.fill((ADDED << 4 | ADDED) as i8);
    let dimension = vectors.len() / GROUP;
    let mut x: Vec<f32> = memory::filled(dimension)?;
    for row in 0..GROUP {
        // A vector without codes, or next to μ, is as the longer codes have it.
        if long[row] == 0.0 {
            continue;
        }
        vectors.part(row * dimension..(row + 1) * dimension).copy_to(&mut x);
        let [s, r, y] = vector_of(&x, &centre.mean, &mut codes[row * FOUR..]);
        for (i, value) in [s as f32, above(r), above(y.max(LEAST_NORM))].into_iter().enumerate() {
            constants[i * GROUP + row] = value;
        }
    }
    Ok(())
}

/// Writes the codes of a vector, and returns s, R and Y.
fn vector_of(x: &[f32], mean: &[f32], codes: &mut [i8]) -> [f64; 3] {
    let largest = x.iter().zip(mean).fold(0.0, |largest: f32, (x, mean)| largest.max((x - mean).abs()));
    let factor = MOST / (CLIP * largest);
    let factor = if factor.is_finite() { factor } else { 0.0 };
    let [mut yc, mut yy, mut cc] = [[0.0_f64; STEP]; 3];
    for ((x, mean), codes) in x.chunks(STEP).zip(mean.chunks(STEP)).zip(codes.chunks_mut(BYTES)) {
        let mut rounded = [0.0_f32; STEP];
        for (i, (x, mean)) in x.iter().zip(mean).enumerate() {
            let code = ((x - mean) * factor).clamp(-MOST, MOST);
            rounded[i] = (code + ROUNDING) - ROUNDING;
            let (y, code) = (f64::from(*x) - f64::from(*mean), f64::from(rounded[i]));
            yc[i] += y * code;
            yy[i] += y * y;
            cc[i] += code * code;
        }
        for i in 0..FOUR {
            let [low, high] = [rounded[i], rounded[FOUR + i]].map(|code| code as i32 + ADDED);
            codes[i] = (high << 4 | low) as i8;
        }
    }
    let [yc, yy, cc] = [yc, yy, cc].map(|sums| sums.iter().sum::<f64>());
    let s = if cc > 0.0 { f64::from((yc / cc) as f32) } else { 0.0 };
    // As for the longer codes.
    let rr = (yy - 2.0 * s * yc + s * s * cc).max(0.0) + 4.0 * tiny(mean.len()) * yy;
    [s, rr.sqrt(), s * cc.sqrt()]
}

/// Adds the value of a dimension to the numbers of a query, and returns what it adds to the products.
pub(super) fn add(query: &mut [i32], dimension: usize, value: i32) -> i32 {
    query[dimension / FOUR] |= (value & 0xFF) << (8 * (dimension % FOUR));
    -ADDED * value
}

/// Returns how many numbers a query has.
pub(super) fn numbers(dimension: usize) -> usize {
    dimension.div_ceil(STEP) * 2
}

/// Returns for each vector of a group the product of its codes with the values of `query`, plus `added`.
pub(super) fn products(level: Level, codes: &[i8], query: &[i32], added: i32) -> [i32; GROUP] {
    let (codes, query) = (codes.as_chunks::<BYTES>().0, query.as_chunks::<2>().0);
    assert!(codes.len() >= query.len(), "codes for every value");
    #[cfg(target_arch = "x86_64")]
    {
        if level == Level::Avx512 && super::kernel::has_vnni() {
            // SAFETY: the instructions are there.
            return unsafe { vnni(codes, query, added) };
        }
        if super::has_avx2(level) {
            // SAFETY: as above.
            return unsafe { avx2(codes, query, added) };
        }
    }
    #[cfg(target_arch = "aarch64")]
    {
        let _ = level;
        // SAFETY: every processor of arm64 has the instructions.
        return unsafe { neon(codes, query, added) };
    }
    #[cfg(not(target_arch = "aarch64"))]
    {
        let _ = level;
        portable(codes, query, added)
    }
}

#[cfg(any(test, not(target_arch = "aarch64")))]
fn portable(codes: &[[i8; BYTES]], query: &[[i32; 2]], added: i32) -> [i32; GROUP] {
    let mut sums = [added; GROUP];
    for (codes, [low, high]) in codes.iter().zip(query) {
        let (low, high) = (low.to_le_bytes(), high.to_le_bytes());
        for row in 0..GROUP {
            for i in 0..FOUR {
                let both = codes[row * FOUR + i] as u8;
                let (first, second) = (i32::from(both & 15), i32::from(both >> 4));
                sums[row] += first * i32::from(low[i] as i8) + second * i32::from(high[i] as i8);
            }
        }
    }
    sums
}

/// # Safety
/// The processor has AVX-512BW and AVX-512VNNI.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn vnni(codes: &[[i8; BYTES]], query: &[[i32; 2]], added: i32) -> [i32; GROUP] {
    use std::arch::x86_64::*;
    let half = _mm512_set1_epi8(15);
    let mut sums = [_mm512_set1_epi32(added), _mm512_setzero_si512()];
    for (codes, [first, second]) in codes.iter().zip(query) {
        simd::prefetch(codes.as_ptr().wrapping_add(AHEAD));
        // SAFETY: as many bytes as a register has.
        let both = unsafe { _mm512_loadu_si512(codes.as_ptr().cast()) };
        let (low, high) = (_mm512_and_si512(both, half), _mm512_and_si512(_mm512_srli_epi16(both, 4), half));
        sums[0] = _mm512_dpbusd_epi32(sums[0], low, _mm512_set1_epi32(*first));
        sums[1] = _mm512_dpbusd_epi32(sums[1], high, _mm512_set1_epi32(*second));
    }
    // SAFETY: the types have the same size.
    unsafe { std::mem::transmute(_mm512_add_epi32(sums[0], sums[1])) }
}

/// # Safety
/// The processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn avx2(codes: &[[i8; BYTES]], query: &[[i32; 2]], added: i32) -> [i32; GROUP] {
    use std::arch::x86_64::*;
    let (half, ones) = (_mm256_set1_epi8(15), _mm256_set1_epi16(1));
    let mut sums = [_mm256_set1_epi32(added); 2];
    for (codes, [first, second]) in codes.iter().zip(query) {
        simd::prefetch(codes.as_ptr().wrapping_add(AHEAD));
        let (first, second) = (_mm256_set1_epi32(*first), _mm256_set1_epi32(*second));
        for (i, sum) in sums.iter_mut().enumerate() {
            // SAFETY: two registers have as many bytes.
            let both = unsafe { _mm256_loadu_si256(codes.as_ptr().add(i * BYTES / 2).cast()) };
            let (low, high) = (_mm256_and_si256(both, half), _mm256_and_si256(_mm256_srli_epi16(both, 4), half));
            // Four products of at most 15·127 do not leave 16 bits.
            let products = _mm256_add_epi16(_mm256_maddubs_epi16(low, first), _mm256_maddubs_epi16(high, second));
            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(products, ones));
        }
    }
    // SAFETY: the types have the same size.
    unsafe { std::mem::transmute(sums) }
}

/// # Safety
/// None: every processor of arm64 has the instructions.
#[cfg(target_arch = "aarch64")]
#[target_feature(enable = "neon")]
unsafe fn neon(codes: &[[i8; BYTES]], query: &[[i32; 2]], added: i32) -> [i32; GROUP] {
    use std::arch::aarch64::*;
    let half = vdupq_n_s8(15);
    // Two sums for each vector, side by side.
    let mut sums = [vdupq_n_s32(0); 8];
    for (codes, [first, second]) in codes.iter().zip(query) {
        let (first, second) = (vreinterpretq_s8_s32(vdupq_n_s32(*first)), vreinterpretq_s8_s32(vdupq_n_s32(*second)));
        for i in 0..4 {
            // SAFETY: four registers have as many bytes.
            let both = unsafe { vld1q_s8(codes.as_ptr().add(16 * i)) };
            let low = vandq_s8(both, half);
            let high = vreinterpretq_s8_u8(vshrq_n_u8(vreinterpretq_u8_s8(both), 4));
            // Two products of at most 15·127 do not leave 16 bits.
            let products = [
                vmlal_s8(vmull_s8(vget_low_s8(low), vget_low_s8(first)), vget_low_s8(high), vget_low_s8(second)),
                vmlal_high_s8(vmull_high_s8(low, first), high, second),
            ];
            for (j, products) in products.into_iter().enumerate() {
                sums[2 * i + j] = vpadalq_s16(sums[2 * i + j], products);
            }
        }
    }
    let mut totals = [0; GROUP];
    for four in 0..4 {
        let total = vaddq_s32(vpaddq_s32(sums[2 * four], sums[2 * four + 1]), vdupq_n_s32(added));
        // SAFETY: four of the totals are there.
        unsafe { vst1q_s32(totals.as_mut_ptr().add(4 * four), total) };
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_short_codes_are_those_of_a_plain_loop() {
        let mut state = 5_u64;
        let mut next = |most: i32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as i32 % (2 * most + 1) - most
        };
        for dimension in [1, 3, 4, 5, 7, 8, 9, 16, 100, 519, 16_384] {
            for extreme in [-1, 0, 1] {
                let mut value = |most: i32| if extreme == 0 { next(most) } else { extreme * most };
                let values: Vec<i32> = (0..dimension).map(|_| value(127)).collect();
                let (mut query, mut added) = (vec![0; numbers(dimension)], 0);
                for (i, g) in values.iter().enumerate() {
                    added += add(&mut query, i, *g);
                }
                let (mut codes, mut expected) = (vec![0x88_u8 as i8; bytes(dimension)], [0; GROUP]);
                for (row, expected) in expected.iter_mut().enumerate() {
                    for (i, g) in values.iter().enumerate() {
                        let c = value(7);
                        let at = i / STEP * BYTES + row * FOUR + i % FOUR;
                        let (shift, byte) = (4 * (i / FOUR % 2), codes[at] as u8);
                        codes[at] = (byte & !(15 << shift) | ((c + ADDED) as u8) << shift) as i8;
                        *expected += c * g;
                    }
                }
                for level in Level::present() {
                    assert_eq!(products(level, &codes, &query, added), expected, "{level:?}, {dimension} dimensions");
                }
                let portable = portable(codes.as_chunks().0, query.as_chunks().0, added);
                assert_eq!(portable, expected, "{dimension} dimensions");
            }
        }
    }
}
