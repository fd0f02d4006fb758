//! Natives behind `Matrix`.

use jni::sys::{jboolean, jdouble, jint};

use super::arrays::matrix;
use super::natives;
use crate::{blas, lu};

natives! {
    fn times(
        rows: jint, inner: jint, a: in jdouble[], b_rows: jint, columns: jint, b: in jdouble[], product: out jdouble[]
    ) {
        blas::times(matrix(rows, inner, a)?, matrix(b_rows, columns, b)?, product)
    }

    fn transpose_times(
        inner: jint, rows: jint, a: in jdouble[], b_rows: jint, columns: jint, b: in jdouble[], product: out jdouble[]
    ) {
        blas::transpose_times(matrix(inner, rows, a)?, matrix(b_rows, columns, b)?, product)
    }

    fn times_transpose(
        rows: jint, inner: jint, a: in jdouble[], b_rows: jint, b_columns: jint, b: in jdouble[], product: out jdouble[]
    ) {
        blas::times_transpose(matrix(rows, inner, a)?, matrix(b_rows, b_columns, b)?, product)
    }

    fn gram(rows: jint, columns: jint, a: in jdouble[], gram: out jdouble[]) {
        blas::gram(matrix(rows, columns, a)?, gram)
    }

    fn solve[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[],
        b_rows: jint, b_columns: jint, b: in jdouble[], x: out jdouble[]
    ) {
        lu::solve(matrix(rows, columns, a)?, matrix(b_rows, b_columns, b)?, x)
    }

    fn inverse[is_shared](is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], inverse: out jdouble[]) {
        lu::inverse(matrix(rows, columns, a)?, inverse)
    }

    fn determinant[is_shared](is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[]) -> jdouble {
        lu::determinant(matrix(rows, columns, a)?)
    }
}
