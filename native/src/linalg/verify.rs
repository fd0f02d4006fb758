//! Whether a decomposition is one: the equations it must fulfil, tried on random vectors.
//!
//! An error in any entry shows in the product with a vector whose entries are all away from zero, so that a check costs
//! a few passes over the data instead of a matrix product. The bounds are of the kind of LAPACK's own tests: a multiple of
//! `n·ε`, relative to the Frobenius norm.

use crate::blas::gemv::{add_multiples, set_dots};
use crate::matrix::column_major::ColumnMajor;
use crate::{Result, float};

/// Largest error that passes, as a multiple of `n·ε`.
const BOUND: f64 = 10.0;

/// Vectors tried at once.
const TRIALS: usize = 2;

/// Returns whether `matrix = left·diag(values)·rightᵀ`, with orthonormal columns on both sides and values in descending
/// order, none negative.
pub(crate) fn svd(matrix: &ColumnMajor, left: &ColumnMajor, values: &[f64], right: &ColumnMajor) -> Result<bool> {
    if !are_singular_values(values) || !left.is_finite() || !right.is_finite() {
        return Ok(false);
    }
    let vectors = vectors(values.len())?;
    let mut scaled = ColumnMajor::zeros(values.len(), TRIALS)?;
    for trial in 0..TRIALS {
        for ((to, x), value) in scaled.column_mut(trial).iter_mut().zip(vectors.column(trial)).zip(values) {
            *to = x * value;
        }
    }
    let expected = times(left, &scaled)?;
    let image = times(matrix, &times(right, &vectors)?)?;
    let tolerance = tolerance(matrix);
    Ok(distance(&image, &expected) <= tolerance * norm(matrix)
        && orthonormal(left, &vectors, tolerance)?
        && orthonormal(right, &vectors, tolerance)?)
}

/// Returns whether `values` can be the singular values of `matrix`: descending, none negative, with the matrix's norm.
pub(crate) fn singular_values(matrix: &ColumnMajor, values: &[f64]) -> bool {
    let norm = norm(matrix);
    are_singular_values(values) && (length(values) - norm).abs() <= tolerance(matrix) * norm
}

/// Returns whether `matrix·vectors = vectors·diag(values)`, with orthonormal vectors and values in ascending order.
pub(crate) fn symmetric_eigen(matrix: &ColumnMajor, values: &[f64], eigenvectors: &ColumnMajor) -> Result<bool> {
    if !float::all_finite(values) || !values.is_sorted() || !eigenvectors.is_finite() {
        return Ok(false);
    }
    let vectors = vectors(values.len())?;
    let mut scaled = ColumnMajor::zeros(values.len(), TRIALS)?;
    for trial in 0..TRIALS {
        for ((to, x), value) in scaled.column_mut(trial).iter_mut().zip(vectors.column(trial)).zip(values) {
            *to = x * value;
        }
    }
    let expected = times(eigenvectors, &scaled)?;
    let image = times(matrix, &times(eigenvectors, &vectors)?)?;
    let tolerance = tolerance(matrix);
    Ok(distance(&image, &expected) <= tolerance * norm(matrix) && orthonormal(eigenvectors, &vectors, tolerance)?)
}

/// Returns whether `values` can be the eigenvalues of `matrix`, which is symmetric: ascending, with its norm and its trace.
pub(crate) fn symmetric_eigenvalues(matrix: &ColumnMajor, values: &[f64]) -> bool {
    let norm = norm(matrix);
    let bound = tolerance(matrix) * norm;
    let sum = values.iter().fold(0.0, |sum, x| sum + x);
    float::all_finite(values)
        && values.is_sorted()
        && (length(values) - norm).abs() <= bound
        && (trace(matrix) - sum).abs() <= bound
}

/// Returns whether these can be the eigenvalues of `matrix`: complex ones in pairs of conjugates, and the sums of all and of
/// their squares those that belong to the matrix.
pub(crate) fn eigenvalues(matrix: &ColumnMajor, real: &[f64], imaginary: &[f64]) -> bool {
    if !float::all_finite(real) || !float::all_finite(imaginary) || !pairs(real, imaginary) {
        return false;
    }
    let (norm, tolerance) = (norm(matrix), tolerance(matrix));
    let sum = real.iter().fold(0.0, |sum, x| sum + x);
    // The trace of the square is compared as the sum of products across the diagonal.
    let mut square = 0.0;
    for j in 0..matrix.columns() {
        square += matrix.column(j)[j] * matrix.column(j)[j];
        for i in 0..j {
            square += 2.0 * matrix.column(j)[i] * matrix.column(i)[j];
        }
    }
    let squares = real.iter().zip(imaginary).fold(0.0, |sum, (re, im)| sum + (re - im) * (re + im));
    (trace(matrix) - sum).abs() <= tolerance * norm && (square - squares).abs() <= tolerance * norm * norm
}

