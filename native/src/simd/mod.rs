//! Vector registers of several kinds behind one trait, chosen when the program runs.
//!
//! A value of [`Avx512`], [`Avx2`] or [`Neon`] is the proof that the processor has those instructions: only
//! [`dispatch`] makes one, and only after asking the processor. The kernels are therefore safe code, written once
//! over [`Simd`]; every `unsafe` is in this file. A kernel has to be inlined into [`dispatch`]'s entry points,
//! where the instructions are enabled: hence `#[inline(always)]` throughout.

pub(crate) mod lanes;

use std::sync::atomic::{AtomicU8, Ordering};

/// The instruction sets that the kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Level {
    /// What every processor of the target has.
    Portable = 1,
    /// AVX2 with FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2 = 2,
    /// AVX-512F.
    #[cfg(target_arch = "x86_64")]
    Avx512 = 3,
    /// Advanced SIMD of arm64.
    #[cfg(target_arch = "aarch64")]
    Neon = 4,
}

impl Level {
    /// Every level of this target, the best last.
    pub(crate) const ALL: &'static [Self] = &[
        Self::Portable,
        #[cfg(target_arch = "x86_64")]
        Self::Avx2,
        #[cfg(target_arch = "x86_64")]
        Self::Avx512,
        #[cfg(target_arch = "aarch64")]
        Self::Neon,
    ];

    /// Returns whether this processor has the level's instructions.
    pub(crate) fn is_present(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => is_x86_feature_detected!("avx512f"),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => std::arch::is_aarch64_feature_detected!("neon"),
        }
    }

    /// Returns the best level that this processor has.
    #[inline]
    pub(crate) fn best() -> Self {
        static BEST: AtomicU8 = AtomicU8::new(0);
        let known = BEST.load(Ordering::Relaxed);
        if let Some(level) = Self::ALL.iter().find(|level| **level as u8 == known) {
            return *level;
        }
        let level = Self::ALL.iter().rev().find(|level| level.is_present()).copied().unwrap_or(Self::Portable);
        BEST.store(level as u8, Ordering::Relaxed);
        level
    }
}

/// Registers of `T`.
pub(crate) trait Lanes<T>: Copy {
    /// As many values as a register holds, in memory.
    type Block: AsRef<[T]>;
    /// A register.
    type Vector: Copy;
    /// Values in a register.
    const LANES: usize;

    /// Returns the whole blocks of `values`, and what is left over.
    fn blocks(self, values: &[T]) -> (&[Self::Block], &[T]);
    /// Returns the values of `block`.
    fn load(self, block: &Self::Block) -> Self::Vector;
    /// Returns the values of `tail`, fewer than a block, followed by zeros.
    fn load_tail(self, tail: &[T]) -> Self::Vector;
    /// Returns the values of the register.
    fn store(self, a: Self::Vector) -> Self::Block;
    /// Returns the sum of the lanes, added pairwise.
    fn sum(self, a: Self::Vector) -> T;
    /// Returns `value` in every lane.
    fn splat(self, value: T) -> Self::Vector;
    /// Returns `a + b`.
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Returns `a - b`.
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Returns `a * b`.
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Returns `a * b + c`, rounded once where the processor can.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
}

/// A register of `T` on `S`.
pub(crate) type VectorOf<S, T> = <S as Lanes<T>>::Vector;

/// One kind of vector registers.
pub(crate) trait Simd: Lanes<f32> + Lanes<f64> {
    /// Number of registers.
    const REGISTERS: usize;

    /// Returns the lanes of `a` as doubles, the lower half first.
    fn widen(self, a: VectorOf<Self, f32>) -> [VectorOf<Self, f64>; 2];
    /// Returns a bit for every lane where `a < b` does not hold, because it is greater, equal or not a number.
    fn not_less(self, a: VectorOf<Self, f32>, b: VectorOf<Self, f32>) -> u32;
}

/// Work that [`dispatch`] runs.
pub(crate) trait Kernel {
    /// What the work returns.
    type Output;
    /// Does the work with registers of the kind `S`. Must be `#[inline(always)]`.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// Runs `kernel` with the instructions of `level`.
///
/// # Panics
/// When the processor does not have them.
#[inline]
pub(crate) fn dispatch<K: Kernel>(level: Level, kernel: K) -> K::Output {
    match level {
        Level::Portable => kernel.run(Portable(())),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => {
            assert!(level.is_present(), "no AVX2 and FMA");
            // SAFETY: the line above asked the processor for exactly the features that the function enables.
            unsafe { avx2(kernel) }
        }
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => {
            assert!(level.is_present(), "no AVX-512F");
            // SAFETY: the line above asked the processor for exactly the feature that the function enables.
            unsafe { avx512(kernel) }
        }
        #[cfg(target_arch = "aarch64")]
        Level::Neon => {
            assert!(level.is_present(), "no Advanced SIMD");
            // SAFETY: the line above asked the processor for exactly the feature that the function enables.
            unsafe { neon(kernel) }
        }
    }
}

/// Bytes of a cache line, or of a part of one.
pub(crate) const LINE: usize = 64;

/// Asks the processor for the cache line at `address`, which may be any.
#[inline(always)]
pub(crate) fn prefetch<T>(address: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch of any address does nothing but warm the cache.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Avx2(()))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Avx512(()))
}

