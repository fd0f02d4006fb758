//! The QR factorization after LAPACK's own tests (`dchkqr`): all residual ratios are below its threshold of 30.

mod common;

use common::{Owned, SIZES, classes, with_threads};
use rust_ffi::{Error, MatrixRef, qr, vector};

const THRESHOLD: f64 = 30.0;

fn factor(a: &Owned) -> (Owned, Vec<f64>) {
    let mut factors = Owned::zeros(a.rows, a.columns);
    let mut tau = vec![f64::NAN; a.rows.min(a.columns)];
    qr::factor(a.view(), &mut factors.values, &mut tau).unwrap();
    (factors, tau)
}

fn q_and_r(factors: &Owned, tau: &[f64]) -> (Owned, Owned) {
    let (mut q, mut r) = (Owned::zeros(factors.rows, tau.len()), Owned::zeros(tau.len(), factors.columns));
    qr::q(factors.view(), tau, &mut q.values).unwrap();
    qr::r(factors.view(), &mut r.values).unwrap();
    (q, r)
}

fn ratio(difference: f64, size: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference / size / f64::EPSILON }
}

fn largest(a: &Owned) -> f64 {
    a.values.iter().fold(0.0, |largest, x| largest.max(x.abs()))
}

/// Shapes around the edges of panels, tall and wide.
fn shapes() -> Vec<(usize, usize)> {
    let mut shapes: Vec<_> = SIZES.iter().flat_map(|&rows| [(rows, rows), (rows, 3), (3, rows), (rows, 70)]).collect();
    shapes.extend([(0, 5), (5, 0), (1000, 100), (100, 400), (65, 63), (63, 65), (640, 129)]);
    shapes
}

#[test]
fn factors_multiply_to_the_matrix_and_q_is_orthogonal() {
    let _threads = with_threads(2);
    for (rows, columns) in shapes().into_iter().chain([(1, 40), (4, 2000), (16, 127), (16, 128)]) {
        for (name, a, _) in classes(rows, columns) {
            // Close to the range's ends R may be out of it.
            if name == "at overflow" || name == "at underflow" {
                continue;
            }
            let (factors, tau) = factor(&a);
            let (q, r) = q_and_r(&factors, &tau);
            let scale = a.normalizing();
            let difference = q.times(&r.scaled(scale)).minus(&a.scaled(scale)).norm1();
            let dimension = rows.max(columns).max(1) as f64;
            let one = ratio(difference, dimension * a.scaled(scale).norm1());
            let mut gram = q.transposed().times(&q);
            (0..tau.len()).for_each(|i| gram.values[i * tau.len() + i] -= 1.0);
            let other = ratio(gram.norm1(), dimension);
            assert!(one < THRESHOLD && other < THRESHOLD, "{name} {rows}x{columns}: {one}, {other}");
        }
    }
}

#[test]
fn r_is_that_of_the_textbook() {
    for (rows, columns) in [(3, 3), (20, 9), (100, 40), (150, 150), (90, 130)] {
        let a = Owned::random(rows, columns, 6);
        let (factors, tau) = factor(&a);
        let (_, r) = q_and_r(&factors, &tau);
        // The Gram matrix determines R but for the signs of its rows.
        let difference = r.transposed().times(&r).minus(&a.transposed().times(&a));
        let size = a.norm1() * a.transposed().norm1() * rows as f64;
        assert!(ratio(difference.norm1(), size) < THRESHOLD, "{rows}x{columns}");
        for i in 0..r.rows {
            assert!(r.values[i * columns..i * columns + i].iter().all(|x| *x == 0.0));
        }
    }
}

#[test]
fn solutions_are_those_of_least_squares() {
    let _threads = with_threads(2);
    for (rows, columns) in [(1, 1), (3, 2), (5, 5), (50, 10), (129, 64), (300, 257), (513, 513), (1000, 65)] {
        for (name, a, singular) in classes(rows, columns) {
            if singular || name == "at overflow" || name == "at underflow" {
                continue;
            }
            let (factors, tau) = factor(&a);
            for right in [1, 5, 80] {
                let b = Owned::random(rows, right, 7);
                let mut x = Owned::zeros(columns, right);
                qr::solve_factored(factors.view(), &tau, b.view(), &mut x.values).unwrap();
                // The residual is orthogonal to the columns, as in `dqrt17`.
                let (a_scale, x_scale) = (a.normalizing(), x.normalizing());
                let a = a.scaled(a_scale);
                let (x, b) = (x.scaled(x_scale), b.scaled(a_scale).scaled(x_scale));
                let product = a.times(&x);
                let residual = product.minus(&b);
                let size = rows as f64 * a.norm1() * (largest(&b) + a.norm1() * largest(&x));
                let ratio = ratio(largest(&a.transposed().times(&residual)), size);
                assert!(ratio < THRESHOLD, "{name} {rows}x{columns}, {right} columns: {ratio}");
            }
        }
    }
}

