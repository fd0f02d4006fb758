//! Natives behind `Qr` and `PivotedQr`.

use jni::sys::{jboolean, jdouble, jint};

use super::arrays::{matrix, shape};
use super::natives;
use crate::{pivoted_qr, qr};

natives! {
    fn qr_factor[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], qr: out jdouble[], tau: out jdouble[]
    ) {
        qr::factor(matrix(rows, columns, a)?, qr, tau)
    }

    fn qr_triangle[is_shared](is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], r: out jdouble[]) {
        qr::triangle(matrix(rows, columns, a)?, r)
    }

    fn pivoted_qr_factor[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[],
        qr: out jdouble[], tau: out jdouble[], permutation: out jint[]
    ) {
        pivoted_qr::factor(matrix(rows, columns, a)?, qr, tau, permutation)
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

    fn qr_solve_leading(
        rows: jint, columns: jint, qr: in jdouble[], tau: in jdouble[], rank: jint,
        b_rows: jint, b_columns: jint, b: in jdouble[], x: out jdouble[]
    ) {
        let (rank, _) = shape(rank, b_columns)?;
        qr::solve_leading(matrix(rows, columns, qr)?, tau, rank, matrix(b_rows, b_columns, b)?, x)
    }
}
