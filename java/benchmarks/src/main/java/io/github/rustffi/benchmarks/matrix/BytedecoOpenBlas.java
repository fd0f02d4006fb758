package io.github.rustffi.benchmarks.matrix;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgeev;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgels;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgesdd;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgesv;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgetrf;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgetrs;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpotrf;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;

/** OpenBLAS as Bytedeco packages it, with arrays of the heap. */
final class BytedecoOpenBlas extends Lapack {
    @Override
    double[] times(int n, double[] a, double[] b) {
        double[] c = new double[n * n];
        cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, c, n);
        return c;
    }

    @Override
    double[] solve(int n, double[] a, double[] b) {
        double[] x = b.clone();
        require(LAPACKE_dgesv(LAPACK_COL_MAJOR, n, 1, a.clone(), n, new int[n], x, n));
        return x;
    }

    @Override
    Lu lu(int n, double[] a) {
        Lu lu = new Lu(a.clone(), new int[n]);
        require(LAPACKE_dgetrf(LAPACK_COL_MAJOR, n, n, lu.factors(), n, lu.pivots()));
        return lu;
    }

    @Override
    double[] solve(int n, Lu lu, double[] b) {
        double[] x = b.clone();
        require(LAPACKE_dgetrs(LAPACK_COL_MAJOR, (byte) 'N', n, 1, lu.factors(), n, lu.pivots(), x, n));
        return x;
    }

    @Override
    double[] cholesky(int n, double[] a) {
        double[] l = a.clone();
        require(LAPACKE_dpotrf(LAPACK_COL_MAJOR, (byte) 'L', n, l, n));
        return l;
    }

    @Override
    double[] leastSquares(int m, int n, double[] a, double[] b) {
        double[] x = b.clone();
        require(LAPACKE_dgels(LAPACK_COL_MAJOR, (byte) 'N', m, n, 1, a.clone(), m, x, m));
        return x;
    }

    @Override
    Svd svd(int n, double[] a) {
        Svd svd = new Svd(new double[n * n], new double[n], new double[n * n]);
        require(LAPACKE_dgesdd(LAPACK_COL_MAJOR, (byte) 'S', n, n, a.clone(), n, svd.s(), svd.u(), n, svd.vt(), n));
        return svd;
    }

    @Override
    SymmetricEigen symmetricEigen(int n, double[] a) {
        SymmetricEigen eigen = new SymmetricEigen(new double[n], a.clone());
        require(LAPACKE_dsyevd(LAPACK_COL_MAJOR, (byte) 'V', (byte) 'L', n, eigen.vectors(), n, eigen.values()));
        return eigen;
    }

    @Override
    Eigen eigen(int n, double[] a) {
        Eigen eigen = new Eigen(new double[n], new double[n], new double[n * n]);
        require(LAPACKE_dgeev(
                LAPACK_COL_MAJOR,
                (byte) 'N',
                (byte) 'V',
                n,
                a.clone(),
                n,
                eigen.real(),
                eigen.imaginary(),
                new double[1],
                1,
                eigen.vectors(),
                n));
        return eigen;
    }
}
