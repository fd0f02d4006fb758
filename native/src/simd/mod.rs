//! Vector registers of several kinds behind one trait, chosen when the program runs.
//!
//! A value of `Avx512`, `Avx2` or `Neon` is the proof that the processor has those instructions: only [`dispatch`] makes
//! one, and only after asking the processor. A kernel is therefore safe code, but for what it reads through pointers. It is
//! written once: over [`Lanes`] of an element type ([`KernelOf`]), or over [`Simd`] where it needs floats and doubles
//! ([`Kernel`]). It has to be inlined into the entry points, where the instructions are enabled: hence `#[inline(always)]`
//! throughout.
//!
//! Which kind is taken depends on the processor alone, so the same machine gives the same bits.

#[cfg(target_arch = "aarch64")]
mod arm;
#[cfg(any(test, not(target_arch = "aarch64")))]
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::fmt::Debug;
use std::marker::PhantomData;
use std::ops::{Add, Mul};
use std::sync::atomic::{AtomicU8, Ordering};

#[cfg(target_arch = "aarch64")]
use arm::Neon;
#[cfg(any(test, not(target_arch = "aarch64")))]
use portable::Portable;
#[cfg(target_arch = "x86_64")]
use x86::{Avx2, Avx512};

/// The instruction sets that the kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Level {
    /// What every processor of the target has, where that has no vectors of its own.
    #[cfg(any(test, not(target_arch = "aarch64")))]
    Portable = 1,
    /// AVX2 with FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2 = 2,
    /// AVX-512F.
    #[cfg(target_arch = "x86_64")]
    Avx512 = 3,
    /// Advanced SIMD, which every processor of arm64 has.
    #[cfg(target_arch = "aarch64")]
    Neon = 4,
}

impl Level {
    /// Every level of this target, the best last.
    const ALL: &'static [Self] = &[
        #[cfg(any(test, not(target_arch = "aarch64")))]
        Self::Portable,
        #[cfg(target_arch = "x86_64")]
        Self::Avx2,
        #[cfg(target_arch = "x86_64")]
        Self::Avx512,
        #[cfg(target_arch = "aarch64")]
        Self::Neon,
    ];

    /// Returns whether this processor has the level's instructions.
    fn is_present(self) -> bool {
        match self {
            #[cfg(any(test, not(target_arch = "aarch64")))]
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => is_x86_feature_detected!("avx512f"),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => std::arch::is_aarch64_feature_detected!("neon"),
        }
    }

    /// Returns the levels that this processor has, the best last.
    pub(crate) fn present() -> impl DoubleEndedIterator<Item = Self> {
        Self::ALL.iter().copied().filter(|level| level.is_present())
    }

    /// Returns the best level that this processor has; in a test, the one that [`tests::with_each`] has chosen.
    #[inline]
    pub(crate) fn best() -> Self {
        static BEST: AtomicU8 = AtomicU8::new(0);
        #[cfg(test)]
        if let Some(level) = tests::CHOSEN.get() {
            return level;
        }
        let known = BEST.load(Ordering::Relaxed);
        if let Some(level) = Self::ALL.iter().find(|level| **level as u8 == known) {
            return *level;
        }
        let level = Self::present().next_back().expect("every processor of a target has its least level");
        BEST.store(level as u8, Ordering::Relaxed);
        level
    }
}

/// Vector registers of one kind.
pub(crate) trait Registers: Copy {
    /// How many there are.
    const COUNT: usize;

    /// Whether kernels are as short as they may be, instead of as fast: for what hardly any processor is left to.
    const IS_PLAIN: bool = false;

    /// Runs `kernel` as a function of its own, whose registers are all free.
    fn call<K: Kernel>(self, kernel: K) -> K::Output;
}

/// Registers of `T`.
pub(crate) trait Lanes<T>: Registers {
    /// As many values as a register holds, in memory.
    type Block: AsRef<[T]> + Copy;
    /// A register.
    type Vector: Copy;
    /// Values in a register.
    const LANES: usize;

    /// Returns the whole blocks of `values`, and what is left over.
    fn blocks(self, values: &[T]) -> (&[Self::Block], &[T]);
    /// Returns the whole blocks of `values`, and what is left over, to be written to.
    fn blocks_mut(self, values: &mut [T]) -> (&mut [Self::Block], &mut [T]);
    /// Returns the values of `block`.
    fn load(self, block: &Self::Block) -> Self::Vector;
    /// Returns the values of the register.
    fn store(self, a: Self::Vector) -> Self::Block;

