//! The Cholesky factorization after LAPACK's own tests (`dchkpo`): all residual ratios are below its threshold of 30.

mod common;

use common::{Owned, SIZES, with_singular_values, with_threads};
use rust_ffi::matrix::MatrixRef;
use rust_ffi::{Error, cholesky};

const THRESHOLD: f64 = 30.0;

fn factor(a: &Owned) -> Result<Owned, Error> {
    let mut l = Owned::new(a.rows, a.columns, vec![f64::NAN; a.values.len()]);
    cholesky::factor(a.view(), &mut l.values).map(|()| l)
}

fn ratio(difference: f64, size: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference / size / f64::EPSILON }
}

/// Makes a matrix exactly symmetric.
fn mirrored(mut a: Owned) -> Owned {
    for i in 0..a.rows {
        for j in 0..i {
            a.values[i * a.columns + j] = a.values[j * a.columns + i];
        }
    }
    a
}

fn positive_definite(n: usize) -> Vec<(&'static str, Owned)> {
    let conditioned = |condition: f64, scale: f64| {
        let last = n.saturating_sub(1).max(1) as f64;
        let b = with_singular_values(n, n, |i| scale * condition.powf(-0.5 * i as f64 / last), n as u64 + 1);
        mirrored(b.times(&b.transposed()))
    };
    let mut badly = conditioned(10.0, 1.0);
    for (index, value) in badly.values.iter_mut().enumerate() {
        let (i, j) = (index / n, index % n);
        *value *= 2.0_f64.powi((i % 9) as i32 * 6 - 20) * 2.0_f64.powi((j % 9) as i32 * 6 - 20);
    }
    let mut diagonal = Owned::zeros(n, n);
    (0..n).for_each(|i| diagonal.values[i * n + i] = 1.0 + i as f64);
    vec![
        ("well-conditioned", conditioned(2.0, 1.0)),
        ("condition 1e4", conditioned(1e4, 1.0)),
        ("condition 1e12", conditioned(1e12, 1.0)),
        ("near overflow", conditioned(100.0, 2.0_f64.powi(508))),
        ("near underflow", conditioned(100.0, 2.0_f64.powi(-500))),
        ("badly scaled", badly),
        ("diagonal", diagonal),
    ]
}

#[test]
fn factors_multiply_to_the_matrix_and_solve() {
    let _threads = with_threads(2);
    for n in SIZES {
        for (name, a) in positive_definite(n) {
            let l = factor(&a).unwrap_or_else(|error| panic!("{name} {n}: {error}"));
            let scale = a.normalizing();
            let half = 2.0_f64.powi((scale.log2() / 2.0).floor() as i32);
            let (left, right) = (l.scaled(half), l.scaled(scale / half));
            let difference = left.times(&right.transposed()).minus(&a.scaled(scale));
            let ratio_of_factors = ratio(difference.norm1(), n as f64 * a.scaled(scale).norm1());
            assert!(ratio_of_factors < THRESHOLD, "{name} {n}: {ratio_of_factors}");
            for i in 0..n {
                assert!(l.values[i * n + i] > 0.0 && l.values[i * n + i + 1..(i + 1) * n].iter().all(|x| *x == 0.0));
            }
            for right in [1, 7, 100] {
                let b = Owned::random(n, right, 3);
                let mut x = Owned::zeros(n, right);
                cholesky::solve_factored(l.view(), b.view(), &mut x.values).unwrap();
                let x_scale = x.normalizing();
                let residual = a.scaled(scale).times(&x.scaled(x_scale)).minus(&b.scaled(scale).scaled(x_scale));
                let column = |m: &Owned, j: usize| (0..n).fold(0.0, |sum, i| sum + m.values[i * right + j].abs());
                for j in 0..right {
                    let size = a.scaled(scale).norm1() * column(&x.scaled(x_scale), j);
                    let ratio = ratio(column(&residual, j), size);
                    assert!(ratio < THRESHOLD, "{name} {n}, column {j} of {right}: {ratio}");
                }
            }
        }
    }
}

#[test]
fn the_first_pivot_that_is_not_positive_is_named() {
    let _threads = with_threads(2);
    for n in [1, 2, 8, 9, 50, 257] {
        for pivot in [0, n / 2, n - 1] {
            let mut a = positive_definite(n).swap_remove(0).1;
            a.values[pivot * n + pivot] = -1e-3;
            assert_eq!(factor(&a).unwrap_err(), Error::NotPositiveDefinite { pivot });
        }
    }
    let error = factor(&Owned::zeros(2, 2)).unwrap_err();
    assert_eq!(error.to_string(), "matrix is not positive definite: pivot 0 is not positive");
    let ones = Owned::new(3, 3, vec![1.0; 9]);
    assert_eq!(factor(&ones).unwrap_err(), Error::NotPositiveDefinite { pivot: 1 });
    let huge = Owned::new(2, 2, vec![1e-300, 1e300, 1e300, 1.0]);
    assert_eq!(factor(&huge).unwrap_err(), Error::NotPositiveDefinite { pivot: 1 });
}

