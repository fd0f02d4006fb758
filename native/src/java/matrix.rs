//! Natives behind `Matrix`.

use jni::objects::{JClass, JDoubleArray};
use jni::sys::{jboolean, jdouble, jint};
use jni::{EnvUnowned, NativeMethod};

use super::convert::{Crossing, matrix, with_arrays};
use super::native;
use super::throw::guard;
use crate::{lu, matrix};

pub(super) const NATIVES: &[NativeMethod] = &[
    native! { raw fn times(rows: jint, inner: jint, a: jdouble[], b_rows: jint, columns: jint, b: jdouble[], product: jdouble[], in_place: jboolean) },
    native! { raw fn frobenius_norm(rows: jint, columns: jint, a: jdouble[], in_place: jboolean) -> jdouble },
    native! { raw fn solve(rows: jint, columns: jint, a: jdouble[], b_rows: jint, b_columns: jint, b: jdouble[], x: jdouble[], in_place: jboolean) },
    native! { raw fn inverse(rows: jint, columns: jint, a: jdouble[], result: jdouble[], in_place: jboolean) },
    native! { raw fn determinant(rows: jint, columns: jint, a: jdouble[], in_place: jboolean) -> jdouble },
];

#[expect(clippy::too_many_arguments, reason = "each array comes with its shape")]
fn times<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    rows: jint,
    inner: jint,
    a: JDoubleArray<'local>,
    b_rows: jint,
    columns: jint,
    b: JDoubleArray<'local>,
    product: JDoubleArray<'local>,
    in_place: jboolean,
) {
    let work = |[a, b]: [&[f64]; 2], [product]: [&mut [f64]; 1]| {
        matrix::times(matrix(rows, inner, a)?, matrix(b_rows, columns, b)?, product)
    };
    // SAFETY: Java made the array of the result for this call.
    guard(env, |env| unsafe { with_arrays(env, Crossing::of(in_place), [&a, &b], [&product], work) })
}

fn frobenius_norm<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
    in_place: jboolean,
) -> jdouble {
    let work = |[a]: [&[f64]; 1], []: [&mut [f64]; 0]| Ok(matrix::norm(matrix(rows, columns, a)?));
    // SAFETY: there are no outputs.
    guard(env, |env| unsafe { with_arrays(env, Crossing::of(in_place), [&a], [], work) })
}

#[expect(clippy::too_many_arguments, reason = "each array comes with its shape")]
fn solve<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
    b_rows: jint,
    b_columns: jint,
    b: JDoubleArray<'local>,
    x: JDoubleArray<'local>,
    in_place: jboolean,
) {
    let work = |[a, b]: [&[f64]; 2], [x]: [&mut [f64]; 1]| {
        lu::solve(matrix(rows, columns, a)?, matrix(b_rows, b_columns, b)?, x)
    };
    // SAFETY: Java made the array of the result for this call.
    guard(env, |env| unsafe { with_arrays(env, Crossing::of(in_place), [&a, &b], [&x], work) })
}

fn inverse<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
    result: JDoubleArray<'local>,
    in_place: jboolean,
) {
    let work = |[a]: [&[f64]; 1], [result]: [&mut [f64]; 1]| lu::inverse(matrix(rows, columns, a)?, result);
    // SAFETY: Java made the array of the result for this call.
    guard(env, |env| unsafe { with_arrays(env, Crossing::of(in_place), [&a], [&result], work) })
}

fn determinant<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
    in_place: jboolean,
) -> jdouble {
    let work = |[a]: [&[f64]; 1], []: [&mut [f64]; 0]| lu::determinant(matrix(rows, columns, a)?);
    // SAFETY: there are no outputs.
    guard(env, |env| unsafe { with_arrays(env, Crossing::of(in_place), [&a], [], work) })
}
