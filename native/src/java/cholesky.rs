//! Natives behind `Cholesky`.

use jni::sys::{jboolean, jdouble, jint};

use super::arrays::matrix;
use super::natives;
use crate::cholesky;

natives! {
    fn cholesky_factor[is_shared](is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], l: out jdouble[]) {
        cholesky::factor(matrix(rows, columns, a)?, l)
    }

    fn cholesky_solve(n: jint, l: in jdouble[], b_rows: jint, b_columns: jint, b: in jdouble[], x: out jdouble[]) {
        cholesky::solve_factored(matrix(n, n, l)?, matrix(b_rows, b_columns, b)?, x)
    }

    fn cholesky_determinant(n: jint, l: in jdouble[]) -> jdouble {
        cholesky::determinant_factored(matrix(n, n, l)?)
    }
}
