//! Operations on matrices: shapes, edges and IEEE 754's rules.

mod common;

use common::{Owned, Random, any_value, with_threads};
use proptest::prelude::*;
use rust_ffi::{Error, blas, cholesky, lu, qr, vector};

#[test]
fn shapes_that_do_not_agree_are_named() {
    let (a, b) = (Owned::zeros(2, 3), Owned::zeros(4, 2));
    let text = |result: Result<(), Error>| result.unwrap_err().to_string();
    let mut out = [0.0; 6];
    assert_eq!(text(blas::times(a.view(), b.view(), &mut out)), "matrix shapes do not agree: 2x3 times 4x2");
    assert_eq!(text(blas::times_vector(a.view(), &[0.0; 2], &mut out)), "matrix shapes do not agree: 2x3 times 2x1");
}

#[test]
fn empty_matrices_multiply_to_zeros() {
    for (m, k, n) in [(0, 0, 0), (0, 4, 3), (3, 4, 0), (3, 0, 2)] {
        let mut out = vec![7.0; m * n];
        blas::times(Owned::zeros(m, k).view(), Owned::zeros(k, n).view(), &mut out).unwrap();
        assert!(out.iter().all(|x| x.to_bits() == 0));
    }
    let empty = Owned::zeros(0, 0);
    assert_eq!(lu::solve(empty.view(), Owned::zeros(0, 2).view(), &mut []), Ok(()));
    assert_eq!(lu::inverse(empty.view(), &mut []), Ok(()));
    assert_eq!(cholesky::factor(empty.view(), &mut []), Ok(()));
    assert_eq!(qr::factor(Owned::zeros(0, 3).view(), &mut [], &mut []), Ok(()));
}

#[test]
fn nothing_is_skipped_because_of_a_zero() {
    let _threads = with_threads(2);
    for n in [1, 2, 5, 30, 100, 200] {
        let mut a = Owned::zeros(n, n);
        let mut b = Owned::zeros(n, n);
        b.values[n * n - 1] = f64::INFINITY;
        let product = a.times(&b);
        for (index, x) in product.values.iter().enumerate() {
            assert_eq!(x.is_nan(), index % n == n - 1);
        }
        a.values[0] = f64::NAN;
        let product = a.times(&Owned::zeros(n, n));
        assert!(product.values[..n].iter().all(|x| x.is_nan()) && product.values[n..].iter().all(|x| *x == 0.0));
    }
}

#[test]
fn the_result_is_overwritten_whatever_it_held() {
    let a = Owned::random(40, 40, 1);
    let mut out = vec![f64::NAN; 1600];
    blas::times(a.view(), a.view(), &mut out).unwrap();
    assert!(out.iter().all(|x| x.is_finite()));
}

/// Large products with large blocks of zeros, which the parallel product of a well-known library gets wrong; checked exactly with a random
/// vector (Freivalds, 1977), for the values are integers.
#[test]
fn products_with_large_blocks_of_zeros_are_exact() {
    let _threads = with_threads(2);
    let (m, k, n) = (600, 5018, 700);
    let mut random = Random(9);
    let (mut a, mut b) = (random.integers(m * k), random.integers(k * n));
    for i in 0..m {
        a[i * k + 1000..(i + 1) * k - 700].fill(0.0);
    }
    a[..m / 2 * k].fill(0.0);
    b[100 * n..2000 * n].fill(0.0);
    let (a, b) = (Owned::new(m, k, a), Owned::new(k, n, b));
    let c = a.times(&b);
    for seed in 0..3 {
        let x = Owned::new(n, 1, Random(seed).integers(n));
        assert!(a.times(&b.times(&x)).values == c.times(&x).values);
    }
    let naive = |i: usize, j: usize| (0..k).map(|p| a.values[i * k + p] * b.values[p * n + j]).sum::<f64>();
    for (i, j) in [(0, 0), (m - 1, n - 1), (m / 2, 3), (400, 350)] {
        assert_eq!(c.values[i * n + j], naive(i, j));
    }
}

