package io.github.rustffi.benchmarks.matrix;

import Jama.EigenvalueDecomposition;
import Jama.Matrix;
import Jama.SingularValueDecomposition;

/** JAMA, which many have copied for matrices of a few rows: what it has of eigenvalues and singular values. */
final class Jama implements LinearAlgebra {
    @Override
    public Task<?> task(Work work, Problem p) {
        Matrix a = new Matrix(Rows.of(p, p.a()));
        return switch (work) {
            case SVD ->
                new Task<>(() -> new SingularValueDecomposition(a), svd -> new double[][] {
                    svd.getU().getRowPackedCopy(),
                    svd.getSingularValues(),
                    svd.getV().getRowPackedCopy()
                });
            case SYMMETRIC_EIGEN ->
                new Task<>(() -> new EigenvalueDecomposition(a), eigen ->
                        new double[][] {eigen.getRealEigenvalues(), eigen.getV().getRowPackedCopy()});
            case EIGEN ->
                new Task<>(() -> new EigenvalueDecomposition(a), eigen ->
                        new double[][] {eigen.getRealEigenvalues(), eigen.getImagEigenvalues()});
            default -> throw new UnsupportedOperationException(work.name());
        };
    }
}
