//! The factorization of symmetric indefinite matrices after LAPACK's own tests (`dchksy`): all residual ratios are below its threshold
//! of 30.

mod common;

use common::{Owned, Random, SIZES, with_singular_values, with_threads};
use rust_ffi::{Error, MatrixRef, ldl, lu};

const THRESHOLD: f64 = 30.0;

fn factor(a: &Owned) -> Result<(Owned, Vec<i32>), Error> {
    let mut packed = Owned::new(a.rows, a.columns, vec![f64::NAN; a.values.len()]);
    let mut permutation = vec![-1; a.rows];
    ldl::factor(a.view(), &mut packed.values, &mut permutation).map(|()| (packed, permutation))
}

/// Returns `L` and `D`, after a look at their form.
fn l_and_d(packed: &Owned) -> (Owned, Owned) {
    let n = packed.rows;
    let (mut l, mut d) = (Owned::zeros(n, n), Owned::zeros(n, n));
    let mut in_block = false;
    for i in 0..n {
        l.values[i * n..][..i].copy_from_slice(&packed.values[i * n..][..i]);
        l.values[i * n + i] = 1.0;
        d.values[i * n + i] = packed.values[i * n + i];
        let right = &packed.values[i * n + i + 1..(i + 1) * n];
        let beside = right.first().copied().unwrap_or(0.0);
        assert!(right.iter().skip(1).all(|x| *x == 0.0) && !(in_block && beside != 0.0), "row {i}: {right:?}");
        in_block = beside != 0.0;
        if in_block {
            (d.values[i * n + i + 1], d.values[(i + 1) * n + i]) = (beside, beside);
            assert_eq!(packed.values[(i + 1) * n + i], 0.0, "row {}", i + 1);
        }
    }
    (l, d)
}

fn ratio(difference: f64, size: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference / size / f64::EPSILON }
}

fn symmetric(n: usize, value: impl Fn(usize, usize) -> f64) -> Owned {
    Owned::new(n, n, (0..n * n).map(|k| value((k / n).max(k % n), (k / n).min(k % n))).collect())
}

fn classes(n: usize) -> Vec<(&'static str, Owned, bool)> {
    let values = Random(n as u64 + 1).reals(n * n);
    let random = symmetric(n, |i, j| values[i * n + j] - 0.5);
    let no_diagonal = symmetric(n, |i, j| if i == j { 0.0 } else { values[i * n + j] - 0.5 });
    let saddle = symmetric(n, |i, j| match (i < n / 2, j < n / 2) {
        (true, true) => 2.0 * f64::from(i == j),
        (false, false) => 0.0,
        _ => values[i * n + j] - 0.5,
    });
    let graded = symmetric(n, |i, j| (values[i * n + j] - 0.5) * 2.0_f64.powi(-((i + j) as i32 % 60)));
    let low = {
        let b = with_singular_values(n, n, |i| if 2 * i < n { 1.0 + i as f64 } else { 0.0 }, 9);
        let product = b.times(&b.transposed());
        symmetric(n, |i, j| product.values[i * n + j])
    };
    let pairs = symmetric(n, |i, j| f64::from(i ^ 1 == j || j ^ 1 == i));
    vec![
        ("random", random.clone(), false),
        ("without a diagonal", no_diagonal, n == 1),
        ("saddle point", saddle, true),
        ("graded", graded, true),
        ("of low rank", low, true),
        ("pairs", pairs, n % 2 == 1),
        ("diagonal", symmetric(n, |i, j| if i == j { 1.0 - i as f64 * 0.75 } else { 0.0 }), false),
        ("huge", random.scaled(1e300), false),
        ("tiny", random.scaled(1e-300), false),
        ("subnormal", random.scaled(f64::MIN_POSITIVE / 16.0), true),
        ("zeros", Owned::zeros(n, n), true),
        ("ones", symmetric(n, |_, _| 1.0), true),
    ]
}

#[test]
fn factors_multiply_to_the_permuted_matrix_and_solve() {
    let _threads = with_threads(2);
    for &n in SIZES.iter().chain(&[31, 32, 33, 62, 63, 65, 127, 200]) {
        for (name, a, singular) in classes(n) {
            let (packed, permutation) = factor(&a).unwrap_or_else(|error| panic!("{name} {n}: {error}"));
            let (l, d) = l_and_d(&packed);
            let at = |i: usize| permutation[i] as usize;
            let scale = a.normalizing();
            let expected = Owned::new(n, n, (0..n * n).map(|k| a.values[at(k / n) * n + at(k % n)]).collect());
            let mut seen = permutation.clone();
            seen.sort_unstable();
            assert!(seen.iter().zip(0..).all(|(x, i)| *x == i), "{permutation:?}");
            let difference = l.times(&d.scaled(scale)).times(&l.transposed()).minus(&expected.scaled(scale));
            let of_factors = ratio(difference.norm1(), n.max(1) as f64 * a.scaled(scale).norm1());
            // Of subnormal numbers the last digits are lost.
            let lost = if name == "subnormal" { 1e3 * 16.0 * n as f64 } else { 0.0 };
            assert!(of_factors < THRESHOLD + lost, "{name} {n}: {of_factors}");
            if singular || n == 0 {
                continue;
            }
            for right in [1, 7, 100] {
                let b = Owned::random(n, right, 3);
                let mut x = Owned::zeros(n, right);
                ldl::solve_factored(packed.view(), &permutation, b.view(), &mut x.values).unwrap();
                let x_scale = x.normalizing();
                let residual = a.scaled(scale).times(&x.scaled(x_scale)).minus(&b.scaled(scale).scaled(x_scale));
                let size = n as f64 * a.scaled(scale).norm1() * x.scaled(x_scale).norm1();
                assert!(ratio(residual.norm1(), size) < THRESHOLD, "{name} {n}, {right} columns");
            }
        }
    }
}

