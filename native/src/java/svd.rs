//! Natives behind `Svd`, and what `Matrix` asks of singular values.

use jni::objects::{JClass, JDoubleArray};
use jni::sys::{jdouble, jint};
use jni::{Env, NativeMethod};

use super::convert::{Crossing, matrix, with_arrays};
use super::native;
use super::throw::{Result, Throw};
use crate::svd;

pub(super) const NATIVES: &[NativeMethod] = &[
    native! { fn svd(rows: jint, columns: jint, a: jdouble[], u: jdouble[], s: jdouble[], v: jdouble[]) },
    native! { fn rank_of_singular_values(s: jdouble[], rows: jint, columns: jint) -> jint },
    native! { fn rank(rows: jint, columns: jint, a: jdouble[]) -> jint },
    native! { fn condition_number(rows: jint, columns: jint, a: jdouble[]) -> jdouble },
    native! { fn pseudo_inverse(rows: jint, columns: jint, a: jdouble[], result: jdouble[]) },
];

#[expect(clippy::too_many_arguments, reason = "each array comes with its shape")]
fn svd<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
    u: JDoubleArray<'local>,
    s: JDoubleArray<'local>,
    v: JDoubleArray<'local>,
) -> Result<()> {
    let work = |[a]: [&[f64]; 1], [u, s, v]: [&mut [f64]; 3]| svd::svd(matrix(rows, columns, a)?, u, s, v);
    // SAFETY: Java made the arrays of the results for this call.
    unsafe { with_arrays(env, Crossing::Copied, [&a], [&u, &s, &v], work) }
}

fn rank_of_singular_values<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    s: JDoubleArray<'local>,
    rows: jint,
    columns: jint,
) -> Result<jint> {
    let work = |[s]: [&[f64]; 1], []: [&mut [f64]; 0]| Ok(svd::rank_of(s, rows as usize, columns as usize) as jint);
    // SAFETY: there are no outputs.
    unsafe { with_arrays(env, Crossing::Borrowed, [&s], [], work) }
}

fn rank<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
) -> Result<jint> {
    let work = |[a]: [&[f64]; 1], []: [&mut [f64]; 0]| Ok(svd::rank(matrix(rows, columns, a)?)? as jint);
    // SAFETY: there are no outputs.
    unsafe { with_arrays(env, Crossing::Copied, [&a], [], work) }
}

fn condition_number<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
) -> Result<jdouble> {
    let work = |[a]: [&[f64]; 1], []: [&mut [f64]; 0]| svd::condition_number(matrix(rows, columns, a)?);
    // SAFETY: there are no outputs.
    unsafe { with_arrays(env, Crossing::Copied, [&a], [], work) }
}

fn pseudo_inverse<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
    result: JDoubleArray<'local>,
) -> Result<()> {
    let work = |[a]: [&[f64]; 1], [result]: [&mut [f64]; 1]| svd::pseudo_inverse(matrix(rows, columns, a)?, result);
    // SAFETY: Java made the array of the result for this call.
    unsafe { with_arrays(env, Crossing::Copied, [&a], [&result], work) }
}
