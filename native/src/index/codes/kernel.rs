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

/// Queries that are multiplied with the codes of a group together.
pub(in super::super) const TOGETHER: usize = 8;

/// How the values of queries are written that are multiplied together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Digits {
    /// Four values of 8 bits in each number, from the lowest bits on: half of the arithmetic of [`Digits::Words`].
    Bytes,
    /// Two values of 16 bits.
    #[cfg(target_arch = "x86_64")]
    Words,
}

impl Digits {
    /// Returns those that the instructions of `level` multiply sooner than floats, if there are any.
    pub(super) fn of(level: Level) -> Option<Self> {
        match level {
            #[cfg(any(test, not(target_arch = "aarch64")))]
            Level::Portable => None,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => super::has_avx2(level).then_some(Self::Words),
            // Without VNNI, the products of integers are not faster than those of floats.
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => has_vnni().then_some(Self::Bytes),
            #[cfg(target_arch = "aarch64")]
            Level::Neon => std::arch::is_aarch64_feature_detected!("dotprod").then_some(Self::Bytes),
        }
    }

    /// Returns the values in a number.
    pub(super) fn per_number(self) -> usize {
        match self {
            Self::Bytes => 4,
            #[cfg(target_arch = "x86_64")]
            Self::Words => 2,
        }
    }
}