#[test]
fn determinants_are_those_of_lu() {
    for n in [1, 2, 3, 8, 31, 33, 64, 100] {
        for (name, a, singular) in classes(n) {
            if singular {
                continue;
            }
            let determinant = ldl::determinant_factored(factor(&a).unwrap().0.view()).unwrap();
            let expected = lu::determinant(a.view()).unwrap();
            let close = determinant == expected || (determinant / expected - 1.0).abs() < 1e-9;
            assert!(close, "{name} {n}: {determinant}, not {expected}");
        }
    }
    assert_eq!(ldl::determinant_factored(factor(&Owned::zeros(3, 3)).unwrap().0.view()), Ok(0.0));
    assert_eq!(ldl::determinant_factored(factor(&Owned::zeros(0, 0)).unwrap().0.view()), Ok(1.0));
}

#[test]
fn only_what_differs_by_rounding_is_symmetric() {
    let error = |values: &[f64]| factor(&Owned::new(2, 2, values.to_vec())).unwrap_err().to_string();
    let text = error(&[1.0, 2.0, 2.1, 1.0]);
    assert!(text.starts_with("matrix is not symmetric: 2.1 at row 1, column 0, but 2.0 at row 0, column 1"), "{text}");
    assert_eq!(error(&[1.0, f64::NAN, 0.0, 1.0]), "matrix has a NaN at row 0, column 1");
    let (packed, _) = factor(&Owned::new(2, 2, vec![4.0, 1.0, 1.0 + 1e-9, 4.0])).unwrap();
    assert_eq!(packed.values[2], (1.0 + 0.5e-9) / 4.0);
    let mut three = [0.0; 3];
    let wide = ldl::factor(MatrixRef::new(1, 3, &[1.0; 3]).unwrap(), &mut three, &mut [0]);
    assert_eq!(wide.unwrap_err().to_string(), "matrix is not square: 1x3");
    let one = MatrixRef::new(1, 1, &[1.0]).unwrap();
    assert_eq!(ldl::factor(one, &mut [0.0], &mut []), Err(Error::PermutationLength { rows: 1, length: 0 }));
}

#[test]
fn a_singular_matrix_solves_nothing() {
    let b = MatrixRef::new(3, 1, &[1.0; 3]).unwrap();
    for (a, pivot) in [(Owned::zeros(3, 3), 0), (symmetric(3, |_, _| 1.0), 1)] {
        let (packed, permutation) = factor(&a).unwrap();
        let result = ldl::solve_factored(packed.view(), &permutation, b, &mut [0.0; 3]);
        assert_eq!(result, Err(Error::Singular { pivot }));
    }
    // No factorization has a block such as this.
    let singular = MatrixRef::new(3, 3, &[1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]).unwrap();
    let solve = |permutation: &[i32]| ldl::solve_factored(singular, permutation, b, &mut [0.0; 3]);
    assert_eq!(solve(&[0, 1, 2]), Err(Error::Singular { pivot: 0 }));
    assert_eq!(solve(&[-1, 1, 2]), Err(Error::PermutationEntry { index: 0, value: -1, rows: 3 }));
    assert_eq!(solve(&[0, 1]), Err(Error::PermutationLength { rows: 3, length: 2 }));
}

#[test]
fn all_of_the_range_is_used() {
    let (packed, _) = factor(&symmetric(2, |i, j| if i == j { [1e300, 1e-300][i] } else { 0.0 })).unwrap();
    assert_eq!(packed.values, [1e300, 0.0, 0.0, 1e-300]);
    let largest = symmetric(2, |i, j| if i == j { 0.0 } else { f64::MAX });
    let (packed, permutation) = factor(&largest).unwrap();
    assert_eq!(packed.values, [0.0, f64::MAX, 0.0, 0.0]);
    let mut x = [0.0; 2];
    ldl::solve_factored(packed.view(), &permutation, MatrixRef::new(2, 1, &[1e308, 1.0]).unwrap(), &mut x).unwrap();
    assert!((x[1] - 1e308 / f64::MAX).abs() < 1e-15, "{x:?}");
    let beyond = factor(&Owned::new(2, 2, vec![f64::MAX, f64::MAX, f64::MAX, -f64::MAX])).unwrap_err();
    assert_eq!(beyond, Error::Overflow { quantity: "block diagonal D" });
    // A pivot of zero beside values of all sizes.
    for (x, y) in [(1e-300, 1e300), (5e-324, f64::MAX / 4.0), (1.0, 1e-300)] {
        let (packed, _) = factor(&symmetric(3, |i, j| {
            if i == j {
                0.0
            } else if i == 1 {
                x
            } else {
                y
            }
        }))
        .unwrap();
        assert!(packed.values.iter().all(|x| x.is_finite()), "{x}, {y}: {:?}", packed.values);
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for n in [200, 513] {
        let a = &classes(n)[0].1;
        let of = |threads| {
            let _threads = with_threads(threads);
            let (packed, permutation) = factor(a).unwrap();
            (packed.bits(), permutation)
        };
        let one = of(1);
        assert!(one == of(2) && one == of(5), "{n}");
    }
}
