//! Vectors of the processor, chosen when the program runs.
//!
//! A [`Kernel`] is written once over [`Lanes`] and compiled for every instruction set; [`run`] picks the widest one that
//! this processor has. Which one that is depends on the processor alone, so the same machine gives the same bits.

/// Several `f64` that are computed with at once.
pub(crate) trait Lanes: Copy {
    /// Number of values.
    const COUNT: usize;
    /// Rows of a product that fit into registers beside three vectors a row.
    const ROWS: usize;

    /// Returns `value` in every lane.
    fn splat(value: f64) -> Self;

    /// Returns the values at `from`.
    ///
    /// # Safety
    /// `COUNT` values at `from` are readable.
    unsafe fn load(from: *const f64) -> Self;

    /// Returns the first `count` values at `from`, and zeros.
    ///
    /// # Safety
    /// `count` values at `from` are readable, and `count <= COUNT`.
    unsafe fn load_first(from: *const f64, count: usize) -> Self;

    /// Stores all lanes.
    ///
    /// # Safety
    /// `COUNT` values at `to` are writable.
    unsafe fn store(self, to: *mut f64);

    /// Stores the first `count` lanes.
    ///
    /// # Safety
    /// `count` values at `to` are writable, and `count <= COUNT`.
    unsafe fn store_first(self, to: *mut f64, count: usize);

    /// Returns `self * factor + term`, rounded once where the processor can.
    fn mul_add(self, factor: Self, term: Self) -> Self;

    /// Returns `term - self * factor`, rounded once where the processor can.
    fn neg_mul_add(self, factor: Self, term: Self) -> Self;

    /// Returns `self + other`.
    fn add(self, other: Self) -> Self;

    /// Returns `self - other`.
    fn sub(self, other: Self) -> Self;

    /// Returns `self / other`.
    fn div(self, other: Self) -> Self;

    /// Returns the larger of `self` and `|other|`; of a NaN in `other`, nothing is promised.
    fn max_abs(self, other: Self) -> Self;

    /// Runs `kernel` as code of this instruction set.
    ///
    /// # Safety
    /// The processor has the instruction set.
    unsafe fn call<K: Kernel>(kernel: K) -> K::Output;

    /// Copies `COUNT` rows of `COUNT` values, each row a step after the one before, so that they become columns.
    ///
    /// # Safety
    /// The rows at `from` are valid to read and those at `to` to write, and they are others.
    #[inline(always)]
    unsafe fn transpose(from: *const f64, from_step: isize, to: *mut f64, to_step: isize) {
        for i in 0..Self::COUNT as isize {
            for j in 0..Self::COUNT as isize {
                // SAFETY: as the caller grants.
                unsafe { *to.offset(j * to_step + i) = *from.offset(i * from_step + j) };
            }
        }
    }
}

/// Work over vectors of any width. Its body, and all it calls over the vectors, must be `#[inline(always)]`: only what is inlined into
/// [`Lanes::call`] is compiled for its instruction set.
pub(crate) trait Kernel {
    /// What the work returns.
    type Output;

    /// Does the work.
    ///
    /// # Safety
    /// The processor has the instruction set of `V`.
    unsafe fn run<V: Lanes>(self) -> Self::Output;
}

/// Runs `kernel` with the widest vectors of this processor.
#[inline]
pub(crate) fn run<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(test)]
    match tests::CHOSEN.get() {
        tests::Choice::Widest => {}
        // SAFETY: plain values need no instruction set.
        tests::Choice::Plain => return unsafe { Plain::call(kernel) },
        // SAFETY: `tests::with_each` makes this choice only where the processor has AVX2 and FMA.
        #[cfg(target_arch = "x86_64")]
        tests::Choice::Avx2 => return unsafe { x86::Avx2::call(kernel) },
    }
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has AVX-512F.
            return unsafe { x86::Avx512::call(kernel) };
        }
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
            // SAFETY: the processor has AVX2 and FMA.
            return unsafe { x86::Avx2::call(kernel) };
        }
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: every processor of this architecture has NEON.
    return unsafe { arm::Neon::call(kernel) };
    #[cfg(not(target_arch = "aarch64"))]
    // SAFETY: plain values need no instruction set.
    unsafe {
        Plain::call(kernel)
    }
}

/// Two values without any instruction set: what the compiler makes of them.
#[derive(Clone, Copy)]
#[cfg(any(test, not(target_arch = "aarch64")))]
pub(crate) struct Plain([f64; 2]);

