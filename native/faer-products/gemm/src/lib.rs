//! Passes the products of matrices that faer needs where the processor is none of x86_64 on to `faer_products`.

use std::any::TypeId;

use faer_products::{Accum, Block, DstKind, Product};

/// How many threads a product may take: it is not heeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parallelism {
    /// One.
    None,
    /// So many of rayon's, all of them for zero.
    Rayon(usize),
}

/// Returns from how many multiplications on faer should use threads: never.
#[must_use]
pub const fn get_threading_threshold() -> usize {
    usize::MAX
}

/// Computes `dst = alpha * dst + beta * lhs * rhs`, without `dst` unless it is to be read.
///
/// # Panics
/// If the values are not doubles, or if `alpha` is not one where `dst` is read.
///
/// # Safety
/// The three blocks are valid, and the result overlaps neither of the others.
#[expect(clippy::too_many_arguments, reason = "faer calls it so")]
pub unsafe fn gemm<T: 'static>(
    m: usize,
    n: usize,
    k: usize,
    dst: *mut T,
    dst_cs: isize,
    dst_rs: isize,
    read_dst: bool,
    lhs: *const T,
    lhs_cs: isize,
    lhs_rs: isize,
    rhs: *const T,
    rhs_cs: isize,
    rhs_rs: isize,
    alpha: T,
    beta: T,
    _conj_dst: bool,
    _conj_lhs: bool,
    _conj_rhs: bool,
    _parallelism: Parallelism,
) {
    assert!(TypeId::of::<T>() == TypeId::of::<f64>(), "only doubles are supported");
    // SAFETY: `T` is `f64`.
    let [alpha, beta]: [f64; 2] = [alpha, beta].map(|factor| unsafe { std::mem::transmute_copy(&factor) });
    assert!(!read_dst || alpha == 1.0, "the result is added to, but times {alpha}");
    let product = Product {
        part: DstKind::Full,
        accum: if read_dst { Accum::Add } else { Accum::Replace },
        alpha: beta,
        ..Product::new(
            [m, n, k],
            Block { first: dst.cast(), row_step: dst_rs, column_step: dst_cs },
            Block { first: lhs.cast(), row_step: lhs_rs, column_step: lhs_cs },
            Block { first: rhs.cast(), row_step: rhs_rs, column_step: rhs_cs },
        )
    };
    // SAFETY: the caller grants the blocks.
    unsafe { faer_products::compute(&product) };
}
