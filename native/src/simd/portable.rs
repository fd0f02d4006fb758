//! Registers of 16 bytes as plain arrays, which every compiler target can map to what it has.

use super::{Kernel, Lanes, Registers, Simd};

/// Needs no proof.
#[derive(Clone, Copy)]
pub(super) struct Portable(pub(super) ());

impl Registers for Portable {
    const COUNT: usize = 16;
    const IS_PLAIN: bool = true;

    #[inline(never)]
    fn call<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }
}

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
            fn blocks_mut(self, values: &mut [$t]) -> (&mut [Self::Block], &mut [$t]) {
                values.as_chunks_mut()
            }
            #[inline(always)]
            fn load(self, block: &Self::Block) -> Self::Vector {
                *block
            }
            #[inline(always)]
            fn store(self, a: Self::Vector) -> Self::Block {
                a
            }
            #[inline(always)]
            unsafe fn load_from(self, from: *const $t) -> Self::Vector {
                // SAFETY: the caller grants the values.
                unsafe { from.cast::<Self::Vector>().read_unaligned() }
            }
            #[inline(always)]
            unsafe fn load_first_from(self, from: *const $t, count: usize) -> Self::Vector {
                // SAFETY: the caller grants the values.
                std::array::from_fn(|i| if i < count { unsafe { *from.add(i) } } else { 0.0 })
            }
            #[inline(always)]
            unsafe fn store_to(self, a: Self::Vector, to: *mut $t) {
                // SAFETY: the caller grants the values.
                unsafe { to.cast::<Self::Vector>().write_unaligned(a) };
            }
            #[inline(always)]
            unsafe fn store_first_to(self, a: Self::Vector, to: *mut $t, count: usize) {
                for (i, value) in a.iter().enumerate().take(count) {
                    // SAFETY: the caller grants the values.
                    unsafe { *to.add(i) = *value };
                }
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
            fn div(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| a[i] / b[i])
            }
            #[inline(always)]
            fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                // Not `f32::mul_add`: without the instruction that is a call into the C library.
                std::array::from_fn(|i| a[i] * b[i] + c[i])
            }
            #[inline(always)]
            fn neg_mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| c[i] - a[i] * b[i])
            }
            #[inline(always)]
            fn max_abs(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                std::array::from_fn(|i| a[i].max(b[i].abs()))
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
