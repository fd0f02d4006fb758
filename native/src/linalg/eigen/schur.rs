//! The real Schur form `A = Q T Qᵀ`, and the Hessenberg form on the way to it.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::hessenberg;
use faer::linalg::{householder, qr, temp_mat_scratch, temp_mat_uninit};
use faer::mat::AsMatMut;
use faer::{Conj, MatMut, Par, Spec};

use super::{UNBLOCKED, by_multishift_qr, faer_products, hqr, multishift_memory};
use crate::linalg::verify;
use crate::matrix::column_major::ColumnMajor;
use crate::{Error, MatrixRef, Result, float, matrix, memory, parallel};

/// Computes the real Schur form of a square matrix: `A = Q·T·Qᵀ`, as LAPACK's `dgees` does without an order.
///
/// `q` (`n` x `n`, row-major) is orthogonal. `t` is upper triangular but for blocks of two rows and columns on its diagonal, one for each
/// pair of conjugate eigenvalues. Those have LAPACK's standard form: equal values on the diagonal, and values of opposite signs
/// beside it. Where one of the two is too small for a double, it has the magnitude of the smallest positive one.
///
/// The parts are exact for a matrix that differs from `a` by a small multiple of `n·ε·‖A‖`. Their bits depend on `a` alone, not on the
/// number of threads.
///
/// # Errors
/// - [`Error::NotSquare`], [`Error::NotFinite`] for what `a` must not be,
/// - [`Error::ValueCount`] when a result has not the length that belongs to its shape,
/// - [`Error::Overflow`] when a value of `t` is too large for a double,
/// - [`Error::NoConvergence`], of which no case is known,
/// - [`Error::OutOfMemory`] when working memory cannot be had.
///
/// # Example
/// ```
/// use rust_ffi::{MatrixRef, eigen};
///
/// let a = MatrixRef::new(2, 2, &[1.0, 2.0, -2.0, 1.0])?;
/// let (mut q, mut t) = ([0.0; 4], [0.0; 4]);
/// eigen::schur(a, &mut q, &mut t)?;
/// assert_eq!(t, [1.0, 2.0, -2.0, 1.0]);
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn schur(a: MatrixRef, q: &mut [f64], t: &mut [f64]) -> Result<()> {
    reduce(a, q, t, "Schur form T", [by_multishift_schur, hqr::schur])
}

/// Computes the Hessenberg form of a square matrix: `A = Q·H·Qᵀ`, where `q` is orthogonal and `h` has zeros below its first
/// subdiagonal.
///
/// # Errors
/// As [`schur`].
pub fn hessenberg(a: MatrixRef, q: &mut [f64], h: &mut [f64]) -> Result<()> {
    reduce(a, q, h, "Hessenberg form H", [by_blocked_reflections, hqr::hessenberg])
}

/// Turns a matrix into a form of it and the identity into the transformation, and returns whether that came to an end.
type Method = fn(&mut ColumnMajor, &mut ColumnMajor) -> Result<bool>;

/// Computes a form by the first of two methods whose result stands the check: small matrices begin with the second.
fn reduce(
    a: MatrixRef,
    q: &mut [f64],
    form: &mut [f64],
    quantity: &'static str,
    mut methods: [Method; 2],
) -> Result<()> {
    matrix::check_square(a)?;
    let n = a.rows();
    MatrixRef::new(n, n, q)?;
    MatrixRef::new(n, n, form)?;
    if n == 0 {
        return Ok(());
    }
    if n <= UNBLOCKED {
        methods.reverse();
    }
    parallel::run_if(n > UNBLOCKED, || {
        let exponent = float::exact_exponent(matrix::largest_finite(a)?).unwrap_or(0);
        let mut matrix = ColumnMajor::zeros(n, n)?;
        matrix.copy_scaled(a, -exponent);
        let mut image = ColumnMajor::zeros(n, n)?;
        let mut transformation = ColumnMajor::zeros(n, n)?;
        for method in methods {
            image.copy_from(&matrix);
            transformation.set_identity();
            if method(&mut image, &mut transformation)? && verify::similarity(&matrix, &transformation, &image)? {
                scale(&mut image, exponent);
                transformation.write_rows(q);
                image.write_rows(form);
                return if image.is_finite() { Ok(()) } else { Err(Error::Overflow { quantity }) };
            }
        }
        Err(Error::NoConvergence { quantity, rows: n, columns: n })
    })
}

/// Multiplies a form by `2^exponent`. What makes a block of two of a Schur form does not become zero: the block would look like
/// two eigenvalues that are real.
fn scale(form: &mut ColumnMajor, exponent: i32) {
    const SMALLEST: f64 = f64::from_bits(1);
    let n = form.columns();
    let beside = |form: &ColumnMajor, j: usize| (form.column(j)[j + 1], form.column(j + 1)[j]);
    for j in 0..n {
        let before = (j + 1 < n).then(|| beside(form, j));
        float::scale(form.column_mut(j), exponent);
        let Some((below, above)) = before else { continue };
        if below != 0.0 && form.column(j)[j + 1] == 0.0 {
            form.column_mut(j)[j + 1] = SMALLEST.copysign(below);
        }
        // The next turn of the loop scales this one.
        let (first, second) = float::powers_of_two(exponent);
        if below != 0.0 && above != 0.0 && above * first * second == 0.0 {
            let (inverse, other) = float::powers_of_two(-exponent);
            form.column_mut(j + 1)[j] = SMALLEST.copysign(above) * inverse * other;
        }
    }
}

