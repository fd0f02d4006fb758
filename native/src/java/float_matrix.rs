//! Natives behind `FloatMatrix`.

use jni::sys::{jfloat, jint};

use super::arrays::matrix;
use super::natives;
use crate::blas;

natives! {
    fn times_floats(
        rows: jint, inner: jint, a: in jfloat[], b_rows: jint, columns: jint, b: in jfloat[], product: out jfloat[]
    ) {
        blas::times(matrix(rows, inner, a)?, matrix(b_rows, columns, b)?, product)
    }

    fn transpose_times_floats(
        inner: jint, rows: jint, a: in jfloat[], b_rows: jint, columns: jint, b: in jfloat[], product: out jfloat[]
    ) {
        blas::transpose_times(matrix(inner, rows, a)?, matrix(b_rows, columns, b)?, product)
    }

    fn times_transpose_floats(
        rows: jint, inner: jint, a: in jfloat[], b_rows: jint, b_columns: jint, b: in jfloat[], product: out jfloat[]
    ) {
        blas::times_transpose(matrix(rows, inner, a)?, matrix(b_rows, b_columns, b)?, product)
    }

    fn gram_of_floats(rows: jint, columns: jint, a: in jfloat[], gram: out jfloat[]) {
        blas::gram(matrix(rows, columns, a)?, gram)
    }
}
