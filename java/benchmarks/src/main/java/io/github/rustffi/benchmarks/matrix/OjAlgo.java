package io.github.rustffi.benchmarks.matrix;

import java.util.Optional;
import org.ojalgo.matrix.decomposition.Cholesky;
import org.ojalgo.matrix.decomposition.Eigenvalue;
import org.ojalgo.matrix.decomposition.LU;
import org.ojalgo.matrix.decomposition.MatrixDecomposition;
import org.ojalgo.matrix.decomposition.QR;
import org.ojalgo.matrix.decomposition.SingularValue;
import org.ojalgo.matrix.store.MatrixStore;
import org.ojalgo.matrix.store.R064Store;

/** ojAlgo, which uses its threads as it sees fit. */
final class OjAlgo implements LinearAlgebra {
    @Override
    public Task<?> task(Work work, Problem p) {
        int n = p.columns();
        R064Store a = R064Store.wrap(ColumnMajor.ofRowMajor(p.rows(), n, p.a()), p.rows());
        R064Store b = work == Work.TIMES
                ? R064Store.wrap(ColumnMajor.ofRowMajor(p.rows(), n, p.b()), p.rows())
                : R064Store.wrap(p.b());
        return switch (work) {
            case TIMES -> new Task<>(() -> a.multiply(b), c -> new double[][] {rows(c, n)});
            case SOLVE ->
                new Task<>(() -> decomposed(LU.R064.make(a), a).getSolution(b), x -> new double[][] {x.toRawCopy1D()});
            case INVERSE, DETERMINANT -> throw new UnsupportedOperationException(work.name());
            case LU ->
                new Task<>(() -> decomposed(LU.R064.make(a), a), lu ->
                        new double[][] {lu.getSolution(b).toRawCopy1D()});
            case CHOLESKY ->
                new Task<>(() -> decomposed(Cholesky.R064.make(a), a), cholesky ->
                        new double[][] {rows(cholesky.getL(), n)});
            case LEAST_SQUARES ->
                new Task<>(() -> decomposed(QR.R064.make(a), a).getSolution(b), x -> new double[][] {x.toRawCopy1D()});
            case SVD -> new Task<>(() -> svd(a), svd -> new double[][] {rows(svd.u, n), svd.values, rows(svd.v, n)});
            case SYMMETRIC_EIGEN ->
                new Task<>(() -> eigen(a, true), eigen -> new double[][] {eigen.real, rows(eigen.vectors, n)});
            case EIGEN -> new Task<>(() -> eigen(a, false), eigen -> new double[][] {eigen.real, eigen.imaginary});
        };
    }

    private record Svd(MatrixStore<Double> u, double[] values, MatrixStore<Double> v) {}

    private record Eigen(double[] real, double[] imaginary, MatrixStore<Double> vectors) {}

    private static <D extends MatrixDecomposition<Double>> D decomposed(D algorithm, R064Store a) {
        if (!algorithm.decompose(a)) {
            throw new ArithmeticException("not decomposed");
        }
        return algorithm;
    }

    private static Svd svd(R064Store a) {
        SingularValue<Double> svd = decomposed(SingularValue.R064.make(a), a);
        return new Svd(svd.getU(), svd.getSingularValues().toRawCopy1D(), svd.getV());
    }

    private static Eigen eigen(R064Store a, boolean symmetric) {
        Eigenvalue<Double> eigen = decomposed(Eigenvalue.R064.make(a, symmetric), a);
        double[] real = new double[a.getRowDim()];
        double[] imaginary = new double[a.getRowDim()];
        eigen.getEigenvalues(real, Optional.of(imaginary));
        return new Eigen(real, imaginary, eigen.getV());
    }

    private static double[] rows(MatrixStore<Double> a, int n) {
        double[] rows = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                rows[i * n + j] = a.doubleValue(i, j);
            }
        }
        return rows;
    }
}
