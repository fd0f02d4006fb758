//! Registers of AVX2 and AVX-512.

use std::arch::x86_64::*;

use super::{Kernel, Lanes, Registers, Simd, lanes, registers};

/// The proof of AVX2 and FMA.
#[derive(Clone, Copy)]
pub(super) struct Avx2(pub(super) ());

/// The proof of AVX-512F.
#[derive(Clone, Copy)]
pub(super) struct Avx512(pub(super) ());

registers!(Avx2, 16, "avx2,fma");
registers!(Avx512, 32, "avx512f");

lanes!(
    Avx2,
    f32,
    8,
    __m256 {
        load: _mm256_loadu_ps,
        store: _mm256_storeu_ps,
        splat: _mm256_set1_ps,
        add: _mm256_add_ps,
        sub: _mm256_sub_ps,
        mul: _mm256_mul_ps,
        div: _mm256_div_ps,
        mul_add: |a, b, c| _mm256_fmadd_ps(a, b, c),
        neg_mul_add: |a, b, c| _mm256_fnmadd_ps(a, b, c),
        max_abs: |a, b| _mm256_max_ps(_mm256_andnot_ps(_mm256_set1_ps(-0.0), b), a),
        sum: |a| sum_f32(a),
        load_first: |from, count| _mm256_maskload_ps(from, first_of_eight(count)),
        store_first: |a, to, count| _mm256_maskstore_ps(to, first_of_eight(count), a)
    }
);
lanes!(
    Avx2,
    f64,
    4,
    __m256d {
        load: _mm256_loadu_pd,
        store: _mm256_storeu_pd,
        splat: _mm256_set1_pd,
        add: _mm256_add_pd,
        sub: _mm256_sub_pd,
        mul: _mm256_mul_pd,
        div: _mm256_div_pd,
        mul_add: |a, b, c| _mm256_fmadd_pd(a, b, c),
        neg_mul_add: |a, b, c| _mm256_fnmadd_pd(a, b, c),
        max_abs: |a, b| _mm256_max_pd(_mm256_andnot_pd(_mm256_set1_pd(-0.0), b), a),
        sum: |a| sum_f64(a),
        load_first: |from, count| _mm256_maskload_pd(from, first_of_four(count)),
        store_first: |a, to, count| _mm256_maskstore_pd(to, first_of_four(count), a),
        transpose: transpose_4x4
    }
);
lanes!(
    Avx512,
    f32,
    16,
    __m512 {
        load: _mm512_loadu_ps,
        store: _mm512_storeu_ps,
        splat: _mm512_set1_ps,
        add: _mm512_add_ps,
        sub: _mm512_sub_ps,
        mul: _mm512_mul_ps,
        div: _mm512_div_ps,
        mul_add: |a, b, c| _mm512_fmadd_ps(a, b, c),
        neg_mul_add: |a, b, c| _mm512_fnmadd_ps(a, b, c),
        max_abs: |a, b| _mm512_max_ps(_mm512_abs_ps(b), a),
        sum: |a| sum_f32(_mm256_add_ps(_mm512_castps512_ps256(a), upper_half(a))),
        load_first: |from, count| _mm512_maskz_loadu_ps(((1_u32 << count) - 1) as __mmask16, from),
        store_first: |a, to, count| _mm512_mask_storeu_ps(to, ((1_u32 << count) - 1) as __mmask16, a)
    }
);
lanes!(
    Avx512,
    f64,
    8,
    __m512d {
        load: _mm512_loadu_pd,
        store: _mm512_storeu_pd,
        splat: _mm512_set1_pd,
        add: _mm512_add_pd,
        sub: _mm512_sub_pd,
        mul: _mm512_mul_pd,
        div: _mm512_div_pd,
        mul_add: |a, b, c| _mm512_fmadd_pd(a, b, c),
        neg_mul_add: |a, b, c| _mm512_fnmadd_pd(a, b, c),
        max_abs: |a, b| _mm512_max_pd(_mm512_abs_pd(b), a),
        sum: |a| sum_f64(_mm256_add_pd(_mm512_castpd512_pd256(a), _mm512_extractf64x4_pd::<1>(a))),
        load_first: |from, count| _mm512_maskz_loadu_pd(((1_u32 << count) - 1) as __mmask8, from),
        store_first: |a, to, count| _mm512_mask_storeu_pd(to, ((1_u32 << count) - 1) as __mmask8, a),
        transpose: transpose_8x8
    }
);

impl Simd for Avx2 {
    #[inline(always)]
    fn widen(self, a: __m256) -> [__m256d; 2] {
        // SAFETY: `self` proves the instructions.
        unsafe { [_mm256_cvtps_pd(_mm256_castps256_ps128(a)), _mm256_cvtps_pd(_mm256_extractf128_ps::<1>(a))] }
    }
    #[inline(always)]
    fn not_less(self, a: __m256, b: __m256) -> u32 {
        // SAFETY: `self` proves the instructions.
        unsafe { _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_NLT_UQ>(a, b)) as u32 }
    }
}