#[test]
fn an_exact_solution_is_found() {
    let a = Owned::new(3, 2, vec![1.0, 1.0, 1.0, 2.0, 1.0, 3.0]);
    let (factors, tau) = factor(&a);
    let mut x = [0.0; 2];
    qr::solve_factored(factors.view(), &tau, MatrixRef::new(3, 1, &[3.0, 5.0, 7.0]).unwrap(), &mut x).unwrap();
    assert!((x[0] - 1.0).abs() < 1e-14 && (x[1] - 2.0).abs() < 1e-14, "{x:?}");
}

#[test]
fn columns_at_both_ends_of_the_range_do_not_disturb_each_other() {
    let a = Owned::new(3, 2, vec![3e307, 0.0, 4e307, 3e-308, 0.0, 4e-308]);
    let (factors, tau) = factor(&a);
    let (_, r) = q_and_r(&factors, &tau);
    assert!((r.values[0].abs() / 5e307 - 1.0).abs() < 1e-14, "{}", r.values[0]);
    let mut x = [0.0; 2];
    let b = [3e307, 4e307, 0.0];
    qr::solve_factored(factors.view(), &tau, MatrixRef::new(3, 1, &b).unwrap(), &mut x).unwrap();
    assert!((x[0] - 1.0).abs() < 1e-14, "{}", x[0]);
}

#[test]
fn values_up_to_the_largest_have_factors() {
    let triangle = |n, values: &[f64]| {
        let (factors, tau) = factor(&Owned::new(n, n, values.to_vec()));
        q_and_r(&factors, &tau).1.values
    };
    assert_eq!(triangle(1, &[9e307])[0].abs(), 9e307);
    let r = triangle(2, &[f64::MAX, 0.0, 0.0, f64::MAX]);
    assert_eq!([r[0].abs(), r[1], r[3].abs()], [f64::MAX, 0.0, f64::MAX]);
    for (values, column) in [([1.0, 1.0, 1.0, 1e308], 1), ([1e308, 1.0, 1.0, 1.0], 0)] {
        let r = triangle(2, &values);
        let length = r[column].hypot(r[2 + column]);
        assert!((length / 1e308 - 1.0).abs() < 1e-14, "{values:?}: {r:?}");
    }
}

#[test]
fn tiny_remainders_are_reflected() {
    // After the first reflection the second column has values whose squares underflow.
    let a = Owned::new(4, 2, vec![1.0, 1.0, 0.0, 3e-200, 0.0, 4e-200, 0.0, 0.0]);
    let (factors, tau) = factor(&a);
    let (_, r) = q_and_r(&factors, &tau);
    assert!((r.values[3].abs() / 5e-200 - 1.0).abs() < 1e-14, "{}", r.values[3]);
}

