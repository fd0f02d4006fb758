//! Natives behind `Ldl`.

use jni::sys::{jboolean, jdouble, jint};

use super::arrays::matrix;
use super::natives;
use crate::ldl;

natives! {
    fn ldl_factor[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], ldl: out jdouble[], permutation: out jint[]
    ) {
        ldl::factor(matrix(rows, columns, a)?, ldl, permutation)
    }

    fn ldl_solve(
        n: jint, ldl: in jdouble[], permutation: in jint[],
        b_rows: jint, b_columns: jint, b: in jdouble[], x: out jdouble[]
    ) {
        ldl::solve_factored(matrix(n, n, ldl)?, permutation, matrix(b_rows, b_columns, b)?, x)
    }

    fn ldl_determinant(n: jint, ldl: in jdouble[]) -> jdouble {
        ldl::determinant_factored(matrix(n, n, ldl)?)
    }
}
