//! The singular value decomposition after LAPACK's own tests (`dbdt01`, `dort01`, with the threshold 50 of `svd.in`), and what
//! follows from it.

mod common;

use std::f64::consts::PI;

use common::{Owned, Random, SIZES, any_value, classes, with_singular_values, with_threads};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rust_ffi::{Error, MatrixRef, svd};

const THRESHOLD: f64 = 50.0;

fn decompose(a: &Owned) -> Result<(Owned, Vec<f64>, Owned), Error> {
    let size = a.rows.min(a.columns);
    let (mut u, mut v) = (Owned::zeros(a.rows, size), Owned::zeros(a.columns, size));
    let mut s = vec![f64::NAN; size];
    svd::svd(a.view(), &mut u.values, &mut s, &mut v.values)?;
    Ok((u, s, v))
}

fn singular_values(a: &Owned) -> Vec<f64> {
    let mut s = vec![f64::NAN; a.rows.min(a.columns)];
    svd::singular_values(a.view(), &mut s).unwrap();
    s
}

/// `‖QᵀQ - I‖ / (m·ε)`.
fn defect(q: &Owned) -> f64 {
    let mut gram = q.transposed().times(q);
    (0..q.columns).for_each(|i| gram.values[i * q.columns + i] -= 1.0);
    gram.norm1() / (q.rows.max(1) as f64 * f64::EPSILON)
}

/// The largest of `‖A - U·S·Vᵀ‖ / (n·‖A‖·ε)`, `‖UᵀU - I‖ / (m·ε)` and `‖VᵀV - I‖ / (n·ε)`.
fn ratio(a: &Owned) -> f64 {
    let scale = a.normalizing();
    let a = a.scaled(scale);
    let (u, s, v) = decompose(&a).unwrap();
    assert!(s.windows(2).all(|pair| pair[0] >= pair[1]) && s.iter().all(|x| *x >= 0.0), "{s:?}");
    let mut product = u.clone();
    product.values.iter_mut().enumerate().for_each(|(i, x)| *x *= s[i % s.len()]);
    let residual = product.times(&v.transposed()).minus(&a).norm1();
    let size = a.rows.max(a.columns).max(1) as f64 * a.norm1() * f64::EPSILON;
    let residual = if residual == 0.0 { 0.0 } else { residual / size };
    residual.max(defect(&u)).max(defect(&v))
}

fn shapes() -> Vec<(usize, usize)> {
    let mut shapes: Vec<_> = SIZES.iter().flat_map(|&n| [(n, n), (n, 3), (3, n), (n, 70)]).collect();
    shapes.extend([(0, 5), (5, 0), (700, 100), (100, 400), (127, 126), (128, 127), (260, 257), (129, 200)]);
    shapes
}

#[test]
fn no_singular_value_is_a_negative_zero() {
    for (n, values) in [(1, vec![-0.0]), (2, vec![-5e-324, 0.0, 0.0, 1e10]), (2, vec![-0.0; 4]), (20, vec![-0.0; 400])]
    {
        let a = Owned::new(n, n, values);
        let (_, s, _) = decompose(&a).unwrap();
        assert!(s.iter().chain(&singular_values(&a)).all(|x| x.is_sign_positive()), "{:?}: {s:?}", a.values);
    }
}

#[test]
fn factors_are_orthogonal_and_multiply_to_the_matrix() {
    let _threads = with_threads(2);
    let mut largest = (0.0, String::new());
    for (rows, columns) in shapes() {
        for (name, a, _) in classes(rows, columns) {
            let ratio = ratio(&a);
            assert!(ratio < THRESHOLD, "{name} {rows}x{columns}: {ratio}");
            if ratio > largest.0 {
                largest = (ratio, format!("{name} {rows}x{columns}"));
            }
        }
    }
    println!("largest ratio: {} of {}", largest.0, largest.1);
}

#[test]
fn values_alone_are_the_same_as_with_vectors() {
    let _threads = with_threads(2);
    for (rows, columns) in shapes() {
        for (name, a, _) in classes(rows, columns) {
            let a = a.scaled(a.normalizing());
            let (alone, (_, with, _)) = (singular_values(&a), decompose(&a).unwrap());
            let tolerance = THRESHOLD * rows.max(columns) as f64 * f64::EPSILON;
            for (x, y) in alone.iter().zip(&with) {
                assert!((x - y).abs() <= tolerance * with[0], "{name} {rows}x{columns}: {x} and {y}");
            }
        }
    }
}

