package io.github.rustffi;

/**
 * Sums and extreme values of a matrix in row-major order: of all values, of each row, and of each column.
 *
 * <p>Sums are pairwise: of halves, down to blocks that are short. Their order depends on the shape alone.
 */
final class Reductions {
    /** Values that are summed one after another, by eight sums side by side. */
    private static final int BLOCK = 128;

    /** Rows that are summed one after another. */
    private static final int BAND = 16;

    private Reductions() {}

    /** Returns the pairwise sum of the values from one index, inclusive, to another, exclusive. */
    static double sum(double[] a, int from, int to, boolean ofMagnitudes) {
        if (to - from <= BLOCK) {
            return ofMagnitudes ? blockOfMagnitudes(a, from, to) : block(a, from, to);
        }
        int half = from + ((to - from) / 2 + BLOCK - 1) / BLOCK * BLOCK;
        return sum(a, from, half, ofMagnitudes) + sum(a, half, to, ofMagnitudes);
    }

    private static double block(double[] a, int from, int to) {
        double sum0 = 0.0;
        double sum1 = 0.0;
        double sum2 = 0.0;
        double sum3 = 0.0;
        double sum4 = 0.0;
        double sum5 = 0.0;
        double sum6 = 0.0;
        double sum7 = 0.0;
        int i = from;
        for (; i <= to - 8; i += 8) {
            sum0 += a[i];
            sum1 += a[i + 1];
            sum2 += a[i + 2];
            sum3 += a[i + 3];
            sum4 += a[i + 4];
            sum5 += a[i + 5];
            sum6 += a[i + 6];
            sum7 += a[i + 7];
        }
        double rest = 0.0;
        for (; i < to; i++) {
            rest += a[i];
        }
        return sum0 + sum1 + (sum2 + sum3) + (sum4 + sum5 + (sum6 + sum7)) + rest;
    }

    private static double blockOfMagnitudes(double[] a, int from, int to) {
        double sum0 = 0.0;
        double sum1 = 0.0;
        double sum2 = 0.0;
        double sum3 = 0.0;
        double sum4 = 0.0;
        double sum5 = 0.0;
        double sum6 = 0.0;
        double sum7 = 0.0;
        int i = from;
        for (; i <= to - 8; i += 8) {
            sum0 += Math.abs(a[i]);
            sum1 += Math.abs(a[i + 1]);
            sum2 += Math.abs(a[i + 2]);
            sum3 += Math.abs(a[i + 3]);
            sum4 += Math.abs(a[i + 4]);
            sum5 += Math.abs(a[i + 5]);
            sum6 += Math.abs(a[i + 6]);
            sum7 += Math.abs(a[i + 7]);
        }
        double rest = 0.0;
        for (; i < to; i++) {
            rest += Math.abs(a[i]);
        }
        return sum0 + sum1 + (sum2 + sum3) + (sum4 + sum5 + (sum6 + sum7)) + rest;
    }

    static double[] rowSums(int rows, int columns, double[] a, boolean ofMagnitudes) {
        double[] sums = new double[rows];
        for (int i = 0; i < rows; i++) {
            sums[i] = sum(a, i * columns, (i + 1) * columns, ofMagnitudes);
        }
        return sums;
    }

    static double[] columnSums(int rows, int columns, double[] a, boolean ofMagnitudes) {
        if (columns == 1) {
            return new double[] {sum(a, 0, rows, ofMagnitudes)};
        }
        double[] sums = new double[columns];
        addColumns(columns, a, 0, rows, ofMagnitudes, sums);
        return sums;
    }