impl Simd for Avx512 {
    #[inline(always)]
    fn widen(self, a: __m512) -> [__m512d; 2] {
        // SAFETY: `self` proves the instructions.
        unsafe { [_mm512_cvtps_pd(_mm512_castps512_ps256(a)), _mm512_cvtps_pd(upper_half(a))] }
    }
    #[inline(always)]
    fn not_less(self, a: __m512, b: __m512) -> u32 {
        // SAFETY: `self` proves the instructions.
        unsafe { _mm512_cmp_ps_mask::<_CMP_NLT_UQ>(a, b).into() }
    }
}

/// Returns a mask of the first `count` of four lanes.
#[inline]
#[target_feature(enable = "avx2")]
fn first_of_four(count: usize) -> __m256i {
    const MASKS: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];
    debug_assert!(count <= 4);
    // SAFETY: `count` is at most four, so four values from `4 - count` on are within the array.
    unsafe { _mm256_loadu_si256(MASKS.as_ptr().wrapping_add(4 - count).cast()) }
}

/// Returns a mask of the first `count` of eight lanes.
#[inline]
#[target_feature(enable = "avx2")]
fn first_of_eight(count: usize) -> __m256i {
    const MASKS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    debug_assert!(count <= 8);
    // SAFETY: `count` is at most eight, so eight values from `8 - count` on are within the array.
    unsafe { _mm256_loadu_si256(MASKS.as_ptr().wrapping_add(8 - count).cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn upper_half(a: __m512) -> __m256 {
    _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(a)))
}

#[inline]
#[target_feature(enable = "avx")]
fn sum_f32(a: __m256) -> f32 {
    let four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
    let pair = _mm_add_ps(four, _mm_movehl_ps(four, four));
    _mm_cvtss_f32(_mm_add_ss(pair, _mm_movehdup_ps(pair)))
}

#[inline]
#[target_feature(enable = "avx")]
fn sum_f64(a: __m256d) -> f64 {
    let pair = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd::<1>(a));
    _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)))
}

/// Copies four rows of four values so that they become columns.
///
/// # Safety
/// The rows at `from` are valid to read and those at `to` to write.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn transpose_4x4(from: *const f64, from_step: isize, to: *mut f64, to_step: isize) {
    // SAFETY: the caller grants four rows of four values each, here and there.
    unsafe {
        let (a, b) = (_mm256_loadu_pd(from), _mm256_loadu_pd(from.offset(from_step)));
        let (c, d) = (_mm256_loadu_pd(from.offset(2 * from_step)), _mm256_loadu_pd(from.offset(3 * from_step)));
        let (ab_even, ab_odd) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        let (cd_even, cd_odd) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
        _mm256_storeu_pd(to, _mm256_permute2f128_pd::<0x20>(ab_even, cd_even));
        _mm256_storeu_pd(to.offset(to_step), _mm256_permute2f128_pd::<0x20>(ab_odd, cd_odd));
        _mm256_storeu_pd(to.offset(2 * to_step), _mm256_permute2f128_pd::<0x31>(ab_even, cd_even));
        _mm256_storeu_pd(to.offset(3 * to_step), _mm256_permute2f128_pd::<0x31>(ab_odd, cd_odd));
    }
}

/// Copies eight rows of eight values so that they become columns.
///
/// # Safety
/// The rows at `from` are valid to read and those at `to` to write.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn transpose_8x8(from: *const f64, from_step: isize, to: *mut f64, to_step: isize) {
    // SAFETY: the caller grants eight rows of eight values each, here and there.
    unsafe {
        let (mut even, mut odd) = ([_mm512_setzero_pd(); 4], [_mm512_setzero_pd(); 4]);
        for i in 0..4 {
            let row = from.offset(2 * i as isize * from_step);
            let (x, y) = (_mm512_loadu_pd(row), _mm512_loadu_pd(row.offset(from_step)));
            even[i] = _mm512_unpacklo_pd(x, y);
            odd[i] = _mm512_unpackhi_pd(x, y);
        }
        // Pairs of values are left to transpose, four by four.
        for (column, pairs) in [even, odd].into_iter().enumerate() {
            let [a, b, c, d] = pairs;
            let (ab_even, ab_odd) = (_mm512_shuffle_f64x2::<0x88>(a, b), _mm512_shuffle_f64x2::<0xDD>(a, b));
            let (cd_even, cd_odd) = (_mm512_shuffle_f64x2::<0x88>(c, d), _mm512_shuffle_f64x2::<0xDD>(c, d));
            let row = to.offset(column as isize * to_step);
            _mm512_storeu_pd(row, _mm512_shuffle_f64x2::<0x88>(ab_even, cd_even));
            _mm512_storeu_pd(row.offset(2 * to_step), _mm512_shuffle_f64x2::<0x88>(ab_odd, cd_odd));
            _mm512_storeu_pd(row.offset(4 * to_step), _mm512_shuffle_f64x2::<0xDD>(ab_even, cd_even));
            _mm512_storeu_pd(row.offset(6 * to_step), _mm512_shuffle_f64x2::<0xDD>(ab_odd, cd_odd));
        }
    }
}
