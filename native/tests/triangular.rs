//! Systems with a triangle, after LAPACK's own tests (`dtrt02` with the threshold 30 of `dtest.in`).

mod common;

use common::{Owned, SIZES, with_threads};
use rust_ffi::error::Purpose;
use rust_ffi::triangular::{self, Triangle};
use rust_ffi::{Error, MatrixRef};

const THRESHOLD: f64 = 30.0;

const LOWER: Triangle = Triangle { is_upper: false, is_unit: false, is_transposed: false };

fn every() -> impl Iterator<Item = Triangle> {
    (0..8).map(|k| Triangle { is_upper: k & 1 != 0, is_unit: k & 2 != 0, is_transposed: k & 4 != 0 })
}

fn solved(a: &Owned, triangle: Triangle, b: &Owned) -> Result<Owned, Error> {
    let mut x = Owned::new(b.rows, b.columns, vec![f64::NAN; b.values.len()]);
    triangular::solve(a.view(), triangle, b.view(), &mut x.values)?;
    Ok(x)
}

/// The triangle as a matrix.
fn alone(a: &Owned, triangle: Triangle) -> Owned {
    let n = a.rows;
    let value = |i: usize, j: usize| {
        if i == j && triangle.is_unit {
            1.0
        } else if i == j || (j > i) == triangle.is_upper {
            a.values[i * n + j]
        } else {
            0.0
        }
    };
    let alone = Owned::new(n, n, (0..n * n).map(|k| value(k / n, k % n)).collect());
    if triangle.is_transposed { alone.transposed() } else { alone }
}

/// A matrix both of whose triangles are well-conditioned, also with ones on the diagonal.
fn numbers(n: usize) -> Owned {
    let mut a = Owned::random(n, n, n as u64);
    for (k, value) in a.values.iter_mut().enumerate() {
        *value = if k / n == k % n { value.signum() * (2.0 + value.abs()) } else { *value / n as f64 };
    }
    a
}

#[test]
fn every_triangle_of_every_size() {
    for threads in [1, 2, 5] {
        let _threads = with_threads(threads);
        for n in SIZES.into_iter().chain([7, 8, 9, 16, 17, 130]) {
            let a = numbers(n);
            for triangle in every() {
                let t = alone(&a, triangle);
                for right in [0, 1, 3, 97, 200] {
                    let b = Owned::random(n, right, 5);
                    let x = solved(&a, triangle, &b).unwrap();
                    let residual = t.times(&x).minus(&b).norm1();
                    let bound = THRESHOLD * f64::EPSILON * t.norm1() * x.norm1();
                    assert!(residual <= bound, "{triangle:?} of order {n}: {residual} above {bound}");
                    if threads == 1 {
                        // Of a system whose other triangle is zeros, the bits are the same.
                        let t = if triangle.is_transposed { t.transposed() } else { t.clone() };
                        assert_eq!(solved(&t, triangle, &b).unwrap().bits(), x.bits(), "{triangle:?} of order {n}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let (a, b) = (numbers(300), Owned::random(300, 250, 3));
    for triangle in every() {
        let with = |threads| {
            let _threads = with_threads(threads);
            solved(&a, triangle, &b).unwrap().bits()
        };
        let one = with(1);
        assert!(one == with(2) && one == with(5), "{triangle:?}");
    }
}

#[test]
fn a_solution_in_range_neither_overflows_nor_underflows_on_the_way() {
    let a = Owned::new(2, 2, vec![1e-200, 0.0, 1e-200, 1e200]);
    let x = solved(&a, LOWER, &Owned::new(2, 1, vec![1e100, 2e100])).unwrap();
    assert_eq!(x.values, [1e300, 1e-100]);
    for scale in [1e-300, 1e300] {
        let x = solved(&numbers(40), LOWER, &Owned::random(40, 2, 1).scaled(scale)).unwrap();
        let expected = solved(&numbers(40), LOWER, &Owned::random(40, 2, 1)).unwrap();
        let close = |(x, y): (&f64, &f64)| (x / scale - y).abs() <= 1e-13 * y.abs().max(1e-3);
        assert!(x.values.iter().zip(&expected.values).all(close));
    }
    let beyond = solved(&Owned::new(1, 1, vec![1e-300]), LOWER, &Owned::new(1, 1, vec![1e300]));
    assert_eq!(beyond.unwrap_err(), Error::Overflow { quantity: "solution" });
}

#[test]
fn what_a_system_must_not_be_is_rejected() {
    let a = Owned::new(3, 3, vec![1.0, 5.0, 5.0, 5.0, 0.0, 5.0, 5.0, 5.0, 0.0]);
    let b = Owned::zeros(3, 1);
    for triangle in every() {
        let expected = if triangle.is_unit { Ok(()) } else { Err(Error::Singular { pivot: 1 }) };
        assert_eq!(solved(&a, triangle, &b).map(drop), expected, "{triangle:?}");
    }
    assert_eq!(
        solved(&Owned::zeros(2, 3), LOWER, &b).unwrap_err(),
        Error::NotSquare { rows: 2, columns: 3, purpose: Purpose::Solution }
    );
    assert!(matches!(solved(&numbers(2), LOWER, &b).unwrap_err(), Error::Shapes { .. }));
    let view = MatrixRef::new(3, 1, &b.values).unwrap();
    assert_eq!(
        triangular::solve(numbers(3).view(), LOWER, view, &mut [0.0; 2]),
        Err(Error::ValueCount { rows: 3, columns: 1, values: 2 })
    );
    for x in [f64::NAN, f64::INFINITY] {
        let mut a = numbers(3);
        a.values[1] = x;
        assert!(matches!(solved(&a, LOWER, &b).unwrap_err(), Error::NotFinite { argument: "matrix", column: 1, .. }));
        let b = Owned::new(3, 1, vec![0.0, 0.0, x]);
        let error = solved(&numbers(3), LOWER, &b).unwrap_err();
        assert!(matches!(error, Error::NotFinite { argument: "b", row: 2, .. }), "{error}");
    }
}
