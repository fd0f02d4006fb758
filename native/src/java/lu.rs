//! Natives behind `Lu`.

use jni::sys::{jboolean, jdouble, jint};

use super::arrays::matrix;
use super::natives;
use crate::lu;

natives! {
    fn lu_factor[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], lu: out jdouble[], permutation: out jint[]
    ) -> jdouble {
        lu::factor(matrix(rows, columns, a)?, lu, permutation)
    }

    fn lu_solve(
        rows: jint, columns: jint, lu: in jdouble[], permutation: in jint[],
        b_rows: jint, b_columns: jint, b: in jdouble[], x: out jdouble[]
    ) {
        lu::solve_factored(matrix(rows, columns, lu)?, permutation, matrix(b_rows, b_columns, b)?, x)
    }

    fn lu_determinant(rows: jint, columns: jint, lu: in jdouble[], permutation: in jint[]) -> jdouble {
        lu::determinant_factored(matrix(rows, columns, lu)?, permutation)
    }

    fn lu_rcond(rows: jint, columns: jint, lu: in jdouble[], norm: jdouble) -> jdouble {
        lu::rcond(matrix(rows, columns, lu)?, norm)
    }
}
