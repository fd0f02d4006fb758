//! Many small matrices at once: as each by itself, and given up where that has the better answer.

mod common;

use common::{Owned, Random, with_threads};
use rust_ffi::{Error, batch, cholesky, eigen, lu};

/// Returns the values of `count` matrices of `size` values from -1 to 1.
fn values(count: usize, size: usize, seed: u64) -> Vec<f64> {
    Random(seed).reals(count * size).iter().map(|x| 2.0 * x - 1.0).collect()
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    let scale = expected.iter().fold(1.0, |largest: f64, x| largest.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * scale, "{found} for {expected}");
    }
}

#[test]
fn each_is_solved_as_by_itself() {
    for n in [1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 32] {
        for (count, right) in [(1, 1), (7, 2), (8, 1), (9, 3), (64, 1), (65, 2), (130, n)] {
            let (a, b) = (values(count, n * n, 1), values(count, n * right, 2));
            let mut x = vec![0.0; b.len()];
            batch::solve(count, n, right, &a, &b, &mut x).unwrap();
            for i in 0..count {
                let one = Owned::new(n, n, a[i * n * n..][..n * n].to_vec());
                let sides = Owned::new(n, right, b[i * n * right..][..n * right].to_vec());
                let mut expected = vec![0.0; n * right];
                lu::solve(one.view(), sides.view(), &mut expected).unwrap();
                // The residual is small in terms of the solution, whatever the condition.
                let found = Owned::new(n, right, x[i * n * right..][..n * right].to_vec());
                let product = one.times(&found);
                let size = found.values.iter().fold(1.0, |largest: f64, x| largest.max(x.abs()));
                close(&product.values, &sides.values, 1e-15 * n as f64 * n as f64 * size);
                let condition = size.max(1.0) * 1e3;
                close(&found.values, &expected, 1e-13 * condition);
            }
        }
    }
}

#[test]
fn each_is_factored_as_by_itself() {
    for n in [1, 2, 3, 5, 8, 16, 32] {
        let count = 77;
        let mut a = values(count, n * n, 3);
        for a in a.chunks_exact_mut(n * n) {
            for i in 0..n {
                for j in 0..i {
                    a[j * n + i] = a[i * n + j];
                }
                a[i * n + i] = 4.0 * n as f64 + a[i * n + i].abs();
            }
        }
        let mut l = vec![0.0; a.len()];
        batch::cholesky(count, n, &a, &mut l).unwrap();
        let (mut eigenvalues, mut vectors) = (vec![0.0; count * n], vec![0.0; a.len()]);
        batch::symmetric_eigens(count, n, &a, &mut eigenvalues, &mut vectors).unwrap();
        for i in 0..count {
            let one = Owned::new(n, n, a[i * n * n..][..n * n].to_vec());
            let mut expected = vec![0.0; n * n];
            cholesky::factor(one.view(), &mut expected).unwrap();
            close(&l[i * n * n..][..n * n], &expected, 1e-15 * n as f64);
            let mut expected_values = vec![0.0; n];
            eigen::symmetric_eigen(one.view(), &mut expected_values, &mut expected).unwrap();
            assert_eq!(eigenvalues[i * n..][..n], expected_values);
            assert_eq!(vectors[i * n * n..][..n * n], expected);
        }
    }
}

#[test]
fn products_are_exact_for_whole_numbers() {
    for [rows, inner, columns] in
        [[1, 1, 1], [2, 3, 4], [4, 4, 4], [5, 0, 3], [0, 3, 2], [3, 2, 0], [16, 16, 16], [7, 31, 2]]
    {
        for count in [0, 1, 9, 129] {
            let whole =
                |size, seed| -> Vec<f64> { values(count, size, seed).iter().map(|x| (x * 9.0).round()).collect() };
            let (a, b) = (whole(rows * inner, 4), whole(inner * columns, 5));
            let mut out = vec![f64::NAN; count * rows * columns];
            batch::times(count, [rows, inner, columns], &a, &b, &mut out).unwrap();
            for i in 0..count {
                let left = Owned::new(rows, inner, a[i * rows * inner..][..rows * inner].to_vec());
                let right = Owned::new(inner, columns, b[i * inner * columns..][..inner * columns].to_vec());
                assert_eq!(out[i * rows * columns..][..rows * columns], left.times(&right).values);
            }
        }
    }
}

