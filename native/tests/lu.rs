//! The LU factorization after LAPACK's own tests (`dchkge`): all residual ratios are below its threshold of 30.

mod common;

use common::{Owned, Random, SIZES, classes, with_singular_values, with_threads};
use rust_ffi::matrix::MatrixRef;
use rust_ffi::{Error, lu};

const THRESHOLD: f64 = 30.0;

fn factor(a: &Owned) -> (Owned, Vec<i32>, f64) {
    let mut factors = Owned::zeros(a.rows, a.columns);
    let mut permutation = vec![0; a.rows];
    let norm = lu::factor(a.view(), &mut factors.values, &mut permutation).unwrap();
    (factors, permutation, norm)
}

fn triangles(factors: &Owned) -> (Owned, Owned) {
    let rank = factors.rows.min(factors.columns);
    let (mut l, mut u) = (Owned::zeros(factors.rows, rank), Owned::zeros(rank, factors.columns));
    lu::lower(factors.view(), &mut l.values).unwrap();
    lu::upper(factors.view(), &mut u.values).unwrap();
    (l, u)
}

/// `‖L U - P A‖ / (n ‖A‖ ε)`, as `dget01`.
fn factor_ratio(a: &Owned, factors: &Owned, permutation: &[i32]) -> f64 {
    let scale = a.normalizing();
    let (l, u) = triangles(factors);
    assert!(l.values.iter().all(|x| x.abs() <= 1.0), "a multiplier is larger than one");
    let mut permuted = Owned::zeros(a.rows, a.columns);
    for (i, &from) in permutation.iter().enumerate() {
        let from = from as usize * a.columns;
        permuted.values[i * a.columns..(i + 1) * a.columns].copy_from_slice(&a.values[from..from + a.columns]);
    }
    let difference = l.times(&u.scaled(scale)).minus(&permuted.scaled(scale)).norm1();
    let norm = a.scaled(scale).norm1();
    ratio(difference, norm * a.columns as f64)
}

/// `‖B - A X‖ / (‖A‖ ‖X‖ ε)`, as `dget02`, the worst of all columns.
fn solve_ratio(a: &Owned, x: &Owned, b: &Owned) -> f64 {
    let (a_scale, x_scale) = (a.normalizing(), x.normalizing());
    let (a, x, b) = (a.scaled(a_scale), x.scaled(x_scale), b.scaled(a_scale).scaled(x_scale));
    let residual = a.times(&x).minus(&b);
    let column = |a: &Owned, j: usize| (0..a.rows).fold(0.0, |sum, i| sum + a.values[i * a.columns + j].abs());
    (0..x.columns).map(|j| ratio(column(&residual, j), a.norm1() * column(&x, j))).fold(0.0, f64::max)
}

fn ratio(difference: f64, size: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference / size / f64::EPSILON }
}

#[test]
fn factors_multiply_to_the_matrix() {
    let _threads = with_threads(2);
    for rows in SIZES {
        for columns in [rows, 0, 1, 3, 7, 65, 200, 300] {
            for (name, a, _) in classes(rows, columns) {
                // Close to the range's ends U may be out of it.
                if name == "at overflow" || name == "at underflow" {
                    continue;
                }
                let (factors, permutation, _) = factor(&a);
                let ratio = factor_ratio(&a, &factors, &permutation);
                assert!(ratio < THRESHOLD, "{name} {rows}x{columns}: {ratio}");
            }
        }
    }
}

#[test]
fn factors_of_many_columns_multiply_to_the_matrix() {
    let _threads = with_threads(3);
    for (rows, columns) in [(256, 256), (700, 300), (257, 600), (385, 513), (512, 640)] {
        for seed in [1, 2] {
            let a = Owned::random(rows, columns, seed);
            let (factors, permutation, _) = factor(&a);
            let ratio = factor_ratio(&a, &factors, &permutation);
            assert!(ratio < THRESHOLD, "{rows}x{columns}: {ratio}");
        }
    }
}

#[test]
fn solutions_solve() {
    let _threads = with_threads(2);
    for n in SIZES {
        for (name, a, singular) in classes(n, n) {
            for right in [1, 3, 100] {
                let x = Owned::random(n, right, 5);
                // Near the range's end the right-hand side would be out of it.
                let a = if name == "at overflow" { a.scaled(1.0 / (n as f64 + 1.0)) } else { a.clone() };
                let b = a.times(&x);
                let mut found = Owned::zeros(n, right);
                match lu::solve(a.view(), b.view(), &mut found.values) {
                    Ok(()) if name != "at underflow" => {
                        let ratio = solve_ratio(&a, &found, &b);
                        assert!(ratio < THRESHOLD, "{name} {n}x{n}, {right} columns: {ratio}");
                    }
                    Ok(()) => assert!(found.values.iter().all(|x| x.is_finite()), "{name} {n}"),
                    Err(error) => {
                        assert!(singular && matches!(error, Error::Singular { .. }), "{name} {n}: {error}");
                    }
                }
                assert!(!(name == "zero" && n > 0 && found.values.iter().any(|x| x.is_finite() && *x != 0.0)));
            }
        }
    }
}

