//! Natives behind `Lu`.

use jni::objects::{JClass, JDoubleArray, JIntArray};
use jni::sys::{jboolean, jdouble, jint};
use jni::{Env, NativeMethod};

use super::convert::{Crossing, copied, matrix, with_arrays, write};
use super::native;
use super::throw::{Result, Throw};
use crate::{lu, memory};

pub(super) const NATIVES: &[NativeMethod] = &[
    native! { fn lu_factor(rows: jint, columns: jint, a: jdouble[], lu: jdouble[], permutation: jint[], in_place: jboolean) -> jdouble },
    native! { fn lu_solve(rows: jint, columns: jint, lu: jdouble[], permutation: jint[], b_rows: jint, b_columns: jint, b: jdouble[], x: jdouble[], in_place: jboolean) },
    native! { fn lu_determinant(rows: jint, columns: jint, lu: jdouble[], permutation: jint[]) -> jdouble },
    native! { fn lu_rcond(rows: jint, columns: jint, lu: jdouble[], norm: jdouble, in_place: jboolean) -> jdouble },
];

#[expect(clippy::too_many_arguments, reason = "each array comes with its shape")]
fn lu_factor<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
    lu: JDoubleArray<'local>,
    permutation: JIntArray<'local>,
    in_place: jboolean,
) -> Result<jdouble> {
    let mut rows_of = memory::filled(permutation.len(env)?)?;
    let work = |[a]: [&[f64]; 1], [lu]: [&mut [f64]; 1]| lu::factor(matrix(rows, columns, a)?, lu, &mut rows_of);
    // SAFETY: Java made the array of the result for this call.
    let norm = unsafe { with_arrays(env, Crossing::of(in_place), [&a], [&lu], work) }?;
    write(env, &permutation, &rows_of)?;
    Ok(norm)
}

#[expect(clippy::too_many_arguments, reason = "each array comes with its shape")]
fn lu_solve<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    lu: JDoubleArray<'local>,
    permutation: JIntArray<'local>,
    b_rows: jint,
    b_columns: jint,
    b: JDoubleArray<'local>,
    x: JDoubleArray<'local>,
    in_place: jboolean,
) -> Result<()> {
    let permutation = copied(env, &permutation)?;
    let work = |[lu, b]: [&[f64]; 2], [x]: [&mut [f64]; 1]| {
        lu::solve_factored(matrix(rows, columns, lu)?, &permutation, matrix(b_rows, b_columns, b)?, x)
    };
    // SAFETY: Java made the array of the result for this call.
    unsafe { with_arrays(env, Crossing::of(in_place), [&lu, &b], [&x], work) }
}

fn lu_determinant<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    lu: JDoubleArray<'local>,
    permutation: JIntArray<'local>,
) -> Result<jdouble> {
    let permutation = copied(env, &permutation)?;
    let work =
        |[lu]: [&[f64]; 1], []: [&mut [f64]; 0]| lu::determinant_factored(matrix(rows, columns, lu)?, &permutation);
    // SAFETY: there are no outputs.
    unsafe { with_arrays(env, Crossing::Borrowed, [&lu], [], work) }
}

fn lu_rcond<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    lu: JDoubleArray<'local>,
    norm: jdouble,
    in_place: jboolean,
) -> Result<jdouble> {
    let work = |[lu]: [&[f64]; 1], []: [&mut [f64]; 0]| lu::rcond(matrix(rows, columns, lu)?, norm);
    // SAFETY: there are no outputs.
    unsafe { with_arrays(env, Crossing::of(in_place), [&lu], [], work) }
}
