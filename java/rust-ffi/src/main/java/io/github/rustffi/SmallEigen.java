package io.github.rustffi;

/**
 * Eigenvalues of small symmetric matrices in Java, which takes less time than to call Rust, by the method of Jacobi
 * (1846), plane rotations that make one entry after the other zero, or by {@link SmallTridiagonal}.
 *
 * <p>What {@link SmallMatrix} says of shapes, bounds and what is left to Rust holds here too.
 */
final class SmallEigen {
    private static final int MOST = 8;

    /** Up to this order, the method takes less time than {@link SmallTridiagonal}. */
    private static final int FEW = 4;

    /** Three or four sweeps are the rule. */
    private static final int SWEEPS = 30;

    /** Of the sum of magnitudes, what an entry off the diagonal may be left with. */
    private static final double NEGLIGIBLE = 0x1p-63;

    private SmallEigen() {}

    /** Returns whether {@link #decompose} takes a matrix of this shape. */
    static boolean isSmall(int rows, int columns) {
        return rows <= MOST && SmallMatrix.isSquare(rows, columns);
    }

    /**
     * Writes the eigenvalues of the symmetric part of a matrix in ascending order, and the vectors, which are zeros
     * before, as columns. Returns false where that is left to Rust: what is in the arrays is then of no meaning.
     */
    static boolean decompose(int n, double[] matrix, double[] values, double[] vectors) {
        double[] a = new double[n * n];
        if (!SmallMatrix.copySymmetricPart(n, matrix, a)) {
            return false;
        }
        double magnitude = SmallMatrix.magnitude(a);
        if (!SmallMatrix.isInRange(magnitude)) {
            return false;
        }
        if (n > FEW) {
            return SmallTridiagonal.decompose(n, a, magnitude, values, vectors);
        }
        for (int i = 0; i < n; i++) {
            vectors[i * n + i] = 1;
        }
        double negligible = NEGLIGIBLE * magnitude;
        int sweeps = 0;
        while (sweep(n, a, vectors, negligible)) {
            if (++sweeps > SWEEPS) {
                return false;
            }
        }
        for (int i = 0; i < n; i++) {
            values[i] = a[i * n + i];
        }
        sort(n, values, vectors);
        return true;
    }

    /** Writes the eigenvalues alone. */
    static boolean values(int n, double[] matrix, double[] values) {
        return decompose(n, matrix, values, new double[n > FEW ? 0 : n * n]);
    }

    /** Rotates each plane once, unless its entry is negligible, and returns whether one has been rotated. */
    private static boolean sweep(int n, double[] a, double[] vectors, double negligible) {
        boolean isRotated = false;
        for (int i = 0; i < n - 1; i++) {
            for (int j = i + 1; j < n; j++) {
                double entry = a[j * n + i];
                if (Math.abs(entry) > negligible) {
                    isRotated = true;
                    rotate(n, a, i, j, entry, vectors);
                }
            }
        }
        return isRotated;
    }

    /** Makes the entry in row j and column i zero, in the triangle below the diagonal, which is all that is used. */
    private static void rotate(int n, double[] a, int i, int j, double entry, double[] vectors) {
        double tangent = tangent((a[j * n + j] - a[i * n + i]) / (2 * entry));
        double cosine = 1 / Math.sqrt(1 + tangent * tangent);
        double sine = cosine * tangent;
        a[i * n + i] -= tangent * entry;
        a[j * n + j] += tangent * entry;
        a[j * n + i] = 0;
        for (int k = 0; k < n; k++) {
            if (k != i && k != j) {
                int first = k < i ? i * n + k : k * n + i;
                int second = k < j ? j * n + k : k * n + j;
                double x = a[first];
                double y = a[second];
                a[first] = cosine * x - sine * y;
                a[second] = sine * x + cosine * y;
            }
            double x = vectors[k * n + i];
            double y = vectors[k * n + j];
            vectors[k * n + i] = cosine * x - sine * y;
            vectors[k * n + j] = sine * x + cosine * y;
        }
    }

    /** Returns the tangent of the smaller of the two angles whose double has this cotangent. */
    static double tangent(double cotangent) {
        double magnitude = Math.abs(cotangent);
        // From 2^30 on the root is the magnitude itself, whose square may be too large.
        double root = magnitude < 0x1p30 ? Math.sqrt(1 + magnitude * magnitude) : magnitude;
        return Math.copySign(1 / (magnitude + root), cotangent);
    }

    private static void sort(int n, double[] values, double[] vectors) {
        for (int i = 0; i < n - 1; i++) {
            int least = i;
            for (int j = i + 1; j < n; j++) {
                if (values[j] < values[least]) {
                    least = j;
                }
            }
            if (least != i) {
                double value = values[i];
                values[i] = values[least];
                values[least] = value;
                for (int k = 0; k < n * n; k += n) {
                    double x = vectors[k + i];
                    vectors[k + i] = vectors[k + least];
                    vectors[k + least] = x;
                }
            }
        }
    }
}
