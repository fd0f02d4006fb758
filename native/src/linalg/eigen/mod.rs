//! Eigenvalues and eigenvectors.
//!
//! A matrix is first scaled by a power of two that brings its largest value into 1..2, so that neither huge nor tiny
//! values overflow or vanish on the way; the eigenvalues are scaled back; both are exact.
//!
//! Every decomposition is checked before it is returned: for a symmetric matrix `A·V` against `V·Λ`, and `VᵀV` against the
//! identity, times random vectors; for others random vectors times `A·V` against those times `V·Λ`, and the sums of the
//! eigenvalues and of their squares against the traces. One that fails is computed anew by another algorithm.

mod balance;
mod faer_products;
mod hqr;
mod jacobi;
mod schur;
mod tridiagonalize;

use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{self, ComputeEigenvectors};
use faer::{MatMut, MatRef, Par, Spec};

use crate::linalg::divide_and_conquer;
use crate::linalg::verify;
use crate::matrix::Half;
use crate::matrix::column_major::ColumnMajor;
use crate::{Error, MatrixRef, Result, float, matrix, memory, parallel};
use balance::Balance;
use jacobi::jacobi;
pub use schur::{hessenberg, schur};
use tridiagonalize::Tridiagonal;

/// Up to this order a symmetric matrix is decomposed by the thread that asks for it.
const FEW: usize = 12;

/// Up to this order, a general matrix is decomposed by one reflection at a time, which is faster than blocks of them, on the
/// thread that asks for it.
const UNBLOCKED: usize = 48;

/// Computes eigenvalues and eigenvectors of a symmetric matrix: `A = V·diag(values)·Vᵀ`.
///
/// The eigenvalues are in ascending order; column `j` of `vectors` (`n` x `n`, row-major) is the eigenvector of value
/// `j`, and the columns are orthonormal. They are exact for a matrix that differs from `a` by a small multiple of
/// `n·ε·‖A‖`. Entries across the diagonal from each other may differ by `√ε` times the largest magnitude in `a`; their
/// mean counts. The bits of the result depend on `a` alone, not on the number of threads.
///
/// # Errors
/// - [`Error::NotSquare`], [`Error::NotFinite`], [`Error::NotSymmetric`] for what `a` must not be,
/// - [`Error::ValueCount`] when a result has not the length that belongs to its shape,
/// - [`Error::Overflow`] when an eigenvalue is too large for a double,
/// - [`Error::NoConvergence`], of which no case is known,
/// - [`Error::OutOfMemory`] when working memory cannot be had.
///
/// # Example
/// ```
/// use rust_ffi::{MatrixRef, eigen};
///
/// let a = MatrixRef::new(2, 2, &[2.0, 0.0, 0.0, -1.0])?;
/// let (mut values, mut vectors) = ([0.0; 2], [0.0; 4]);
/// eigen::symmetric_eigen(a, &mut values, &mut vectors)?;
/// assert_eq!(values, [-1.0, 2.0]);
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn symmetric_eigen(a: MatrixRef, values: &mut [f64], vectors: &mut [f64]) -> Result<()> {
    symmetric(a, values, Some(vectors))
}

/// Computes the eigenvalues of a symmetric matrix, in ascending order, without eigenvectors.
///
/// They are exact for a matrix that differs from `a` by a small multiple of `n·ε·‖A‖`; their bits may differ from those of
/// [`symmetric_eigen`].
///
/// # Errors
/// As [`symmetric_eigen`].
pub fn symmetric_eigenvalues(a: MatrixRef, values: &mut [f64]) -> Result<()> {
    symmetric(a, values, None)
}

/// Computes the eigenvalues of a symmetric matrix, and eigenvectors if there is room for them.
fn symmetric(a: MatrixRef, values: &mut [f64], vectors: Option<&mut [f64]>) -> Result<()> {
    matrix::check_square(a)?;
    let n = a.rows();
    MatrixRef::new(n, 1, values)?;
    check_vectors(n, vectors.as_deref())?;
    if n == 0 {
        return Ok(());
    }
    parallel::run_if(n > FEW, || {
        let largest = matrix::largest_finite(a)?;
        let exponent = float::exact_exponent(largest).unwrap_or(0);
        let mut matrix = ColumnMajor::zeros(n, n)?;
        // Its columns are its rows.
        matrix::copy_symmetric_part(a, largest, -exponent, Half::Both, matrix.transposed_mut())?;
        let mut eigenvectors = vectors.as_ref().map(|_| ColumnMajor::zeros(n, n)).transpose()?;
        let is_right = match &mut eigenvectors {
            Some(eigenvectors) => decompose_symmetric(&matrix, values, eigenvectors)?,
            None => symmetric_values(&matrix, values)?,
        };
        if !is_right {
            let quantity = if vectors.is_some() { "symmetric eigendecomposition" } else { "symmetric eigenvalues" };
            return Err(Error::NoConvergence { quantity, rows: n, columns: n });
        }
        float::scale(values, exponent);
        if let (Some(to), Some(eigenvectors)) = (vectors, eigenvectors) {
            eigenvectors.write_rows(to);
        }
        require_finite(values)
    })
}