#[test]
fn dependent_columns_and_wide_matrices_are_named() {
    let a = Owned::new(3, 2, vec![1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    let (factors, tau) = factor(&a);
    let b = Owned::random(3, 1, 1);
    let error = qr::solve_factored(factors.view(), &tau, b.view(), &mut [0.0; 2]).unwrap_err();
    assert_eq!(error, Error::Singular { pivot: 1 });
    let (factors, tau) = factor(&Owned::random(2, 3, 1));
    let error = qr::solve_factored(factors.view(), &tau, Owned::random(2, 1, 1).view(), &mut [0.0; 3]).unwrap_err();
    assert_eq!(error.to_string(), "a 2x3 matrix has fewer rows than columns");
}

#[test]
fn wrong_arguments_are_named() {
    let a = Owned::random(3, 2, 1);
    let error = qr::factor(a.view(), &mut [0.0; 6], &mut [0.0; 3]).unwrap_err();
    assert_eq!(error.to_string(), "vector has 3 values, not 2");
    let error = qr::factor(a.view(), &mut [0.0; 5], &mut [0.0; 2]).unwrap_err();
    assert_eq!(error.to_string(), "a 3x2 matrix does not have 5 values");
    let mut bad = a.clone();
    bad.values[3] = f64::INFINITY;
    let error = qr::factor(bad.view(), &mut [0.0; 6], &mut [0.0; 2]).unwrap_err();
    assert_eq!(error.to_string(), "matrix has an infinity at row 1, column 1");
    let error = qr::solve_factored(a.view(), &[0.0; 2], bad.view(), &mut [0.0; 4]).unwrap_err();
    assert_eq!(error.to_string(), "b has an infinity at row 1, column 1");
    let error = qr::solve_factored(a.view(), &[0.0; 2], Owned::random(4, 1, 1).view(), &mut [0.0; 2]).unwrap_err();
    assert_eq!(error.to_string(), "matrix shapes do not agree: 3x2 solve 4x1");
    let large = Owned::new(2, 1, vec![f64::MAX; 2]);
    let error = qr::factor(large.view(), &mut [0.0; 2], &mut [0.0; 1]).unwrap_err();
    assert_eq!(error.to_string(), "the triangle R is beyond 1.7976931348623157E308");
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for (rows, columns) in [(50, 20), (513, 300), (300, 513), (2000, 129), (16, 20_000)] {
        let (a, b) = (Owned::random(rows, columns, 4), Owned::random(rows, 30, 5));
        let results: Vec<_> = [1, 2, 3, 7]
            .iter()
            .map(|&threads| {
                let _threads = with_threads(threads);
                let (factors, tau) = factor(&a);
                let (q, _) = q_and_r(&factors, &tau);
                let mut x = Owned::zeros(columns, 30);
                if rows >= columns {
                    qr::solve_factored(factors.view(), &tau, b.view(), &mut x.values).unwrap();
                }
                (factors.bits(), q.bits(), x.bits())
            })
            .collect();
        assert!(results.iter().all(|result| *result == results[0]), "{rows}x{columns}");
    }
}

#[test]
fn norms_neither_overflow_nor_underflow() {
    let norm = vector::norm::<f64>;
    assert_eq!(norm(&[]), 0.0);
    assert_eq!(norm(&[0.0, -0.0]).to_bits(), 0);
    for scale in [2.0_f64.powi(1000), 1.0, 2.0_f64.powi(-1000), 2.0_f64.powi(-1060)] {
        assert_eq!(norm(&[3.0 * scale, -4.0 * scale]), 5.0 * scale);
        assert_eq!(norm(&[scale; 16]), 4.0 * scale);
    }
    assert_eq!(norm(&[5e-324]), 5e-324);
    assert_eq!(norm(&[f64::MAX]), f64::MAX);
    assert_eq!(norm(&[f64::MAX, f64::MAX]), f64::INFINITY);
    assert_eq!(norm(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
    assert!(norm(&[1.0, f64::NAN]).is_nan() && norm(&[f64::INFINITY, f64::NAN]).is_nan());
}

#[test]
#[ignore = "a measurement"]
fn speed() {
    let _threads = with_threads(2);
    for (m, n) in [(16, 16), (64, 64), (256, 256), (1024, 1024), (640, 64), (2560, 256), (10240, 1024)] {
        let (a, b) = (Owned::random(m, n, 1), Owned::random(m, 1, 2));
        let (mut factors, mut tau, mut x) = (a.clone(), vec![0.0; n], vec![0.0; n]);
        let work = 2.0 * (n * n) as f64 * (m as f64 - n as f64 / 3.0);
        let mut best = [f64::INFINITY; 2];
        for _ in 0..(2e10 / (work + 1e5)).clamp(3.0, 3000.0) as usize {
            let start = std::time::Instant::now();
            qr::factor(a.view(), &mut factors.values, &mut tau).unwrap();
            best[0] = best[0].min(start.elapsed().as_secs_f64());
            qr::solve_factored(factors.view(), &tau, b.view(), &mut x).unwrap();
            best[1] = best[1].min(start.elapsed().as_secs_f64());
        }
        println!(
            "{m:5}x{n:5} factor {:10.1} us {:6.1} GFLOPS, and solve {:10.1} us",
            best[0] * 1e6,
            work / best[0] * 1e-9,
            best[1] * 1e6
        );
    }
}

#[test]
fn columns_without_values_take_no_memory() {
    let wide = MatrixRef::new(0, usize::MAX / 2, &[]).unwrap();
    assert_eq!(qr::factor(wide, &mut [], &mut []), Ok(()));
}