#[test]
fn products_with_a_transpose_are_those_with_its_copy() {
    let shapes = [(0, 3, 2), (3, 0, 2), (2, 3, 0), (1, 1, 1), (7, 5, 3), (40, 1, 9), (9, 70, 1), (1, 300, 20)];
    for threads in [1, 3] {
        let _threads = with_threads(threads);
        for (k, m, n) in shapes.into_iter().chain([(300, 130, 170), (5000, 33, 1), (3, 900, 900)]) {
            let (a, b) = (Owned::random(k, m, 1), Owned::random(k, n, 2));
            let mut out = Owned::zeros(m, n);
            blas::transpose_times(a.view(), b.view(), &mut out.values).unwrap();
            let expected = a.transposed().times(&b);
            if n != 1 {
                assert!(out.bits() == expected.bits(), "transpose of {k}x{m} times {k}x{n}");
            } else {
                let (a, b) = (Owned::new(k, m, Random(1).integers(k * m)), Owned::new(k, n, Random(2).integers(k * n)));
                blas::transpose_times(a.view(), b.view(), &mut out.values).unwrap();
                assert!(out.values == a.transposed().times(&b).values, "transpose of {k}x{m} times {k}x1");
            }
            let (at, bt) = (a.transposed(), b.transposed());
            blas::times_transpose(at.view(), bt.view(), &mut out.values).unwrap();
            assert!(out.bits() == expected.bits(), "{m}x{k} times transpose of {n}x{k}");

            let (mut gram, mut full) = (Owned::zeros(m, m), Owned::zeros(m, m));
            blas::gram(a.view(), &mut gram.values).unwrap();
            blas::transpose_times(a.view(), a.view(), &mut full.values).unwrap();
            assert!(gram.bits() == full.bits(), "Gram matrix of {k}x{m}");
            assert!(gram.bits() == gram.transposed().bits(), "Gram matrix of {k}x{m}");
        }
    }
}

#[test]
fn a_transposed_product_of_other_shapes_is_refused() {
    let (a, b, mut out) = (Owned::zeros(2, 3), Owned::zeros(4, 2), [0.0; 6]);
    let text = |result: Result<(), rust_ffi::Error>| result.unwrap_err().to_string();
    let of = |operation| format!("matrix shapes do not agree: 2x3 {operation} 4x2");
    assert_eq!(text(blas::transpose_times(a.view(), b.view(), &mut out)), of("transpose times"));
    assert_eq!(text(blas::times_transpose(a.view(), b.view(), &mut out)), of("times transpose of"));
    assert_eq!(text(blas::gram(a.view(), &mut out)), "a 3x3 matrix does not have 6 values");
}

/// The smallest stack that a JVM grants is 180 KB, of which a part is in use before the call.
#[test]
fn a_small_stack_is_enough() {
    let _threads = with_threads(2);
    let small = std::thread::Builder::new().stack_size(64 << 10).spawn(|| {
        for n in [3, 20, 64, 100, 126, 127, 200, 320, 460] {
            let a = Owned::random(n, n, 1);
            let mut out = Owned::zeros(n, n);
            let gram = a.times(&a.transposed());
            lu::inverse(a.view(), &mut out.values).unwrap();
            lu::determinant(a.view()).unwrap();
            cholesky::factor(gram.view(), &mut out.values).unwrap();
            let mut tau = vec![0.0; n];
            qr::factor(a.view(), &mut out.values, &mut tau).unwrap();
            let mut q = Owned::zeros(n, n);
            qr::q(out.view(), &tau, &mut q.values).unwrap();
            qr::solve_factored(out.view(), &tau, a.view(), &mut q.values).unwrap();
        }
    });
    small.unwrap().join().unwrap();
}

#[test]
fn many_callers_get_the_bits_of_one() {
    let _threads = with_threads(2);
    let (a, b) = (Owned::random(150, 150, 1), Owned::random(150, 150, 2));
    let work = || {
        let mut x = Owned::zeros(150, 150);
        lu::solve(a.view(), b.view(), &mut x.values).unwrap();
        (a.times(&b).bits(), x.bits())
    };
    let alone = work();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..10).for_each(|_| assert!(work() == alone)));
        }
    });
}

fn finite() -> impl Strategy<Value = f64> {
    any_value().prop_map(|x| if x.is_finite() { x } else { 1.0 })
}

