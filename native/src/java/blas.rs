//! Natives behind `RustBlas`, of the module rust-ffi-netlib.
//!
//! Matrices are parts of arrays. The one that is written may be a part of the same array as another.

use jni::sys::{jboolean, jdouble, jfloat, jint};

use super::arrays::{Access, Array, ColumnElements, Columns, Element, Lending};
use super::failure::Result;
use super::natives;
use crate::blas::columns::{self, Half, Triangular};
use crate::blas::kernel::Update;
use crate::blas::trsm::Diagonal;
use crate::matrix::view::{View, ViewMut};
use crate::simd;

natives! {
    fn gemm[_call](
        is_a_transposed: jboolean, is_b_transposed: jboolean, m: jint, n: jint, k: jint, alpha: jdouble,
        a: jdouble[], a_first: jint, a_step: jint, b: jdouble[], b_first: jint, b_step: jint,
        beta: jdouble, c: jdouble[], c_first: jint, c_step: jint
    ) {
        let a = Factor::new(is_a_transposed, a, a_first, (m, k), a_step);
        let b = Factor::new(is_b_transposed, b, b_first, (k, n), b_step);
        multiply(Columns::new(c, c_first, (m, n), c_step), Update { alpha, beta }, a, b)
    }

    fn syrk[_call](
        is_upper: jboolean, is_transposed: jboolean, n: jint, k: jint, alpha: jdouble,
        a: jdouble[], a_first: jint, a_step: jint, beta: jdouble, c: jdouble[], c_first: jint, c_step: jint
    ) {
        let a = Factor::new(is_transposed, a, a_first, (n, k), a_step);
        let c = Columns::new(c, c_first, (n, n), c_step);
        multiply_by_transpose(c, half(is_upper), Update { alpha, beta }, a)
    }

    fn trsm[_call](
        is_left: jboolean, is_upper: jboolean, is_transposed: jboolean, is_unit: jboolean, m: jint, n: jint, alpha: jdouble,
        a: jdouble[], a_first: jint, a_step: jint, b: jdouble[], b_first: jint, b_step: jint
    ) {
        let order = if is_left { m } else { n };
        let a = Factor::new(is_transposed, a, a_first, (order, order), a_step);
        solve(Columns::new(b, b_first, (m, n), b_step), is_left, alpha, (a, half(is_upper), diagonal(is_unit)))
    }

    fn gemv[_call](
        is_transposed: jboolean, m: jint, n: jint, alpha: jdouble, a: jdouble[], a_first: jint, a_step: jint,
        x: jdouble[], x_first: jint, beta: jdouble, y: jdouble[], y_first: jint
    ) {
        let (x_length, y_length) = if is_transposed { (m, n) } else { (n, m) };
        let (x, y) = (Columns::vector(x, x_first, x_length), Columns::vector(y, y_first, y_length));
        times_vector(y, Update { alpha, beta }, Factor::new(is_transposed, a, a_first, (y_length, x_length), a_step), x)
    }

    fn gemm_of_floats[_call](
        is_a_transposed: jboolean, is_b_transposed: jboolean, m: jint, n: jint, k: jint, alpha: jfloat,
        a: jfloat[], a_first: jint, a_step: jint, b: jfloat[], b_first: jint, b_step: jint,
        beta: jfloat, c: jfloat[], c_first: jint, c_step: jint
    ) {
        let a = Factor::new(is_a_transposed, a, a_first, (m, k), a_step);
        let b = Factor::new(is_b_transposed, b, b_first, (k, n), b_step);
        multiply(Columns::new(c, c_first, (m, n), c_step), Update { alpha, beta }, a, b)
    }

    fn syrk_of_floats[_call](
        is_upper: jboolean, is_transposed: jboolean, n: jint, k: jint, alpha: jfloat,
        a: jfloat[], a_first: jint, a_step: jint, beta: jfloat, c: jfloat[], c_first: jint, c_step: jint
    ) {
        let a = Factor::new(is_transposed, a, a_first, (n, k), a_step);
        let c = Columns::new(c, c_first, (n, n), c_step);
        multiply_by_transpose(c, half(is_upper), Update { alpha, beta }, a)
    }

    fn trsm_of_floats[_call](
        is_left: jboolean, is_upper: jboolean, is_transposed: jboolean, is_unit: jboolean, m: jint, n: jint, alpha: jfloat,
        a: jfloat[], a_first: jint, a_step: jint, b: jfloat[], b_first: jint, b_step: jint
    ) {
        let order = if is_left { m } else { n };
        let a = Factor::new(is_transposed, a, a_first, (order, order), a_step);
        solve(Columns::new(b, b_first, (m, n), b_step), is_left, alpha, (a, half(is_upper), diagonal(is_unit)))
    }

    fn gemv_of_floats[_call](
        is_transposed: jboolean, m: jint, n: jint, alpha: jfloat, a: jfloat[], a_first: jint, a_step: jint,
        x: jfloat[], x_first: jint, beta: jfloat, y: jfloat[], y_first: jint
    ) {
        let (x_length, y_length) = if is_transposed { (m, n) } else { (n, m) };
        let (x, y) = (Columns::vector(x, x_first, x_length), Columns::vector(y, y_first, y_length));
        times_vector(y, Update { alpha, beta }, Factor::new(is_transposed, a, a_first, (y_length, x_length), a_step), x)
    }
}

