package io.github.rustffi.benchmarks.matrix;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_MT_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_MT_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_MT_DDRM;

/** EJML in as many threads as the machine has cores. It has no LU of that kind. */
final class EjmlParallel implements LinearAlgebra {
    @Override
    public Task<?> task(Work work, Problem p) {
        DMatrixRMaj a = Ejml.matrix(p.rows(), p.columns(), p.a());
        int n = p.columns();
        return switch (work) {
            case TIMES -> {
                DMatrixRMaj b = Ejml.matrix(p.rows(), p.columns(), p.b());
                yield new Task<>(() -> CommonOps_MT_DDRM.mult(a, b, null), c -> new double[][] {c.data});
            }
            case SOLVE, INVERSE, DETERMINANT, LU -> throw new UnsupportedOperationException(work.name());
            case CHOLESKY -> Ejml.cholesky(() -> DecompositionFactory_MT_DDRM.chol(n, true), a);
            case LEAST_SQUARES -> Ejml.solution(() -> LinearSolverFactory_MT_DDRM.leastSquares(p.rows(), n), a, p.b());
            case SVD -> Ejml.svd(() -> DecompositionFactory_MT_DDRM.svd(n, n, true, true, true), a);
            case SYMMETRIC_EIGEN -> Ejml.symmetricEigen(() -> DecompositionFactory_MT_DDRM.eig(n, true, true), a);
            case EIGEN -> Ejml.eigen(() -> DecompositionFactory_MT_DDRM.eig(n, true, false), a);
        };
    }
}