/// Checks that the room for eigenvectors, if there is any, is that of a matrix of `n` rows and columns.
fn check_vectors(n: usize, vectors: Option<&[f64]>) -> Result<()> {
    vectors.map_or(Ok(()), |vectors| MatrixRef::new(n, n, vectors).map(drop))
}

/// Computes eigenvalues and right eigenvectors of a general matrix, as LAPACK's `dgeev` does.
///
/// Eigenvalue `j` is `real[j] + imaginary[j]·i`. Complex ones come as pairs of conjugates next to each other, the positive
/// imaginary part first, and never with zero: one that is too small for a double has the magnitude of the smallest positive
/// one. The eigenvector of a real eigenvalue `j` is column `j` of `vectors` (`n` x `n`, row-major); that of the first of a pair
/// `j` and `j + 1` has column `j` as its real and column `j + 1` as its imaginary part, and that of the second is its
/// conjugate. Every eigenvector has Euclidean norm 1, and of a complex one the component of the
/// largest magnitude is real. Of a matrix that lacks eigenvectors, some are parallel up to rounding.
///
/// Each eigenvalue with its vector is exact for a matrix that differs from `a` by a small multiple of `n·ε·‖A‖`. The bits
/// of the result depend on `a` alone, not on the number of threads.
///
/// # Errors
/// As [`symmetric_eigen`], but for [`Error::NotSymmetric`].
pub fn eigen(a: MatrixRef, real: &mut [f64], imaginary: &mut [f64], vectors: &mut [f64]) -> Result<()> {
    general(a, real, imaginary, Some(vectors))
}

/// Computes the eigenvalues of a general matrix without eigenvectors: those that [`eigen`] describes, in an order of their own.
///
/// Each is exact for a matrix that differs from `a` by a small multiple of `n·ε·‖A‖`; the bits may differ from those of
/// [`eigen`].
///
/// # Errors
/// As [`eigen`].
pub fn eigenvalues(a: MatrixRef, real: &mut [f64], imaginary: &mut [f64]) -> Result<()> {
    general(a, real, imaginary, None)
}

/// Computes the eigenvalues of a general matrix, and eigenvectors if there is room for them.
fn general(a: MatrixRef, real: &mut [f64], imaginary: &mut [f64], vectors: Option<&mut [f64]>) -> Result<()> {
    matrix::check_square(a)?;
    let n = a.rows();
    MatrixRef::new(n, 1, real)?;
    MatrixRef::new(n, 1, imaginary)?;
    check_vectors(n, vectors.as_deref())?;
    if n == 0 {
        return Ok(());
    }
    parallel::run_if(n > UNBLOCKED, || {
        let exponent = float::exact_exponent(matrix::largest_finite(a)?).unwrap_or(0);
        let mut matrix = ColumnMajor::zeros(n, n)?;
        matrix.copy_scaled(a, -exponent);
        let mut eigenvectors = vectors.as_ref().map(|_| ColumnMajor::zeros(n, n)).transpose()?;
        if !decompose_general(&matrix, real, imaginary, eigenvectors.as_mut())? {
            let quantity = if vectors.is_some() { "eigendecomposition" } else { "eigenvalues" };
            return Err(Error::NoConvergence { quantity, rows: n, columns: n });
        }
        float::scale(real, exponent);
        scale_imaginary(imaginary, exponent);
        if let (Some(to), Some(eigenvectors)) = (vectors, eigenvectors) {
            eigenvectors.write_rows(to);
        }
        require_finite(real)?;
        require_finite(imaginary)
    })
}

/// Multiplies imaginary parts by `2^exponent`, those of complex eigenvalues to no less than the smallest positive double:
/// zeros would say that the parts of a complex eigenvector are two real ones.
fn scale_imaginary(imaginary: &mut [f64], exponent: i32) {
    const SMALLEST: f64 = f64::from_bits(1);
    let (first, second) = float::powers_of_two(exponent);
    for x in imaginary {
        let scaled = *x * first * second;
        *x = if scaled == 0.0 && *x != 0.0 { SMALLEST.copysign(*x) } else { scaled };
    }
}

