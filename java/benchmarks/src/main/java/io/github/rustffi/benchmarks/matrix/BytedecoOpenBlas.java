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

import java.util.Arrays;

/** OpenBLAS as Bytedeco packages it, column-major, with arrays of the heap. */
final class BytedecoOpenBlas implements LinearAlgebra {
    @Override
    public Task<?> task(Work work, Problem p) {
        int m = p.rows();
        int n = p.columns();
        double[] a = ColumnMajor.ofRowMajor(m, n, p.a());
        return switch (work) {
            case TIMES -> {
                double[] b = ColumnMajor.ofRowMajor(n, n, p.b());
                yield new Task<>(() -> times(n, a, b), c -> new double[][] {ColumnMajor.toRowMajor(n, c)});
            }
            case SOLVE -> new Task<>(() -> solve(n, a, p.b()), x -> new double[][] {x});
            case LU -> new Task<>(() -> lu(n, a), lu -> new double[][] {solve(n, lu, p.b())});
            case CHOLESKY -> new Task<>(() -> cholesky(n, a), l -> new double[][] {ColumnMajor.lowerToRowMajor(n, l)});
            case LEAST_SQUARES ->
                new Task<>(() -> leastSquares(m, n, a, p.b()), x -> new double[][] {Arrays.copyOf(x, n)});
            case SVD ->
                new Task<>(() -> svd(n, a), svd -> new double[][] {
                    // What is V transposed in columns is V in rows.
                    ColumnMajor.toRowMajor(n, svd.u), svd.s, svd.vt
                });
            case SYMMETRIC_EIGEN ->
                new Task<>(() -> symmetricEigen(n, a), eigen ->
                        new double[][] {eigen.values, ColumnMajor.toRowMajor(n, eigen.vectors)});
            case EIGEN -> new Task<>(() -> eigen(n, a), eigen -> new double[][] {eigen.real, eigen.imaginary});
        };
    }

    private record Lu(double[] factors, int[] pivots) {}

    private record Svd(double[] u, double[] s, double[] vt) {}

    private record SymmetricEigen(double[] values, double[] vectors) {}

    private record Eigen(double[] real, double[] imaginary, double[] vectors) {}

    private static double[] times(int n, double[] a, double[] b) {
        double[] c = new double[n * n];
        cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, c, n);
        return c;
    }

    private static double[] solve(int n, double[] a, double[] b) {
        double[] x = b.clone();
        require(LAPACKE_dgesv(LAPACK_COL_MAJOR, n, 1, a.clone(), n, new int[n], x, n));
        return x;
    }

    private static Lu lu(int n, double[] a) {
        Lu lu = new Lu(a.clone(), new int[n]);
        require(LAPACKE_dgetrf(LAPACK_COL_MAJOR, n, n, lu.factors, n, lu.pivots));
        return lu;
    }

    private static double[] solve(int n, Lu lu, double[] b) {
        double[] x = b.clone();
        require(LAPACKE_dgetrs(LAPACK_COL_MAJOR, (byte) 'N', n, 1, lu.factors, n, lu.pivots, x, n));
        return x;
    }

    private static double[] cholesky(int n, double[] a) {
        double[] l = a.clone();
        require(LAPACKE_dpotrf(LAPACK_COL_MAJOR, (byte) 'L', n, l, n));
        return l;
    }

    private static double[] leastSquares(int m, int n, double[] a, double[] b) {
        double[] x = b.clone();
        require(LAPACKE_dgels(LAPACK_COL_MAJOR, (byte) 'N', m, n, 1, a.clone(), m, x, m));
        return x;
    }

    private static Svd svd(int n, double[] a) {
        Svd svd = new Svd(new double[n * n], new double[n], new double[n * n]);
        require(LAPACKE_dgesdd(LAPACK_COL_MAJOR, (byte) 'S', n, n, a.clone(), n, svd.s, svd.u, n, svd.vt, n));
        return svd;
    }

    private static SymmetricEigen symmetricEigen(int n, double[] a) {
        SymmetricEigen eigen = new SymmetricEigen(new double[n], a.clone());
        require(LAPACKE_dsyevd(LAPACK_COL_MAJOR, (byte) 'V', (byte) 'L', n, eigen.vectors, n, eigen.values));
        return eigen;
    }

    private static Eigen eigen(int n, double[] a) {
        Eigen eigen = new Eigen(new double[n], new double[n], new double[n * n]);
        require(LAPACKE_dgeev(
                LAPACK_COL_MAJOR,
                (byte) 'N',
                (byte) 'V',
                n,
                a.clone(),
                n,
                eigen.real,
                eigen.imaginary,
                new double[1],
                1,
                eigen.vectors,
                n));
        return eigen;
    }

    private static void require(int info) {
        if (info != 0) {
            throw new ArithmeticException("LAPACK failed: " + info);
        }
    }
}