/// Reduces `h` to Schur form by the multishift QR algorithm.
fn by_multishift_schur(h: &mut ColumnMajor, z: &mut ColumnMajor) -> Result<bool> {
    let n = h.columns();
    let (mut real, mut imaginary) = (memory::filled(n)?, memory::filled(n)?);
    let mut scratch = multishift_memory(n, true)?;
    // The eigenvectors are of no use here, but faer computes the Schur form for their sake alone.
    if !by_multishift_qr(h, &mut real, &mut imaginary, Some(&mut *z), &mut scratch)? {
        return Ok(false);
    }
    // faer does not hand out the form, but leaves it at the beginning of the working memory, and its vectors behind it. That is
    // how the version of faer is that Cargo.toml asks for; of another one, the check would find that it is no Schur form.
    // SAFETY: nothing is written here before it is read, and faer has written values of f64 to both.
    unsafe {
        let (mut form, stack) = temp_mat_uninit::<f64, _, _>(n, n, MemStack::new(&mut scratch));
        let (mut vectors, _) = temp_mat_uninit::<f64, _, _>(n, n, stack);
        copy(h, form.as_mat_mut());
        copy(z, vectors.as_mat_mut());
    }
    for j in 0..n {
        h.column_mut(j)[n.min(j + 2)..].fill(0.0);
    }
    for j in 1..n {
        hqr::standardize(h, Some(&mut *z), j - 1);
    }
    Ok((2..n).all(|j| h.column(j - 2)[j - 1] == 0.0 || h.column(j - 1)[j] == 0.0))
}

fn copy(to: &mut ColumnMajor, from: MatMut<'_, f64>) {
    for j in 0..to.columns() {
        to.column_mut(j).iter_mut().enumerate().for_each(|(i, x)| *x = from[(i, j)]);
    }
}

/// Reduces `h` to Hessenberg form by blocks of reflections.
fn by_blocked_reflections(h: &mut ColumnMajor, z: &mut ColumnMajor) -> Result<bool> {
    let n = h.columns();
    if n < 3 {
        return Ok(true);
    }
    faer_products::install();
    let block = qr::no_pivoting::factor::recommended_block_size::<f64>(n - 1, n - 1);
    let apply = householder::apply_block_householder_sequence_on_the_right_in_place_scratch::<f64>(n - 1, block, n - 1);
    let reduce = hessenberg::hessenberg_in_place_scratch::<f64>(n, block, Par::Seq, Spec::default());
    let need = temp_mat_scratch::<f64>(block, n - 1).and(reduce.or(apply));
    let mut scratch = MemBuffer::try_new(need).map_err(|_| Error::OutOfMemory { bytes: need.size_bytes() })?;
    let (stride, other) = (h.stride(), z.stride());
    // On the pool, whose stacks are large, also where it comes second.
    parallel::run(|| {
        let mut a = MatMut::from_column_major_slice_with_stride_mut(h.values_mut(), n, n, stride);
        let z = MatMut::from_column_major_slice_with_stride_mut(z.values_mut(), n, n, other);
        // SAFETY: the reduction writes the factors before the transformation reads them, and any bits are an f64.
        let (mut factors, stack) = unsafe { temp_mat_uninit::<f64, _, _>(block, n - 1, MemStack::new(&mut scratch)) };
        let mut factors = factors.as_mat_mut();
        hessenberg::hessenberg_in_place(a.as_mut(), factors.as_mut(), Par::Seq, stack, Spec::default());
        householder::apply_block_householder_sequence_on_the_right_in_place_with_conj(
            a.as_ref().submatrix(1, 0, n - 1, n - 1),
            factors.as_ref(),
            Conj::No,
            z.submatrix_mut(1, 1, n - 1, n - 1),
            Par::Seq,
            stack,
        );
    })?;
    for j in 0..n {
        h.column_mut(j)[n.min(j + 2)..].fill(0.0);
    }
    Ok(z.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::column_major::tests::filled;
    use crate::random::value_at;

    #[test]
    fn every_method_gives_its_form() {
        for n in [1, 2, 3, 4, 10, 49, 80, 160] {
            for method in [by_multishift_schur, hqr::schur, by_blocked_reflections, hqr::hessenberg] {
                for matrix in [filled(n, n, value_at), filled(n, n, |i, j| f64::from((i + 1) % n == j))] {
                    let (mut form, mut q) = (matrix.duplicate().unwrap(), ColumnMajor::identity(n).unwrap());
                    assert_eq!(method(&mut form, &mut q), Ok(true), "order {n}");
                    assert_eq!(verify::similarity(&matrix, &q, &form), Ok(true), "order {n}");
                    assert!((0..n).all(|j| form.column(j)[n.min(j + 2)..].iter().all(|x| *x == 0.0)), "order {n}");
                }
            }
        }
    }
}
