//! Natives behind `SymmetricEigen`, `Eigen`, `Schur` and `Hessenberg`, and what `Matrix` asks of eigenvalues.

use jni::sys::{jboolean, jdouble, jint, jlong};

use super::arrays::matrix;
use super::natives;
use crate::blas::symmetric::Symmetric;
use crate::memory::handles::Handles;
use crate::{Error, eigen};

/// Matrices whose few eigenvalues are sought.
pub(super) static SYMMETRIC: Handles<Symmetric> = Handles::new();

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

    fn symmetric_open(rows: jint, columns: jint, a: in jdouble[]) -> jlong {
        Ok(SYMMETRIC.open(Symmetric::of(matrix(rows, columns, a)?)?))
    }

    fn symmetric_times(symmetric: jlong, x: in jdouble[], product: out jdouble[]) {
        SYMMETRIC.get(symmetric).ok_or(Error::Closed)?.times(x, product)
    }

    fn symmetric_close(symmetric: jlong) {
        SYMMETRIC.close(symmetric);
        Ok(())
    }
}
