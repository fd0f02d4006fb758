package io.github.rustffi.benchmarks.matrix;

import org.hipparchus.complex.Complex;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.BlockRealMatrix;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.EigenDecompositionNonSymmetric;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.QRDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.hipparchus.linear.SingularValueDecomposition;

/** Hipparchus: its blocked matrices for products, plain ones for the decompositions, which copy them row by row. */
final class Hipparchus implements LinearAlgebra {
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
                new Task<>(() -> new EigenDecompositionSymmetric(a), eigen -> new double[][] {
                    eigen.getEigenvalues(), Rows.flat(eigen.getV().getData())
                });
            case EIGEN ->
                new Task<>(() -> new EigenDecompositionNonSymmetric(a), eigen -> values(eigen.getEigenvalues()));
        };
    }

    private static double[][] values(Complex[] values) {
        double[][] parts = new double[2][values.length];
        for (int i = 0; i < values.length; i++) {
            parts[0][i] = values[i].getReal();
            parts[1][i] = values[i].getImaginary();
        }
        return parts;
    }
}
