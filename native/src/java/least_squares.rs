//! Natives behind `Matrix.leastSquares`.

use jni::objects::{JClass, JDoubleArray};
use jni::sys::jint;
use jni::{Env, NativeMethod};

use super::convert::{Crossing, matrix, with_arrays};
use super::native;
use super::throw::{Result, Throw};
use crate::least_squares;

pub(super) const NATIVES: &[NativeMethod] = &[
    native! { fn least_squares(rows: jint, columns: jint, a: jdouble[], b_rows: jint, b_columns: jint, b: jdouble[], x: jdouble[]) -> jint },
];

#[expect(clippy::too_many_arguments, reason = "each array comes with its shape")]
fn least_squares<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
    b_rows: jint,
    b_columns: jint,
    b: JDoubleArray<'local>,
    x: JDoubleArray<'local>,
) -> Result<jint> {
    let work = |[a, b]: [&[f64]; 2], [x]: [&mut [f64]; 1]| {
        let rank = least_squares::least_squares(matrix(rows, columns, a)?, matrix(b_rows, b_columns, b)?, x)?;
        Ok(rank as jint)
    };
    // SAFETY: Java made the array of the result for this call.
    unsafe { with_arrays(env, Crossing::Copied, [&a, &b], [&x], work) }
}
