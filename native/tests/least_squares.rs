//! Least squares: NIST's reference problems, and the conditions that define the solution.

mod common;
mod nist;

use common::{Owned, Random, SIZES, any_value, classes, with_singular_values, with_threads};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rust_ffi::least_squares::{fit, least_squares, least_squares_with_tolerance};
use rust_ffi::{Error, MatrixRef, svd};

const THRESHOLD: f64 = 30.0;

fn solve(a: &Owned, b: &Owned) -> Result<(Owned, usize), Error> {
    let mut x = Owned::zeros(a.columns, b.columns);
    x.values.fill(f64::NAN);
    let rank = least_squares(a.view(), b.view(), &mut x.values)?;
    Ok((x, rank))
}

#[test]
fn nist_problems_have_as_many_digits_as_numpy_reaches() {
    println!("digits: {:10} {:>6} {:>6}", "", "here", "NumPy");
    for problem in nist::problems() {
        let (x, _) = solve(&problem.design, &problem.observed).unwrap();
        let digits = problem.digits(&x.values);
        println!("digits: {:10} {digits:6.1} {:6.1}", problem.name, problem.numpy[0]);
        // Filip's matrix has rank 10 at the tolerance, so that its coefficients are out of reach for both.
        assert!(digits >= problem.numpy[0] - 0.1, "{}: {digits}", problem.name);
    }
}

#[test]
fn nist_problems_with_all_singular_values() {
    println!("digits: {:10} {:>6} {:>6} (no tolerance)", "", "here", "NumPy");
    for problem in nist::problems() {
        let mut x = vec![0.0; problem.design.columns];
        let rank = least_squares_with_tolerance(problem.design.view(), problem.observed.view(), 0.0, &mut x).unwrap();
        let digits = problem.digits(&x);
        println!("digits: {:10} {digits:6.1} {:6.1}", problem.name, problem.numpy[1]);
        assert_eq!(rank, problem.design.columns);
        assert!(digits >= problem.numpy[1] - 0.1, "{}: {digits}", problem.name);
    }
}

#[test]
fn the_residual_is_orthogonal_to_the_columns() {
    let _threads = with_threads(2);
    let mut shapes: Vec<_> = SIZES.iter().flat_map(|&n| [(n, n), (n, 3), (3, n), (n, 70)]).collect();
    shapes.extend([(0, 5), (5, 0), (700, 100), (100, 400), (129, 200), (1000, 2)]);
    for (m, n) in shapes {
        for (name, a, _) in classes(m, n) {
            let a = a.scaled(a.normalizing());
            let b = Owned::random(m, 2, 77);
            let (x, rank) = solve(&a, &b).unwrap();
            let residual = a.times(&x).minus(&b);
            // After LAPACK's dqrt17: the part of the residual within reach of the columns.
            let reached = a.transposed().times(&residual).norm1();
            let size = m.max(n).max(1) as f64 * f64::EPSILON * a.norm1() * (b.norm1() + a.norm1() * x.norm1());
            assert!(reached <= THRESHOLD * size, "{name} {m}x{n}: {} ", reached / size);
            assert!(rank <= m.min(n));
            if m.min(n) <= 130 {
                assert_eq!(Ok(rank), svd::rank(a.view()), "{name} {m}x{n}");
            }
        }
    }
}

#[test]
fn the_solution_is_the_shortest() {
    for (m, n, rank) in [(3, 3, 2), (20, 30, 20), (30, 20, 10), (50, 50, 49), (40, 160, 17), (100, 300, 100)] {
        let a = with_singular_values(m, n, |i| if i < rank { 1.0 / (i + 1) as f64 } else { 0.0 }, 8);
        let b = Owned::random(m, 3, 9);
        let (x, found) = solve(&a, &b).unwrap();
        assert_eq!(found, rank);
        let mut inverse = Owned::zeros(n, m);
        svd::pseudo_inverse(a.view(), &mut inverse.values).unwrap();
        let difference = inverse.times(&b).minus(&x).norm1();
        let bound = THRESHOLD * (m.max(n) * rank) as f64 * f64::EPSILON * inverse.norm1() * b.norm1();
        assert!(difference <= bound, "{m}x{n} of rank {rank}: {difference} above {bound}");
        // It is in the space of the rows: A⁺A·x = x.
        assert!(inverse.times(&a.times(&x)).minus(&x).norm1() <= bound);
    }
}