#[test]
fn stored_factors_solve_as_often_as_one_likes() {
    let _threads = with_threads(2);
    for n in [1, 4, 33, 200] {
        let a = Owned::random(n, n, 8);
        let (factors, permutation, _) = factor(&a);
        for seed in 0..3 {
            let b = Owned::random(n, 2, seed);
            let (mut one, mut other) = (Owned::zeros(n, 2), Owned::zeros(n, 2));
            lu::solve_factored(factors.view(), &permutation, b.view(), &mut one.values).unwrap();
            lu::solve(a.view(), b.view(), &mut other.values).unwrap();
            assert_eq!(one.bits(), other.bits());
            assert!(solve_ratio(&a, &one, &b) < THRESHOLD);
        }
    }
}

#[test]
fn inverse_times_matrix_is_the_identity() {
    let _threads = with_threads(2);
    for n in SIZES {
        for (name, a, singular) in classes(n, n) {
            if singular || name.ends_with("flow") {
                continue;
            }
            let mut inverse = Owned::zeros(n, n);
            lu::inverse(a.view(), &mut inverse.values).unwrap();
            let mut difference = a.times(&inverse);
            (0..n).for_each(|i| difference.values[i * n + i] -= 1.0);
            let ratio = ratio(difference.norm1(), n as f64 * a.norm1() * inverse.norm1());
            assert!(ratio < THRESHOLD, "{name} {n}: {ratio}");
        }
    }
}

#[test]
fn solves_at_the_ends_of_the_range() {
    let solve = |a: &[f64], b: &[f64]| {
        let mut x = vec![f64::NAN; b.len()];
        let n = b.len();
        lu::solve(MatrixRef::new(n, n, a).unwrap(), MatrixRef::new(n, 1, b).unwrap(), &mut x).map(|()| x)
    };
    assert_eq!(solve(&[1e308, 1e308, 1e308, -1e308], &[1e308, 0.0]), Ok(vec![0.5, 0.5]));
    assert_eq!(solve(&[1e300, 0.0, 0.0, 1e-300], &[1e300, 1e-300]), Ok(vec![1.0, 1.0]));
    assert_eq!(solve(&[4e-320, 0.0, 0.0, 4e-320], &[4e-320, 8e-320]), Ok(vec![1.0, 2.0]));
    assert_eq!(solve(&[1.0, 0.0, 1.0, 1.0], &[1.5e308, 1e308]).unwrap()[0], 1.5e308);
    assert_eq!(solve(&[4e-320], &[4e-320]), Ok(vec![1.0]));
    assert_eq!(solve(&[0.5], &[5e-324]), Ok(vec![1e-323]));
    // On the way to a solution within range there are products out of it.
    let x = solve(&[1e280, 1e280, 0.0, 1e-20], &[0.0, 1e280]).unwrap();
    assert!((x[0] / -1e300 - 1.0).abs() < 1e-14 && (x[1] / 1e300 - 1.0).abs() < 1e-14, "{x:?}");
    assert_eq!(solve(&[1e-300], &[1e300]).unwrap_err().to_string(), "the solution is beyond 1.7976931348623157E308");
}

#[test]
fn a_factor_that_overflows_is_named() {
    let a = [1e308, 1e308, 1e308, -1e308];
    let error = lu::factor(MatrixRef::new(2, 2, &a).unwrap(), &mut [0.0; 4], &mut [0; 2]).unwrap_err();
    assert_eq!(error.to_string(), "the triangle U is beyond 1.7976931348623157E308");
}

#[test]
fn a_zero_pivot_is_named() {
    let mut x = [0.0; 3];
    let a = [1.0, 2.0, 3.0, 4.0, 8.0, 5.0, 2.0, 4.0, 9.0];
    let error = lu::solve(MatrixRef::new(3, 3, &a).unwrap(), MatrixRef::new(3, 1, &[1.0; 3]).unwrap(), &mut x);
    assert_eq!(error.unwrap_err().to_string(), "matrix is singular: pivot 1 is zero");
}

