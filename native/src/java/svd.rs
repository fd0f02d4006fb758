//! Natives behind `Svd`, and what `Matrix` asks of singular values.

use jni::sys::{jboolean, jdouble, jint};

use super::arrays::{matrix, shape};
use super::natives;
use crate::svd;

natives! {
    fn svd[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], u: out jdouble[], s: out jdouble[], v: out jdouble[]
    ) {
        svd::svd(matrix(rows, columns, a)?, u, s, v)
    }

    fn singular_values[is_shared](is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], s: out jdouble[]) {
        svd::singular_values(matrix(rows, columns, a)?, s)
    }

    fn rank_of_singular_values(s: in jdouble[], rows: jint, columns: jint) -> jint {
        let (rows, columns) = shape(rows, columns)?;
        Ok(svd::rank_of(s, rows, columns) as jint)
    }

    fn rank[is_shared](is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], tolerance: jdouble) -> jint {
        Ok(svd::rank_with_tolerance(matrix(rows, columns, a)?, tolerance)? as jint)
    }

    fn condition_number[is_shared](is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[]) -> jdouble {
        svd::condition_number(matrix(rows, columns, a)?)
    }

    fn pseudo_inverse[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], tolerance: jdouble, inverse: out jdouble[]
    ) {
        svd::pseudo_inverse_with_tolerance(matrix(rows, columns, a)?, tolerance, inverse)
    }
}
