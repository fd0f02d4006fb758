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
            BlockRealMatrix a = new BlockRealMatrix(rows(p, p.a()));
            BlockRealMatrix b = new BlockRealMatrix(rows(p, p.b()));
            return new Task<>(() -> a.multiply(b), c -> new double[][] {flat(c)});
        }
        RealMatrix a = new Array2DRowRealMatrix(rows(p, p.a()), false);
        RealVector b = new ArrayRealVector(p.b());
        return switch (work) {
            case TIMES -> throw new AssertionError();
            case SOLVE ->
                new Task<>(() -> new LUDecomposition(a).getSolver().solve(b), x -> new double[][] {x.toArray()});
            case LU ->
                new Task<>(() -> new LUDecomposition(a), lu ->
                        new double[][] {lu.getSolver().solve(b).toArray()});
            case CHOLESKY ->
                new Task<>(() -> new CholeskyDecomposition(a), cholesky -> new double[][] {flat(cholesky.getL())});
            case LEAST_SQUARES ->
                new Task<>(() -> new QRDecomposition(a).getSolver().solve(b), x -> new double[][] {x.toArray()});
            case SVD ->
                new Task<>(() -> new SingularValueDecomposition(a), svd ->
                        new double[][] {flat(svd.getU()), svd.getSingularValues(), flat(svd.getV())});
            case SYMMETRIC_EIGEN ->
                new Task<>(() -> new EigenDecomposition(a), eigen ->
                        new double[][] {eigen.getRealEigenvalues(), flat(eigen.getV())});
            case EIGEN ->
                new Task<>(() -> new EigenDecomposition(a), eigen ->
                        new double[][] {eigen.getRealEigenvalues(), eigen.getImagEigenvalues()});
        };
    }

    private static double[][] rows(Problem p, double[] values) {
        double[][] rows = new double[p.rows()][p.columns()];
        for (int i = 0; i < p.rows(); i++) {
            System.arraycopy(values, i * p.columns(), rows[i], 0, p.columns());
        }
        return rows;
    }

    private static double[] flat(RealMatrix a) {
        int columns = a.getColumnDimension();
        double[] flat = new double[a.getRowDimension() * columns];
        for (int i = 0; i < a.getRowDimension(); i++) {
            System.arraycopy(a.getRow(i), 0, flat, i * columns, columns);
        }
        return flat;
    }
}