/// Returns what [`products`] returns, for several queries: for each step of dimensions, `values` has a number of each of them.
///
/// `sums` are the sums of their values. Meanwhile it asks for the lines from `ahead` on, one after so many bytes for each step.
pub(super) fn products_together(
    digits: Digits,
    codes: &[i8],
    values: &[[i32; TOGETHER]],
    sums: &[i32; TOGETHER],
    ahead: (*const i8, usize),
) -> [[i32; GROUP]; TOGETHER] {
    let pairs = values.len() * digits.per_number() / 2;
    assert!(codes.len().next_multiple_of(2 * PAIR) >= pairs * PAIR, "codes for every value");
    match digits {
        // SAFETY: the instructions are there, or there would be no such digits; and so are the codes by the check above.
        #[cfg(target_arch = "x86_64")]
        Digits::Bytes => unsafe { vnni_together(codes, values, sums, ahead) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Digits::Words => unsafe { avx2_together(codes.as_ptr(), values, ahead) },
        #[cfg(target_arch = "aarch64")]
        Digits::Bytes => {
            let _ = (sums, ahead);
            // SAFETY: as above.
            unsafe { sdot_together(codes, values) }
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        Digits::Bytes => unreachable!("{sums:?}, {ahead:?}: no level of this target has such digits"),
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) fn has_vnni() -> bool {
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
/// The processor has AVX2, and there are codes for every pair of values.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn avx2_together(
    codes: *const i8,
    values: &[[i32; TOGETHER]],
    (ahead, stride): (*const i8, usize),
) -> [[i32; GROUP]; TOGETHER] {
    use std::arch::x86_64::*;
    /// Queries whose sums are in registers.
    const SOME: usize = TOGETHER / 2;
    let mut all = [[[_mm256_setzero_si256(); 2]; SOME]; 2];
    for half in 0..2 {
        let mut sums = [[_mm256_setzero_si256(); 2]; SOME];
        for (i, pairs) in values.iter().enumerate() {
            let at = codes.wrapping_add(i * PAIR);
            if half == 0 {
                crate::simd::prefetch(ahead.wrapping_add(i * stride));
            }
            // SAFETY: the caller grants the codes.
            let (low, high) = unsafe { (_mm_loadu_si128(at.cast()), _mm_loadu_si128(at.add(GROUP).cast())) };
            let (low, high) = (_mm256_cvtepi8_epi16(low), _mm256_cvtepi8_epi16(high));
            for query in 0..SOME {
                let pair = _mm256_set1_epi32(pairs[half * SOME + query]);
                sums[query][0] = _mm256_add_epi32(sums[query][0], _mm256_madd_epi16(low, pair));
                sums[query][1] = _mm256_add_epi32(sums[query][1], _mm256_madd_epi16(high, pair));
            }
        }
        all[half] = sums;
    }
    // SAFETY: the types have the same size.
    unsafe { std::mem::transmute(all) }
}

/// # Safety
/// The processor has AVX-512BW and AVX-512VNNI, and there are codes for every number of a query, but for half of the last one.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn vnni_together(
    codes: &[i8],
    values: &[[i32; TOGETHER]],
    sums: &[i32; TOGETHER],
    (ahead, stride): (*const i8, usize),
) -> [[i32; GROUP]; TOGETHER] {
    use std::arch::x86_64::*;
    // The instruction takes codes without a sign: each plus 128, which adds as much times the sum of a query's values.
    let mut products = [_mm512_setzero_si512(); TOGETHER];
    for query in 0..TOGETHER {
        products[query] = _mm512_set1_epi32(-128 * sums[query]);
    }
    let sign = _mm512_set1_epi8(-128);
    // Two pairs of dimensions become four dimensions of each vector.
    let mut order = [0_i16; 2 * GROUP];
    for row in 0..GROUP as i16 {
        order[2 * row as usize] = row;
        order[2 * row as usize + 1] = row + GROUP as i16;
    }
    // SAFETY: as many bytes as a register has.
    let order = unsafe { _mm512_loadu_si512(order.as_ptr().cast()) };
    let whole = codes.len() / (2 * PAIR);
    for (i, fours) in values.iter().enumerate() {
        crate::simd::prefetch(ahead.wrapping_add(i * stride));
        let at = codes.as_ptr().wrapping_add(i * 2 * PAIR);
        let lines = if i < whole {
            // SAFETY: the codes of two pairs are there.
            unsafe { _mm512_loadu_si512(at.cast()) }
        } else {
            // SAFETY: those of one are.
            _mm512_zextsi256_si512(unsafe { _mm256_loadu_si256(at.cast()) })
        };
        let codes = _mm512_xor_si512(_mm512_permutexvar_epi16(order, lines), sign);
        for query in 0..TOGETHER {
            products[query] = _mm512_dpbusd_epi32(products[query], codes, _mm512_set1_epi32(fours[query]));
        }
    }
    // SAFETY: the types have the same size.
    unsafe { std::mem::transmute(products) }
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

/// # Safety
/// The processor has the instruction `sdot`, and there are codes for every number of a query, but for half of the last one.
#[cfg(target_arch = "aarch64")]
#[target_feature(enable = "neon,dotprod")]
unsafe fn sdot_together(codes: &[i8], values: &[[i32; TOGETHER]]) -> [[i32; GROUP]; TOGETHER] {
    use std::arch::aarch64::*;
    /// Queries whose sums are in registers.
    const SOME: usize = TOGETHER / 2;
    let mut products = [[0; GROUP]; TOGETHER];
    let whole = codes.len() / (2 * PAIR);
    for half in 0..2 {
        let mut sums = [[vdupq_n_s32(0); 4]; SOME];
        for (i, fours) in values.iter().enumerate() {
            let at = codes.as_ptr().wrapping_add(i * 2 * PAIR);
            let mut pairs = [vdupq_n_s16(0); 4];
            for part in 0..if i < whole { 4 } else { 2 } {
                // SAFETY: the codes of two pairs are there, or in the end those of one.
                pairs[part] = vreinterpretq_s16_s8(unsafe { vld1q_s8(at.add(part * GROUP)) });
            }
            // Two pairs of dimensions become four dimensions of each vector.
            let rows = [
                vzip1q_s16(pairs[0], pairs[2]),
                vzip2q_s16(pairs[0], pairs[2]),
                vzip1q_s16(pairs[1], pairs[3]),
                vzip2q_s16(pairs[1], pairs[3]),
            ];
            for query in 0..SOME {
                let four = vdupq_n_s32(fours[half * SOME + query]);
                for rows_of_sum in 0..4 {
                    // SAFETY: the instruction is there, and reads and writes registers alone.
                    unsafe {
                        std::arch::asm!(
                            "sdot {sum:v}.4s, {codes:v}.16b, {four:v}.16b",
                            sum = inout(vreg) sums[query][rows_of_sum],
                            codes = in(vreg) rows[rows_of_sum],
                            four = in(vreg) four,
                            options(pure, nomem, nostack, preserves_flags),
                        );
                    }
                }
            }
        }
        for query in 0..SOME {
            for four in 0..4 {
                // SAFETY: four of the products are there.
                unsafe { vst1q_s32(products[half * SOME + query].as_mut_ptr().add(4 * four), sums[query][four]) };
            }
        }
    }
    products
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

    #[test]
    fn products_of_queries_together_are_those_of_a_plain_loop() {
        let mut state = 3_u64;
        let mut next = |below: i32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as i32 % below
        };
        for digits in Level::present().filter_map(Digits::of) {
            let (per_number, most) = match digits {
                Digits::Bytes => (4, 127),
                #[cfg(target_arch = "x86_64")]
                Digits::Words => (2, 32_767),
            };
            for dimension in [1, 2, 3, 4, 5, 6, 7, 8, 99, 100, 518, 519] {
                for extreme in [false, true] {
                    let mut value = |most: i32| if extreme { -most } else { next(2 * most + 1) - most };
                    let codes: Vec<i8> = (0..(dimension + dimension % 2) * GROUP).map(|_| value(127) as i8).collect();
                    let queries: Vec<[i32; TOGETHER]> =
                        (0..dimension).map(|_| std::array::from_fn(|_| value(most))).collect();
                    let mut numbers = vec![[0; TOGETHER]; dimension.div_ceil(per_number)];
                    let (mut sums, mut expected) = ([0; TOGETHER], [[0; GROUP]; TOGETHER]);
                    for (i, values) in queries.iter().enumerate() {
                        for (query, value) in values.iter().enumerate() {
                            let (bits, at) = (32 / per_number as u32, i % per_number);
                            let digit = *value as u32 & (u32::MAX >> (32 - bits));
                            numbers[i / per_number][query] |= (digit << (bits * at as u32)) as i32;
                            sums[query] += value;
                            for row in 0..GROUP {
                                let code = i32::from(codes[i / 2 * PAIR + 2 * row + i % 2]);
                                expected[query][row] = code.wrapping_mul(*value).wrapping_add(expected[query][row]);
                            }
                        }
                    }
                    let found = products_together(digits, &codes, &numbers, &sums, (codes.as_ptr(), 1));
                    assert_eq!(found, expected, "{digits:?}, {dimension} dimensions");
                }
            }
        }
    }
}
