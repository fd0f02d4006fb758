//! The method of Jacobi for symmetric matrices.

use crate::Result;
use crate::matrix::column_major::ColumnMajor;

/// Decomposes a symmetric matrix by the method of Jacobi (1846): plane rotations that make one entry after the other zero.
pub(super) fn jacobi(matrix: &ColumnMajor, values: &mut [f64], vectors: &mut ColumnMajor) -> Result<()> {
    const SWEEPS: usize = 60;
    let n = matrix.columns();
    let mut a = matrix.duplicate()?;
    vectors.set_identity();
    let norm = (0..n).fold(0.0_f64, |norm, j| a.column(j).iter().fold(norm, |norm, x| norm.hypot(*x)));
    let negligible = norm * f64::EPSILON / 1024.0;
    for _ in 0..SWEEPS {
        let mut converged = true;
        for i in 0..n {
            for j in i + 1..n {
                let entry = a.column(j)[i];
                if entry.abs() <= negligible {
                    continue;
                }
                converged = false;
                let zeta = (a.column(j)[j] - a.column(i)[i]) / (2.0 * entry);
                let tangent = 1.0_f64.copysign(zeta) / (zeta.abs() + 1.0_f64.hypot(zeta));
                let cosine = 1.0 / 1.0_f64.hypot(tangent);
                let sine = cosine * tangent;
                let rotate = |x: &mut f64, y: &mut f64| {
                    (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
                };
                for matrix in [&mut a, &mut *vectors] {
                    let (x, y) = matrix.two_columns_mut(i, j);
                    x.iter_mut().zip(y).for_each(|(x, y)| rotate(x, y));
                }
                for k in 0..n {
                    let [x, y] = a.column_mut(k).get_disjoint_mut([i, j]).expect("i is less than j");
                    rotate(x, y);
                }
                a.column_mut(j)[i] = 0.0;
                a.column_mut(i)[j] = 0.0;
            }
        }
        if converged {
            break;
        }
    }
    for (j, value) in values.iter_mut().enumerate() {
        *value = a.column(j)[j];
    }
    for i in 0..n {
        let smallest = (i..n).fold(i, |best, j| if values[j] < values[best] { j } else { best });
        if smallest != i {
            values.swap(i, smallest);
            let (x, y) = vectors.two_columns_mut(i, smallest);
            x.swap_with_slice(y);
        }
    }
    Ok(())
}