#[test]
fn singular_values_are_those_the_matrix_was_made_of() {
    type Value = fn(usize) -> f64;
    let values: [(&str, Value); 4] = [
        ("falling", |i| 0.5_f64.powi(i as i32)),
        ("clustered", |i| if i < 3 { 1.0 } else { 1e-6 }),
        ("all but one", |i| if i == 0 { 1.0 } else { 1e-9 }),
        ("rising distance", |i| 1.0 / (1 + i * i) as f64),
    ];
    for (name, value) in values {
        for (rows, columns) in [(40, 40), (150, 30), (30, 200), (200, 180)] {
            let s = singular_values(&with_singular_values(rows, columns, value, 3));
            for (i, x) in s.iter().enumerate() {
                let error = (x - value(i)).abs() / (rows.max(columns) as f64 * f64::EPSILON);
                assert!(error < THRESHOLD, "{name} {rows}x{columns}, value {i}: {x} for {}", value(i));
            }
        }
    }
}

#[test]
fn powers_of_two_change_nothing_but_the_scale() {
    for (rows, columns) in [(1, 1), (5, 5), (30, 7), (40, 133)] {
        let a = Owned::random(rows, columns, 11);
        let (u, s, v) = decompose(&a).unwrap();
        for exponent in [-1000, -3, 900] {
            let factor = 2.0_f64.powi(exponent);
            let (scaled_u, scaled_s, scaled_v) = decompose(&a.scaled(factor)).unwrap();
            assert_eq!((scaled_u.bits(), scaled_v.bits()), (u.bits(), v.bits()));
            assert!(scaled_s.iter().zip(&s).all(|(x, y)| *x == y * factor));
        }
    }
}

#[test]
fn a_largest_value_beyond_the_range_is_an_error() {
    let a = Owned::new(5, 5, vec![f64::MAX; 25]);
    let error = decompose(&a).unwrap_err();
    assert_eq!(error.to_string(), "the largest singular value is beyond 1.7976931348623157E308");
    assert_eq!(svd::rank(a.view()), Ok(1));
    assert_eq!(svd::condition_number(a.view()), Ok(f64::INFINITY));
}

#[test]
fn the_smallest_numbers_are_decomposed() {
    let tiny = f64::from_bits(1);
    let a = Owned::new(2, 2, vec![3.0 * tiny, 0.0, 0.0, -5.0 * tiny]);
    assert_eq!(singular_values(&a), [5.0 * tiny, 3.0 * tiny]);
    assert!((svd::condition_number(a.view()).unwrap() - 5.0 / 3.0).abs() < 1e-15);
}

#[test]
fn matrices_without_values_have_empty_factors() {
    for (rows, columns) in [(0, 0), (0, 4), (4, 0)] {
        let a = Owned::zeros(rows, columns);
        let (u, s, v) = decompose(&a).unwrap();
        assert_eq!((u.values.len(), s.len(), v.values.len()), (0, 0, 0));
        assert_eq!(svd::rank(a.view()), Ok(0));
        assert_eq!(svd::pseudo_inverse(a.view(), &mut []), Ok(()));
        let error = svd::condition_number(a.view()).unwrap_err();
        assert_eq!(error.to_string(), format!("the condition number of a {rows}x{columns} matrix is not defined"));
    }
}

#[test]
fn rank_counts_values_above_the_tolerance() {
    assert_eq!(svd::rank(Owned::zeros(3, 4).view()), Ok(0));
    assert_eq!(svd::rank(Owned::new(2, 3, vec![1.0; 6]).view()), Ok(1));
    for rank in [0, 1, 5, 20, 60] {
        let random = |rows, columns, seed| Owned::new(rows, columns, Random(seed).integers(rows * columns));
        let a = random(80, rank, 1).times(&random(rank, 60, 2));
        assert_eq!(svd::rank(a.view()), Ok(rank));
        assert_eq!(svd::rank(a.transposed().view()), Ok(rank));
    }
    let diagonal = |last: f64| Owned::new(2, 2, vec![1.0, 0.0, 0.0, last]);
    assert_eq!(svd::rank(diagonal(2.0 * f64::EPSILON).view()), Ok(1));
    assert_eq!(svd::rank(diagonal(2.5 * f64::EPSILON).view()), Ok(2));
    assert_eq!(svd::rank_of(&[4.0, 2.0, 0.0], 3, 3), 2);
    assert_eq!(svd::rank_of(&[], 0, 3), 0);
}

