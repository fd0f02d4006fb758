package io.github.rustffi.benchmarks.matrix;

import io.github.rustffi.Matrix;
import io.github.rustffi.MatrixFunctions;
import io.github.rustffi.PivotedQr;
import io.github.rustffi.benchmarks.ByName;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.qr.QRColPivDecompositionHouseholderColumn_DDRM;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RRQRDecomposition;
import org.hipparchus.linear.RealMatrix;
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

/**
 * What few libraries have: QR with column pivoting, and the exponential of a matrix. The results are compared before
 * the clock runs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FunctionBenchmark {
    /** What is computed. */
    public enum Operation {
        /** The factors of a matrix whose columns are exchanged. */
        PIVOTED_QR,
        /** The exponential of a matrix. */
        EXP
    }

    /** What is computed. */
    @Param
    public Operation operation;

    /** Rows and columns of the matrix. */
    @Param({"10", "64", "256"})
    public int n;

    /** Whose library computes it: {@code rust-ffi}, {@code ejml} or {@code hipparchus}. */
    @Param("rust-ffi")
    public String peer;

    private Supplier<Object> task;

    /** Makes the matrix, and checks that the peer computes what we do. */
    @Setup
    public void prepare() {
        Matrix a = Matrix.gaussian(n, n, new Random(1)).div(Math.sqrt(n));
        task = new ByName<Supplier<Supplier<Object>>>(Map.of(
                        "rust-ffi", () -> ours(a),
                        "ejml", () -> ejml(a),
                        "hipparchus", () -> hipparchus(a)))
                .get(peer)
                .get();
        double expected = figure(ours(a).get());
        double actual = figure(task.get());
        if (!(Math.abs(actual - expected) <= 1e-9 * Math.abs(expected))) {
            throw new AssertionError("the figure of " + operation + " is " + actual + ", not " + expected);
        }
    }

    private Supplier<Object> ours(Matrix a) {
        return switch (operation) {
            case PIVOTED_QR -> a::pivotedQr;
            case EXP -> () -> MatrixFunctions.exp(a);
        };
    }

    private Supplier<Object> ejml(Matrix a) {
        if (operation != Operation.PIVOTED_QR) {
            throw new UnsupportedOperationException("EJML has no " + operation);
        }
        return () -> {
            QRColPivDecompositionHouseholderColumn_DDRM qr = new QRColPivDecompositionHouseholderColumn_DDRM();
            if (!qr.decompose(DMatrixRMaj.wrap(n, n, a.toArray()))) {
                throw new ArithmeticException("not decomposed");
            }
            return qr;
        };
    }

    private Supplier<Object> hipparchus(Matrix a) {
        RealMatrix matrix = MatrixUtils.createRealMatrix(a.toRows());
        return switch (operation) {
            case PIVOTED_QR -> () -> new RRQRDecomposition(matrix);
            case EXP -> () -> MatrixUtils.matrixExponential(matrix);
        };
    }

    /** Returns the magnitude of the determinant, or the sum of the values. */
    private double figure(Object result) {
        if (result instanceof PivotedQr qr) {
            return product(i -> qr.r().get(i, i));
        }
        if (result instanceof QRColPivDecompositionHouseholderColumn_DDRM qr) {
            return product(i -> qr.getR(null, true).get(i, i));
        }
        if (result instanceof RRQRDecomposition qr) {
            return product(i -> qr.getR().getEntry(i, i));
        }
        if (result instanceof Matrix exponential) {
            return exponential.sum();
        }
        double sum = 0;
        for (double[] row : ((RealMatrix) result).getData()) {
            for (double value : row) {
                sum += value;
            }
        }
        return sum;
    }

    private double product(IntToDoubleFunction pivot) {
        double product = 1;
        for (int i = 0; i < n; i++) {
            product *= Math.abs(pivot.applyAsDouble(i));
        }
        return product;
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
