//! The one-sided method of Jacobi.

use crate::matrix::column_major::ColumnMajor;

/// Decomposes `matrix` by the one-sided Jacobi method of Hestenes (SIAM Journal 6, 1958): plane rotations of its columns
/// until all of them are orthogonal.
pub(super) fn jacobi(matrix: &ColumnMajor, left: &mut ColumnMajor, values: &mut [f64], right: &mut ColumnMajor) {
    const SWEEPS: usize = 60;
    // Columns shorter than this are beyond the precision of a matrix whose largest value is in 1..2, and the squares of
    // longer ones do not underflow.
    const NEGLIGIBLE: f64 = 1e-140;
    let columns = matrix.columns();
    let tolerance = (matrix.rows() as f64).sqrt() * f64::EPSILON;
    left.copy_from(matrix);
    right.set_identity();
    for _ in 0..SWEEPS {
        let mut converged = true;
        for i in 0..columns {
            for j in i + 1..columns {
                let (x, y) = left.two_columns_mut(i, j);
                let (a, b, cosine) = (dot(x, x), dot(y, y), dot(x, y));
                let (shorter, longer) = (a.min(b).sqrt(), a.max(b).sqrt());
                if shorter <= NEGLIGIBLE || cosine.abs() <= tolerance * shorter * longer {
                    continue;
                }
                converged = false;
                let zeta = (b - a) / (2.0 * cosine);
                let tangent = 1.0_f64.copysign(zeta) / (zeta.abs() + 1.0_f64.hypot(zeta));
                rotate(x, y, tangent);
                let (x, y) = right.two_columns_mut(i, j);
                rotate(x, y, tangent);
            }
        }
        if converged {
            break;
        }
    }
    for (j, value) in values.iter_mut().enumerate() {
        let length = dot(left.column(j), left.column(j)).sqrt();
        *value = if length > NEGLIGIBLE { length } else { 0.0 };
    }
    for i in 0..columns {
        let longest = (i..columns).fold(i, |best, j| if values[j] > values[best] { j } else { best });
        if longest != i {
            values.swap(i, longest);
            for side in [&mut *left, &mut *right] {
                let (x, y) = side.two_columns_mut(i, longest);
                x.swap_with_slice(y);
            }
        }
        if values[i] > 0.0 {
            left.column_mut(i).iter_mut().for_each(|x| *x /= values[i]);
        } else {
            complete(left, i);
        }
    }
}

/// Sets column `j` of `matrix` to a unit vector orthogonal to the columns before it, which are orthonormal.
fn complete(matrix: &mut ColumnMajor, j: usize) {
    // One of the unit vectors has a part of at least this length outside of the space of the columns before.
    let enough = 0.5 * (1.0 - j as f64 / matrix.rows() as f64).sqrt();
    for unit in 0..matrix.rows() {
        let column = matrix.column_mut(j);
        column.fill(0.0);
        column[unit] = 1.0;
        for _ in 0..2 {
            for i in 0..j {
                let (x, y) = matrix.two_columns_mut(i, j);
                let projection = dot(x, y);
                y.iter_mut().zip(x).for_each(|(y, x)| *y -= projection * *x);
            }
        }
        let column = matrix.column_mut(j);
        let length = dot(column, column).sqrt();
        if length >= enough {
            column.iter_mut().for_each(|x| *x /= length);
            return;
        }
    }
}

/// Rotates the plane of `x` and `y` by the angle of the given tangent.
fn rotate(x: &mut [f64], y: &mut [f64], tangent: f64) {
    let cosine = 1.0 / 1.0_f64.hypot(tangent);
    let sine = cosine * tangent;
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

/// Returns the dot product of `x` and `y`.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    let (xs, x_rest) = x.as_chunks::<LANES>();
    let (ys, y_rest) = y.as_chunks::<LANES>();
    for (x, y) in xs.iter().zip(ys) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let rest = x_rest.iter().zip(y_rest).fold(0.0, |sum, (x, y)| sum + x * y);
    sums.iter().fold(rest, |sum, x| sum + x)
}
