package io.github.rustffi.benchmarks.matrix;

import java.util.function.Supplier;
import org.ejml.data.Complex_F64;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;
import org.ejml.interfaces.decomposition.DecompositionInterface;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.ejml.interfaces.linsol.LinearSolverDense;

/** EJML in one thread, with what its factories choose for the size. */
final class Ejml implements LinearAlgebra {
    @Override
    public Task<?> task(Work work, Problem p) {
        DMatrixRMaj a = matrix(p.rows(), p.columns(), p.a());
        int n = p.columns();
        return switch (work) {
            case TIMES -> {
                DMatrixRMaj b = matrix(p.rows(), p.columns(), p.b());
                yield new Task<>(() -> CommonOps_DDRM.mult(a, b, null), c -> new double[][] {c.data});
            }
            case SOLVE -> solution(() -> LinearSolverFactory_DDRM.linear(n), a, p.b());
            case INVERSE ->
                new Task<>(
                        () -> {
                            DMatrixRMaj inverse = new DMatrixRMaj(n, n);
                            if (!CommonOps_DDRM.invert(a, inverse)) {
                                throw new ArithmeticException("not inverted");
                            }
                            return inverse;
                        },
                        inverse -> new double[][] {inverse.data});
            case DETERMINANT -> new Task<>(() -> CommonOps_DDRM.det(a), det -> new double[][] {{det}});
            case LU ->
                new Task<>(() -> factored(LinearSolverFactory_DDRM.linear(n), a), lu ->
                        new double[][] {solve(lu, p.b(), n).data});
            case CHOLESKY -> cholesky(() -> DecompositionFactory_DDRM.chol(n, true), a);
            case LEAST_SQUARES -> solution(() -> LinearSolverFactory_DDRM.leastSquares(p.rows(), n), a, p.b());
            case SVD -> svd(() -> DecompositionFactory_DDRM.svd(n, n, true, true, true), a);
            case SYMMETRIC_EIGEN -> symmetricEigen(() -> DecompositionFactory_DDRM.eig(n, true, true), a);
            case EIGEN -> eigen(() -> DecompositionFactory_DDRM.eig(n, true, false), a);
        };
    }

    static DMatrixRMaj matrix(int rows, int columns, double[] values) {
        return DMatrixRMaj.wrap(rows, columns, values.clone());
    }

    static Task<?> solution(Supplier<LinearSolverDense<DMatrixRMaj>> solver, DMatrixRMaj a, double[] b) {
        return new Task<>(() -> solve(factored(solver.get(), a), b, a.numCols), x -> new double[][] {x.data});
    }

    static Task<?> cholesky(Supplier<CholeskyDecomposition_F64<DMatrixRMaj>> algorithm, DMatrixRMaj a) {
        return new Task<>(() -> decomposed(algorithm.get(), a), cholesky -> new double[][] {cholesky.getT(null).data});
    }

    static Task<?> svd(Supplier<SingularValueDecomposition_F64<DMatrixRMaj>> algorithm, DMatrixRMaj a) {
        return new Task<>(() -> decomposed(algorithm.get(), a), svd ->
                new double[][] {svd.getU(null, false).data, svd.getSingularValues(), svd.getV(null, false).data});
    }

    static Task<?> symmetricEigen(Supplier<EigenDecomposition_F64<DMatrixRMaj>> algorithm, DMatrixRMaj a) {
        return new Task<>(() -> decomposed(algorithm.get(), a), Ejml::pairs);
    }

    static Task<?> eigen(Supplier<EigenDecomposition_F64<DMatrixRMaj>> algorithm, DMatrixRMaj a) {
        return new Task<>(() -> decomposed(algorithm.get(), a), Ejml::values);
    }

    private static LinearSolverDense<DMatrixRMaj> factored(LinearSolverDense<DMatrixRMaj> solver, DMatrixRMaj a) {
        if (!solver.setA(solver.modifiesA() ? a.copy() : a)) {
            throw new ArithmeticException("not factored");
        }
        return solver;
    }

    private static DMatrixRMaj solve(LinearSolverDense<DMatrixRMaj> solver, double[] b, int n) {
        DMatrixRMaj x = new DMatrixRMaj(n, 1);
        solver.solve(DMatrixRMaj.wrap(b.length, 1, solver.modifiesB() ? b.clone() : b), x);
        return x;
    }

    private static <D extends DecompositionInterface<DMatrixRMaj>> D decomposed(D algorithm, DMatrixRMaj a) {
        if (!algorithm.decompose(algorithm.inputModified() ? a.copy() : a)) {
            throw new ArithmeticException("not decomposed");
        }
        return algorithm;
    }

    private static double[][] pairs(EigenDecomposition_F64<DMatrixRMaj> eigen) {
        int n = eigen.getNumberOfEigenvalues();
        double[] values = new double[n];
        double[] vectors = new double[n * n];
        for (int j = 0; j < n; j++) {
            values[j] = eigen.getEigenvalue(j).real;
            double[] vector = eigen.getEigenVector(j).data;
            for (int i = 0; i < n; i++) {
                vectors[i * n + j] = vector[i];
            }
        }
        return new double[][] {values, vectors};
    }

    private static double[][] values(EigenDecomposition_F64<DMatrixRMaj> eigen) {
        int n = eigen.getNumberOfEigenvalues();
        double[][] values = new double[2][n];
        for (int i = 0; i < n; i++) {
            Complex_F64 value = eigen.getEigenvalue(i);
            values[0][i] = value.real;
            values[1][i] = value.imaginary;
        }
        return values;
    }
}