#[cfg(target_arch = "aarch64")]
#[target_feature(enable = "neon")]
fn neon<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Neon(()))
}

/// Registers of 16 bytes as plain arrays, which every compiler target can map to what it has.
#[derive(Clone, Copy)]
pub(crate) struct Portable(());

macro_rules! portable {
    ($t:ty, $lanes:literal, |$a:ident| $sum:expr) => {
        impl Lanes<$t> for Portable {
            type Block = [$t; $lanes];
            type Vector = [$t; $lanes];
            const LANES: usize = $lanes;

            #[inline(always)]
            fn blocks(self, values: &[$t]) -> (&[Self::Block], &[$t]) {
                values.as_chunks()
            }
            #[inline(always)]
            fn load(self, block: &Self::Block) -> Self::Vector {
                *block
            }
            #[inline(always)]
            fn load_tail(self, tail: &[$t]) -> Self::Vector {
                let mut block = [0.0; $lanes];
                block[..tail.len()].copy_from_slice(tail);
                block
            }
            #[inline(always)]
            fn store(self, a: Self::Vector) -> Self::Block {
                a
            }
            #[inline(always)]
            fn splat(self, value: $t) -> Self::Vector {
                [value; $lanes]
            }
            #[inline(always)]
            fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| a[i] + b[i])
            }
            #[inline(always)]
            fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| a[i] - b[i])
            }
            #[inline(always)]
            fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| a[i] * b[i])
            }
            #[inline(always)]
            fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                // Not `f32::mul_add`: without the instruction that is a call into the C library.
                std::array::from_fn(|i| a[i] * b[i] + c[i])
            }
            #[inline(always)]
            fn sum(self, $a: Self::Vector) -> $t {
                $sum
            }
        }
    };
}

portable!(f32, 4, |a| (a[0] + a[2]) + (a[1] + a[3]));
portable!(f64, 2, |a| a[0] + a[1]);

impl Simd for Portable {
    const REGISTERS: usize = 16;

    #[inline(always)]
    fn widen(self, a: [f32; 4]) -> [[f64; 2]; 2] {
        [[a[0].into(), a[1].into()], [a[2].into(), a[3].into()]]
    }
    #[inline(always)]
    #[expect(clippy::neg_cmp_op_on_partial_ord, reason = "a comparison with NaN has to give true")]
    fn not_less(self, a: [f32; 4], b: [f32; 4]) -> u32 {
        (0..4).fold(0, |bits, i| bits | u32::from(!(a[i] < b[i])) << i)
    }
}

/// Implements [`Lanes`] with the intrinsics of one instruction set.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! lanes {
    ($simd:ty, $t:ty, $lanes:literal, $vector:ty, $load:ident, $store:ident, $splat:ident, $add:ident, $sub:ident,
     $mul:ident, |$tail:ident| $load_tail:expr, |$a:ident, $b:ident, $c:ident| $mul_add:expr,
     |$s:ident| $sum:expr) => {
        impl Lanes<$t> for $simd {
            type Block = [$t; $lanes];
            type Vector = $vector;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn blocks(self, values: &[$t]) -> (&[Self::Block], &[$t]) {
                values.as_chunks()
            }
            #[inline(always)]
            fn load(self, block: &Self::Block) -> $vector {
                // SAFETY: `self` proves the instructions, and a whole block is readable.
                unsafe { $load(block.as_ptr()) }
            }
            #[inline(always)]
            fn load_tail(self, $tail: &[$t]) -> $vector {
                assert!($tail.len() < $lanes, "a tail is shorter than a block");
                $load_tail
            }
            #[inline(always)]
            fn store(self, a: $vector) -> Self::Block {
                let mut block = [0.0; $lanes];
                // SAFETY: `self` proves the instructions, and a whole block is writable.
                unsafe { $store(block.as_mut_ptr(), a) };
                block
            }
            #[inline(always)]
            fn splat(self, value: $t) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $splat(value) }
            }
            #[inline(always)]
            fn add(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $add(a, b) }
            }
            #[inline(always)]
            fn sub(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $sub(a, b) }
            }
            #[inline(always)]
            fn mul(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $mul(a, b) }
            }
            #[inline(always)]
            fn mul_add(self, $a: $vector, $b: $vector, $c: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $mul_add }
            }
            #[inline(always)]
            fn sum(self, $s: $vector) -> $t {
                // SAFETY: `self` proves the instructions.
                unsafe { $sum }
            }
        }
    };
}