    /// Returns the values, a register of them or fewer, followed by zeros.
    #[inline(always)]
    fn load_first(self, values: &[T]) -> Self::Vector {
        assert!(values.len() <= Self::LANES, "a register is not shorter");
        // SAFETY: the slice has these values.
        unsafe { self.load_first_from(values.as_ptr(), values.len()) }
    }

    /// Sets the values, a register of them or fewer, to those in the first lanes.
    #[inline(always)]
    fn store_first(self, a: Self::Vector, values: &mut [T]) {
        assert!(values.len() <= Self::LANES, "a register is not shorter");
        // SAFETY: the slice has these values.
        unsafe { self.store_first_to(a, values.as_mut_ptr(), values.len()) }
    }

    /// Returns the register of values at `from`.
    ///
    /// # Safety
    /// They are readable.
    unsafe fn load_from(self, from: *const T) -> Self::Vector;

    /// Returns the `count` values at `from`, followed by zeros.
    ///
    /// # Safety
    /// They are readable, and a register holds as many.
    unsafe fn load_first_from(self, from: *const T, count: usize) -> Self::Vector;

    /// Writes a register to `to`.
    ///
    /// # Safety
    /// As many values are writable there.
    unsafe fn store_to(self, a: Self::Vector, to: *mut T);

    /// Writes the first `count` lanes to `to`.
    ///
    /// # Safety
    /// As many values are writable there, and a register holds as many.
    unsafe fn store_first_to(self, a: Self::Vector, to: *mut T, count: usize);

    /// Copies as many rows as a register has lanes, of as many values, each row a step after the one before, so that they become
    /// columns.
    ///
    /// # Safety
    /// The rows at `from` are valid to read and those at `to` to write, and they are others.
    #[inline(always)]
    unsafe fn transpose(self, from: *const T, from_step: isize, to: *mut T, to_step: isize) {
        for i in 0..Self::LANES as isize {
            for j in 0..Self::LANES as isize {
                // SAFETY: as the caller grants.
                unsafe { to.offset(j * to_step + i).write(from.offset(i * from_step + j).read()) };
            }
        }
    }