#[test]
fn a_consistent_system_is_solved_exactly_in_integers() {
    for (m, n) in [(1, 1), (6, 4), (40, 40), (200, 30)] {
        let a = Owned::new(m, n, Random(3).integers(m * n));
        if svd::rank(a.view()) != Ok(n) {
            continue;
        }
        let exact = Owned::new(n, 2, Random(4).integers(n * 2));
        let (x, rank) = solve(&a, &a.times(&exact)).unwrap();
        assert_eq!(rank, n);
        assert!(x.minus(&exact).norm1() < 1e-11 * n as f64, "{m}x{n}: {}", x.minus(&exact).norm1());
    }
}

#[test]
fn hilbert_systems_are_refined_to_full_precision() {
    // 232792560 is a multiple of 1..=20, so that matrix and right-hand side are integers and exact.
    for n in 1..=9 {
        let a = Owned::new(n, n, (0..n * n).map(|k| 232_792_560.0 / (k / n + k % n + 1) as f64).collect());
        let exact = Owned::new(n, 1, (0..n).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect());
        let (x, rank) = solve(&a, &a.times(&exact)).unwrap();
        assert_eq!(rank, n);
        let error = x.minus(&exact).norm1();
        assert!(error <= n as f64 * f64::EPSILON, "order {n}: {error}");
    }
}