#[test]
fn values_that_are_not_finite_are_named() {
    for (value, text) in [
        (f64::NAN, "matrix has a NaN at row 1, column 2"),
        (f64::NEG_INFINITY, "matrix has an infinity at row 1, column 2"),
    ] {
        let mut a = vec![1.0; 12];
        a[6] = value;
        let a = MatrixRef::new(3, 4, &a).unwrap();
        assert_eq!(lu::factor(a, &mut [0.0; 12], &mut [0; 3]).unwrap_err().to_string(), text);
    }
    let (a, b) = (Owned::random(2, 2, 1), Owned::new(2, 1, vec![1.0, f64::INFINITY]));
    let error = lu::solve(a.view(), b.view(), &mut [0.0; 2]).unwrap_err();
    assert_eq!(error.to_string(), "b has an infinity at row 1, column 0");
    let error = lu::solve_factored(a.view(), &[0, 1], b.view(), &mut [0.0; 2]).unwrap_err();
    assert_eq!(error.to_string(), "b has an infinity at row 1, column 0");
}

#[test]
fn shapes_that_do_not_agree_are_named() {
    let (a, b) = (Owned::random(2, 2, 1), Owned::random(3, 1, 1));
    let error = lu::solve(a.view(), b.view(), &mut [0.0; 3]).unwrap_err();
    assert_eq!(error.to_string(), "matrix shapes do not agree: 2x2 solve 3x1");
    let error = lu::determinant(b.view()).unwrap_err();
    assert_eq!(error.to_string(), "matrix is not square: 3x1");
    let error = lu::factor(a.view(), &mut [0.0; 4], &mut [0; 3]).unwrap_err();
    assert_eq!(error.to_string(), "a matrix of 2 rows does not have a permutation of length 3");
    let error = lu::solve_factored(a.view(), &[0, 2], Owned::random(2, 1, 1).view(), &mut [0.0; 2]).unwrap_err();
    assert_eq!(error.to_string(), "entry 1 of the permutation is 2, not a row of 2");
}

#[test]
fn determinants_of_known_matrices() {
    let determinant = |n, values: &[f64]| lu::determinant(MatrixRef::new(n, n, values).unwrap()).unwrap();
    assert_eq!(determinant(0, &[]), 1.0);
    assert_eq!(determinant(1, &[-3.0]), -3.0);
    assert_eq!(determinant(2, &[0.0, 1.0, 1.0, 0.0]), -1.0);
    assert_eq!(determinant(3, &[0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]), 1.0);
    assert_eq!(determinant(2, &[1.0, 2.0, 2.0, 4.0]), 0.0);
    assert_eq!(determinant(2, &[1.0, 2.0, 3.0, 4.0]).round(), -2.0);
    // The products on the way are out of range, the result is not.
    assert_eq!(determinant(2, &[1e300, 0.0, 0.0, 1e-300]), 1.0);
    let mut diagonal = vec![0.0; 16];
    for (i, value) in
        [2.0_f64.powi(1000), 2.0_f64.powi(1000), 2.0_f64.powi(-1000), 2.0_f64.powi(-997)].into_iter().enumerate()
    {
        diagonal[5 * i] = value;
    }
    assert_eq!(determinant(4, &diagonal), 8.0);
    assert_eq!(determinant(2, &[5e-324, 0.0, 0.0, 1.0]), 5e-324);
    assert_eq!(determinant(2, &[1e200, 0.0, 0.0, 1e200]), f64::INFINITY);
    assert_eq!(determinant(2, &[1e-200, 0.0, 0.0, 1e-200]), 0.0);
}

#[test]
fn determinant_of_the_factors_is_the_same() {
    for n in SIZES {
        let a = Owned::random(n, n, 3);
        let (factors, permutation, _) = factor(&a);
        let one = lu::determinant_factored(factors.view(), &permutation).unwrap();
        assert_eq!(one.to_bits(), lu::determinant(a.view()).unwrap().to_bits());
        let mut swapped = permutation;
        if n > 1 {
            swapped.swap(0, n - 1);
            assert_eq!(lu::determinant_factored(factors.view(), &swapped).unwrap(), -one);
        }
    }
}

#[test]
fn determinants_of_factors_with_the_largest_pivots() {
    for x in [2.0_f64.powi(1023), 1e308, f64::MAX] {
        for (n, values, expected) in [
            (1, vec![-x], -x),
            (2, vec![x, 0.0, 0.0, 0.5], x / 2.0),
            (2, vec![2.0_f64.powi(-1023), 0.0, 0.0, x], x * 2.0_f64.powi(-1023)),
        ] {
            let (factors, permutation, _) = factor(&Owned::new(n, n, values));
            assert_eq!(lu::determinant_factored(factors.view(), &permutation), Ok(expected));
        }
    }
}

