package io.github.rustffi;

/**
 * The singular value decomposition of small matrices in Java, which takes less time than to call Rust, by the one-sided
 * method of Jacobi (Hestenes, 1958): plane rotations of the columns until all of them are orthogonal. The longest come
 * first (de Rijk, 1989), with which fewer sweeps are enough.
 *
 * <p>What {@link SmallMatrix} says of shapes, bounds and what is left to Rust holds here too.
 */
final class SmallSvd {
    /** Three to six sweeps are the rule. */
    private static final int SWEEPS = 40;

    /**
     * Squares of lengths from this one on have products that are in range, with a tolerance too. What is shorter is
     * left to Rust, zeros too.
     */
    private static final double LEAST_SQUARE = 0x1p-450;

    /** Vectors of this length one after another: the columns of the matrix, or its rows if there are fewer. */
    private final int length;

    private final double[] left;

    private final int count;

    /** Vectors of as many values as there are vectors. */
    private final double[] right;

    /** Squares of the lengths of the vectors on the left. */
    private final double[] squares;

    private SmallSvd(int rows, int columns, double[] a) {
        boolean isTall = rows >= columns;
        length = isTall ? rows : columns;
        count = isTall ? columns : rows;
        left = isTall ? transposed(columns, rows, a) : a.clone();
        right = new double[count * count];
        squares = new double[count];
        for (int j = 0; j < count; j++) {
            right[j * count + j] = 1;
            squares[j] = dot(j, j);
        }
    }

    /**
     * Writes the left singular vectors, the singular values in descending order, and the right singular vectors.
     * Returns false where that is left to Rust: what is in the arrays is then of no meaning.
     */
    static boolean decompose(int rows, int columns, double[] a, double[] u, double[] values, double[] v) {
        boolean isTall = rows >= columns;
        return new SmallSvd(rows, columns, a).decompose(isTall ? u : v, values, isTall ? v : u);
    }

    private boolean decompose(double[] tall, double[] values, double[] square) {
        if (!SmallMatrix.isInRange(SmallMatrix.magnitude(left))) {
            return false;
        }
        int sweeps = 0;
        while (sweep()) {
            if (++sweeps > SWEEPS) {
                return false;
            }
        }
        for (int j = 0; j < count; j++) {
            moveLongest(j);
            if (!(squares[j] >= LEAST_SQUARE)) {
                return false;
            }
            double value = Math.sqrt(squares[j]);
            values[j] = value;
            for (int k = 0; k < length; k++) {
                tall[k * count + j] = left[j * length + k] / value;
            }
            for (int k = 0; k < count; k++) {
                square[k * count + j] = right[j * count + k];
            }
        }
        return true;
    }

    /** Rotates each pair of vectors once, unless they are orthogonal, and returns whether one has been rotated. */
    private boolean sweep() {
        double tolerance = length * Math.ulp(1.0) * Math.ulp(1.0);
        boolean isRotated = false;
        for (int i = 0; i < count - 1; i++) {
            moveLongest(i);
            for (int j = i + 1; j < count; j++) {
                double product = dot(i, j);
                if (product * product > tolerance * squares[i] * squares[j]) {
                    isRotated = true;
                    rotate(i, j, product);
                }
            }
        }
        return isRotated;
    }

    /** Makes two vectors on the left with this dot product orthogonal. */
    private void rotate(int i, int j, double product) {
        double tangent = SmallEigen.tangent((squares[j] - squares[i]) / (2 * product));
        double cosine = 1 / Math.sqrt(1 + tangent * tangent);
        double sine = cosine * tangent;
        double squareOfI = 0;
        double squareOfJ = 0;
        for (int k = 0, first = i * length, second = j * length; k < length; k++) {
            double x = left[first + k];
            double y = left[second + k];
            double newX = cosine * x - sine * y;
            double newY = sine * x + cosine * y;
            left[first + k] = newX;
            left[second + k] = newY;
            squareOfI += newX * newX;
            squareOfJ += newY * newY;
        }
        squares[i] = squareOfI;
        squares[j] = squareOfJ;
        for (int k = 0, first = i * count, second = j * count; k < count; k++) {
            double x = right[first + k];
            double y = right[second + k];
            right[first + k] = cosine * x - sine * y;
            right[second + k] = sine * x + cosine * y;
        }
    }

    /** Brings the longest vector from {@code i} on to that place. */
    private void moveLongest(int i) {
        int longest = i;
        for (int j = i + 1; j < count; j++) {
            if (squares[j] > squares[longest]) {
                longest = j;
            }
        }
        if (longest != i) {
            double square = squares[i];
            squares[i] = squares[longest];
            squares[longest] = square;
            SmallMatrix.exchange(left, i * length, longest * length, length);
            SmallMatrix.exchange(right, i * count, longest * count, count);
        }
    }

    private double dot(int i, int j) {
        double sum = 0;
        for (int k = 0, first = i * length, second = j * length; k < length; k++) {
            sum += left[first + k] * left[second + k];
        }
        return sum;
    }

    private static double[] transposed(int columns, int rows, double[] a) {
        double[] transposed = new double[a.length];
        for (int j = 0, to = 0; j < columns; j++) {
            for (int i = 0; i < rows; i++, to++) {
                transposed[to] = a[i * columns + j];
            }
        }
        return transposed;
    }
}