fn half(is_upper: jboolean) -> Half {
    if is_upper { Half::Upper } else { Half::Lower }
}

fn diagonal(is_unit: jboolean) -> Diagonal {
    if is_unit { Diagonal::Ones } else { Diagonal::Stored }
}

/// A matrix that is read, or its transpose.
#[derive(Clone, Copy)]
struct Factor<'local, T> {
    stored: Columns<'local, T>,
    is_transposed: bool,
}

impl<'local, T: Element> Factor<'local, T> {
    /// Returns the factor that has so many rows and columns.
    fn new(
        is_transposed: bool,
        array: Array<'local, T>,
        first: jint,
        (rows, columns): (jint, jint),
        step: jint,
    ) -> Self {
        let stored = if is_transposed { (columns, rows) } else { (rows, columns) };
        Self { stored: Columns::new(array, first, stored, step), is_transposed }
    }

    /// Returns the factor, given the columns of what is stored as rows.
    fn of<'a>(self, columns: View<'a, T>) -> View<'a, T> {
        if self.is_transposed { columns } else { columns.transposed() }
    }
}

fn multiply<T: Element + simd::Element>(
    c: Columns<'_, T>,
    update: Update<T>,
    a: Factor<'_, T>,
    b: Factor<'_, T>,
) -> Result<()> {
    let c = with(c, update.beta != T::ZERO, [Some(a.stored), Some(b.stored)], &mut |to, [left, right]| {
        columns::multiply(to, update, a.of(left), b.of(right))
    })?;
    c.write_back();
    Ok(())
}

fn multiply_by_transpose<T: Element + simd::Element>(
    c: Columns<'_, T>,
    half: Half,
    update: Update<T>,
    a: Factor<'_, T>,
) -> Result<()> {
    let n = c.rows();
    let c = with(c, update.beta != T::ZERO, [Some(a.stored), None], &mut |to, [factor, _]| {
        columns::multiply_by_transpose(to, half, update, a.of(factor))
    })?;
    c.write_back_part(|column| half.rows(column, n));
    Ok(())
}

fn solve<T: Element + simd::Element>(
    b: Columns<'_, T>,
    is_left: bool,
    alpha: T,
    (a, half, diagonal): (Factor<'_, T>, Half, Diagonal),
) -> Result<()> {
    let b = with(b, true, [Some(a.stored), None], &mut |to, [stored, _]| {
        let triangle = Triangular { matrix: stored.transposed(), half, diagonal };
        columns::solve(to, is_left, alpha, if a.is_transposed { triangle.transposed() } else { triangle })
    })?;
    b.write_back();
    Ok(())
}

fn times_vector<T: Element + crate::blas::Float>(
    y: Columns<'_, T>,
    update: Update<T>,
    a: Factor<'_, T>,
    x: Columns<'_, T>,
) -> Result<()> {
    let y = with(y, update.beta != T::ZERO, [Some(a.stored), Some(x)], &mut |mut to, [stored, x]| {
        columns::times_vector(to.row(0), update, stored, a.is_transposed, x.row(0))
    })?;
    y.write_back();
    Ok(())
}

/// What computes with the columns of what it writes, and with those of its inputs.
type Work<'a, T> = dyn FnMut(ViewMut<'_, T>, [View<'_, T>; 2]) -> crate::Result<()> + 'a;

/// Calls `work` with the columns of what it writes, and reads before if it `reads`, and with those of its inputs, both as rows.
/// Returns what is to be written back. It is compiled once for each type, and not for each operation.
///
/// # Errors
/// Those of `work`, and [`crate::Error::OutOfMemory`]. An array that is written is then as it was, provided that `work` left it so.
#[inline(never)]
fn with<'local, T: Element>(
    written: Columns<'local, T>,
    reads: bool,
    inputs: [Option<Columns<'local, T>>; 2],
    work: &mut Work<'_, T>,
) -> Result<ColumnElements<'local, T>> {
    let largest = inputs.iter().flatten().map(|input| input.bytes()).fold(written.bytes(), usize::max);
    let is_separate = inputs.iter().flatten().all(|input| !input.array().is(written.array()));
    let lending = if is_separate { Lending::beside(largest) } else { Lending::nothing() };

    let mut written = ColumnElements::new(written, if reads { Access::InputAndOutput } else { Access::Output });
    let mut inputs = inputs.map(|input| input.map(|input| ColumnElements::new(input, Access::Input)));
    for input in inputs.iter_mut().flatten() {
        input.copy(lending)?;
    }
    written.copy(lending)?;
    // From here on no function of JNI may be called until all have ended.
    for input in inputs.iter_mut().flatten() {
        input.lend(lending)?;
    }
    written.lend(lending)?;
    // SAFETY: what is written is lent only if no input is the same array.
    let to = unsafe { written.rows_mut() };
    let nothing = View::new(&[], 0, 0, 0);
    let result = work(to, inputs.each_ref().map(|input| input.as_ref().map_or(nothing, ColumnElements::rows)));
    inputs.iter_mut().flatten().for_each(ColumnElements::end);
    written.end();
    result?;
    Ok(written)
}