fn require_finite(values: &[f64]) -> Result<()> {
    if float::all_finite(values) { Ok(()) } else { Err(Error::Overflow { quantity: "largest eigenvalue" }) }
}

/// Decomposes a symmetric matrix and returns whether the result stands the check.
fn decompose_symmetric(matrix: &ColumnMajor, values: &mut [f64], vectors: &mut ColumnMajor) -> Result<bool> {
    let reduced = Tridiagonal::of(matrix.duplicate()?)?;
    if by_divide_and_conquer(&reduced, values, vectors)? {
        reduced.apply(vectors)?;
        if verify::symmetric_eigen(matrix, values, vectors)? {
            return Ok(true);
        }
    }
    jacobi(matrix, values, vectors)?;
    verify::symmetric_eigen(matrix, values, vectors)
}

/// Computes the eigenvalues of a symmetric matrix and returns whether they stand the check.
fn symmetric_values(matrix: &ColumnMajor, values: &mut [f64]) -> Result<bool> {
    let n = matrix.columns();
    let mut reduced = Tridiagonal::of(matrix.duplicate()?)?;
    values.copy_from_slice(&reduced.diagonal);
    if divide_and_conquer::eigen::values(values, &mut reduced.beside[..n - 1])
        && verify::symmetric_eigenvalues(matrix, values)
    {
        return Ok(true);
    }
    jacobi(matrix, values, &mut ColumnMajor::zeros(n, n)?)?;
    Ok(verify::symmetric_eigenvalues(matrix, values))
}

/// Decomposes a tridiagonal matrix and returns whether the iterations say they converged.
fn by_divide_and_conquer(matrix: &Tridiagonal, values: &mut [f64], vectors: &mut ColumnMajor) -> Result<bool> {
    let mut beside = memory::with_capacity(matrix.beside.len())?;
    beside.extend_from_slice(&matrix.beside);
    values.copy_from_slice(&matrix.diagonal);
    divide_and_conquer::eigen::decompose(values, &mut beside[..values.len().saturating_sub(1)], vectors)
}

type Method = fn(&ColumnMajor, &mut [f64], &mut [f64], Option<&mut ColumnMajor>) -> Result<bool>;