    /** Writes the pairwise sums over the rows from one index to another to {@code sums}, which are zero before. */
    private static void addColumns(int columns, double[] a, int from, int to, boolean ofMagnitudes, double[] sums) {
        if (to - from > BAND) {
            int half = from + ((to - from) / 2 + BAND - 1) / BAND * BAND;
            double[] others = new double[columns];
            addColumns(columns, a, from, half, ofMagnitudes, sums);
            addColumns(columns, a, half, to, ofMagnitudes, others);
            for (int j = 0; j < columns; j++) {
                sums[j] += others[j];
            }
            return;
        }
        for (int i = from; i < to; i++) {
            int row = i * columns;
            if (ofMagnitudes) {
                for (int j = 0; j < columns; j++) {
                    sums[j] += Math.abs(a[row + j]);
                }
            } else {
                for (int j = 0; j < columns; j++) {
                    sums[j] += a[row + j];
                }
            }
        }
    }

    /** Returns the largest of one value or more; NaN if one is. */
    static double max(double[] a, int from, int to) {
        if (to - from <= BLOCK) {
            double max = a[from];
            for (int i = from + 1; i < to; i++) {
                max = Math.max(max, a[i]);
            }
            return max;
        }
        double max = Double.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            // A branch that is seldom taken, where Math.max takes several instructions for each value.
            if (!(a[i] <= max)) {
                if (Double.isNaN(a[i])) {
                    return a[i];
                }
                max = a[i];
            }
        }
        return max == 0.0 && hasZero(a, from, to, 0.0) ? 0.0 : max;
    }

    /** Returns the smallest of one value or more; NaN if one is. */
    static double min(double[] a, int from, int to) {
        if (to - from <= BLOCK) {
            double min = a[from];
            for (int i = from + 1; i < to; i++) {
                min = Math.min(min, a[i]);
            }
            return min;
        }
        double min = Double.POSITIVE_INFINITY;
        for (int i = from; i < to; i++) {
            if (!(a[i] >= min)) {
                if (Double.isNaN(a[i])) {
                    return a[i];
                }
                min = a[i];
            }
        }
        return min == 0.0 && hasZero(a, from, to, -0.0) ? -0.0 : min;
    }

    /** Returns whether there is a zero of this sign, which a comparison does not tell from the other one. */
    private static boolean hasZero(double[] a, int from, int to, double zero) {
        long bits = Double.doubleToRawLongBits(zero);
        for (int i = from; i < to; i++) {
            if (Double.doubleToRawLongBits(a[i]) == bits) {
                return true;
            }
        }
        return false;
    }

    /** Returns the largest magnitude, which is zero if there are no values; NaN if one is. */
    static double maxAbs(double[] a, int from, int to) {
        double max = 0.0;
        if (to - from <= BLOCK) {
            for (int i = from; i < to; i++) {
                max = Math.max(max, Math.abs(a[i]));
            }
            return max;
        }
        for (int i = from; i < to; i++) {
            double magnitude = Math.abs(a[i]);
            if (!(magnitude <= max)) {
                if (Double.isNaN(magnitude)) {
                    return magnitude;
                }
                max = magnitude;
            }
        }
        return max;
    }

    /** Returns the index of the first of the largest of one value or more, or of the first NaN. */
    static int argmax(double[] a, int from, int to) {
        int index = from;
        for (int i = from; i < to; i++) {
            if (!(a[i] <= a[index])) {
                if (Double.isNaN(a[i])) {
                    return i;
                }
                index = i;
            }
        }
        return index;
    }

    /** Returns the index of the first of the smallest of one value or more, or of the first NaN. */
    static int argmin(double[] a, int from, int to) {
        int index = from;
        for (int i = from; i < to; i++) {
            if (!(a[i] >= a[index])) {
                if (Double.isNaN(a[i])) {
                    return i;
                }
                index = i;
            }
        }
        return index;
    }

    static double[] rowMaxima(int rows, int columns, double[] a) {
        double[] maxima = new double[rows];
        for (int i = 0; i < rows; i++) {
            maxima[i] = max(a, i * columns, (i + 1) * columns);
        }
        return maxima;
    }

    static double[] rowMinima(int rows, int columns, double[] a) {
        double[] minima = new double[rows];
        for (int i = 0; i < rows; i++) {
            minima[i] = min(a, i * columns, (i + 1) * columns);
        }
        return minima;
    }

    static double[] rowMaxAbs(int rows, int columns, double[] a) {
        double[] maxima = new double[rows];
        for (int i = 0; i < rows; i++) {
            maxima[i] = maxAbs(a, i * columns, (i + 1) * columns);
        }
        return maxima;
    }

    static int[] rowArgmax(int rows, int columns, double[] a) {
        int[] indices = new int[rows];
        for (int i = 0; i < rows; i++) {
            indices[i] = argmax(a, i * columns, (i + 1) * columns) - i * columns;
        }
        return indices;
    }

    static int[] rowArgmin(int rows, int columns, double[] a) {
        int[] indices = new int[rows];
        for (int i = 0; i < rows; i++) {
            indices[i] = argmin(a, i * columns, (i + 1) * columns) - i * columns;
        }
        return indices;
    }

    static double[] columnMaxima(int columns, double[] a) {
        double[] maxima = new double[columns];
        System.arraycopy(a, 0, maxima, 0, columns);
        int from = columns;
        for (; columns > 0 && a.length - from >= 4L * columns; from += 4 * columns) {
            raiseByFour(maxima, a, from);
        }
        for (; from < a.length; from += columns) {
            raise(maxima, a, from);
        }
        return maxima;
    }

    /** A method of its own, which the JVM compiles by itself, and then always to instructions of several values. */
    private static void raiseByFour(double[] maxima, double[] a, int from) {
        int columns = maxima.length;
        int second = from + columns;
        int third = second + columns;
        int fourth = third + columns;
        for (int j = 0; j < columns; j++) {
            double upper = Math.max(a[from + j], a[second + j]);
            double lower = Math.max(a[third + j], a[fourth + j]);
            maxima[j] = Math.max(maxima[j], Math.max(upper, lower));
        }
    }

    private static void raise(double[] maxima, double[] a, int from) {
        for (int j = 0; j < maxima.length; j++) {
            maxima[j] = Math.max(maxima[j], a[from + j]);
        }
    }

    static double[] columnMinima(int columns, double[] a) {
        double[] minima = new double[columns];
        System.arraycopy(a, 0, minima, 0, columns);
        for (int from = columns; from < a.length; from += columns) {
            lower(minima, a, from);
        }
        return minima;
    }

    private static void lower(double[] minima, double[] a, int from) {
        for (int j = 0; j < minima.length; j++) {
            minima[j] = Math.min(minima[j], a[from + j]);
        }
    }

    static double[] columnMaxAbs(int columns, double[] a) {
        double[] maxima = new double[columns];
        for (int from = 0; from < a.length; from += columns) {
            raiseToMagnitudes(maxima, a, from);
        }
        return maxima;
    }

    private static void raiseToMagnitudes(double[] maxima, double[] a, int from) {
        for (int j = 0; j < maxima.length; j++) {
            maxima[j] = Math.max(maxima[j], Math.abs(a[from + j]));
        }
    }

    static int[] columnArgmax(int rows, int columns, double[] a) {
        int[] indices = new int[columns];
        double[] largest = new double[columns];
        System.arraycopy(a, 0, largest, 0, columns);
        for (int i = 1; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double value = a[i * columns + j];
                if (value > largest[j] || Double.isNaN(value) && !Double.isNaN(largest[j])) {
                    largest[j] = value;
                    indices[j] = i;
                }
            }
        }
        return indices;
    }

    static int[] columnArgmin(int rows, int columns, double[] a) {
        int[] indices = new int[columns];
        double[] smallest = new double[columns];
        System.arraycopy(a, 0, smallest, 0, columns);
        for (int i = 1; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double value = a[i * columns + j];
                if (value < smallest[j] || Double.isNaN(value) && !Double.isNaN(smallest[j])) {
                    smallest[j] = value;
                    indices[j] = i;
                }
            }
        }
        return indices;
    }
}
