package io.github.rustffi.benchmarks.matrix;

import org.jblas.ComplexDoubleMatrix;
import org.jblas.Decompose;
import org.jblas.DoubleMatrix;
import org.jblas.Eigen;
import org.jblas.Singular;
import org.jblas.Solve;

/** jblas. Its only least squares are by the singular values, not by QR. */
final class Jblas implements LinearAlgebra {
    @Override
    public Task<?> task(Work work, Problem p) {
        DoubleMatrix a = matrix(p.rows(), p.columns(), p.a());
        DoubleMatrix b = work == Work.TIMES ? matrix(p.rows(), p.columns(), p.b()) : new DoubleMatrix(p.b());
        return switch (work) {
            case TIMES -> new Task<>(() -> a.mmul(b), c -> new double[][] {rows(c)});
            case SOLVE -> new Task<>(() -> Solve.solve(a, b), x -> new double[][] {x.data});
            case INVERSE, DETERMINANT -> throw new UnsupportedOperationException(work.name());
            case LU ->
                new Task<>(() -> Decompose.lu(a), lu ->
                        new double[][] {Solve.solve(lu.p.mmul(lu.l).mmul(lu.u), b).data});
            // The upper factor, whose columns are the lower one's rows.
            case CHOLESKY -> new Task<>(() -> Decompose.cholesky(a), r -> new double[][] {r.data});
            case LEAST_SQUARES -> new Task<>(() -> Solve.solveLeastSquares(a, b), x -> new double[][] {x.data});
            case SVD ->
                new Task<>(() -> Singular.fullSVD(a), usv -> new double[][] {rows(usv[0]), usv[1].data, rows(usv[2])});
            case SYMMETRIC_EIGEN ->
                new Task<>(() -> Eigen.symmetricEigenvectors(a), vd -> new double[][] {vd[1].diag().data, rows(vd[0])});
            case EIGEN -> new Task<>(() -> Eigen.eigenvectors(a), vd -> values(vd[1].diag()));
        };
    }

    private static DoubleMatrix matrix(int rows, int columns, double[] values) {
        return new DoubleMatrix(rows, columns, ColumnMajor.ofRowMajor(rows, columns, values));
    }

    private static double[] rows(DoubleMatrix a) {
        return ColumnMajor.toRowMajor(a.rows, a.data);
    }

    private static double[][] values(ComplexDoubleMatrix values) {
        return new double[][] {values.real().data, values.imag().data};
    }
}
