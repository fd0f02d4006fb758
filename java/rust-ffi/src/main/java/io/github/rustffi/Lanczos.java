package io.github.rustffi;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A few eigenvalues of a symmetric matrix, by the Lanczos method with full orthogonalization and thick restarts (Wu and
 * Simon, SIAM J. Matrix Anal. Appl. 22, 2000).
 *
 * <p>A Krylov space has one vector of each eigenvalue, however many there are. After those that are asked for, the next
 * one is therefore sought orthogonally to all that are found, until it comes after them. What is returned was
 * multiplied with the matrix and looked at; a matrix for which this takes too long is decomposed wholly.
 */
final class Lanczos extends FewValues {
    /** Which eigenvalues. No enum: an initializer that failed at the end of the stack would not be tried again. */
    static final class Part {
        /** The largest. */
        static final int LARGEST = 0;

        /** The smallest, the most negative ones first. */
        static final int SMALLEST = 1;

        /** Those nearest to a number. */
        static final int NEAREST = 2;

        private Part() {}
    }

    /**
     * What was found.
     *
     * @param eigen the values and vectors
     * @param products the number of products with the matrix, or of solves where the nearest are sought
     */
    record Found(SymmetricEigen eigen, int products) {}

    private static final double EPSILON = 0x1p-52;
    /** Below that all eigenvalues take no longer. */
    private static final int SMALL = 128;

    private final int n;
    private final int part;
    private final UnaryOperator<double[]> operator;
    private final Krylov space;
    private final int budget;
    private int products;
    private double[][] foundVectors = new double[0][];

    private Lanczos(int n, int part, UnaryOperator<double[]> operator) {
        this.n = n;
        this.part = part;
        this.operator = operator;
        this.space = new Krylov(n);
        // That many products take about the time of a whole decomposition.
        this.budget = n / 4;
    }

    /** Returns k eigenvalues of a square matrix. */
    static Found eigen(Matrix a, int k, int part, double sigma) {
        a.requireSquare();
        requireCount(k, a.rows());
        if (part == Part.NEAREST && !Double.isFinite(sigma)) {
            throw new IllegalArgumentException("sigma must be finite, but is " + sigma);
        }
        Matrix own = a.own();
        double largest = largest(own);
        boolean isSymmetric = own.isSymmetric();
        if (isSmall(a.rows(), k) || largest == 0.0 || !isSymmetric && !own.isSymmetric(Math.sqrt(EPSILON) * largest)) {
            return whole(own, k, part, sigma);
        }
        int exponent = excess(largest);
        Matrix symmetric = isSymmetric ? own : own.symmetrized();
        Matrix scaled = symmetric.timesPowerOfTwo(-exponent);
        double scaledSigma = Math.scalb(sigma, -exponent);
        double norm = scaled.norm1();
        if (part == Part.NEAREST && !(Math.abs(scaledSigma) <= 2 * norm)) {
            // All lie on the same side of it.
            return eigen(own, k, sigma > 0 ? Part.LARGEST : Part.SMALLEST, 0.0);
        }
        @Nullable SymmetricEigen eigen;
        int products;
        try (SymmetricProduct product = new SymmetricProduct()) {
            product.open(scaled);
            Lanczos lanczos = new Lanczos(
                    scaled.rows(), part, part == Part.NEAREST ? inverse(scaled, scaledSigma, norm) : product::times);
            eigen = lanczos.find(k, a.rows()) ? lanczos.pairs(product, k, norm) : null;
            products = lanczos.products;
        }
        if (eigen == null) {
            return whole(own, k, part, sigma);
        }
        double[] values = restored(eigen.values(), exponent, "eigenvalue");
        return new Found(new SymmetricEigen(values, eigen.vectors()), products);
    }

    /** Returns whether so many of n are as quickly found among all. */
    static boolean isSmall(int n, int k) {
        return n < SMALL || k > n / 8;
    }

    static void requireCount(int k, int n) {
        if (k < 0 || k > n) {
            throw new IllegalArgumentException("k must be from 0 to " + n + ", but is " + k);
        }
    }

    /** Returns the largest magnitude of a matrix whose values are finite. */
    static double largest(Matrix a) {
        double largest = a.maxAbs();
        if (!Double.isFinite(largest)) {
            a.requireFinite();
        }
        return largest;
    }

    /** Returns the power of two that a matrix has to be divided by to keep products in range; 0 if none. */
    static int excess(double largest) {
        int exponent = Math.getExponent(largest);
        return Math.abs(exponent) > 400 ? exponent : 0;
    }

    /** Returns values times the power of two that their matrix has been divided by. */
    static double[] restored(double[] values, int exponent, String quantity) {
        return Matrix.ofRow(values)
                .timesPowerOfTwo(exponent)
                .requireInRange(quantity)
                .values();
    }

    /** Returns k of all eigenvalues. */
    private static Found whole(Matrix a, int k, int part, double sigma) {
        SymmetricEigen all = a.symmetricEigen();
        double[] values = all.values();
        int[] chosen = IntStream.range(0, values.length)
                .boxed()
                .sorted(
                        switch (part) {
                            case Part.LARGEST -> Comparator.<Integer>reverseOrder();
                            case Part.SMALLEST -> Comparator.<Integer>naturalOrder();
                            default -> Comparator.comparingDouble((Integer i) -> Math.abs(values[i] - sigma));
                        })
                .limit(k)
                .sorted()
                .mapToInt(Integer::intValue)
                .toArray();
        double[] some = Arrays.stream(chosen).mapToDouble(i -> values[i]).toArray();
        return new Found(new SymmetricEigen(some, all.vectors().selectColumns(chosen)), 0);
    }

