//! Natives behind `SymmetricEigen`, `Eigen`, `Schur` and `Hessenberg`, and what `Matrix` asks of eigenvalues.

use jni::sys::{jboolean, jdouble, jint};

use super::arrays::matrix;
use super::natives;
use crate::eigen;

natives! {
    fn symmetric_eigen[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], values: out jdouble[], vectors: out jdouble[]
    ) {
        eigen::symmetric_eigen(matrix(rows, columns, a)?, values, vectors)
    }

    fn eigen[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[],
        real: out jdouble[], imaginary: out jdouble[], vectors: out jdouble[]
    ) {
        eigen::eigen(matrix(rows, columns, a)?, real, imaginary, vectors)
    }

    fn schur[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], q: out jdouble[], t: out jdouble[]
    ) {
        eigen::schur(matrix(rows, columns, a)?, q, t)
    }

    fn hessenberg[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], q: out jdouble[], h: out jdouble[]
    ) {
        eigen::hessenberg(matrix(rows, columns, a)?, q, h)
    }

    fn symmetric_eigenvalues[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], values: out jdouble[]
    ) {
        eigen::symmetric_eigenvalues(matrix(rows, columns, a)?, values)
    }

    fn eigenvalues[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], real: out jdouble[], imaginary: out jdouble[]
    ) {
        eigen::eigenvalues(matrix(rows, columns, a)?, real, imaginary)
    }
}