/// Writes to a matrix and a right-hand side.
type Spoil = dyn Fn(&mut [f64], &mut [f64]);

/// What is given up has a NaN, and the others are as without it.
#[test]
fn one_matrix_changes_no_other() {
    let (count, n) = (20, 3);
    let good = values(count, n * n, 6);
    let b = values(count, n, 7);
    let mut expected = vec![0.0; b.len()];
    batch::solve(count, n, 1, &good, &b, &mut expected).unwrap();
    let bad: [&Spoil; 7] = [
        &|a, _| a.fill(0.0),
        &|a, _| a[4] = f64::NAN,
        &|a, _| a[0] = f64::INFINITY,
        &|a, _| a.iter_mut().for_each(|x| *x *= 1e300),
        &|a, _| a.iter_mut().for_each(|x| *x *= 1e-300),
        &|_, b| b[1] = f64::NAN,
        &|_, b| b.iter_mut().for_each(|x| *x *= 1e-300),
    ];
    for (case, spoil) in bad.into_iter().enumerate() {
        for index in [0, 7, 8, 19] {
            let (mut a, mut b) = (good.clone(), b.clone());
            spoil(&mut a[index * n * n..][..n * n], &mut b[index * n..][..n]);
            let mut x = vec![0.0; b.len()];
            batch::solve(count, n, 1, &a, &b, &mut x).unwrap();
            assert!(x[index * n].is_nan(), "case {case}: {:?}", &x[index * n..][..n]);
            for other in (0..count).filter(|other| *other != index) {
                assert_eq!(x[other * n..][..n], expected[other * n..][..n], "case {case}");
            }
        }
    }
    let mut l = vec![0.0; good.len()];
    batch::cholesky(count, n, &good, &mut l).unwrap();
    assert!(l.chunks_exact(n * n).all(|l| l[0].is_nan()), "none is symmetric");
    let indefinite = [1.0, 2.0, 2.0, 1.0];
    batch::cholesky(1, 2, &indefinite, &mut l[..4]).unwrap();
    assert!(l[0].is_nan());
    let mut values = [0.0; 4];
    let mut vectors = [0.0; 8];
    batch::symmetric_eigens(2, 2, &[1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 2.0, 1.0], &mut values, &mut vectors).unwrap();
    assert!(values[0].is_nan());
    close(&values[2..], &[-1.0, 3.0], 1e-15);
}

#[test]
fn bits_do_not_depend_on_threads() {
    let (count, n) = (3000, 6);
    let (a, b) = (values(count, n * n, 8), values(count, n, 9));
    let solve = || {
        let mut x = vec![0.0; b.len()];
        batch::solve(count, n, 1, &a, &b, &mut x).unwrap();
        x.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
    };
    let solve_with = |threads| {
        let _guard = with_threads(threads);
        solve()
    };
    let expected = solve_with(1);
    for threads in [2, 5] {
        assert_eq!(solve_with(threads), expected);
    }
}

#[test]
fn lengths_are_checked() {
    let mut x = [0.0; 4];
    for error in [
        batch::solve(1, 2, 1, &[0.0; 3], &[0.0; 2], &mut x[..2]),
        batch::solve(1, 2, 1, &[0.0; 4], &[0.0; 3], &mut x[..2]),
        batch::solve(1, 2, 1, &[0.0; 4], &[0.0; 2], &mut x[..1]),
        batch::cholesky(2, 1, &[0.0; 3], &mut x[..2]),
        batch::times(1, [1, 2, 1], &[0.0; 2], &[0.0; 1], &mut x[..1]),
        batch::symmetric_eigens(1, 2, &[0.0; 4], &mut x[..1], &mut [0.0; 4]),
        batch::solve(usize::MAX, usize::MAX, 1, &[], &[], &mut []),
    ] {
        assert!(matches!(error, Err(Error::ValueCount { .. })), "{error:?}");
    }
    assert_eq!(batch::solve(0, 1 << 31, 1, &[], &[], &mut []), Ok(()));
}
