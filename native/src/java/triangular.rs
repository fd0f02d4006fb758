//! Natives behind systems of equations with a triangle.

use jni::sys::{jboolean, jdouble, jint};

use super::arrays::matrix;
use super::natives;
use crate::triangular::{self, Triangle};

natives! {
    fn triangular_solve[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[],
        is_upper: jboolean, is_unit: jboolean, is_transposed: jboolean,
        b_rows: jint, b_columns: jint, b: in jdouble[], x: out jdouble[]
    ) {
        let triangle = Triangle { is_upper, is_unit, is_transposed };
        triangular::solve(matrix(rows, columns, a)?, triangle, matrix(b_rows, b_columns, b)?, x)
    }
}
