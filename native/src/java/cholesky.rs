//! Natives behind `Cholesky`.

use jni::objects::{JClass, JDoubleArray};
use jni::sys::{jboolean, jdouble, jint};
use jni::{Env, NativeMethod};

use super::convert::{Crossing, matrix, with_arrays};
use super::native;
use super::throw::{Result, Throw};
use crate::cholesky;

pub(super) const NATIVES: &[NativeMethod] = &[
    native! { fn cholesky_factor(rows: jint, columns: jint, a: jdouble[], l: jdouble[], in_place: jboolean) },
    native! { fn cholesky_solve(n: jint, l: jdouble[], b_rows: jint, b_columns: jint, b: jdouble[], x: jdouble[], in_place: jboolean) },
    native! { fn cholesky_determinant(n: jint, l: jdouble[]) -> jdouble },
];

fn cholesky_factor<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
    l: JDoubleArray<'local>,
    in_place: jboolean,
) -> Result<()> {
    let work = |[a]: [&[f64]; 1], [l]: [&mut [f64]; 1]| cholesky::factor(matrix(rows, columns, a)?, l);
    // SAFETY: Java made the array of the result for this call.
    unsafe { with_arrays(env, Crossing::of(in_place), [&a], [&l], work) }
}

#[expect(clippy::too_many_arguments, reason = "each array comes with its shape")]
fn cholesky_solve<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    n: jint,
    l: JDoubleArray<'local>,
    b_rows: jint,
    b_columns: jint,
    b: JDoubleArray<'local>,
    x: JDoubleArray<'local>,
    in_place: jboolean,
) -> Result<()> {
    let work = |[l, b]: [&[f64]; 2], [x]: [&mut [f64]; 1]| {
        cholesky::solve_factored(matrix(n, n, l)?, matrix(b_rows, b_columns, b)?, x)
    };
    // SAFETY: Java made the array of the result for this call.
    unsafe { with_arrays(env, Crossing::of(in_place), [&l, &b], [&x], work) }
}

fn cholesky_determinant<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    n: jint,
    l: JDoubleArray<'local>,
) -> Result<jdouble> {
    let work = |[l]: [&[f64]; 1], []: [&mut [f64]; 0]| cholesky::determinant_factored(matrix(n, n, l)?);
    // SAFETY: there are no outputs.
    unsafe { with_arrays(env, Crossing::Borrowed, [&l], [], work) }
}