#[test]
fn condition_number_is_the_ratio_of_the_values() {
    let a = Owned::new(2, 2, vec![0.0, 8.0, -2.0, 0.0]);
    assert_eq!(svd::condition_number(a.view()), Ok(4.0));
    for a in [vec![0.0; 4], vec![1.0, 2.0, 2.0, 4.0], vec![1.0, 0.0, 0.0, 1e-17]] {
        assert_eq!(svd::condition_number(Owned::new(2, 2, a).view()), Ok(f64::INFINITY));
    }
    let magic = Owned::new(3, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
    assert_eq!(svd::condition_number(magic.view()), Ok(f64::INFINITY));
    let condition = svd::condition_number(with_singular_values(60, 40, |i| if i == 7 { 1e-5 } else { 1.0 }, 9).view());
    assert!((condition.unwrap() / 1e5 - 1.0).abs() < 1e-8);
}

#[test]
fn the_pseudo_inverse_fulfils_penroses_equations() {
    for (rows, columns) in [(1, 1), (3, 3), (10, 4), (4, 10), (90, 60), (60, 200), (130, 130)] {
        for (name, a, _) in classes(rows, columns) {
            if name.starts_with("near") || name.starts_with("at ") {
                continue;
            }
            let mut inverse = Owned::zeros(columns, rows);
            svd::pseudo_inverse(a.view(), &mut inverse.values).unwrap();
            let (left, right) = (a.times(&inverse), inverse.times(&a));
            let unit = rows.max(columns) as f64 * f64::EPSILON;
            let size = a.norm1() * inverse.norm1() * unit;
            let bound = |difference: Owned, size: f64, equation: &str| {
                let norm = difference.norm1();
                assert!(norm <= THRESHOLD * size, "{name} {rows}x{columns}, {equation}: {norm} above {size}");
            };
            bound(left.times(&a).minus(&a), size * a.norm1(), "AXA = A");
            bound(right.times(&inverse).minus(&inverse), size * inverse.norm1(), "XAX = X");
            bound(left.minus(&left.transposed()), size, "AX symmetric");
            bound(right.minus(&right.transposed()), size, "XA symmetric");
        }
    }
}

#[test]
fn a_pseudo_inverse_beyond_the_range_is_an_error() {
    let a = Owned::new(1, 1, vec![1e-310]);
    let error = svd::pseudo_inverse(a.view(), &mut [0.0]).unwrap_err();
    assert_eq!(error.to_string(), "the largest value of the pseudo-inverse is beyond 1.7976931348623157E308");
}

fn hilbert(n: usize) -> Owned {
    Owned::new(n, n, (0..n * n).map(|i| 1.0 / (i / n + i % n + 1) as f64).collect())
}

/// A magic square of odd order, by the siamese method.
fn magic(n: usize) -> Owned {
    let mut a = Owned::zeros(n, n);
    let (mut i, mut j) = (0, n / 2);
    for k in 1..=n * n {
        a.values[i * n + j] = k as f64;
        let (next_i, next_j) = ((i + n - 1) % n, (j + 1) % n);
        (i, j) = if a.values[next_i * n + next_j] == 0.0 { (next_i, next_j) } else { ((i + 1) % n, j) };
    }
    a
}

#[test]
fn special_matrices() {
    // Known to 15 digits: Hilbert's matrix of order 3 has a characteristic polynomial that is solved by cosines.
    let n = 3;
    let s = singular_values(&hilbert(n));
    let (trace, minors, determinant) = (23.0 / 15.0, 127.0 / 720.0, 1.0 / 2160.0);
    for x in &s {
        assert!((((x - trace) * x + minors) * x - determinant).abs() < 1e-14, "{x}");
    }
    // The sums of a magic square are its largest singular value.
    for n in [3, 5, 7, 21] {
        let a = magic(n);
        let sum = (n * (n * n + 1) / 2) as f64;
        let s = singular_values(&a);
        assert!((s[0] / sum - 1.0).abs() < 1e-14, "{n}: {}", s[0]);
        assert!(ratio(&a) < THRESHOLD);
    }
    // Kahan's matrix looks harmless on its diagonal.
    let (sine, cosine) = (1.2_f64.sin(), 1.2_f64.cos());
    let kahan = |n: usize| {
        let value =
            |i: usize, j: usize| if i > j { 0.0 } else { sine.powi(i as i32) * if i == j { 1.0 } else { -cosine } };
        Owned::new(n, n, (0..n * n).map(|k| value(k / n, k % n)).collect())
    };
    let vandermonde = |n: usize| {
        Owned::new(n, n, (0..n * n).map(|k| (1.0 + (k / n) as f64 / n as f64).powi((k % n) as i32)).collect())
    };
    let second_difference = |n: usize| {
        let value = |i: usize, j: usize| {
            if i == j {
                2.0
            } else if i.abs_diff(j) == 1 {
                -1.0
            } else {
                0.0
            }
        };
        Owned::new(n, n, (0..n * n).map(|k| value(k / n, k % n)).collect())
    };
    for n in [1, 2, 10, 12, 60, 90, 150] {
        for (name, a) in [
            ("hilbert", hilbert(n)),
            ("kahan", kahan(n)),
            ("vandermonde", vandermonde(n)),
            ("ones", Owned::new(n, n, vec![1.0; n * n])),
            ("second difference", second_difference(n)),
        ] {
            let ratio = ratio(&a);
            assert!(ratio < THRESHOLD, "{name} of order {n}: {ratio}");
        }
        let s = singular_values(&second_difference(n));
        for (k, x) in s.iter().rev().enumerate() {
            let exact = 4.0 * ((k + 1) as f64 * PI / (2 * (n + 1)) as f64).sin().powi(2);
            assert!((x - exact).abs() < 4.0 * THRESHOLD * n as f64 * f64::EPSILON, "order {n}: {x} for {exact}");
        }
    }
    let kellers = Owned::new(3, 3, vec![1e16, -1e15, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    assert!(ratio(&kellers) < THRESHOLD);
}

#[test]
fn bits_do_not_depend_on_threads_or_callers() {
    for (rows, columns) in [(5, 5), (140, 140), (300, 280), (600, 130), (60, 500)] {
        let a = Owned::random(rows, columns, 21);
        let all = || {
            let (u, s, v) = decompose(&a).unwrap();
            let mut inverse = Owned::zeros(columns, rows);
            svd::pseudo_inverse(a.view(), &mut inverse.values).unwrap();
            let s = Owned::new(1, s.len(), s);
            let alone = singular_values(&a);
            let alone = Owned::new(1, alone.len(), alone);
            [u.bits(), s.bits(), v.bits(), inverse.bits(), alone.bits()]
        };
        let expected = {
            let _threads = with_threads(1);
            all()
        };
        for threads in [2, 3, 7] {
            let _threads = with_threads(threads);
            assert_eq!(all(), expected, "{rows}x{columns} on {threads} threads");
            std::thread::scope(|scope| {
                let callers: Vec<_> = (0..3).map(|_| scope.spawn(all)).collect();
                for caller in callers {
                    assert_eq!(caller.join().unwrap(), expected, "{rows}x{columns}, three callers");
                }
            });
        }
    }
}

#[test]
fn values_that_are_not_finite_are_rejected() {
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut a = Owned::random(4, 3, 5);
        a.values[7] = x;
        let position = |error: Error| match error {
            Error::NotFinite { row, column, value, .. } => (row, column, value.to_bits()),
            other => panic!("{other}"),
        };
        assert_eq!(position(decompose(&a).unwrap_err()), (2, 1, x.to_bits()));
        assert_eq!(position(svd::rank(a.view()).unwrap_err()), (2, 1, x.to_bits()));
        assert_eq!(position(svd::condition_number(a.view()).unwrap_err()), (2, 1, x.to_bits()));
        assert_eq!(position(svd::pseudo_inverse(a.view(), &mut [0.0; 12]).unwrap_err()), (2, 1, x.to_bits()));
        assert_eq!(position(svd::singular_values(a.view(), &mut [0.0; 3]).unwrap_err()), (2, 1, x.to_bits()));
    }
}

#[test]
fn results_of_the_wrong_length_are_rejected() {
    let a = MatrixRef::new(2, 1, &[1.0, 2.0]).unwrap();
    let error = svd::svd(a, &mut [0.0; 3], &mut [0.0], &mut [0.0]).unwrap_err();
    assert_eq!(error.to_string(), "a 2x1 matrix does not have 3 values");
    assert!(svd::svd(a, &mut [0.0; 2], &mut [0.0; 2], &mut [0.0]).is_err());
    assert!(svd::svd(a, &mut [0.0; 2], &mut [0.0], &mut []).is_err());
    assert!(svd::singular_values(a, &mut []).is_err());
    assert!(svd::pseudo_inverse(a, &mut [0.0; 3]).is_err());
}

fn any_matrix() -> impl Strategy<Value = Owned> {
    (0..16_usize, 0..16_usize).prop_flat_map(move |(rows, columns)| {
        prop::collection::vec(any_value(), rows * columns).prop_map(move |values| Owned::new(rows, columns, values))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_matrix_is_decomposed_or_rejected(a in any_matrix()) {
        match decompose(&a) {
            Ok((u, s, v)) => {
                prop_assert!(u.values.iter().chain(&s).chain(&v.values).all(|x| x.is_finite()));
                prop_assert!(ratio(&a) < THRESHOLD);
            }
            Err(Error::NotFinite { row, column, .. }) => {
                prop_assert!(!a.values[row * a.columns + column].is_finite());
            }
            Err(Error::Overflow { .. }) => prop_assert!(a.values.iter().any(|x| x.abs() > f64::MAX / 16.0)),
            Err(other) => prop_assert!(false, "{}", other),
        }
        let mut inverse = vec![0.0; a.values.len()];
        match svd::pseudo_inverse(a.view(), &mut inverse) {
            Ok(()) => prop_assert!(inverse.iter().all(|x| x.is_finite())),
            Err(Error::NotFinite { .. } | Error::Overflow { .. }) => {}
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