/// Returns `tail` followed by zeros.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[inline(always)]
fn padded<T: Copy + Default, const N: usize>(tail: &[T]) -> [T; N] {
    let mut block = [T::default(); N];
    block[..tail.len()].copy_from_slice(tail);
    block
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Lanes, Simd, padded};
    use std::arch::x86_64::*;

    /// The proof of AVX2 and FMA.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx2(pub(super) ());

    /// The proof of AVX-512F.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx512(pub(super) ());

    lanes!(
        Avx2,
        f32,
        8,
        __m256,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_set1_ps,
        _mm256_add_ps,
        _mm256_sub_ps,
        _mm256_mul_ps,
        |tail| Lanes::<f32>::load(Avx2(()), &padded(tail)),
        |a, b, c| _mm256_fmadd_ps(a, b, c),
        |a| sum_f32(a)
    );
    lanes!(
        Avx2,
        f64,
        4,
        __m256d,
        _mm256_loadu_pd,
        _mm256_storeu_pd,
        _mm256_set1_pd,
        _mm256_add_pd,
        _mm256_sub_pd,
        _mm256_mul_pd,
        |tail| Lanes::<f64>::load(Avx2(()), &padded(tail)),
        |a, b, c| _mm256_fmadd_pd(a, b, c),
        |a| sum_f64(a)
    );
    lanes!(
        Avx512,
        f32,
        16,
        __m512,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_set1_ps,
        _mm512_add_ps,
        _mm512_sub_ps,
        _mm512_mul_ps,
        // SAFETY: the type proves the instructions; the mask leaves out what lies beyond the tail.
        |tail| unsafe { _mm512_maskz_loadu_ps((1u16 << tail.len()) - 1, tail.as_ptr()) },
        |a, b, c| _mm512_fmadd_ps(a, b, c),
        |a| {
            let high = _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(a)));
            sum_f32(_mm256_add_ps(_mm512_castps512_ps256(a), high))
        }
    );
    lanes!(
        Avx512,
        f64,
        8,
        __m512d,
        _mm512_loadu_pd,
        _mm512_storeu_pd,
        _mm512_set1_pd,
        _mm512_add_pd,
        _mm512_sub_pd,
        _mm512_mul_pd,
        // SAFETY: the type proves the instructions; the mask leaves out what lies beyond the tail.
        |tail| unsafe { _mm512_maskz_loadu_pd((1u8 << tail.len()) - 1, tail.as_ptr()) },
        |a, b, c| _mm512_fmadd_pd(a, b, c),
        |a| sum_f64(_mm256_add_pd(_mm512_castpd512_pd256(a), _mm512_extractf64x4_pd::<1>(a)))
    );

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

    impl Simd for Avx2 {
        const REGISTERS: usize = 16;

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
        const REGISTERS: usize = 32;

        #[inline(always)]
        fn widen(self, a: __m512) -> [__m512d; 2] {
            // SAFETY: `self` proves the instructions.
            unsafe {
                let high = _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(a)));
                [_mm512_cvtps_pd(_mm512_castps512_ps256(a)), _mm512_cvtps_pd(high)]
            }
        }
        #[inline(always)]
        fn not_less(self, a: __m512, b: __m512) -> u32 {
            // SAFETY: `self` proves the instructions.
            unsafe { _mm512_cmp_ps_mask::<_CMP_NLT_UQ>(a, b).into() }
        }
    }
}

#[cfg(target_arch = "aarch64")]
pub(crate) use arm::Neon;

#[cfg(target_arch = "aarch64")]
mod arm {
    use super::{Lanes, Simd, padded};
    use std::arch::aarch64::*;

    /// The proof of Advanced SIMD.
    #[derive(Clone, Copy)]
    pub(crate) struct Neon(pub(super) ());

    lanes!(
        Neon,
        f32,
        4,
        float32x4_t,
        vld1q_f32,
        vst1q_f32,
        vdupq_n_f32,
        vaddq_f32,
        vsubq_f32,
        vmulq_f32,
        |tail| Lanes::<f32>::load(Neon(()), &padded(tail)),
        |a, b, c| vfmaq_f32(c, a, b),
        |a| vaddvq_f32(a)
    );
    lanes!(
        Neon,
        f64,
        2,
        float64x2_t,
        vld1q_f64,
        vst1q_f64,
        vdupq_n_f64,
        vaddq_f64,
        vsubq_f64,
        vmulq_f64,
        |tail| Lanes::<f64>::load(Neon(()), &padded(tail)),
        |a, b, c| vfmaq_f64(c, a, b),
        |a| vaddvq_f64(a)
    );

    impl Simd for Neon {
        const REGISTERS: usize = 32;

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
}
