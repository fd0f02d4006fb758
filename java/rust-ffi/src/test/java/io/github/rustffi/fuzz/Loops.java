package io.github.rustffi.fuzz;

import io.github.rustffi.Hits;
import io.github.rustffi.Matrix;
import io.github.rustffi.RustFfi;
import io.github.rustffi.VectorIndex;
import io.github.rustffi.Vectors;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;

/** Simple loops for the methods that have one: what they compute is what the library has to. */
final class Loops {
    /** Half the distance from 1.0 to the next double, and from 1.0f to the next float. */
    private static final double U = 0x1p-53;

    private static final double U_OF_FLOATS = 0x1p-24;

    /** Beyond this, a sum of squares overflows, and what a loop gives says nothing. */
    private static final double LARGE = 1e150;

    private static final double LARGE_OF_FLOATS = 1e15;

    private Loops() {}

    /**
     * Compares a result with that of a loop.
     *
     * @return what is wrong, or null
     */
    static String wrong(Api.Call call, Object receiver, Object[] arguments, Object result) {
        Class<?> type = call.executable().getDeclaringClass();
        String name = call.executable().getName();
        if (type == Vectors.class
                && Arrays.stream(arguments).allMatch(x -> x.getClass().isArray())) {
            if (!(result instanceof Double)) {
                return null;
            }
            return ofVectors(
                    name,
                    doubles(arguments[0]),
                    doubles(arguments[arguments.length - 1]),
                    arguments[0] instanceof float[],
                    (double) result);
        } else if (type == RustFfi.class) {
            return ofTutorial(name, arguments, result);
        } else if (receiver instanceof Matrix a) {
            return ofMatrix(name, a, arguments, result);
        } else if (receiver instanceof VectorIndex index && name.equals("search") && arguments[1] instanceof Integer) {
            BitSet allowed = arguments.length == 3 ? (BitSet) arguments[2] : null;
            return ofSearch(index, (float[]) arguments[0], (int) arguments[1], allowed, (Hits) result);
        }
        return null;
    }

    private static double[] doubles(Object array) {
        if (array instanceof double[] values) {
            return values;
        }
        float[] floats = (float[]) array;
        double[] values = new double[floats.length];
        Arrays.setAll(values, i -> floats[i]);
        return values;
    }

    private static double sum(int n, IntToDoubleFunction term) {
        double sum = 0.0;
        for (int i = 0; i < n; i++) {
            sum += term.applyAsDouble(i);
        }
        return sum;
    }

    private static String ofVectors(String name, double[] x, double[] y, boolean areFloats, double result) {
        int n = x.length;
        double most = Math.max(largest(x), largest(y));
        if (!(most < (areFloats ? LARGE_OF_FLOATS : LARGE)) || tiny(x) || tiny(y)) {
            return null; // too large, too small, or not finite
        }
        double u = name.equals("sum") || !areFloats ? U * Math.max(1, n) : U_OF_FLOATS * Math.min(Math.max(1, n), 4096);
        double expected;
        double scale;
        switch (name) {
            case "dot" -> {
                expected = sum(n, i -> x[i] * y[i]);
                scale = sum(n, i -> Math.abs(x[i] * y[i]));
            }
            case "sum" -> {
                expected = sum(n, i -> x[i]);
                scale = sum(n, i -> Math.abs(x[i]));
            }
            case "norm" -> {
                expected = Math.sqrt(sum(n, i -> x[i] * x[i]));
                scale = expected;
            }
            case "squaredDistance" -> {
                expected = sum(n, i -> (x[i] - y[i]) * (x[i] - y[i]));
                scale = 4 * expected;
            }
            case "cosineSimilarity" -> {
                double norms = Math.sqrt(sum(n, i -> x[i] * x[i])) * Math.sqrt(sum(n, i -> y[i] * y[i]));
                if (norms == 0.0) {
                    return Double.isNaN(result) ? null : "of a zero vector: " + result;
                }
                expected = sum(n, i -> x[i] * y[i]) / norms;
                scale = 3;
            }
            default -> {
                return null;
            }
        }
        return close(result, expected, 3 * u * scale);
    }

    private static double largest(double[] x) {
        return Arrays.stream(x).map(Math::abs).reduce(0.0, Math::max);
    }

    /** Returns whether squares of values underflow. */
    private static boolean tiny(double[] x) {
        return Arrays.stream(x).anyMatch(value -> value != 0.0 && Math.abs(value) < 1 / LARGE_OF_FLOATS);
    }

    private static String close(double result, double expected, double bound) {
        return Math.abs(result - expected) <= bound || result == expected
                ? null
                : result + ", not " + expected + " (bound " + bound + ")";
    }

    private static String ofTutorial(String name, Object[] arguments, Object result) {
        Object expected =
                switch (name) {
                    case "add" -> (int) arguments[0] + (int) arguments[1];
                    case "multiply" -> (int) arguments[0] * (int) arguments[1];
                    case "greet" -> "Hello, " + arguments[0] + "!";
                    default -> result;
                };
        return expected.equals(result) ? null : result + ", not " + expected;
    }

    private static String ofMatrix(String name, Matrix a, Object[] arguments, Object result) {
        return switch (name) {
            case "plus", "minus" -> {
                double sign = name.equals("plus") ? 1 : -1;
                if (arguments[0] instanceof Double s) {
                    yield same((Matrix) result, a.rows(), a.columns(), (i, j) -> a.get(i, j) + sign * s);
                }
                Matrix b = (Matrix) arguments[0];
                yield same((Matrix) result, a.rows(), a.columns(), (i, j) -> a.get(i, j) + sign * b.get(i, j));
            }
            case "transpose" -> same((Matrix) result, a.columns(), a.rows(), (i, j) -> a.get(j, i));
            case "times" -> ofProduct(a, arguments[0], result);
            case "trace" -> {
                double sum = sum(Math.min(a.rows(), a.columns()), i -> a.get(i, i));
                yield Double.compare(sum, (double) result) == 0 ? null : result + ", not " + sum;
            }
            case "norm" -> ofVectors("norm", a.toArray(), a.toArray(), false, (double) result);
            default -> null;
        };
    }

