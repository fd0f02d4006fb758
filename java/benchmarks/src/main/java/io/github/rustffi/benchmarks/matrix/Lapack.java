package io.github.rustffi.benchmarks.matrix;

import java.util.Arrays;

/** A library that has BLAS and LAPACK, column-major. LAPACK overwrites its input, so every call begins with a copy. */
abstract class Lapack implements LinearAlgebra {
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
            case INVERSE, DETERMINANT -> throw new UnsupportedOperationException(work.name());
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

    record Lu(double[] factors, int[] pivots) {}

    record Svd(double[] u, double[] s, double[] vt) {}

    record SymmetricEigen(double[] values, double[] vectors) {}

    record Eigen(double[] real, double[] imaginary, double[] vectors) {}

    abstract double[] times(int n, double[] a, double[] b);

    abstract double[] solve(int n, double[] a, double[] b);

    abstract Lu lu(int n, double[] a);

    abstract double[] solve(int n, Lu lu, double[] b);

    abstract double[] cholesky(int n, double[] a);

    abstract double[] leastSquares(int m, int n, double[] a, double[] b);

    abstract Svd svd(int n, double[] a);

    abstract SymmetricEigen symmetricEigen(int n, double[] a);

    abstract Eigen eigen(int n, double[] a);

    static void require(int info) {
        if (info != 0) {
            throw new ArithmeticException("LAPACK failed: " + info);
        }
    }
}
