//! Registers of Advanced SIMD.

use std::arch::aarch64::*;

use super::{Kernel, Lanes, Registers, Simd, lanes, registers};

/// The proof of Advanced SIMD.
#[derive(Clone, Copy)]
pub(super) struct Neon(pub(super) ());

registers!(Neon, 32, "neon");

lanes!(
    Neon,
    f32,
    4,
    float32x4_t {
        load: vld1q_f32,
        store: vst1q_f32,
        splat: vdupq_n_f32,
        add: vaddq_f32,
        sub: vsubq_f32,
        mul: vmulq_f32,
        div: vdivq_f32,
        mul_add: |a, b, c| vfmaq_f32(c, a, b),
        neg_mul_add: |a, b, c| vfmsq_f32(c, a, b),
        max_abs: |a, b| vmaxq_f32(a, vabsq_f32(b)),
        sum: |a| vaddvq_f32(a),
        load_first: |from, count| vld1q_f32(padded::<f32, 4>(from, count).as_ptr()),
        store_first: |a, to, count| {
            let mut values = [0.0; 4];
            vst1q_f32(values.as_mut_ptr(), a);
            std::ptr::copy_nonoverlapping(values.as_ptr(), to, count);
        }
    }
);
lanes!(
    Neon,
    f64,
    2,
    float64x2_t {
        load: vld1q_f64,
        store: vst1q_f64,
        splat: vdupq_n_f64,
        add: vaddq_f64,
        sub: vsubq_f64,
        mul: vmulq_f64,
        div: vdivq_f64,
        mul_add: |a, b, c| vfmaq_f64(c, a, b),
        neg_mul_add: |a, b, c| vfmsq_f64(c, a, b),
        max_abs: |a, b| vmaxq_f64(a, vabsq_f64(b)),
        sum: |a| vaddvq_f64(a),
        load_first: |from, count| vld1q_f64(padded::<f64, 2>(from, count).as_ptr()),
        store_first: |a, to, count| {
            let mut values = [0.0; 2];
            vst1q_f64(values.as_mut_ptr(), a);
            std::ptr::copy_nonoverlapping(values.as_ptr(), to, count);
        }
    }
);

impl Simd for Neon {
    #[inline(always)]
    fn widen(self, a: float32x4_t) -> [float64x2_t; 2] {
        // SAFETY: `self` proves the instructions.
        unsafe { [vcvt_f64_f32(vget_low_f32(a)), vcvt_high_f64_f32(a)] }
    }
    #[inline(always)]
    fn not_less(self, a: float32x4_t, b: float32x4_t) -> u32 {
        // SAFETY: `self` proves the instructions, and the array holds a whole register.
        unsafe { vaddvq_u32(vandq_u32(vmvnq_u32(vcltq_f32(a, b)), vld1q_u32([1, 2, 4, 8].as_ptr()))) }
    }
}

/// Returns the `count` values at `from`, followed by zeros.
///
/// # Safety
/// They are readable, and the array holds as many.
#[inline(always)]
unsafe fn padded<T: Copy + Default, const N: usize>(from: *const T, count: usize) -> [T; N] {
    // SAFETY: as the caller grants.
    std::array::from_fn(|i| if i < count { unsafe { *from.add(i) } } else { T::default() })
}