#[test]
fn a_matrix_of_mixed_sizes_is_solved_like_numpy() {
    let a = Owned::new(3, 3, vec![1e16, -1e15, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    let (x, rank) = solve(&a, &Owned::zeros(3, 1)).unwrap();
    assert_eq!((x.values, rank), (vec![0.0; 3], 1));
    // numpy.linalg.lstsq finds rank 1 too and, for this right-hand side, the same shortest solution.
    let (x, rank) = solve(&a, &Owned::new(3, 1, vec![1.01e16, 5.0, 7.0])).unwrap();
    assert_eq!(rank, 1);
    for (x, expected) in x.values.iter().zip([1.0, -0.1, 0.0]) {
        assert!((x - expected).abs() < 1e-15, "{x} for {expected}");
    }
}

#[test]
fn the_tolerance_decides_which_singular_values_count() {
    let a = MatrixRef::new(2, 2, &[1.0, 0.0, 0.0, 1e-5]).unwrap();
    let b = MatrixRef::new(2, 1, &[1.0, 1.0]).unwrap();
    let mut x = [0.0; 2];
    assert_eq!(least_squares_with_tolerance(a, b, 1e-4, &mut x), Ok(1));
    assert!((x[0] - 1.0).abs() < 1e-15 && x[1].abs() < 1e-15, "{x:?}");
    assert_eq!(least_squares_with_tolerance(a, b, 1e-6, &mut x), Ok(2));
    assert!((x[1] - 1e5).abs() < 1e-9, "{x:?}");
    assert_eq!(least_squares_with_tolerance(a, b, 1.0, &mut x), Ok(0));
    assert_eq!(x, [0.0; 2]);
    for (tolerance, message) in
        [(-1.0, "tolerance must be at least 0, but is -1.0"), (f64::NAN, "tolerance must be at least 0, but is NaN")]
    {
        assert_eq!(least_squares_with_tolerance(a, b, tolerance, &mut x).unwrap_err().to_string(), message);
    }
}

#[test]
fn extremes_of_the_range_are_solved() {
    let a = Owned::random(9, 4, 1);
    let b = Owned::random(9, 2, 2);
    let (x, _) = solve(&a, &b).unwrap();
    for (exponent, other) in [(1000, 900), (-1000, -900), (500, -400), (-300, 300)] {
        let (scaled, rank) = solve(&a.scaled(2.0_f64.powi(exponent)), &b.scaled(2.0_f64.powi(other))).unwrap();
        assert_eq!(rank, 4);
        let factor = 2.0_f64.powi(other - exponent);
        assert!(scaled.values.iter().zip(&x.values).all(|(y, x)| *y == x * factor));
    }
    let error = solve(&a.scaled(2.0_f64.powi(-1000)), &b.scaled(2.0_f64.powi(500))).unwrap_err();
    assert_eq!(error.to_string(), "the largest value of the solution is beyond 1.7976931348623157E308");
}

#[test]
fn a_solution_beyond_the_range_is_an_overflow() {
    let (smallest, largest) = (Owned::new(1, 1, vec![f64::from_bits(1)]), Owned::new(1, 1, vec![f64::MAX]));
    assert_eq!(solve(&smallest, &largest).unwrap_err(), Error::Overflow { quantity: "largest value of the solution" });
    assert_eq!(solve(&largest, &smallest).unwrap().0.values, [0.0]);
}

#[test]
fn nothing_to_fit_is_solved_by_zeros() {
    for (m, n, r) in [(0, 0, 0), (0, 3, 2), (3, 0, 2), (3, 2, 0)] {
        let (x, rank) = solve(&Owned::random(m, n, 5), &Owned::random(m, r, 6)).unwrap();
        assert_eq!(x.values, vec![0.0; n * r]);
        assert_eq!(rank, m.min(n));
    }
    let (x, rank) = solve(&Owned::zeros(3, 2), &Owned::random(3, 1, 6)).unwrap();
    assert_eq!((x.values, rank), (vec![0.0; 2], 0));
}

#[test]
fn what_cannot_be_solved_is_rejected() {
    let error = solve(&Owned::zeros(3, 2), &Owned::zeros(4, 1)).unwrap_err();
    assert_eq!(error.to_string(), "matrix shapes do not agree: 3x2 least squares 4x1");
    let (mut a, mut b) = (Owned::random(3, 2, 1), Owned::random(3, 1, 2));
    let x = &mut [0.0; 3];
    assert_eq!(least_squares(a.view(), b.view(), x), Err(Error::ValueCount { rows: 2, columns: 1, values: 3 }));
    b.values[2] = f64::INFINITY;
    let infinity = Error::NotFinite { argument: "b", row: 2, column: 0, value: f64::INFINITY };
    assert_eq!(solve(&a, &b).unwrap_err(), infinity);
    a.values[3] = f64::NEG_INFINITY;
    let infinity = Error::NotFinite { argument: "matrix", row: 1, column: 1, value: f64::NEG_INFINITY };
    assert_eq!(solve(&a, &b).unwrap_err(), infinity);
}

#[test]
fn bits_do_not_depend_on_threads_or_callers() {
    let ill = |m, n| with_singular_values(m, n, |i| 1.0 / (1 + i * i * i) as f64, 5);
    let flat = |m, n| with_singular_values(m, n, |i| f64::from(i < 20), 5);
    for a in [Owned::random(400, 130, 41), Owned::random(130, 400, 41), ill(300, 200), flat(200, 200)] {
        let b = Owned::random(a.rows, 70, 42);
        let all = || {
            let (x, rank) = solve(&a, &b).unwrap();
            (x.bits(), rank)
        };
        let expected = {
            let _threads = with_threads(1);
            all()
        };
        for threads in [2, 3, 7] {
            let _threads = with_threads(threads);
            assert_eq!(all(), expected, "{}x{} on {threads} threads", a.rows, a.columns);
            std::thread::scope(|scope| {
                let callers: Vec<_> = (0..3).map(|_| scope.spawn(all)).collect();
                for caller in callers {
                    assert_eq!(caller.join().unwrap(), expected, "{}x{}, three callers", a.rows, a.columns);
                }
            });
        }
    }
}

fn any_system() -> impl Strategy<Value = (Owned, Owned)> {
    (0..14_usize, 0..14_usize, 0..4_usize).prop_flat_map(move |(m, n, r)| {
        let values = |len| prop::collection::vec(any_value(), len);
        (values(m * n), values(m * r)).prop_map(move |(a, b)| (Owned::new(m, n, a), Owned::new(m, r, b)))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_system_is_solved_or_rejected((a, b) in any_system()) {
        match solve(&a, &b) {
            Ok((x, rank)) => {
                prop_assert!(x.values.iter().all(|x| x.is_finite()));
                prop_assert!(rank <= a.rows.min(a.columns));
            }
            Err(Error::NotFinite { row, column, value, .. }) => {
                prop_assert!(!value.is_finite());
                let found = [&a, &b].into_iter().filter(|m| column < m.columns);
                prop_assert!(found.into_iter().any(|m| !m.values[row * m.columns + column].is_finite()));
            }
            Err(Error::Overflow { .. }) => {}
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}

#[test]
fn a_fit_tells_what_belongs_to_the_solution() {
    let _threads = with_threads(2);
    for (m, n) in [(0, 3), (3, 0), (1, 1), (7, 3), (3, 7), (40, 40), (150, 20), (20, 150)] {
        for (name, a, _) in classes(m, n) {
            let b = Owned::random(m, 2, 78);
            for tolerance in [0.0, m.max(n) as f64 * f64::EPSILON, 1e-3, 1.0] {
                let mut x = Owned::zeros(n, 2);
                let mut expected = Owned::zeros(n, 2);
                let (mut residuals, mut s) = (Owned::zeros(m, 2), vec![f64::NAN; m.min(n)]);
                residuals.values.fill(f64::NAN);
                let rank = least_squares_with_tolerance(a.view(), b.view(), tolerance, &mut expected.values);
                let found = fit(a.view(), b.view(), tolerance, &mut x.values, &mut residuals.values, &mut s);
                if rank.is_ok() && matches!(found, Err(Error::Overflow { .. })) {
                    // A solution may be in range where a singular value is not.
                    assert!(name.contains("overflow"), "{name} {m}x{n}");
                    continue;
                }
                assert_eq!(found, rank, "{name} {m}x{n}");
                let Ok(rank) = rank else { continue };
                assert_eq!(x.values, expected.values, "{name} {m}x{n}");
                let counted = s.iter().filter(|value| **value > tolerance * s[0]).count();
                assert_eq!(counted, rank, "{name} {m}x{n}: {s:?}");
                assert!(s.is_sorted_by(|x, y| x >= y) && s.iter().all(|value| *value >= 0.0), "{name} {m}x{n}: {s:?}");
                let difference = b.minus(&a.times(&x)).minus(&residuals).norm1();
                let bound = THRESHOLD * m.max(n) as f64 * f64::EPSILON * (b.norm1() + a.norm1() * x.norm1());
                // A product of huge values overflows here, but not where it is scaled.
                assert!(difference <= bound || bound.is_infinite(), "{name} {m}x{n}: {difference} above {bound}");
            }
        }
    }
}

#[test]
fn a_fit_neither_overflows_nor_underflows_on_the_way() {
    for scale in [1e-300, 1e-160, 1e160, 1e300] {
        let a = [scale, 0.0, 0.0, scale, 0.0, 0.0];
        let (mut x, mut residuals, mut s) = ([0.0; 2], [0.0; 3], [0.0; 2]);
        let (a, b) = (MatrixRef::new(3, 2, &a).unwrap(), [3.0 * scale, 4.0 * scale, 5.0 * scale]);
        let b = MatrixRef::new(3, 1, &b).unwrap();
        assert_eq!(fit(a, b, 0.0, &mut x, &mut residuals, &mut s), Ok(2));
        assert!((x[0] - 3.0).abs() < 1e-14 && (x[1] - 4.0).abs() < 1e-14, "{x:?}");
        assert!((residuals[2] / scale - 5.0).abs() < 1e-14, "{residuals:?}");
        assert!(residuals[..2].iter().all(|x| x.abs() < 1e-14 * scale), "{residuals:?}");
        assert!(s.iter().all(|s| (s / scale - 1.0).abs() < 1e-14), "{s:?}");
    }
}

#[test]
fn what_a_fit_needs_is_checked() {
    let a = MatrixRef::new(3, 1, &[1.0, 1.0, 1.0]).unwrap();
    let b = MatrixRef::new(3, 1, &[1.0, 2.0, 6.0]).unwrap();
    let fit = |tolerance, m, k| fit(a, b, tolerance, &mut [0.0], &mut vec![0.0; m], &mut vec![0.0; k]);
    assert_eq!(fit(0.0, 3, 1), Ok(1));
    assert_eq!(fit(1.0, 3, 1), Ok(0));
    assert_eq!(fit(0.0, 2, 1), Err(Error::ValueCount { rows: 3, columns: 1, values: 2 }));
    assert_eq!(fit(0.0, 3, 2), Err(Error::ValueCount { rows: 1, columns: 1, values: 2 }));
    assert_eq!(fit(-1.0, 3, 1), Err(Error::Tolerance { tolerance: -1.0 }));
    assert!(matches!(fit(f64::NAN, 3, 1), Err(Error::Tolerance { .. })));
    let (huge, mut x) = ([f64::MAX; 2], [0.0]);
    let error = self::fit(
        MatrixRef::new(2, 1, &huge).unwrap(),
        MatrixRef::new(2, 1, &huge).unwrap(),
        0.0,
        &mut x,
        &mut [0.0; 2],
        &mut [0.0],
    );
    assert_eq!(error, Err(Error::Overflow { quantity: "largest singular value" }));
}
