//! Natives behind `SymmetricEigen` and `Eigen`.

use jni::objects::{JClass, JDoubleArray};
use jni::sys::jint;
use jni::{Env, NativeMethod};

use super::convert::{Crossing, matrix, with_arrays};
use super::native;
use super::throw::{Result, Throw};
use crate::eigen;

pub(super) const NATIVES: &[NativeMethod] = &[
    native! { fn symmetric_eigen(rows: jint, columns: jint, a: jdouble[], values: jdouble[], vectors: jdouble[]) },
    native! { fn eigen(rows: jint, columns: jint, a: jdouble[], real: jdouble[], imaginary: jdouble[], vectors: jdouble[]) },
];

fn symmetric_eigen<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
    values: JDoubleArray<'local>,
    vectors: JDoubleArray<'local>,
) -> Result<()> {
    let work = |[a]: [&[f64]; 1], [values, vectors]: [&mut [f64]; 2]| {
        eigen::symmetric_eigen(matrix(rows, columns, a)?, values, vectors)
    };
    // SAFETY: Java made the arrays of the results for this call.
    unsafe { with_arrays(env, Crossing::Copied, [&a], [&values, &vectors], work) }
}

#[expect(clippy::too_many_arguments, reason = "each array comes with its shape")]
fn eigen<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
    real: JDoubleArray<'local>,
    imaginary: JDoubleArray<'local>,
    vectors: JDoubleArray<'local>,
) -> Result<()> {
    let work = |[a]: [&[f64]; 1], [real, imaginary, vectors]: [&mut [f64]; 3]| {
        eigen::eigen(matrix(rows, columns, a)?, real, imaginary, vectors)
    };
    // SAFETY: Java made the arrays of the results for this call.
    unsafe { with_arrays(env, Crossing::Copied, [&a], [&real, &imaginary, &vectors], work) }
}