/// Returns whether `matrix·vectors = vectors·D`, where `D` has the eigenvalues on its diagonal, in a block of two rows
/// and columns for a conjugate pair, and whether the eigenvalues and their squares have the sums that belong to the
/// matrix. The vectors must have unit length.
pub(crate) fn eigen(matrix: &ColumnMajor, real: &[f64], imaginary: &[f64], eigenvectors: &ColumnMajor) -> Result<bool> {
    if !eigenvectors.is_finite() || !eigenvalues(matrix, real, imaginary) {
        return Ok(false);
    }
    let n = matrix.columns();
    let vectors = vectors(n)?;
    // Random vectors from the left give a number for every eigenvector. In sums of residuals, which vectors from the right
    // would give, those of nearly parallel eigenvectors can cancel.
    let mut expected = transposed_times(eigenvectors, &vectors)?;
    for trial in 0..TRIALS {
        let x = expected.column_mut(trial);
        let mut j = 0;
        while j < n {
            if imaginary[j] == 0.0 {
                x[j] *= real[j];
                j += 1;
            } else {
                (x[j], x[j + 1]) = (real[j] * x[j] - imaginary[j] * x[j + 1], real[j] * x[j + 1] + imaginary[j] * x[j]);
                j += 2;
            }
        }
    }
    let image = transposed_times(eigenvectors, &transposed_times(matrix, &vectors)?)?;
    Ok(distance(&image, &expected) <= tolerance(matrix) * norm(matrix))
}

/// Returns whether `matrix·q = q·form`, with an orthogonal `q`.
pub(crate) fn similarity(matrix: &ColumnMajor, q: &ColumnMajor, form: &ColumnMajor) -> Result<bool> {
    if !q.is_finite() || !form.is_finite() {
        return Ok(false);
    }
    let vectors = vectors(matrix.columns())?;
    let expected = times(q, &times(form, &vectors)?)?;
    let image = times(matrix, &times(q, &vectors)?)?;
    let tolerance = tolerance(matrix);
    Ok(distance(&image, &expected) <= tolerance * norm(matrix) && orthonormal(q, &vectors, tolerance)?)
}

fn trace(matrix: &ColumnMajor) -> f64 {
    (0..matrix.columns()).fold(0.0, |sum, i| sum + matrix.column(i)[i])
}

fn are_singular_values(values: &[f64]) -> bool {
    float::all_finite(values) && values.iter().rev().is_sorted() && values.last().is_none_or(|x| *x >= 0.0)
}

/// Returns whether complex eigenvalues come as pairs of conjugates, the positive imaginary part first.
fn pairs(real: &[f64], imaginary: &[f64]) -> bool {
    let mut j = 0;
    while j < real.len() {
        if imaginary[j] == 0.0 {
            j += 1;
        } else if imaginary[j] > 0.0
            && j + 1 < real.len()
            && real[j] == real[j + 1]
            && imaginary[j] == -imaginary[j + 1]
        {
            j += 2;
        } else {
            return false;
        }
    }
    true
}

/// Returns vectors whose entries have magnitudes in 1..2 and random signs, the same ones for the same length.
fn vectors(len: usize) -> Result<ColumnMajor> {
    let mut vectors = ColumnMajor::zeros(len, TRIALS)?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for trial in 0..TRIALS {
        for x in vectors.column_mut(trial) {
            // SplitMix64, by Guy Steele, Doug Lea and Christine Flood (OOPSLA 2014).
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let mixed = mixed ^ (mixed >> 31);
            const SIGN: u64 = 1 << 63;
            *x = f64::from_bits(1.0_f64.to_bits() | mixed >> 12 | mixed & SIGN);
        }
    }
    Ok(vectors)
}

/// Returns `matrix * vectors`.
fn times(matrix: &ColumnMajor, vectors: &ColumnMajor) -> Result<ColumnMajor> {
    let mut image = ColumnMajor::zeros(matrix.rows(), TRIALS)?;
    for trial in 0..TRIALS {
        add_multiples(image.column_mut(trial), matrix.view().transposed(), vectors.column(trial));
    }
    Ok(image)
}

/// Returns `matrixᵀ * vectors`.
fn transposed_times(matrix: &ColumnMajor, vectors: &ColumnMajor) -> Result<ColumnMajor> {
    let mut image = ColumnMajor::zeros(matrix.columns(), TRIALS)?;
    for trial in 0..TRIALS {
        set_dots(image.column_mut(trial), matrix.view().transposed(), vectors.column(trial));
    }
    Ok(image)
}