    /// Returns the sum of the lanes, added one after the other.
    #[inline(always)]
    fn sum_in_order(self, a: Self::Vector) -> T
    where
        T: Element,
    {
        self.store(a).as_ref().iter().fold(T::ZERO, |sum, value| sum + *value)
    }

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
    /// Returns `a / b`.
    fn div(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Returns `a * b + c`, rounded once where the processor can.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// Returns `c - a * b`, rounded once where the processor can.
    fn neg_mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// Returns the larger of `a` and `|b|`; of a NaN in `b`, nothing is promised.
    fn max_abs(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
}

/// A register of `T` on `S`.
pub(crate) type VectorOf<S, T> = <S as Lanes<T>>::Vector;

/// Registers of floats and of doubles.
pub(crate) trait Simd: Lanes<f32> + Lanes<f64> {
    /// Returns the lanes of `a` as doubles, the lower half first.
    fn widen(self, a: VectorOf<Self, f32>) -> [VectorOf<Self, f64>; 2];
    /// Returns a bit for every lane where `a < b` does not hold, because it is greater, equal or not a number.
    fn not_less(self, a: VectorOf<Self, f32>, b: VectorOf<Self, f32>) -> u32;
}

/// Work over registers of floats and of doubles.
pub(crate) trait Kernel {
    /// What the work returns.
    type Output;
    /// Does the work with registers of the kind `S`. Must be `#[inline(always)]`.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// Work over registers of `T`.
pub(crate) trait KernelOf<T> {
    /// What the work returns.
    type Output;
    /// Does the work with registers of the kind `S`. Must be `#[inline(always)]`.
    fn run<S: Lanes<T>>(self, simd: S) -> Self::Output;
}

/// What registers hold.
pub(crate) trait Element:
    Copy + PartialEq + Debug + Add<Output = Self> + Mul<Output = Self> + Send + Sync + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// -1.
    const MINUS_ONE: Self;

    /// Calls `kernel` with the registers `simd`.
    fn run<S: Simd, K: KernelOf<Self>>(simd: S, kernel: K) -> K::Output;
}

/// Implements [`Element`].
macro_rules! element {
    ($type:ty) => {
        impl Element for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const MINUS_ONE: Self = -1.0;

            #[inline(always)]
            fn run<S: Simd, K: KernelOf<Self>>(simd: S, kernel: K) -> K::Output {
                kernel.run(simd)
            }
        }
    };
}

element!(f32);
element!(f64);

/// Makes a [`Kernel`] of a [`KernelOf`].
pub(crate) struct Of<T, K>(K, PhantomData<T>);

impl<T: Element, K: KernelOf<T>> Of<T, K> {
    #[inline(always)]
    pub(crate) const fn new(kernel: K) -> Self {
        Self(kernel, PhantomData)
    }
}

impl<T: Element, K: KernelOf<T>> Kernel for Of<T, K> {
    type Output = K::Output;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> K::Output {
        T::run(simd, self.0)
    }
}

/// Runs `kernel` with the best registers of `T` that this processor has.
#[inline]
pub(crate) fn run<T: Element, K: KernelOf<T>>(kernel: K) -> K::Output {
    dispatch(Level::best(), Of::new(kernel))
}

/// Runs `kernel` with the instructions of `level`.
///
/// # Panics
/// When the processor does not have them.
#[inline]
pub(crate) fn dispatch<K: Kernel>(level: Level, kernel: K) -> K::Output {
    match level {
        #[cfg(any(test, not(target_arch = "aarch64")))]
        Level::Portable => Portable(()).call(kernel),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => {
            assert!(level.is_present(), "no AVX2 and FMA");
            Avx2(()).call(kernel)
        }
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => {
            assert!(level.is_present(), "no AVX-512F");
            Avx512(()).call(kernel)
        }
        #[cfg(target_arch = "aarch64")]
        Level::Neon => {
            assert!(level.is_present(), "no Advanced SIMD");
            Neon(()).call(kernel)
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

/// Implements [`Registers`] for the proof of some instructions.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! registers {
    ($simd:ty, $count:literal, $instructions:literal) => {
        impl Registers for $simd {
            const COUNT: usize = $count;

            #[inline(always)]
            fn call<K: Kernel>(self, kernel: K) -> K::Output {
                #[target_feature(enable = $instructions)]
                #[inline(never)]
                fn compiled<K: Kernel>(simd: $simd, kernel: K) -> K::Output {
                    kernel.run(simd)
                }
                // SAFETY: `self` proves the instructions.
                unsafe { compiled(self, kernel) }
            }
        }
    };
}
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use registers;

/// Implements [`Lanes`] with the intrinsics of one instruction set, whose presence `$simd` proves.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! lanes {
    ($simd:ty, $t:ty, $lanes:literal, $vector:ty {
        load: $load:ident, store: $store:ident, splat: $splat:ident,
        add: $add:ident, sub: $sub:ident, mul: $mul:ident, div: $div:ident,
        mul_add: |$a:ident, $b:ident, $c:ident| $mul_add:expr,
        neg_mul_add: |$na:ident, $nb:ident, $nc:ident| $neg_mul_add:expr,
        max_abs: |$ma:ident, $mb:ident| $max_abs:expr,
        sum: |$s:ident| $sum:expr,
        load_first: |$from:ident, $count:ident| $load_first:expr,
        store_first: |$v:ident, $to:ident, $many:ident| $store_first:expr
        $(, transpose: $transpose:ident)?
    }) => {
        impl Lanes<$t> for $simd {
            type Block = [$t; $lanes];
            type Vector = $vector;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn blocks(self, values: &[$t]) -> (&[Self::Block], &[$t]) {
                values.as_chunks()
            }
            #[inline(always)]
            fn blocks_mut(self, values: &mut [$t]) -> (&mut [Self::Block], &mut [$t]) {
                values.as_chunks_mut()
            }
            #[inline(always)]
            fn load(self, block: &Self::Block) -> $vector {
                // SAFETY: `self` proves the instructions, and a whole block is readable.
                unsafe { $load(block.as_ptr()) }
            }
            #[inline(always)]
            fn store(self, a: $vector) -> Self::Block {
                let mut block = [0.0; $lanes];
                // SAFETY: `self` proves the instructions, and a whole block is writable.
                unsafe { $store(block.as_mut_ptr(), a) };
                block
            }
            #[inline(always)]
            unsafe fn load_from(self, from: *const $t) -> $vector {
                // SAFETY: `self` proves the instructions, and the caller grants the values.
                unsafe { $load(from) }
            }
            #[inline(always)]
            unsafe fn load_first_from(self, $from: *const $t, $count: usize) -> $vector {
                // SAFETY: `self` proves the instructions, and the caller grants the values; others are not touched.
                unsafe { $load_first }
            }
            #[inline(always)]
            unsafe fn store_to(self, a: $vector, to: *mut $t) {
                // SAFETY: `self` proves the instructions, and the caller grants the values.
                unsafe { $store(to, a) }
            }
            #[inline(always)]
            unsafe fn store_first_to(self, $v: $vector, $to: *mut $t, $many: usize) {
                // SAFETY: `self` proves the instructions, and the caller grants the values; others are not touched.
                unsafe { $store_first }
            }
            $(
                #[inline(always)]
                unsafe fn transpose(self, from: *const $t, from_step: isize, to: *mut $t, to_step: isize) {
                    // SAFETY: `self` proves the instructions, and the caller grants the rows.
                    unsafe { $transpose(from, from_step, to, to_step) }
                }
            )?
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
            fn div(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $div(a, b) }
            }
            #[inline(always)]
            fn mul_add(self, $a: $vector, $b: $vector, $c: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $mul_add }
            }
            #[inline(always)]
            fn neg_mul_add(self, $na: $vector, $nb: $vector, $nc: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $neg_mul_add }
            }
            #[inline(always)]
            fn max_abs(self, $ma: $vector, $mb: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $max_abs }
            }
            #[inline(always)]
            fn sum(self, $s: $vector) -> $t {
                // SAFETY: `self` proves the instructions.
                unsafe { $sum }
            }
        }
    };
}
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use lanes;

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        pub(super) static CHOSEN: Cell<Option<Level>> = const { Cell::new(None) };
    }

    /// Calls `test` once for every level of this processor. It holds on this thread.
    pub(crate) fn with_each(test: impl Fn(Level)) {
        for level in Level::present() {
            CHOSEN.set(Some(level));
            test(level);
        }
        CHOSEN.set(None);
    }

    /// Every operation on one register that is loaded and stored with `count` values.
    struct Operations<'a, T> {
        from: &'a [T],
        to: &'a mut [T],
        count: usize,
        constants: [T; 5],
    }

    impl<T: Element> KernelOf<T> for Operations<'_, T> {
        type Output = (Vec<T>, T, usize);

        #[inline(always)]
        fn run<S: Lanes<T>>(self, simd: S) -> Self::Output {
            let count = self.count.min(S::LANES);
            let [quarter, half, one, two, three] = self.constants.map(|value| simd.splat(value));
            let x = simd.load_first(&self.from[..count]);
            let y = simd.load(&simd.blocks(self.from).0[0]);
            let largest = simd.max_abs(half, y);
            let value = simd.div(simd.add(simd.sub(simd.mul_add(x, two, y), one), quarter), half);
            simd.store_first(simd.neg_mul_add(three, y, value), &mut self.to[..count]);
            (simd.store(largest).as_ref().to_vec(), simd.sum(simd.mul(y, two)), S::LANES)
        }
    }

    macro_rules! operations {
        ($type:ty) => {
            with_each(|level| {
                for count in 0..=16 {
                    let from: Vec<$type> = (0..16).map(|i| ((i * 7) % 11) as $type - 5.0).collect();
                    let mut to = vec![9.0; 16];
                    let operations =
                        Operations { from: &from, to: &mut to, count, constants: [0.25, 0.5, 1.0, 2.0, 3.0] };
                    let (largest, sum, lanes) = run(operations);
                    let expected: Vec<$type> = from[..lanes].iter().map(|x| x.abs().max(0.5)).collect();
                    assert_eq!(largest, expected, "{level:?}");
                    assert_eq!(sum, 2.0 * from[..lanes].iter().sum::<$type>(), "{level:?}");
                    for (i, (x, y)) in from.iter().zip(&to).enumerate() {
                        let expected = if i < count.min(lanes) { (2.0 * x + x - 0.75) / 0.5 - 3.0 * x } else { 9.0 };
                        assert_eq!(*y, expected, "{level:?}, value {i} of {count}");
                    }
                }
            });
        };
    }

    #[test]
    fn operations_touch_only_the_lanes_they_are_asked_for() {
        operations!(f32);
        operations!(f64);
    }
}
