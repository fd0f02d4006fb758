//! The QR factorization with column pivoting after LAPACK's own tests (`dchkq3`): all residual ratios are below its threshold of 30.

mod common;

use common::{Owned, SIZES, classes, with_singular_values, with_threads};
use rust_ffi::{Error, MatrixRef, pivoted_qr, qr};

const THRESHOLD: f64 = 30.0;

struct Factors {
    packed: Owned,
    tau: Vec<f64>,
    permutation: Vec<i32>,
}

fn factor(a: &Owned) -> Result<Factors, Error> {
    let mut packed = Owned::new(a.rows, a.columns, vec![f64::NAN; a.values.len()]);
    let (mut tau, mut permutation) = (vec![f64::NAN; a.rows.min(a.columns)], vec![-1; a.columns]);
    pivoted_qr::factor(a.view(), &mut packed.values, &mut tau, &mut permutation)?;
    Ok(Factors { packed, tau, permutation })
}

impl Factors {
    fn q(&self) -> Owned {
        let mut q = Owned::zeros(self.packed.rows, self.tau.len());
        qr::q(self.packed.view(), &self.tau, &mut q.values).unwrap();
        q
    }

    fn r(&self) -> Owned {
        let mut r = Owned::zeros(self.tau.len(), self.packed.columns);
        qr::r(self.packed.view(), &mut r.values).unwrap();
        r
    }
}

fn permuted(a: &Owned, permutation: &[i32]) -> Owned {
    let mut seen = vec![false; a.columns];
    permutation.iter().for_each(|&j| assert!(!std::mem::replace(&mut seen[j as usize], true), "{permutation:?}"));
    let mut out = Owned::zeros(a.rows, a.columns);
    for i in 0..a.rows {
        for (j, &from) in permutation.iter().enumerate() {
            out.values[i * a.columns + j] = a.values[i * a.columns + from as usize];
        }
    }
    out
}

fn ratio(difference: f64, size: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference / size / f64::EPSILON }
}

/// Shapes around the edges of panels, tall and wide.
fn shapes() -> Vec<(usize, usize)> {
    let edges = [1, 2, 3, 31, 32, 33, 64, 65, 127, 129, 200];
    let mut shapes: Vec<_> =
        SIZES.iter().chain(&edges).flat_map(|&n| [(n, n), (n, 3), (3, n), (n, 70), (40, n)]).collect();
    shapes.extend([(0, 5), (5, 0), (1000, 100), (100, 400)]);
    shapes
}

#[test]
fn factors_multiply_to_the_permuted_matrix() {
    let _threads = with_threads(2);
    for (rows, columns) in shapes() {
        for (name, a, _) in classes(rows, columns) {
            // Close to the range's end R may be out of it.
            if name == "at overflow" {
                continue;
            }
            let factors = factor(&a).unwrap();
            let (q, r) = (factors.q(), factors.r());
            let scale = a.normalizing();
            let expected = permuted(&a, &factors.permutation).scaled(scale);
            let dimension = rows.max(columns).max(1) as f64;
            let one = ratio(q.times(&r.scaled(scale)).minus(&expected).norm1(), dimension * expected.norm1());
            let mut gram = q.transposed().times(&q);
            (0..factors.tau.len()).for_each(|i| gram.values[i * factors.tau.len() + i] -= 1.0);
            let other = ratio(gram.norm1(), dimension);
            assert!(one < THRESHOLD && other < THRESHOLD, "{name} {rows}x{columns}: {one}, {other}");
            // No column of the triangle that is left is longer than the diagonal, which so descends.
            let r = r.scaled(scale);
            for j in 0..columns {
                let mut norm = 0.0_f64;
                for i in (0..r.rows.min(j + 1)).rev() {
                    let pivot = r.values[i * columns + i].abs();
                    norm = norm.hypot(r.values[i * columns + j]);
                    let tolerance = 1e-7 * pivot + 100.0 * dimension * f64::EPSILON;
                    assert!(norm <= pivot + tolerance, "{name} {rows}x{columns}: {norm} beside {pivot} at {i}, {j}");
                }
            }
        }
    }
}