/// Returns whether the columns of `matrix` are orthonormal.
fn orthonormal(matrix: &ColumnMajor, vectors: &ColumnMajor, tolerance: f64) -> Result<bool> {
    let image = transposed_times(matrix, &times(matrix, vectors)?)?;
    Ok(distance(&image, vectors) <= tolerance * norm(vectors))
}

fn tolerance(matrix: &ColumnMajor) -> f64 {
    BOUND * f64::EPSILON * matrix.rows().max(matrix.columns()) as f64
}

/// Returns the Frobenius norm of the difference. The values are of a size that cannot overflow.
fn distance(a: &ColumnMajor, b: &ColumnMajor) -> f64 {
    let squares = (0..a.columns()).map(|j| a.column(j).iter().zip(b.column(j)).map(|(x, y)| (x - y) * (x - y)));
    squares.flatten().fold(0.0, |sum: f64, x| sum + x).sqrt()
}

/// Returns the Frobenius norm. The values are of a size that cannot overflow.
fn norm(a: &ColumnMajor) -> f64 {
    (0..a.columns()).fold(0.0_f64, |norm, j| norm.hypot(length(a.column(j))))
}

fn length(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |sum: f64, x| sum + x * x).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(columns: &[&[f64]]) -> ColumnMajor {
        let mut matrix = ColumnMajor::zeros(columns[0].len(), columns.len()).unwrap();
        for (j, column) in columns.iter().enumerate() {
            matrix.column_mut(j).copy_from_slice(column);
        }
        matrix
    }

    #[test]
    fn any_wrong_part_of_an_svd_is_seen() {
        let matrix = columns(&[&[3.0, 0.0, 0.0], &[0.0, 2.0, 0.0]]);
        let left = columns(&[&[1.0, 0.0, 0.0], &[0.0, 1.0, 0.0]]);
        let right = columns(&[&[1.0, 0.0], &[0.0, 1.0]]);
        assert_eq!(svd(&matrix, &left, &[3.0, 2.0], &right), Ok(true));
        for values in [[2.0, 3.0], [3.0, -2.0], [3.0, f64::NAN], [3.0, 2.000_000_1]] {
            assert_eq!(svd(&matrix, &left, &values, &right), Ok(false), "{values:?}");
        }
        let doubled = columns(&[&[1.0, 0.0, 0.0], &[1.0, 0.0, 0.0]]);
        assert_eq!(svd(&matrix, &doubled, &[3.0, 2.0], &right), Ok(false));
        let swapped = columns(&[&[0.0, 1.0], &[1.0, 0.0]]);
        assert_eq!(svd(&matrix, &left, &[3.0, 2.0], &swapped), Ok(false));
        let long = columns(&[&[1.0, 1e-7], &[0.0, 1.0]]);
        assert_eq!(svd(&matrix, &left, &[3.0, 2.0], &long), Ok(false));
    }

    #[test]
    fn any_wrong_part_of_singular_values_is_seen() {
        let matrix = columns(&[&[3.0, 0.0, 0.0], &[0.0, 4.0, 0.0]]);
        assert!(singular_values(&matrix, &[4.0, 3.0]));
        for values in [[3.0, 4.0], [5.0, 0.1], [4.0, f64::INFINITY], [4.0, -3.0]] {
            assert!(!singular_values(&matrix, &values), "{values:?}");
        }
    }

    #[test]
    fn any_wrong_part_of_a_symmetric_eigendecomposition_is_seen() {
        let matrix = columns(&[&[2.0, 1.0], &[1.0, 2.0]]);
        let h = 0.5_f64.sqrt();
        let vectors = columns(&[&[h, -h], &[h, h]]);
        assert_eq!(symmetric_eigen(&matrix, &[1.0, 3.0], &vectors), Ok(true));
        for values in [[3.0, 1.0], [1.0, 3.000_000_1], [f64::NAN, 3.0]] {
            assert_eq!(symmetric_eigen(&matrix, &values, &vectors), Ok(false), "{values:?}");
        }
        let twice = columns(&[&[h, h], &[h, h]]);
        assert_eq!(symmetric_eigen(&matrix, &[3.0, 3.0], &twice), Ok(false));
    }

    #[test]
    fn any_wrong_part_of_eigenvalues_is_seen() {
        let symmetric = columns(&[&[2.0, 1.0], &[1.0, 2.0]]);
        assert!(symmetric_eigenvalues(&symmetric, &[1.0, 3.0]));
        for values in [[3.0, 1.0], [-1.0, 3.0], [1.0, 3.000_000_1], [f64::NAN, 3.0]] {
            assert!(!symmetric_eigenvalues(&symmetric, &values), "{values:?}");
        }
        let matrix = columns(&[&[0.0, 1.0, 0.0], &[-1.0, 0.0, 0.0], &[0.0, 0.0, 2.0]]);
        assert!(eigenvalues(&matrix, &[0.0, 0.0, 2.0], &[1.0, -1.0, 0.0]));
        let i = [1.0, -1.0, 0.0];
        for (real, imaginary) in [
            ([0.0, 0.0, 2.0], [-1.0, 1.0, 0.0]),
            ([0.0, 0.0, 2.0], [1.0, -1.000_000_1, 0.0]),
            ([0.0, 0.0, 2.0], [1.1, -1.1, 0.0]),
            ([0.0, 0.0, 2.1], i),
            ([0.1, 0.1, 1.8], i),
            ([f64::NAN, f64::NAN, 2.0], i),
        ] {
            assert!(!eigenvalues(&matrix, &real, &imaginary), "{real:?} {imaginary:?}");
        }
    }

    #[test]
    fn any_wrong_part_of_an_eigendecomposition_is_seen() {
        let matrix = columns(&[&[0.0, 1.0, 0.0], &[-1.0, 0.0, 0.0], &[0.0, 0.0, 2.0]]);
        let h = 0.5_f64.sqrt();
        let vectors = columns(&[&[h, 0.0, 0.0], &[0.0, -h, 0.0], &[0.0, 0.0, 1.0]]);
        assert_eq!(eigen(&matrix, &[0.0, 0.0, 2.0], &[1.0, -1.0, 0.0], &vectors), Ok(true));
        assert_eq!(eigen(&matrix, &[0.0, 0.0, 2.0], &[-1.0, 1.0, 0.0], &vectors), Ok(false));
        assert_eq!(eigen(&matrix, &[0.0, 0.0, 2.0], &[1.0, 0.0, 0.0], &vectors), Ok(false));
        assert_eq!(eigen(&matrix, &[0.0, 0.0, 2.1], &[1.0, -1.0, 0.0], &vectors), Ok(false));
        let repeated = columns(&[&[0.0, 0.0, 1.0], &[0.0, 0.0, 1.0], &[0.0, 0.0, 1.0]]);
        assert_eq!(eigen(&matrix, &[2.0, 2.0, 2.0], &[0.0; 3], &repeated), Ok(false));
    }

    #[test]
    fn any_wrong_part_of_a_similarity_is_seen() {
        let matrix = columns(&[&[1.0, 2.0], &[3.0, 4.0]]);
        let turn = columns(&[&[0.0, 1.0], &[-1.0, 0.0]]);
        let form = columns(&[&[4.0, -3.0], &[-2.0, 1.0]]);
        assert_eq!(similarity(&matrix, &turn, &form), Ok(true));
        for wrong in [[4.0, -3.0, -2.0, 1.000_000_1], [4.0, -3.0, 2.0, 1.0], [4.0, f64::NAN, -2.0, 1.0]] {
            assert_eq!(similarity(&matrix, &turn, &columns(&[&wrong[..2], &wrong[2..]])), Ok(false), "{wrong:?}");
        }
        let twice = columns(&[&[0.0, 2.0], &[-2.0, 0.0]]);
        assert_eq!(similarity(&matrix, &twice, &form), Ok(false));
    }

    #[test]
    fn residuals_of_parallel_eigenvectors_do_not_cancel() {
        // Three nearly parallel vectors, whose residuals are of such sizes that their sums with the weights are zero.
        let vectors = vectors(4).unwrap();
        let ([_, a, b, c], [_, x, y, z]) = (vectors.column(0), vectors.column(1)) else { panic!("not four weights") };
        let residuals = [b * z - c * y, c * x - a * z, a * y - b * x].map(|residual| 1e-8 * residual);
        let mut eigenvectors = ColumnMajor::zeros(4, 4).unwrap();
        eigenvectors.column_mut(0)[0] = 1.0;
        for (j, residual) in residuals.into_iter().enumerate() {
            eigenvectors.column_mut(j + 1)[..2].copy_from_slice(&[residual, 1.0]);
        }
        let mut matrix = ColumnMajor::zeros(4, 4).unwrap();
        matrix.column_mut(0)[0] = 1.0;
        assert_eq!(eigen(&matrix, &[1.0, 0.0, 0.0, 0.0], &[0.0; 4], &eigenvectors), Ok(false));
    }
}