    /** The value at a row and a column. */
    private interface Cell {
        double at(int row, int column);
    }

    private static String same(Matrix result, int rows, int columns, Cell cell) {
        if (result.rows() != rows || result.columns() != columns) {
            return result.rows() + "x" + result.columns() + ", not " + rows + "x" + columns;
        }
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                if (Double.compare(result.get(i, j), cell.at(i, j)) != 0) {
                    return result.get(i, j) + ", not " + cell.at(i, j) + " at row " + i + ", column " + j;
                }
            }
        }
        return null;
    }

    private static String ofProduct(Matrix a, Object by, Object result) {
        if (by instanceof Double factor) {
            return same((Matrix) result, a.rows(), a.columns(), (i, j) -> a.get(i, j) * factor);
        }
        Matrix b = by instanceof Matrix matrix ? matrix : Matrix.of(a.columns(), 1, (double[]) by);
        Matrix product = result instanceof Matrix matrix ? matrix : Matrix.of(a.rows(), 1, (double[]) result);
        if (product.rows() != a.rows() || product.columns() != b.columns()) {
            return product.rows() + "x" + product.columns();
        }
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < b.columns(); j++) {
                int row = i;
                int column = j;
                IntToDoubleFunction term = k -> a.get(row, k) * b.get(k, column);
                double expected = sum(a.columns(), term);
                double magnitude = sum(a.columns(), k -> Math.abs(term.applyAsDouble(k)));
                if (Double.isInfinite(magnitude) || Double.isNaN(magnitude)) {
                    // Where a sum is infinite on the way depends on its order, but no such product is finite by chance.
                    continue;
                }
                double bound = 4 * a.columns() * U * magnitude + a.columns() * Double.MIN_VALUE;
                String wrong = close(product.get(i, j), expected, bound);
                if (wrong != null) {
                    return wrong + " at row " + i + ", column " + j;
                }
            }
        }
        return null;
    }

    /** Looks at every vector, as the search has to. */
    private static String ofSearch(VectorIndex index, float[] query, int k, BitSet allowed, Hits hits) {
        double[] q = doubles(query);
        long[] ids = index.ids();
        int size = ids.length;
        double[] scores = new double[size];
        boolean isCertain = isModerate(q);
        int found = 0;
        for (int at = 0; at < size; at++) {
            double[] vector = doubles(index.get(ids[at]));
            isCertain &= isModerate(vector);
            boolean isAllowed =
                    allowed == null || ids[at] >= 0 && ids[at] <= Integer.MAX_VALUE && allowed.get((int) ids[at]);
            scores[at] = isAllowed ? score(index.metric(), q, vector) : Double.NaN;
            found += Double.isNaN(scores[at]) ? 0 : 1;
        }
        if (!isCertain) {
            return null; // scores that a float cannot tell apart, or vectors that are never found
        }
        if (hits.size() != Math.min(k, found)) {
            return hits.size() + " hits of " + found + " for k = " + k;
        }
        DoubleUnaryOperator goodness = score -> index.metric() == VectorIndex.Metric.EUCLIDEAN ? -score : score;
        boolean[] isHit = new boolean[size];
        double worst = Double.POSITIVE_INFINITY;
        for (int i = 0; i < hits.size(); i++) {
            int at = Arrays.binarySearch(ids, hits.ids()[i]);
            if (at < 0) {
                return "hit " + i + " has the id " + hits.ids()[i] + ", which no vector has";
            }
            double tolerance = 1e-6 * Math.max(Math.abs(scores[at]), 1e-3 * magnitude(q));
            if (isHit[at] || !(Math.abs(hits.scores()[i] - scores[at]) <= tolerance)) {
                return "hit " + i + " is " + ids[at] + " with " + hits.scores()[i] + ", not " + scores[at];
            }
            isHit[at] = true;
            if (goodness.applyAsDouble(scores[at]) > worst + tolerance) {
                return "hit " + i + " is better than the one before";
            }
            worst = goodness.applyAsDouble(scores[at]);
        }
        for (int at = 0; at < size; at++) {
            double tolerance = 1e-6 * Math.max(Math.abs(scores[at]), 1e-3 * magnitude(q));
            if (!isHit[at] && goodness.applyAsDouble(scores[at]) > worst + tolerance) {
                return ids[at] + " with " + scores[at] + " is not found, but worse ones are";
            }
        }
        return null;
    }

    private static double magnitude(double[] q) {
        return Math.max(1.0, sum(q.length, i -> Math.abs(q[i])));
    }

    private static boolean isModerate(double[] x) {
        return Arrays.stream(x).allMatch(value -> value == 0.0 || Math.abs(value) > 1e-6 && Math.abs(value) < 1e6)
                && largest(x) > 0.0;
    }

    private static double score(VectorIndex.Metric metric, double[] q, double[] v) {
        double dot = sum(q.length, i -> q[i] * v[i]);
        return switch (metric) {
            case DOT_PRODUCT -> dot;
            case COSINE -> dot / Math.sqrt(sum(q.length, i -> q[i] * q[i]) * sum(v.length, i -> v[i] * v[i]));
            case EUCLIDEAN -> sum(q.length, i -> (q[i] - v[i]) * (q[i] - v[i]));
        };
    }
}
