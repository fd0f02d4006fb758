package io.github.rustffi.benchmarks.matrix;

import io.github.rustffi.Matrix;
import io.github.rustffi.benchmarks.ByName;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What is done value by value, by row and by column, heap in and heap out. It is checked before the clock runs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ElementWiseBenchmark {
    /** What is computed. */
    public enum Operation {
        /** The sum of two matrices. */
        PLUS,
        /** The products of values at the same place. */
        ELEMENT_TIMES,
        /** A row added to every row. */
        PLUS_ROW,
        /** The sum of all values. */
        SUM,
        /** The largest value. */
        MAX,
        /** The sum of each row. */
        ROW_SUMS,
        /** The sum of each column. */
        COLUMN_SUMS,
        /** The largest value of each column. */
        COLUMN_MAXIMA
    }

    /** What is computed. */
    @Param
    public Operation operation;

    /** Rows and columns. */
    @Param("1000")
    public int n;

    /** Who computes: {@code rust-ffi}, {@code ejml}, or {@code java}. */
    @Param("rust-ffi")
    public String peer;

    private Supplier<Object> task;

    /** Makes the matrices, and checks the result against that of the loop. */
    @Setup
    public void prepare() {
        double[] a = new Random(1).doubles((long) n * n, -1, 1).toArray();
        double[] b = new Random(2).doubles((long) n * n, -1, 1).toArray();
        task = new ByName<Supplier<Supplier<Object>>>(Map.of(
                        "rust-ffi", () -> ours(Matrix.of(n, n, a), Matrix.of(n, n, b)),
                        "ejml", () -> ejml(DMatrixRMaj.wrap(n, n, a), DMatrixRMaj.wrap(n, n, b)),
                        "java", () -> loop(a, b)))
                .get(peer)
                .get();
        double[] actual = read(task.get());
        double[] expected = read(loop(a, b).get());
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= 1e-9)) {
                throw new AssertionError("value " + i + " is " + actual[i] + ", not " + expected[i]);
            }
        }
    }

    private static double[] read(Object result) {
        if (result instanceof Matrix matrix) {
            return matrix.toArray();
        }
        if (result instanceof DMatrixRMaj matrix) {
            return matrix.data;
        }
        return result instanceof Double value ? new double[] {value} : (double[]) result;
    }

    private Supplier<Object> ours(Matrix a, Matrix b) {
        double[] row = b.row(0);
        return switch (operation) {
            case PLUS -> () -> a.plus(b);
            case ELEMENT_TIMES -> () -> a.elementTimes(b);
            case PLUS_ROW -> () -> a.plusRow(row);
            case SUM -> a::sum;
            case MAX -> a::max;
            case ROW_SUMS -> a::rowSums;
            case COLUMN_SUMS -> a::columnSums;
            case COLUMN_MAXIMA -> a::columnMaxima;
        };
    }

    private Supplier<Object> ejml(DMatrixRMaj a, DMatrixRMaj b) {
        return switch (operation) {
            case PLUS -> () -> CommonOps_DDRM.add(a, b, null);
            case ELEMENT_TIMES -> () -> CommonOps_DDRM.elementMult(a, b, null);
            case PLUS_ROW -> throw new UnsupportedOperationException(operation.name());
            case SUM -> () -> CommonOps_DDRM.elementSum(a);
            case MAX -> () -> CommonOps_DDRM.elementMax(a);
            case ROW_SUMS -> () -> CommonOps_DDRM.sumRows(a, null);
            case COLUMN_SUMS -> () -> CommonOps_DDRM.sumCols(a, null);
            case COLUMN_MAXIMA -> () -> CommonOps_DDRM.maxCols(a, null);
        };
    }

    private Supplier<Object> loop(double[] a, double[] b) {
        Function<double[], Object> work =
                switch (operation) {
                    case PLUS -> result -> plus(a, b, result);
                    case ELEMENT_TIMES -> result -> elementTimes(a, b, result);
                    case PLUS_ROW -> result -> plusRow(a, b, result);
                    case SUM -> result -> sum(a);
                    case MAX -> result -> max(a);
                    case ROW_SUMS -> result -> rowSums(a, result);
                    case COLUMN_SUMS -> result -> columnSums(a, result);
                    case COLUMN_MAXIMA -> result -> columnMaxima(a, result);
                };
        int length =
                switch (operation) {
                    case PLUS, ELEMENT_TIMES, PLUS_ROW -> a.length;
                    case SUM, MAX -> 0;
                    case ROW_SUMS, COLUMN_SUMS, COLUMN_MAXIMA -> n;
                };
        return () -> work.apply(new double[length]);
    }

    private static double[] plus(double[] a, double[] b, double[] result) {
        for (int i = 0; i < result.length; i++) {
            result[i] = a[i] + b[i];
        }
        return result;
    }

    private static double[] elementTimes(double[] a, double[] b, double[] result) {
        for (int i = 0; i < result.length; i++) {
            result[i] = a[i] * b[i];
        }
        return result;
    }

    private double[] plusRow(double[] a, double[] row, double[] result) {
        for (int from = 0; from < a.length; from += n) {
            for (int j = 0; j < n; j++) {
                result[from + j] = a[from + j] + row[j];
            }
        }
        return result;
    }

    private static double sum(double[] a) {
        double sum = 0;
        for (double value : a) {
            sum += value;
        }
        return sum;
    }

    private static double max(double[] a) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : a) {
            largest = Math.max(largest, value);
        }
        return largest;
    }

    private double[] rowSums(double[] a, double[] sums) {
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += a[i * n + j];
            }
            sums[i] = sum;
        }
        return sums;
    }

    private double[] columnSums(double[] a, double[] sums) {
        for (int from = 0; from < a.length; from += n) {
            for (int j = 0; j < n; j++) {
                sums[j] += a[from + j];
            }
        }
        return sums;
    }

    private double[] columnMaxima(double[] a, double[] largest) {
        Arrays.fill(largest, Double.NEGATIVE_INFINITY);
        for (int from = 0; from < a.length; from += n) {
            for (int j = 0; j < n; j++) {
                largest[j] = Math.max(largest[j], a[from + j]);
            }
        }
        return largest;
    }

    /**
     * Computes.
     *
     * @return the result
     */
    @Benchmark
    public Object compute() {
        return task.get();
    }
}