#[test]
fn the_diagonal_shows_the_rank() {
    let _threads = with_threads(2);
    for (rows, columns, rank) in [(50, 40, 7), (40, 50, 33), (129, 129, 64), (200, 65, 1), (300, 300, 299)] {
        for scale in [1.0, 1e300, 1e-300] {
            let value = |i: usize| if i < rank { scale / (1 + i) as f64 } else { 0.0 };
            let factors = factor(&with_singular_values(rows, columns, value, 5)).unwrap();
            let r = factors.r();
            let tolerance = rows.max(columns) as f64 * f64::EPSILON * r.values[0].abs();
            let found = (0..r.rows).take_while(|&i| r.values[i * columns + i].abs() > tolerance).count();
            assert_eq!(found, rank, "{rows}x{columns}, {scale}");
        }
    }
}

#[test]
fn norms_that_cancel_are_computed_anew() {
    // Kahan's matrix, on which norms that are only updated choose wrong columns (Drmač and Bujanović, 2008).
    let (n, sine) = (150, 0.6_f64);
    let cosine = (1.0 - sine * sine).sqrt();
    let mut a = Owned::zeros(n, n);
    for i in 0..n {
        for j in i..n {
            a.values[i * n + j] = sine.powi(i as i32) * if i == j { 1.0 } else { -cosine };
        }
    }
    let r = factor(&a).unwrap().r();
    for i in 1..n {
        let (before, pivot) = (r.values[(i - 1) * n + i - 1].abs(), r.values[i * n + i].abs());
        assert!(pivot <= before * (1.0 + 1e-6), "{pivot} after {before} at {i}");
    }
}

#[test]
fn a_basic_solution_is_one_of_least_squares() {
    let _threads = with_threads(2);
    for (rows, columns, rank) in [(5, 5, 5), (50, 10, 10), (50, 40, 20), (40, 90, 40), (129, 129, 65)] {
        let a = with_singular_values(rows, columns, |i| if i < rank { 1.0 + i as f64 } else { 0.0 }, 3);
        let factors = factor(&a).unwrap();
        for right in [1, 9] {
            let b = Owned::random(rows, right, 7);
            let mut leading = Owned::zeros(rank, right);
            qr::solve_leading(factors.packed.view(), &factors.tau, rank, b.view(), &mut leading.values).unwrap();
            let mut x = Owned::zeros(columns, right);
            for (i, row) in leading.values.chunks_exact(right).enumerate() {
                x.values[factors.permutation[i] as usize * right..][..right].copy_from_slice(row);
            }
            let gradient = a.transposed().times(&a.times(&x).minus(&b));
            let size = rows as f64 * a.norm1() * (b.norm1() + a.norm1() * x.norm1());
            assert!(ratio(gradient.norm1(), size) < THRESHOLD, "{rows}x{columns}, rank {rank}");
        }
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for (rows, columns) in [(400, 300), (300, 400), (2000, 70)] {
        let a = Owned::random(rows, columns, 11);
        let of = |threads| {
            let _threads = with_threads(threads);
            let factors = factor(&a).unwrap();
            (factors.packed.bits(), factors.permutation)
        };
        let one = of(1);
        assert!(one == of(2) && one == of(5), "{rows}x{columns}");
    }
}

#[test]
fn what_cannot_be_factored_is_refused() {
    let error = |values: &[f64]| factor(&Owned::new(2, 2, values.to_vec())).err().map(|error| error.to_string());
    assert_eq!(error(&[1.0, f64::NAN, 0.0, 1.0]).unwrap(), "matrix has a NaN at row 0, column 1");
    assert_eq!(error(&[1.0, 0.0, f64::INFINITY, 1.0]).unwrap(), "matrix has an infinity at row 1, column 0");
    assert_eq!(
        error(&[f64::MAX, f64::MAX, f64::MAX, f64::MAX]).unwrap(),
        "the triangle R is beyond 1.7976931348623157E308"
    );
    assert_eq!(error(&[f64::MAX, 0.0, 0.0, f64::MAX]), None);
    let (a, mut factors, mut tau) = (MatrixRef::new(1, 2, &[1.0; 2]).unwrap(), [0.0; 2], [0.0; 1]);
    let short = pivoted_qr::factor(a, &mut factors, &mut tau, &mut [0]);
    assert_eq!(short, Err(Error::PermutationLength { rows: 2, length: 1 }));
    let long = qr::solve_leading(a, &[0.0], 2, MatrixRef::new(1, 1, &[1.0]).unwrap(), &mut [0.0; 2]);
    assert_eq!(long, Err(Error::VectorLength { expected: 2, length: 1 }));
}