#[cfg(any(test, not(target_arch = "aarch64")))]
impl Lanes for Plain {
    const COUNT: usize = 2;
    const ROWS: usize = 4;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([value; 2])
    }

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: the caller grants two values.
        Self(unsafe { from.cast::<[f64; 2]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f64, count: usize) -> Self {
        let mut values = [0.0; 2];
        for (i, value) in values.iter_mut().enumerate().take(count) {
            // SAFETY: the caller grants `count` values.
            *value = unsafe { *from.add(i) };
        }
        Self(values)
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: the caller grants two values.
        unsafe { to.cast::<[f64; 2]>().write_unaligned(self.0) };
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f64, count: usize) {
        for (i, value) in self.0.iter().enumerate().take(count) {
            // SAFETY: the caller grants `count` values.
            unsafe { *to.add(i) = *value };
        }
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        Self([self.0[0] * factor.0[0] + term.0[0], self.0[1] * factor.0[1] + term.0[1]])
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, term: Self) -> Self {
        Self([term.0[0] - self.0[0] * factor.0[0], term.0[1] - self.0[1] * factor.0[1]])
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self([self.0[0] + other.0[0], self.0[1] + other.0[1]])
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self([self.0[0] - other.0[0], self.0[1] - other.0[1]])
    }

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self([self.0[0] / other.0[0], self.0[1] / other.0[1]])
    }

    #[inline(always)]
    fn max_abs(self, other: Self) -> Self {
        Self([self.0[0].max(other.0[0].abs()), self.0[1].max(other.0[1].abs())])
    }

    #[inline(never)]
    unsafe fn call<K: Kernel>(kernel: K) -> K::Output {
        // SAFETY: plain values need no instruction set.
        unsafe { kernel.run::<Self>() }
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod x86 {
    use std::arch::x86_64::*;

    use super::{Kernel, Lanes};

    /// Eight values of AVX-512.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx512(__m512d);

    /// Four values of AVX2 with FMA.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx2(__m256d);

    impl Lanes for Avx512 {
        const COUNT: usize = 8;
        const ROWS: usize = 8;

        #[inline(always)]
        fn splat(value: f64) -> Self {
            // SAFETY: a value of this type is made only where the processor has AVX-512F.
            Self(unsafe { _mm512_set1_pd(value) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f64) -> Self {
            // SAFETY: the caller grants eight values.
            Self(unsafe { _mm512_loadu_pd(from) })
        }

        #[inline(always)]
        unsafe fn load_first(from: *const f64, count: usize) -> Self {
            // SAFETY: the mask has `count` bits, and the caller grants as many values; others are not touched.
            Self(unsafe { _mm512_maskz_loadu_pd(((1_u32 << count) - 1) as __mmask8, from) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f64) {
            // SAFETY: the caller grants eight values.
            unsafe { _mm512_storeu_pd(to, self.0) };
        }

        #[inline(always)]
        unsafe fn store_first(self, to: *mut f64, count: usize) {
            // SAFETY: the mask has `count` bits, and the caller grants as many values; others are not touched.
            unsafe { _mm512_mask_storeu_pd(to, ((1_u32 << count) - 1) as __mmask8, self.0) };
        }

        #[inline(always)]
        fn mul_add(self, factor: Self, term: Self) -> Self {
            // SAFETY: `self` exists, so the processor has AVX-512F.
            Self(unsafe { _mm512_fmadd_pd(self.0, factor.0, term.0) })
        }

        #[inline(always)]
        fn neg_mul_add(self, factor: Self, term: Self) -> Self {
            // SAFETY: `self` exists, so the processor has AVX-512F.
            Self(unsafe { _mm512_fnmadd_pd(self.0, factor.0, term.0) })
        }

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            // SAFETY: `self` exists, so the processor has AVX-512F.
            Self(unsafe { _mm512_add_pd(self.0, other.0) })
        }

        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            // SAFETY: `self` exists, so the processor has AVX-512F.
            Self(unsafe { _mm512_sub_pd(self.0, other.0) })
        }

        #[inline(always)]
        fn div(self, other: Self) -> Self {
            // SAFETY: `self` exists, so the processor has AVX-512F.
            Self(unsafe { _mm512_div_pd(self.0, other.0) })
        }

        #[inline(always)]
        fn max_abs(self, other: Self) -> Self {
            // SAFETY: `self` exists, so the processor has AVX-512F.
            Self(unsafe { _mm512_max_pd(_mm512_abs_pd(other.0), self.0) })
        }

        #[inline(always)]
        unsafe fn transpose(from: *const f64, from_step: isize, to: *mut f64, to_step: isize) {
            // SAFETY: a value of this type is made only where the processor has AVX-512F, and the caller grants eight rows of
            // eight values each, here and there.
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

        #[inline(always)]
        unsafe fn call<K: Kernel>(kernel: K) -> K::Output {
            #[target_feature(enable = "avx512f,avx2,fma")]
            #[inline(never)]
            unsafe fn compiled<K: Kernel>(kernel: K) -> K::Output {
                // SAFETY: the caller vouches for the processor.
                unsafe { kernel.run::<Avx512>() }
            }
            // SAFETY: the caller vouches for the processor; with AVX-512F comes AVX2 and FMA.
            unsafe { compiled(kernel) }
        }
    }

    #[inline(always)]
    fn first(count: usize) -> __m256i {
        const MASKS: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];
        // SAFETY: `count` is at most four, so four values from `4 - count` on are within the array.
        unsafe { _mm256_loadu_si256(MASKS.as_ptr().add(4 - count).cast()) }
    }

    impl Lanes for Avx2 {
        const COUNT: usize = 4;
        const ROWS: usize = 4;

        #[inline(always)]
        fn splat(value: f64) -> Self {
            // SAFETY: a value of this type is made only where the processor has AVX2.
            Self(unsafe { _mm256_set1_pd(value) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f64) -> Self {
            // SAFETY: the caller grants four values.
            Self(unsafe { _mm256_loadu_pd(from) })
        }

        #[inline(always)]
        unsafe fn load_first(from: *const f64, count: usize) -> Self {
            // SAFETY: the mask is set for `count` lanes, and the caller grants as many values; others are not touched.
            Self(unsafe { _mm256_maskload_pd(from, first(count)) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f64) {
            // SAFETY: the caller grants four values.
            unsafe { _mm256_storeu_pd(to, self.0) };
        }

        #[inline(always)]
        unsafe fn store_first(self, to: *mut f64, count: usize) {
            // SAFETY: the mask is set for `count` lanes, and the caller grants as many values; others are not touched.
            unsafe { _mm256_maskstore_pd(to, first(count), self.0) };
        }

        #[inline(always)]
        fn mul_add(self, factor: Self, term: Self) -> Self {
            // SAFETY: `self` exists, so the processor has FMA.
            Self(unsafe { _mm256_fmadd_pd(self.0, factor.0, term.0) })
        }

        #[inline(always)]
        fn neg_mul_add(self, factor: Self, term: Self) -> Self {
            // SAFETY: `self` exists, so the processor has FMA.
            Self(unsafe { _mm256_fnmadd_pd(self.0, factor.0, term.0) })
        }

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            // SAFETY: `self` exists, so the processor has AVX2.
            Self(unsafe { _mm256_add_pd(self.0, other.0) })
        }

        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            // SAFETY: `self` exists, so the processor has AVX2.
            Self(unsafe { _mm256_sub_pd(self.0, other.0) })
        }

        #[inline(always)]
        fn div(self, other: Self) -> Self {
            // SAFETY: `self` exists, so the processor has AVX2.
            Self(unsafe { _mm256_div_pd(self.0, other.0) })
        }

        #[inline(always)]
        fn max_abs(self, other: Self) -> Self {
            // SAFETY: `self` exists, so the processor has AVX2.
            Self(unsafe { _mm256_max_pd(_mm256_andnot_pd(_mm256_set1_pd(-0.0), other.0), self.0) })
        }

        #[inline(always)]
        unsafe fn transpose(from: *const f64, from_step: isize, to: *mut f64, to_step: isize) {
            // SAFETY: a value of this type is made only where the processor has AVX2, and the caller grants four rows of four
            // values each, here and there.
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

        #[inline(always)]
        unsafe fn call<K: Kernel>(kernel: K) -> K::Output {
            #[target_feature(enable = "avx2,fma")]
            #[inline(never)]
            unsafe fn compiled<K: Kernel>(kernel: K) -> K::Output {
                // SAFETY: the caller vouches for the processor.
                unsafe { kernel.run::<Avx2>() }
            }
            // SAFETY: the caller vouches for the processor.
            unsafe { compiled(kernel) }
        }
    }
}

#[cfg(target_arch = "aarch64")]
pub(crate) mod arm {
    use std::arch::aarch64::*;

    use super::{Kernel, Lanes};

    /// Two values of NEON.
    #[derive(Clone, Copy)]
    pub(crate) struct Neon(float64x2_t);

    impl Lanes for Neon {
        const COUNT: usize = 2;
        const ROWS: usize = 8;

        #[inline(always)]
        fn splat(value: f64) -> Self {
            // SAFETY: every processor of this architecture has NEON.
            Self(unsafe { vdupq_n_f64(value) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f64) -> Self {
            // SAFETY: the caller grants two values.
            Self(unsafe { vld1q_f64(from) })
        }

        #[inline(always)]
        unsafe fn load_first(from: *const f64, count: usize) -> Self {
            let mut values = [0.0; 2];
            for (i, value) in values.iter_mut().enumerate().take(count) {
                // SAFETY: the caller grants `count` values.
                *value = unsafe { *from.add(i) };
            }
            // SAFETY: the array has two values.
            unsafe { Self::load(values.as_ptr()) }
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f64) {
            // SAFETY: the caller grants two values.
            unsafe { vst1q_f64(to, self.0) };
        }

        #[inline(always)]
        unsafe fn store_first(self, to: *mut f64, count: usize) {
            let mut values = [0.0; 2];
            // SAFETY: the array has two values.
            unsafe { self.store(values.as_mut_ptr()) };
            for (i, value) in values.iter().enumerate().take(count) {
                // SAFETY: the caller grants `count` values.
                unsafe { *to.add(i) = *value };
            }
        }

        #[inline(always)]
        fn mul_add(self, factor: Self, term: Self) -> Self {
            // SAFETY: every processor of this architecture has NEON.
            Self(unsafe { vfmaq_f64(term.0, self.0, factor.0) })
        }

        #[inline(always)]
        fn neg_mul_add(self, factor: Self, term: Self) -> Self {
            // SAFETY: every processor of this architecture has NEON.
            Self(unsafe { vfmsq_f64(term.0, self.0, factor.0) })
        }

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            // SAFETY: every processor of this architecture has NEON.
            Self(unsafe { vaddq_f64(self.0, other.0) })
        }

        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            // SAFETY: every processor of this architecture has NEON.
            Self(unsafe { vsubq_f64(self.0, other.0) })
        }

        #[inline(always)]
        fn div(self, other: Self) -> Self {
            // SAFETY: every processor of this architecture has NEON.
            Self(unsafe { vdivq_f64(self.0, other.0) })
        }

        #[inline(always)]
        fn max_abs(self, other: Self) -> Self {
            // SAFETY: every processor of this architecture has NEON.
            Self(unsafe { vmaxq_f64(self.0, vabsq_f64(other.0)) })
        }

        #[inline(never)]
        unsafe fn call<K: Kernel>(kernel: K) -> K::Output {
            // SAFETY: the caller vouches for the processor.
            unsafe { kernel.run::<Self>() }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(crate) enum Choice {
        Widest,
        Plain,
        #[cfg(target_arch = "x86_64")]
        Avx2,
    }

    thread_local! {
        pub(crate) static CHOSEN: Cell<Choice> = const { Cell::new(Choice::Widest) };
    }

    /// Calls `test` once for every instruction set of this processor that there is code for. It holds on this thread.
    pub(crate) fn with_each(test: impl Fn(Choice)) {
        let mut choices = vec![Choice::Widest, Choice::Plain];
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
            choices.push(Choice::Avx2);
        }
        for choice in choices {
            CHOSEN.set(choice);
            test(choice);
        }
        CHOSEN.set(Choice::Widest);
    }

    /// Every operation on one vector that is loaded and stored with `count` values.
    struct Operations<'a>(&'a [f64], &'a mut [f64], usize);

    impl Kernel for Operations<'_> {
        type Output = (f64, usize);

        #[inline(always)]
        unsafe fn run<V: Lanes>(self) -> (f64, usize) {
            let Self(from, to, count) = self;
            let count = count.min(V::COUNT);
            assert!(from.len() >= V::COUNT && to.len() >= V::COUNT);
            // SAFETY: both slices have as many values.
            unsafe {
                let x = V::load_first(from.as_ptr(), count);
                let y = V::load(from.as_ptr());
                let largest = V::splat(0.5).max_abs(y);
                let value = x.mul_add(V::splat(2.0), y).sub(V::splat(1.0)).add(V::splat(0.25)).div(V::splat(0.5));
                V::splat(3.0).neg_mul_add(y, value).store_first(to.as_mut_ptr(), count);
                let mut each = [0.0; 8];
                largest.store(each.as_mut_ptr());
                (each.iter().fold(0.0, |largest: f64, x| largest.max(*x)), V::COUNT)
            }
        }
    }

    #[test]
    fn operations_touch_only_the_lanes_they_are_asked_for() {
        with_each(|choice| {
            for count in 0..=8 {
                let from = [0.5, -4.0, 1.0, 2.0, -3.0, 8.0, -16.0, 0.0];
                let mut to = [9.0; 8];
                let (largest, lanes) = run(Operations(&from, &mut to, count));
                let expected = from[..lanes].iter().fold(0.5, |largest: f64, x| largest.max(x.abs()));
                assert_eq!(largest, expected, "{choice:?}");
                for (i, (x, y)) in from.iter().zip(&to).enumerate() {
                    let expected = if i < count.min(lanes) { (2.0 * x + x - 0.75) / 0.5 - 3.0 * x } else { 9.0 };
                    assert_eq!(*y, expected, "{choice:?}, value {i} of {count}");
                }
            }
        });
    }
}
