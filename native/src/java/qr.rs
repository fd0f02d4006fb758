//! Natives behind `Qr`.

use jni::sys::{jboolean, jdouble, jint};

use super::arrays::matrix;
use super::natives;
use crate::qr;

natives! {
    fn qr_factor[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], qr: out jdouble[], tau: out jdouble[]
    ) {
        qr::factor(matrix(rows, columns, a)?, qr, tau)
    }

    fn qr_q(rows: jint, columns: jint, qr: in jdouble[], tau: in jdouble[], q: out jdouble[]) {
        qr::q(matrix(rows, columns, qr)?, tau, q)
    }

    fn qr_solve(
        rows: jint, columns: jint, qr: in jdouble[], tau: in jdouble[],
        b_rows: jint, b_columns: jint, b: in jdouble[], x: out jdouble[]
    ) {
        qr::solve_factored(matrix(rows, columns, qr)?, tau, matrix(b_rows, b_columns, b)?, x)
    }
}
