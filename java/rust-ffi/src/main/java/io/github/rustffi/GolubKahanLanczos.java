package io.github.rustffi;

import java.util.Arrays;

/**
 * The largest singular values of a matrix, by Lanczos bidiagonalization (Golub and Kahan, J. SIAM Numer. Anal. B 2,
 * 1965) with full orthogonalization and thick restarts (Baglama and Reichel, SIAM J. Sci. Comput. 27, 2005).
 */
final class GolubKahanLanczos extends FewValues {
    /**
     * What was found.
     *
     * @param svd the values and vectors
     * @param products the number of products with the matrix and with its transpose
     */
    record Found(Svd svd, int products) {}

    private static final double EPSILON = 0x1p-52;

    private final Matrix a;
    private final int least;
    private final Krylov left;
    private final Krylov right;
    private final int budget;
    private int products;
    private double[][] lefts = new double[0][];
    private double[][] rights = new double[0][];

    private GolubKahanLanczos(Matrix a) {
        this.a = a;
        this.least = Math.min(a.rows(), a.columns());
        this.left = new Krylov(a.rows());
        this.right = new Krylov(a.columns());
        // That many products take about the time of a whole decomposition.
        this.budget = least / 2;
    }

    /** Returns the k largest singular values. */
    static Found svd(Matrix a, int k) {
        int least = Math.min(a.rows(), a.columns());
        Lanczos.requireCount(k, least);
        Matrix own = a.own();
        double largest = Lanczos.largest(own);
        if (Lanczos.isSmall(least, k) || largest == 0.0) {
            return whole(own, k);
        }
        int exponent = Lanczos.excess(largest);
        GolubKahanLanczos lanczos = new GolubKahanLanczos(own.timesPowerOfTwo(-exponent));
        Svd svd = lanczos.find(k, least) ? lanczos.triples(k) : null;
        if (svd == null) {
            return whole(own, k);
        }
        double[] values = Lanczos.restored(svd.singularValues(), exponent, "singular value");
        return new Found(new Svd(svd.u(), values, svd.v()), lanczos.products);
    }

    private static Found whole(Matrix a, int k) {
        Svd all = a.svd();
        return new Found(
                new Svd(
                        all.u().submatrix(0, 0, a.rows(), k),
                        Arrays.copyOf(all.singularValues(), k),
                        all.v().submatrix(0, 0, a.columns(), k)),
                0);
    }

    @Override
    double key(double value) {
        return value;
    }

    @Override
    boolean run(int wanted, double enough) {
        int most = Math.min(least - found.length, 2 * wanted + 24);
        double[][] projected = new double[most][most];
        double scale = Arrays.stream(found).max().orElse(0.0);
        right.appendRandom();
        int kept = 0;
        while (true) {
            double rest = 0.0;
            for (int j = kept; j < most; j++) {
                if (products >= budget) {
                    return false;
                }
                products += 2;
                double[] u = a.times(right.vector(j));
                double[] coefficients = new double[j + 1];
                scale = Math.max(scale, Vectors.norm(u));
                projected[j][j] = left.append(u, left.orthogonalize(u, coefficients), scale);
                for (int i = 0; i < j; i++) {
                    projected[i][j] = coefficients[i];
                }
                double[] v = a.transposeTimes(left.vector(j));
                scale = Math.max(scale, Vectors.norm(v));
                rest = right.orthogonalize(v, new double[j + 1]);
                rest = right.size() + found.length < a.columns() ? right.append(v, rest, scale) : 0.0;
            }
            Svd ritz = Matrix.of(projected).svd();
            double[] values = ritz.singularValues();
            double[] residuals = ritz.u().row(most - 1);
            boolean isDone = true;
            for (int i = 0; i < wanted; i++) {
                isDone &= rest * Math.abs(residuals[i]) <= EPSILON * scale;
            }
            if (rest * Math.abs(residuals[0]) <= 0.01 * (enough - values[0])) {
                left.keep(0);
                right.keep(0);
                return true;
            }
            kept = isDone ? wanted : wanted + (most - wanted) * 2 / 5;
            double[][] u = left.combine(ritz.u().submatrix(0, 0, most, kept));
            double[][] v = right.combine(ritz.v().submatrix(0, 0, most, kept));
            if (isDone) {
                take(Arrays.copyOf(values, wanted), u, v);
                return true;
            }
            double[] next = right.vector(most);
            left.replace(u);
            right.replace(v);
            right.add(next);
            for (double[] row : projected) {
                Arrays.fill(row, 0.0);
            }
            for (int i = 0; i < kept; i++) {
                projected[i][i] = values[i];
            }
        }
    }

    /** Adds to what is found. */
    private void take(double[] values, double[][] u, double[][] v) {
        left.replace(u);
        left.keep(u.length);
        right.replace(v);
        right.keep(v.length);
        int before = found.length;
        found = Arrays.copyOf(found, before + values.length);
        lefts = Arrays.copyOf(lefts, before + values.length);
        rights = Arrays.copyOf(rights, before + values.length);
        System.arraycopy(values, 0, found, before, values.length);
        System.arraycopy(u, 0, lefts, before, values.length);
        System.arraycopy(v, 0, rights, before, values.length);
    }

    /** Returns the k largest that are found; null if they are not singular values. */
    private Svd triples(int k) {
        Integer[] order = order();
        double norm = Math.max(a.norm1(), a.normInf());
        double[] values = new double[k];
        double[][] u = new double[k][];
        double[][] v = new double[k][];
        for (int i = 0; i < k; i++) {
            values[i] = found[order[i]];
            u[i] = lefts[order[i]];
            v[i] = rights[order[i]];
            double[] product = a.times(v[i]);
            Krylov.subtract(product, values[i], u[i]);
            double[] transposed = a.transposeTimes(u[i]);
            Krylov.subtract(transposed, values[i], v[i]);
            if (!(Math.max(Vectors.norm(product), Vectors.norm(transposed)) <= 16 * EPSILON * norm)) {
                return null;
            }
        }
        return new Svd(columns(u, a.rows()), values, columns(v, a.columns()));
    }

    private static Matrix columns(double[][] vectors, int n) {
        return vectors.length == 0 ? Matrix.zeros(n, 0) : Matrix.of(vectors).transpose();
    }
}
