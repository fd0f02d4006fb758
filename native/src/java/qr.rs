//! Natives behind `Qr`.

use jni::objects::{JClass, JDoubleArray};
use jni::sys::{jboolean, jint};
use jni::{Env, NativeMethod};

use super::convert::{Crossing, matrix, with_arrays};
use super::native;
use super::throw::{Result, Throw};
use crate::qr;

pub(super) const NATIVES: &[NativeMethod] = &[
    native! { fn qr_factor(rows: jint, columns: jint, a: jdouble[], qr: jdouble[], tau: jdouble[], in_place: jboolean) },
    native! { fn qr_q(rows: jint, columns: jint, qr: jdouble[], tau: jdouble[], q: jdouble[], in_place: jboolean) },
    native! { fn qr_solve(rows: jint, columns: jint, qr: jdouble[], tau: jdouble[], b_rows: jint, b_columns: jint, b: jdouble[], x: jdouble[], in_place: jboolean) },
];

#[expect(clippy::too_many_arguments, reason = "each array comes with its shape")]
fn qr_factor<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
    qr: JDoubleArray<'local>,
    tau: JDoubleArray<'local>,
    in_place: jboolean,
) -> Result<()> {
    let work = |[a]: [&[f64]; 1], [qr, tau]: [&mut [f64]; 2]| qr::factor(matrix(rows, columns, a)?, qr, tau);
    // SAFETY: Java made the arrays of the factors for this call.
    unsafe { with_arrays(env, Crossing::of(in_place), [&a], [&qr, &tau], work) }
}

#[expect(clippy::too_many_arguments, reason = "each array comes with its shape")]
fn qr_q<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    qr: JDoubleArray<'local>,
    tau: JDoubleArray<'local>,
    q: JDoubleArray<'local>,
    in_place: jboolean,
) -> Result<()> {
    let work = |[qr, tau]: [&[f64]; 2], [q]: [&mut [f64]; 1]| qr::q(matrix(rows, columns, qr)?, tau, q);
    // SAFETY: Java made the array of the result for this call.
    unsafe { with_arrays(env, Crossing::of(in_place), [&qr, &tau], [&q], work) }
}

#[expect(clippy::too_many_arguments, reason = "each array comes with its shape")]
fn qr_solve<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    qr: JDoubleArray<'local>,
    tau: JDoubleArray<'local>,
    b_rows: jint,
    b_columns: jint,
    b: JDoubleArray<'local>,
    x: JDoubleArray<'local>,
    in_place: jboolean,
) -> Result<()> {
    let work = |[qr, tau, b]: [&[f64]; 3], [x]: [&mut [f64]; 1]| {
        qr::solve_factored(matrix(rows, columns, qr)?, tau, matrix(b_rows, b_columns, b)?, x)
    };
    // SAFETY: Java made the array of the result for this call.
    unsafe { with_arrays(env, Crossing::of(in_place), [&qr, &tau, &b], [&x], work) }
}