#[test]
fn rcond_is_near_the_truth() {
    for n in [1, 2, 3, 10, 50, 129] {
        for condition in [1.0, 1e3, 1e8, 1e14] {
            for scale in [1.0, 2.0_f64.powi(1000), 2.0_f64.powi(-1000)] {
                let last = (n - 1).max(1) as f64;
                let a = with_singular_values(n, n, |i| f64::powf(condition, -(i as f64) / last), n as u64);
                let (factors, _, norm) = factor(&a.scaled(scale));
                let estimate = lu::rcond(factors.view(), norm).unwrap();
                let mut inverse = Owned::zeros(n, n);
                lu::inverse(a.view(), &mut inverse.values).unwrap();
                let truth = 1.0 / (a.norm1() * inverse.norm1());
                assert!((0.9 * truth..10.0 * truth).contains(&estimate), "{n}, {condition}: {estimate}, {truth}");
            }
        }
    }
    for (name, a, singular) in classes(5, 5) {
        if name == "at overflow" {
            continue;
        }
        let (factors, _, norm) = factor(&a);
        let rcond = lu::rcond(factors.view(), norm).unwrap();
        assert!((0.0..=1.0).contains(&rcond) && (!singular || rcond < 1e-15), "{name}: {rcond}");
    }
    assert_eq!(lu::rcond(Owned::zeros(0, 0).view(), 0.0), Ok(1.0));
    assert_eq!(lu::rcond(Owned::zeros(3, 3).view(), 0.0), Ok(0.0));
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for (rows, columns) in [(50, 50), (300, 300), (513, 513), (700, 90), (90, 700)] {
        let a = Owned::random(rows, columns, 4);
        let b = Owned::random(rows, 200, 5);
        let results: Vec<_> = [1, 2, 3, 7]
            .iter()
            .map(|&threads| {
                let _threads = with_threads(threads);
                let (factors, permutation, _) = factor(&a);
                let mut x = Owned::zeros(rows, 200);
                if rows == columns {
                    lu::solve(a.view(), b.view(), &mut x.values).unwrap();
                }
                (factors.bits(), permutation, x.bits())
            })
            .collect();
        assert!(results.iter().all(|result| *result == results[0]), "{rows}x{columns}");
    }
}

#[test]
fn the_pivots_are_those_of_the_textbook() {
    for n in [7, 40, 150, 390] {
        let a = Owned::new(n, n, Random(n as u64).reals(n * n));
        let mut work = a.values.clone();
        let mut expected: Vec<i32> = (0..n as i32).collect();
        for j in 0..n {
            let pivot =
                (j..n).fold(j, |best, i| if work[i * n + j].abs() > work[best * n + j].abs() { i } else { best });
            expected.swap(j, pivot);
            (0..n).for_each(|p| work.swap(j * n + p, pivot * n + p));
            for i in j + 1..n {
                let factor = work[i * n + j] / work[j * n + j];
                for p in j..n {
                    work[i * n + p] -= factor * work[j * n + p];
                }
            }
        }
        assert_eq!(factor(&a).1, expected);
    }
}

#[test]
#[ignore = "a measurement"]
fn speed() {
    let _threads = with_threads(2);
    for n in [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048] {
        let (a, b) = (Owned::random(n, n, 1), Owned::random(n, 1, 2));
        let (mut factors, mut permutation, mut x) = (a.clone(), vec![0; n], b.clone());
        let calls = (3e9 / (n as f64 + 20.0).powi(3)).clamp(5.0, 3000.0) as usize;
        let mut best = [f64::INFINITY; 3];
        for _ in 0..calls {
            let start = std::time::Instant::now();
            lu::factor(a.view(), &mut factors.values, &mut permutation).unwrap();
            best[0] = best[0].min(start.elapsed().as_secs_f64());
            let start = std::time::Instant::now();
            lu::solve(a.view(), b.view(), &mut x.values).unwrap();
            best[1] = best[1].min(start.elapsed().as_secs_f64());
            let start = std::time::Instant::now();
            lu::inverse(a.view(), &mut factors.values).unwrap();
            best[2] = best[2].min(start.elapsed().as_secs_f64());
        }
        let work = 2.0 / 3.0 * (n as f64).powi(3);
        println!(
            "{n:5} factor {:9.1} us {:6.1} GFLOPS, solve {:9.1} us, inverse {:9.1} us",
            best[0] * 1e6,
            work / best[0] * 1e-9,
            best[1] * 1e6,
            best[2] * 1e6
        );
    }
}