/// Equal bits, or both NaN: whose payload a NaN has is not promised.
fn same(x: f64, y: f64) -> bool {
    x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan()) || x == y
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn products_of_any_values_follow_the_textbook(
        (m, k, n, values) in (0_usize..20, 0_usize..20, 0_usize..30)
            .prop_flat_map(|(m, k, n)| (Just(m), Just(k), Just(n), prop::collection::vec(any_value(), m * k + k * n)))
    ) {
        let (a, b) = values.split_at(m * k);
        let c = Owned::new(m, k, a.to_vec()).times(&Owned::new(k, n, b.to_vec()));
        let fused = (1.0 + f64::EPSILON).mul_add(1.0 + f64::EPSILON, -1.0) == c_of_fused();
        for i in 0..m {
            for j in 0..n {
                // Of one column each value is a plain sum, eight sums, or the dot product of a row.
                let sum = if n == 1 && k > 16 && m <= 2 {
                    let mut sums = [0.0; 8];
                    let whole = k / 8 * 8;
                    for p in 0..k {
                        sums[if p < whole { p % 8 } else { 0 }] += a[i * k + p] * b[p];
                    }
                    ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
                } else if n == 1 && k > 16 {
                    vector::dot(&a[i * k..][..k], b).unwrap()
                } else {
                    (0..k).fold(0.0, |sum: f64, p| {
                        let (x, y) = (a[i * k + p], b[p * n + j]);
                        if fused && n > 1 { x.mul_add(y, sum) } else { x * y + sum }
                    })
                };
                prop_assert!(same(c.values[i * n + j], sum), "{} for {}", c.values[i * n + j], sum);
            }
        }
    }

    #[test]
    fn factorizations_of_any_values_end_with_a_result_or_an_error(
        (m, n, values) in (0_usize..12, 0_usize..12)
            .prop_flat_map(|(m, n)| (Just(m), Just(n), prop::collection::vec(any_value(), m * n)))
    ) {
        let a = Owned::new(m, n, values);
        let first = a.values.iter().position(|x| !x.is_finite());
        let place = |error: Error| match error {
            Error::NotFinite { row, column, .. } => Some(row * n + column),
            _ => None,
        };
        let (mut out, mut tau, mut permutation) = (a.clone(), vec![0.0; m.min(n)], vec![0; m]);
        match qr::factor(a.view(), &mut out.values, &mut tau) {
            Ok(()) => {
                prop_assert!(first.is_none() && out.values.iter().chain(&tau).all(|x| x.is_finite()));
                let mut q = Owned::zeros(m, m.min(n));
                qr::q(out.view(), &tau, &mut q.values).unwrap();
                prop_assert!(q.values.iter().all(|x| x.abs() <= 1.0 + 1e-14));
            }
            Err(Error::Overflow { .. }) => prop_assert!(first.is_none()),
            Err(error) => prop_assert_eq!(place(error), first),
        }
        match lu::factor(a.view(), &mut out.values, &mut permutation) {
            Ok(_) => prop_assert!(first.is_none() && out.values.iter().all(|x| x.is_finite())),
            Err(Error::Overflow { .. }) => prop_assert!(first.is_none()),
            Err(error) => prop_assert_eq!(place(error), first),
        }
        if m == n {
            match cholesky::factor(a.view(), &mut out.values) {
                Ok(()) => prop_assert!(first.is_none() && out.values.iter().all(|x| x.is_finite())),
                Err(Error::NotSymmetric { .. } | Error::NotPositiveDefinite { .. }) => prop_assert!(first.is_none()),
                Err(error) => prop_assert_eq!(place(error), first),
            }
            match lu::determinant(a.view()) {
                Ok(determinant) => prop_assert!(first.is_none() && !determinant.is_nan()),
                Err(error) => prop_assert_eq!(place(error), first),
            }
        }
    }

    #[test]
    fn solutions_of_any_finite_values_are_backward_stable(
        (n, values) in (1_usize..12).prop_flat_map(|n| (Just(n), prop::collection::vec(finite(), n * n + n)))
    ) {
        let (a, b) = (Owned::new(n, n, values[..n * n].to_vec()), Owned::new(n, 1, values[n * n..].to_vec()));
        let mut x = Owned::zeros(n, 1);
        if lu::solve(a.view(), b.view(), &mut x.values).is_ok() {
            prop_assert!(x.values.iter().all(|x| x.is_finite()));
            let largest = |m: &Owned| m.values.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
            let scales = (a.normalizing(), x.normalizing());
            let size = largest(&b) * scales.0 * scales.1;
            // Where the values of one problem reach from one end of the range to the other, digits are lost to underflow, and so
            // they are in a solution that is subnormal.
            if largest(&x) >= f64::MIN_POSITIVE / f64::EPSILON && size.is_finite() && size > 1e-280 && a.values.iter().all(|x| *x == 0.0 || (1e-100..1e100).contains(&x.abs())) {
                let residual = a.scaled(scales.0).times(&x.scaled(scales.1)).minus(&b.scaled(scales.0).scaled(scales.1));
                let bound = 100.0 * n as f64 * f64::EPSILON * (n as f64 * largest(&a.scaled(scales.0)) * largest(&x.scaled(scales.1)) + size);
                prop_assert!(largest(&residual) <= bound, "{} > {}", largest(&residual), bound);
            }
        }
    }
}

/// Returns what the product makes of a case where fused and separate rounding differ.
fn c_of_fused() -> f64 {
    let x = 1.0 + f64::EPSILON;
    Owned::new(1, 2, vec![-1.0, x]).times(&Owned::new(2, 2, vec![1.0, 0.0, x, 0.0])).values[0]
}