/// Computes the eigenvalues of a general matrix, and eigenvectors if they are wanted, and returns whether the result stands the
/// check.
fn decompose_general(
    matrix: &ColumnMajor,
    real: &mut [f64],
    imaginary: &mut [f64],
    mut vectors: Option<&mut ColumnMajor>,
) -> Result<bool> {
    let mut methods: [Method; 2] = [multishift_qr, hqr::eigen];
    if matrix.columns() <= UNBLOCKED {
        methods.reverse();
    }
    let mut balanced = matrix.duplicate()?;
    let balance = Balance::of(&mut balanced)?;
    // Balancing can magnify the errors of a matrix whose small entries are noise: the matrix itself comes second.
    for (candidate, balance) in [(&balanced, Some(&balance)), (matrix, None)] {
        for method in methods {
            if !method(candidate, real, imaginary, vectors.as_deref_mut())? {
                continue;
            }
            let Some(vectors) = vectors.as_deref_mut() else {
                order_pairs(imaginary);
                if verify::eigenvalues(candidate, real, imaginary) {
                    return Ok(true);
                }
                continue;
            };
            if balance.is_none_or(|balance| balance.undo(imaginary, vectors)) {
                normalize(imaginary, vectors);
                if verify::eigen(matrix, real, imaginary, vectors)? {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// Gives the first of each pair of conjugates the positive imaginary part.
fn order_pairs(imaginary: &mut [f64]) {
    let mut j = 0;
    while j + 1 < imaginary.len() {
        if imaginary[j] == 0.0 {
            j += 1;
            continue;
        }
        if imaginary[j] < 0.0 {
            imaginary.swap(j, j + 1);
        }
        j += 2;
    }
}

/// Computes eigenvalues, and eigenvectors if they are wanted, by the multishift QR algorithm and returns whether the iteration
/// says it converged.
fn multishift_qr(
    matrix: &ColumnMajor,
    real: &mut [f64],
    imaginary: &mut [f64],
    vectors: Option<&mut ColumnMajor>,
) -> Result<bool> {
    let mut scratch = multishift_memory(matrix.columns(), vectors.is_some())?;
    by_multishift_qr(matrix, real, imaginary, vectors, &mut scratch)
}

/// Returns working memory for the multishift QR algorithm.
fn multishift_memory(n: usize, has_vectors: bool) -> Result<MemBuffer> {
    let wanted = if has_vectors { ComputeEigenvectors::Yes } else { ComputeEigenvectors::No };
    let need = evd::evd_scratch::<f64>(n, ComputeEigenvectors::No, wanted, Par::Seq, Spec::default());
    MemBuffer::try_new(need).map_err(|_| Error::OutOfMemory { bytes: need.size_bytes() })
}

/// Does what [`multishift_qr`] does, in memory of the caller's.
fn by_multishift_qr(
    matrix: &ColumnMajor,
    real: &mut [f64],
    imaginary: &mut [f64],
    mut vectors: Option<&mut ColumnMajor>,
    scratch: &mut MemBuffer,
) -> Result<bool> {
    let n = matrix.columns();
    faer_products::install();
    // On the pool, whose stacks are large, also where it comes second.
    let result = parallel::run(|| {
        evd::evd_real(
            MatRef::from_column_major_slice_with_stride(matrix.values(), n, n, matrix.stride()),
            DiagMut::from_slice_mut(real),
            DiagMut::from_slice_mut(imaginary),
            None,
            vectors.as_deref_mut().map(|vectors| {
                let stride = vectors.stride();
                MatMut::from_column_major_slice_with_stride_mut(vectors.values_mut(), n, n, stride)
            }),
            Par::Seq,
            MemStack::new(scratch),
            Spec::default(),
        )
    })?;
    Ok(result.is_ok() && vectors.is_none_or(|vectors| vectors.is_finite()))
}

/// Gives every eigenvector the norm 1, and of a complex one the component of the largest magnitude the imaginary part 0.
fn normalize(imaginary: &mut [f64], vectors: &mut ColumnMajor) {
    let mut j = 0;
    while j < imaginary.len() {
        if imaginary[j] == 0.0 || j + 1 == imaginary.len() {
            let x = vectors.column_mut(j);
            let norm = float::norm(x);
            x.iter_mut().for_each(|x| *x /= norm);
            j += 1;
            continue;
        }
        let (re, im) = vectors.two_columns_mut(j, j + 1);
        if imaginary[j] < 0.0 {
            imaginary.swap(j, j + 1);
            im.iter_mut().for_each(|x| *x = -*x);
        }
        let norm = float::norm(re).hypot(float::norm(im));
        let mut largest = (0, 0.0);
        for (i, (re, im)) in re.iter_mut().zip(&mut *im).enumerate() {
            (*re, *im) = (*re / norm, *im / norm);
            let square = *re * *re + *im * *im;
            if square > largest.1 {
                largest = (i, square);
            }
        }
        let size = re[largest.0].hypot(im[largest.0]);
        let (cosine, sine) = (re[largest.0] / size, im[largest.0] / size);
        for (re, im) in re.iter_mut().zip(&mut *im) {
            (*re, *im) = (cosine * *re + sine * *im, cosine * *im - sine * *re);
        }
        im[largest.0] = 0.0;
        j += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn numbers(n: usize, symmetric: bool) -> ColumnMajor {
        let mut random = Random(n as u64);
        let mut matrix = ColumnMajor::zeros(n, n).unwrap();
        for j in 0..n {
            for i in 0..n {
                let x = random.fraction() - 0.5;
                matrix.column_mut(j)[i] = if symmetric && i < j { matrix.column(i)[j] } else { x };
            }
        }
        matrix
    }

    fn filled(n: usize, value: impl Fn(usize, usize) -> f64) -> ColumnMajor {
        crate::matrix::column_major::tests::filled(n, n, value)
    }

    #[test]
    fn the_jacobi_method_decomposes_every_symmetric_matrix() {
        for n in [1, 2, 3, 10, 60] {
            let path = |i: usize, j: usize| f64::from(i.abs_diff(j) == 1);
            for matrix in [
                numbers(n, true),
                filled(n, |_, _| 1.0),
                filled(n, path),
                filled(n, |i, j| if i == j { 1.0 } else { 0.0 }),
                filled(n, |i, j| 10_f64.powi(-(i as i32) - j as i32)),
                ColumnMajor::zeros(n, n).unwrap(),
            ] {
                let (mut values, mut vectors) = (vec![f64::NAN; n], ColumnMajor::zeros(n, n).unwrap());
                jacobi(&matrix, &mut values, &mut vectors).unwrap();
                assert_eq!(verify::symmetric_eigen(&matrix, &values, &vectors), Ok(true), "order {n}: {values:?}");
            }
        }
    }

    #[test]
    fn both_ways_give_the_same_symmetric_eigenvalues() {
        let n = 150;
        let matrix = numbers(n, true);
        let reduced = Tridiagonal::of(matrix.duplicate().unwrap()).unwrap();
        let (mut values, mut vectors) = (vec![f64::NAN; n], ColumnMajor::zeros(n, n).unwrap());
        assert_eq!(by_divide_and_conquer(&reduced, &mut values, &mut vectors), Ok(true));
        reduced.apply(&mut vectors).unwrap();
        assert_eq!(verify::symmetric_eigen(&matrix, &values, &vectors), Ok(true));
        let mut others = vec![f64::NAN; n];
        jacobi(&matrix, &mut others, &mut vectors).unwrap();
        assert!(values.iter().zip(&others).all(|(x, y)| (x - y).abs() <= 1e-12));
    }

    #[test]
    fn products_of_the_multishift_algorithm_are_ours() {
        let n = 100;
        let (mut real, mut imaginary) = (vec![0.0; n], vec![0.0; n]);
        let mut vectors = ColumnMajor::zeros(n, n).unwrap();
        let before = ::faer_products::computed();
        assert_eq!(multishift_qr(&numbers(n, false), &mut real, &mut imaginary, Some(&mut vectors)), Ok(true));
        assert!(::faer_products::computed() > before);
    }

    #[test]
    fn the_simple_method_decomposes_every_matrix() {
        for n in [1, 2, 3, 4, 7, 20, 90] {
            for (name, matrix) in [
                ("random", numbers(n, false)),
                ("symmetric", numbers(n, true)),
                ("ones", filled(n, |_, _| 1.0)),
                ("cyclic", filled(n, |i, j| f64::from((i + 1) % n == j))),
                ("jordan", filled(n, |i, j| if i == j { 1.0 } else { f64::from(i + 1 == j) })),
                ("nilpotent", filled(n, |i, j| f64::from(i > j))),
                ("graded", filled(n, |i, j| 0.1_f64.powi(i as i32) / (1 + j) as f64)),
                ("rotations", filled(n, |i, j| if i / 2 != j / 2 { 0.0 } else { [1.0, 1.0, -1.0][(i + 2 * j) % 3] })),
                ("zeros", ColumnMajor::zeros(n, n).unwrap()),
            ] {
                let (mut real, mut imaginary) = (vec![f64::NAN; n], vec![f64::NAN; n]);
                let mut vectors = ColumnMajor::zeros(n, n).unwrap();
                assert_eq!(hqr::eigen(&matrix, &mut real, &mut imaginary, Some(&mut vectors)), Ok(true), "{name} {n}");
                normalize(&mut imaginary, &mut vectors);
                assert_eq!(verify::eigen(&matrix, &real, &imaginary, &vectors), Ok(true), "{name} {n}: {real:?}");
            }
        }
    }

    #[test]
    fn balancing_is_undone() {
        let n = 12;
        let mut matrix = numbers(n, false);
        for j in 0..n {
            for (i, x) in matrix.column_mut(j).iter_mut().enumerate() {
                // Rows 0 and 7 can be brought to the end, column 3 to the beginning.
                let isolated = (i == 0 && j != 0) || (i == 7 && j != 7 && j != 0) || (j == 3 && i != 3);
                *x = if isolated { 0.0 } else { *x * 2.0_f64.powi(3 * (i as i32 - j as i32)) };
            }
        }
        let mut balanced = matrix.duplicate().unwrap();
        let balance = Balance::of(&mut balanced).unwrap();
        assert!(!balance.exchanges.is_empty());
        assert!(balance.exponents.iter().any(|e| *e != 0));
        assert!((0..n - 1).all(|j| balanced.column(j)[n - 1] == 0.0));
        let (mut real, mut imaginary) = (vec![f64::NAN; n], vec![f64::NAN; n]);
        let mut vectors = ColumnMajor::zeros(n, n).unwrap();
        assert_eq!(multishift_qr(&balanced, &mut real, &mut imaginary, Some(&mut vectors)), Ok(true));
        assert!(balance.undo(&imaginary, &mut vectors));
        normalize(&mut imaginary, &mut vectors);
        let sizes = |m: &ColumnMajor| (0..n).flat_map(|j| m.column(j).to_vec()).fold(0.0_f64, |l, x| l.max(x.abs()));
        let shrink = -float::largest_exponent(&[sizes(&matrix)]).unwrap();
        for j in 0..n {
            float::scale(matrix.column_mut(j), shrink);
        }
        float::scale(&mut real, shrink);
        float::scale(&mut imaginary, shrink);
        assert_eq!(verify::eigen(&matrix, &real, &imaginary, &vectors), Ok(true));
    }
}
