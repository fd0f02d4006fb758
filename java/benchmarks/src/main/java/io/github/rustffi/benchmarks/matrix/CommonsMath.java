package io.github.rustffi.benchmarks.matrix;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.BlockRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/** Commons Math: its blocked matrices for products, plain ones for the decompositions, which copy them row by row. */
final class CommonsMath implements LinearAlgebra {
    @Override
    public Task<?> task(Work work, Problem p) {
        if (work == Work.TIMES) {
            BlockRealMatrix a = new BlockRealMatrix(Rows.of(p, p.a()));
            BlockRealMatrix b = new BlockRealMatrix(Rows.of(p, p.b()));
            return new Task<>(() -> a.multiply(b), c -> new double[][] {Rows.flat(c.getData())});
        }
        RealMatrix a = new Array2DRowRealMatrix(Rows.of(p, p.a()), false);
        RealVector b = new ArrayRealVector(p.b());
        return switch (work) {
            case TIMES -> throw new AssertionError();
            case INVERSE, DETERMINANT -> throw new UnsupportedOperationException(work.name());
            case SOLVE ->
                new Task<>(() -> new LUDecomposition(a).getSolver().solve(b), x -> new double[][] {x.toArray()});
            case LU ->
                new Task<>(() -> new LUDecomposition(a), lu ->
                        new double[][] {lu.getSolver().solve(b).toArray()});
            case CHOLESKY ->
                new Task<>(() -> new CholeskyDecomposition(a), cholesky ->
                        new double[][] {Rows.flat(cholesky.getL().getData())});
            case LEAST_SQUARES ->
                new Task<>(() -> new QRDecomposition(a).getSolver().solve(b), x -> new double[][] {x.toArray()});
            case SVD ->
                new Task<>(() -> new SingularValueDecomposition(a), svd -> new double[][] {
                    Rows.flat(svd.getU().getData()),
                    svd.getSingularValues(),
                    Rows.flat(svd.getV().getData())
                });
            case SYMMETRIC_EIGEN ->
                new Task<>(() -> new EigenDecomposition(a), eigen -> new double[][] {
                    eigen.getRealEigenvalues(), Rows.flat(eigen.getV().getData())
                });
            case EIGEN ->
                new Task<>(() -> new EigenDecomposition(a), eigen ->
                        new double[][] {eigen.getRealEigenvalues(), eigen.getImagEigenvalues()});
        };
    }
}