    /** Returns what solves with a matrix minus sigma. */
    private static UnaryOperator<double[]> inverse(Matrix a, double sigma, double norm) {
        for (double shift = sigma; ; shift += 4 * EPSILON * norm) {
            double[] values = a.toArray();
            for (int i = 0; i < a.rows(); i++) {
                values[i * a.columns() + i] -= shift;
            }
            Ldl ldl = new Matrix(a.rows(), a.columns(), values).ldl();
            // With a smaller one, a solution might be too large for a double.
            if (ldl.leastMagnitude() > 0x1p-200 * norm) {
                return ldl::solve;
            }
        }
    }

    @Override
    double key(double value) {
        return switch (part) {
            case Part.LARGEST -> value;
            case Part.SMALLEST -> -value;
            default -> Math.abs(value);
        };
    }

    @Override
    boolean run(int wanted, double enough) {
        int most = Math.min(n - found.length, 2 * wanted + 24);
        double[][] projected = new double[most][most];
        double scale = Arrays.stream(found).map(Math::abs).max().orElse(0.0);
        space.appendRandom();
        int kept = 0;
        while (true) {
            double rest = 0.0;
            for (int j = kept; j < most; j++) {
                if (products++ == budget) {
                    return false;
                }
                double[] w = operator.apply(space.vector(j));
                double[] coefficients = new double[j + 1];
                double length = Vectors.norm(w);
                scale = Math.max(scale, length);
                rest = space.orthogonalize(w, coefficients);
                for (int i = 0; i <= j; i++) {
                    projected[i][j] = coefficients[i];
                    projected[j][i] = coefficients[i];
                }
                if (space.size() + found.length < n) {
                    rest = space.append(w, rest, scale);
                } else {
                    rest = 0.0;
                }
            }
            SymmetricEigen ritz = Matrix.of(projected).symmetricEigen();
            double[] values = ritz.values();
            int[] order = IntStream.range(0, most)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -key(values[i])))
                    .mapToInt(Integer::intValue)
                    .toArray();
            double[] residuals = ritz.vectors().selectRows(most - 1).toArray();
            boolean isDone = true;
            for (int i = 0; i < wanted; i++) {
                double tolerance = EPSILON * (part == Part.NEAREST ? Math.abs(values[order[i]]) : scale);
                isDone &= rest * Math.abs(residuals[order[i]]) <= tolerance;
            }
            double first = key(values[order[0]]);
            double firstResidual = rest * Math.abs(residuals[order[0]]);
            if (firstResidual <= 0.01 * (enough - first)) {
                space.keep(0);
                return true;
            }
            if (isDone) {
                double[][] vectors = space.combine(ritz.vectors().selectColumns(Arrays.copyOf(order, wanted)));
                take(Arrays.stream(order, 0, wanted).mapToDouble(i -> values[i]).toArray(), vectors);
                return true;
            }
            kept = wanted + (most - wanted) * 2 / 5;
            int[] chosen = Arrays.copyOf(order, kept);
            double[][] vectors = Arrays.copyOf(space.combine(ritz.vectors().selectColumns(chosen)), kept + 1);
            vectors[kept] = space.vector(most);
            space.replace(vectors);
            for (double[] row : projected) {
                Arrays.fill(row, 0.0);
            }
            for (int i = 0; i < kept; i++) {
                projected[i][i] = values[chosen[i]];
            }
        }
    }

    /** Adds to what is found. */
    private void take(double[] values, double[][] vectors) {
        space.replace(vectors);
        space.keep(vectors.length);
        int before = found.length;
        found = Arrays.copyOf(found, before + values.length);
        foundVectors = Arrays.copyOf(foundVectors, before + values.length);
        System.arraycopy(values, 0, found, before, values.length);
        System.arraycopy(vectors, 0, foundVectors, before, values.length);
    }

    /** Returns the first k that are found, as eigenvalues of a matrix; null if they are not. */
    private @Nullable SymmetricEigen pairs(SymmetricProduct a, int k, double norm) {
        Integer[] order = order();
        double[] values = new double[k];
        double[][] vectors = new double[k][];
        for (int i = 0; i < k; i++) {
            double[] x = foundVectors[order[i]];
            double[] product = a.times(x);
            values[i] = Vectors.dot(x, product);
            Krylov.subtract(product, values[i], x);
            if (!(Vectors.norm(product) <= 16 * EPSILON * norm)) {
                return null;
            }
            vectors[i] = x;
        }
        int[] ascending = IntStream.range(0, k)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> values[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[][] rows = Arrays.stream(ascending).mapToObj(i -> vectors[i]).toArray(double[][]::new);
        Matrix columns = k == 0 ? Matrix.zeros(n, 0) : Matrix.of(rows).transpose();
        return new SymmetricEigen(
                Arrays.stream(ascending).mapToDouble(i -> values[i]).toArray(), columns);
    }
}