#[test]
fn large_values_take_nothing_from_small_pivots() {
    for (large, small) in [(1e300, 1e-305), (1e308, 1e-300), (f64::MAX, f64::MIN_POSITIVE)] {
        let l = factor(&Owned::new(2, 2, vec![large, 0.0, 0.0, small])).unwrap();
        assert_eq!(l.values, [large.sqrt(), 0.0, 0.0, small.sqrt()]);
    }
    // All sizes at once, and so many that they are factored by blocks.
    let n = 300;
    let mut a = positive_definite(n).swap_remove(0).1;
    let of_unit_size = factor(&a).unwrap();
    let power = |i: usize| 2.0_f64.powi(if i.is_multiple_of(2) { 510 } else { -450 });
    a.values.iter_mut().enumerate().for_each(|(k, x)| *x *= power(k / n) * power(k % n));
    let l = factor(&a).unwrap();
    for (k, (x, y)) in l.values.iter().zip(&of_unit_size.values).enumerate() {
        assert_eq!(*x, y * power(k / n), "row {}, column {}", k / n, k % n);
    }
}

#[test]
fn an_entry_that_is_not_symmetric_is_named() {
    let mut a = positive_definite(100).swap_remove(0).1;
    a.values[70 * 100 + 30] = 0.25;
    a.values[30 * 100 + 70] = 0.125;
    a.values[90 * 100 + 2] = 9.0;
    assert_eq!(
        factor(&a).unwrap_err().to_string(),
        format!(
            "matrix is not symmetric: 0.25 at row 70, column 30, but 0.125 at row 30, column 70, and they may differ by \
             {}, sqrt(epsilon) times the largest magnitude",
            java(largest(&a) * f64::EPSILON.sqrt())
        )
    );
    // A message is no longer for large values.
    let error = factor(&Owned::new(2, 2, vec![1.0, 1e300, -1e300, 1.0])).unwrap_err().to_string();
    let message = "matrix is not symmetric: -1.0E300 at row 1, column 0, but 1.0E300 at row 0, column 1, and they may ";
    assert!(error.starts_with(message) && error.len() < 250, "{error}");
}

/// Returns a number of less than 1e-3 as Java writes it.
fn java(x: f64) -> String {
    format!("{x:E}")
}

fn largest(a: &Owned) -> f64 {
    a.values.iter().fold(0.0, |largest, x| largest.max(x.abs()))
}

/// Returns the mean of a matrix and its transpose.
fn symmetric_part(a: &Owned) -> Owned {
    let mut part = a.clone();
    for i in 0..a.rows {
        for j in 0..a.rows {
            let (x, y) = (a.values[i * a.rows + j], a.values[j * a.rows + i]);
            part.values[i * a.rows + j] = if x == y && x != 0.0 { x } else { x / 2.0 + y / 2.0 };
        }
    }
    part
}

#[test]
fn what_rounding_leaves_of_symmetry_is_enough() {
    for n in [1, 2, 5, 8, 31, 32, 33, 64, 100, 130] {
        for (name, a) in positive_definite(n) {
            for scale in [1.0, 2.0_f64.powi(900), 2.0_f64.powi(-900)] {
                let exact = a.scaled(scale);
                let mut rounded = exact.clone();
                let share = largest(&rounded) * f64::EPSILON.sqrt() / n as f64;
                let noise = Owned::random(n, n, 9);
                for (i, (x, noise)) in rounded.values.iter_mut().zip(&noise.values).enumerate() {
                    // To less than half of what is allowed, on both sides.
                    *x += if i % (n + 1) == 0 { 0.0 } else { noise * share / 4.0 };
                }
                let part = symmetric_part(&rounded);
                match (factor(&rounded), factor(&part)) {
                    (Ok(l), Ok(of_part)) => assert_eq!(l.bits(), of_part.bits(), "{name} {n} {scale:e}"),
                    (l, of_part) => assert_eq!(l.map(drop), of_part.map(drop), "{name} {n} {scale:e}"),
                }
                // The mean of two equal values is that value.
                assert_eq!(factor(&exact).map(|l| l.bits()), factor(&symmetric_part(&exact)).map(|l| l.bits()));
            }
        }
    }
}

