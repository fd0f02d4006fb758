package io.github.rustffi.benchmarks.matrix;

import io.github.rustffi.Eigen;
import io.github.rustffi.Matrix;
import io.github.rustffi.Svd;
import io.github.rustffi.SymmetricEigen;

/** This library. */
final class RustFfi implements LinearAlgebra {
    @Override
    public Task<?> task(Work work, Problem p) {
        Matrix a = Matrix.of(p.rows(), p.columns(), p.a());
        return switch (work) {
            case TIMES -> {
                Matrix b = Matrix.of(p.rows(), p.columns(), p.b());
                yield new Task<>(() -> a.times(b), c -> new double[][] {c.toArray()});
            }
            case SOLVE -> new Task<>(() -> a.solve(p.b()), x -> new double[][] {x});
            case INVERSE -> new Task<>(a::inverse, inverse -> new double[][] {inverse.toArray()});
            case DETERMINANT -> new Task<>(a::determinant, determinant -> new double[][] {{determinant}});
            case LU -> new Task<>(a::lu, lu -> new double[][] {lu.solve(p.b())});
            case CHOLESKY ->
                new Task<>(a::cholesky, cholesky -> new double[][] {cholesky.l().toArray()});
            case LEAST_SQUARES -> new Task<>(() -> a.leastSquares(p.b()), x -> new double[][] {x});
            case SVD -> new Task<>(a::svd, RustFfi::read);
            case SYMMETRIC_EIGEN -> new Task<>(a::symmetricEigen, RustFfi::read);
            case EIGEN -> new Task<>(a::eigen, RustFfi::read);
        };
    }

    private static double[][] read(Svd svd) {
        return new double[][] {svd.u().toArray(), svd.singularValues(), svd.v().toArray()};
    }

    private static double[][] read(SymmetricEigen eigen) {
        return new double[][] {eigen.values(), eigen.vectors().toArray()};
    }

    private static double[][] read(Eigen eigen) {
        return new double[][] {eigen.realValues(), eigen.imaginaryValues()};
    }
}
