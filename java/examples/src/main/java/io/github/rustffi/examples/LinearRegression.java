package io.github.rustffi.examples;

import io.github.rustffi.Matrix;
import io.github.rustffi.Qr;
import io.github.rustffi.Vectors;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Fits polynomials to noisy points by least squares, chooses the degree by cross-validation, and says how sure it is of
 * each coefficient.
 */
public final class LinearRegression {
    private static final int FOLDS = 5;

    private LinearRegression() {}

    /**
     * Runs the example.
     *
     * @param args nothing
     */
    public static void main(String[] args) {
        Random random = new Random(1);
        int n = 60;
        double[] t = Matrix.random(1, n, random).times(4).minus(2).row(0);
        Matrix exact = powers(t, 2).times(Matrix.ofColumn(1, -2, 0.5));
        double[] y = exact.plus(Matrix.gaussian(n, 1, random).times(0.3)).column(0);

        double[] errors = IntStream.rangeClosed(0, 6)
                .mapToDouble(degree -> crossValidation(powers(t, degree), y))
                .toArray();
        int degree = Vectors.argmin(errors);
        for (int i = 0; i < errors.length; i++) {
            System.out.printf("degree %d: mean squared error %.4f%s%n", i, errors[i], i == degree ? ", the least" : "");
        }

        Matrix a = powers(t, degree);
        Qr qr = a.qr();
        double[] x = qr.solve(y);
        double[] residual = Vectors.minus(y, a.times(x));
        double variance = Vectors.dot(residual, residual) / (a.rows() - a.columns());
        // The inverse of R has the rows whose squares sum to the diagonal of the inverse of A'A.
        Matrix inverse = qr.solveR(Matrix.identity(a.columns()));
        double[] deviations = Matrix.ofRow(inverse.elementTimes(inverse).rowSums())
                .times(variance)
                .map(Math::sqrt)
                .row(0);
        System.out.printf("condition number %.1f%n", a.conditionNumber());
        for (int j = 0; j < x.length; j++) {
            System.out.printf("t^%d: %7.4f +- %.4f%n", j, x[j], deviations[j]);
        }
    }

    /** Returns the matrix of the powers of t: the constant first. */
    private static Matrix powers(double[] t, int degree) {
        return Matrix.generate(t.length, degree + 1, (i, j) -> Math.pow(t[i], j));
    }

    /** Returns the mean squared error in points that were left out of the fit, each of them once. */
    private static double crossValidation(Matrix a, double[] y) {
        Matrix right = Matrix.ofColumn(y);
        double sum = 0;
        for (int fold = 0; fold < FOLDS; fold++) {
            int left = fold;
            int[] test =
                    IntStream.range(0, y.length).filter(i -> i % FOLDS == left).toArray();
            int[] training =
                    IntStream.range(0, y.length).filter(i -> i % FOLDS != left).toArray();
            Matrix x = a.selectRows(training).leastSquares(right.selectRows(training));
            Matrix error = a.selectRows(test).times(x).minus(right.selectRows(test));
            sum += error.elementTimes(error).sum();
        }
        return sum / y.length;
    }
}