#[test]
fn values_across_the_diagonal_may_differ_by_the_root_of_epsilon() {
    let tolerance = 4.0 * f64::EPSILON.sqrt();
    let with = |difference: f64| factor(&Owned::new(2, 2, vec![4.0, 1.0, 1.0 + difference, 4.0]));
    assert!(with(tolerance).is_ok() && with(-tolerance).is_ok());
    let beyond = with(tolerance * (1.0 + 1e-7)).unwrap_err();
    assert!(matches!(beyond, Error::NotSymmetric { row: 1, column: 0, tolerance: found, .. } if found == tolerance));
    // Half of the smallest number is none, and the sum of the largest two is too large.
    let smallest = f64::from_bits(1);
    assert_eq!(factor(&Owned::new(2, 2, vec![1.0, smallest, smallest, 1.0])).unwrap().values[2], smallest);
    let large = f64::MAX / 4.0;
    let error = factor(&Owned::new(2, 2, vec![large, f64::MAX, f64::MAX * (1.0 - 1e-9), large])).unwrap_err();
    assert_eq!(error, Error::NotPositiveDefinite { pivot: 1 });
    // The first one in the order of the rows below the diagonal, whatever block it is in.
    let mut a = positive_definite(100).swap_remove(0).1;
    for (row, column) in [(99, 0), (40, 39), (40, 3), (64, 1)] {
        a.values[row * 100 + column] += 9.0;
    }
    assert!(matches!(factor(&a), Err(Error::NotSymmetric { row: 40, column: 3, .. })));
}

#[test]
fn wrong_arguments_are_named() {
    let error = cholesky::factor(Owned::random(2, 3, 1).view(), &mut [0.0; 6]).unwrap_err();
    assert_eq!(error.to_string(), "matrix is not square: 2x3");
    let error = factor(&Owned::new(1, 1, vec![f64::NAN])).unwrap_err();
    assert_eq!(error.to_string(), "matrix has a NaN at row 0, column 0");
    let one = MatrixRef::new(1, 1, &[1.0]).unwrap();
    let b = MatrixRef::new(1, 2, &[1.0, f64::NAN]).unwrap();
    let error = cholesky::solve_factored(one, b, &mut [0.0; 2]).unwrap_err();
    assert_eq!(error.to_string(), "b has a NaN at row 0, column 1");
    let identity = MatrixRef::new(2, 2, &[1.0, 0.0, 0.0, 1.0]).unwrap();
    let error = cholesky::solve_factored(identity, Owned::zeros(3, 1).view(), &mut [0.0; 3]).unwrap_err();
    assert_eq!(error.to_string(), "matrix shapes do not agree: 2x2 solve 3x1");
}

#[test]
fn determinants_do_not_overflow_on_the_way() {
    let determinant = |n, l: &[f64]| cholesky::determinant_factored(MatrixRef::new(n, n, l).unwrap());
    assert_eq!(determinant(0, &[]), Ok(1.0));
    assert_eq!(determinant(2, &[2.0, 0.0, 5.0, 3.0]), Ok(36.0));
    assert_eq!(determinant(2, &[2.0_f64.powi(1000), 0.0, 0.0, 2.0_f64.powi(-999)]), Ok(4.0));
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for n in [50, 300, 513] {
        let a = positive_definite(n).swap_remove(0).1;
        let b = Owned::random(n, 200, 5);
        let results: Vec<_> = [1, 2, 3, 7]
            .iter()
            .map(|&threads| {
                let _threads = with_threads(threads);
                let l = factor(&a).unwrap();
                let mut x = Owned::zeros(n, 200);
                cholesky::solve_factored(l.view(), b.view(), &mut x.values).unwrap();
                (l.bits(), x.bits())
            })
            .collect();
        assert!(results.iter().all(|result| *result == results[0]), "{n}");
    }
}

#[test]
#[ignore = "a measurement"]
fn speed() {
    let _threads = with_threads(2);
    for n in [4, 16, 64, 128, 256, 512, 1024, 2048] {
        let a = Owned::random(n, n, 3);
        let mut a = mirrored(a);
        (0..n).for_each(|i| a.values[i * n + i] += n as f64);
        let mut l = a.clone();
        let work = (n as f64).powi(3) / 3.0;
        let mut best = f64::INFINITY;
        for _ in 0..(5e9 / (work + 1e5)).clamp(5.0, 3000.0) as usize {
            let start = std::time::Instant::now();
            cholesky::factor(a.view(), &mut l.values).unwrap();
            best = best.min(start.elapsed().as_secs_f64());
        }
        println!("{n:5} factor {:10.1} us {:6.1} GFLOPS", best * 1e6, work / best * 1e-9);
    }
}
