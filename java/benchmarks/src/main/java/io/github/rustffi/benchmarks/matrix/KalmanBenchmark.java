package io.github.rustffi.benchmarks.matrix;

import io.github.rustffi.Matrix;
import io.github.rustffi.Vectors;
import io.github.rustffi.benchmarks.ByName;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.ejml.simple.SimpleMatrix;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Steps of a Kalman filter, of positions that are measured and velocities that are not: some ten operations on small
 * matrices each. The filters have to agree before the clock runs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KalmanBenchmark {
    private static final int STEPS = 1000;
    private static final double SECONDS = 0.1;
    private static final double NOISE = 1e-4;

    /** Values of the state, of which the first half are positions. */
    @Param({"4", "6"})
    public int n;

    /** Whose matrices: {@code rust-ffi}, or {@code simple-matrix} of EJML. */
    @Param("rust-ffi")
    public String peer;

    private Supplier<double[]> task;

    /** Makes the measurements, and checks that both filters end in the same state. */
    @Setup
    public void prepare() {
        double[][] measured = measurements();
        task = new ByName<Supplier<double[]>>(
                        Map.of("rust-ffi", () -> ours(measured), "simple-matrix", () -> simpleMatrix(measured)))
                .get(peer);
        double[] expected = simpleMatrix(measured);
        double[] actual = ours(measured);
        for (int i = 0; i < n; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= 1e-9)) {
                throw new AssertionError("value " + i + " is " + actual[i] + ", not " + expected[i]);
            }
        }
    }

    private double[][] measurements() {
        Random random = new Random(1);
        double[][] measured = new double[STEPS][n / 2];
        for (int i = 0; i < STEPS; i++) {
            for (int j = 0; j < n / 2; j++) {
                measured[i][j] = 10 * Math.sin(0.001 * i * (j + 1)) + random.nextGaussian();
            }
        }
        return measured;
    }

    /** What takes a state to the next one. */
    private double[][] motion() {
        double[][] motion = new double[n][n];
        for (int i = 0; i < n; i++) {
            motion[i][i] = 1;
            if (i < n / 2) {
                motion[i][i + n / 2] = SECONDS;
            }
        }
        return motion;
    }

    /** What is measured of a state. */
    private double[][] measurement() {
        double[][] measurement = new double[n / 2][n];
        for (int i = 0; i < n / 2; i++) {
            measurement[i][i] = 1;
        }
        return measurement;
    }

    private double[] ours(double[][] measured) {
        Matrix f = Matrix.of(motion());
        Matrix h = Matrix.of(measurement());
        Matrix fTranspose = f.transpose();
        Matrix hTranspose = h.transpose();
        Matrix identity = Matrix.identity(n);
        Matrix q = identity.times(NOISE);
        Matrix r = Matrix.identity(n / 2);
        Matrix p = identity;
        double[] x = new double[n];
        for (double[] z : measured) {
            x = f.times(x);
            p = f.times(p).times(fTranspose).plus(q);
            Matrix pht = p.times(hTranspose);
            Matrix s = h.times(pht).plus(r);
            Matrix k = s.solve(pht.transpose()).transpose();
            x = Vectors.plus(x, k.times(Vectors.minus(z, h.times(x))));
            p = identity.minus(k.times(h)).times(p);
        }
        return x;
    }

    private double[] simpleMatrix(double[][] measured) {
        SimpleMatrix f = new SimpleMatrix(motion());
        SimpleMatrix h = new SimpleMatrix(measurement());
        SimpleMatrix fTranspose = f.transpose();
        SimpleMatrix hTranspose = h.transpose();
        SimpleMatrix identity = SimpleMatrix.identity(n);
        SimpleMatrix q = identity.scale(NOISE);
        SimpleMatrix r = SimpleMatrix.identity(n / 2);
        SimpleMatrix p = identity;
        SimpleMatrix x = new SimpleMatrix(n, 1);
        for (double[] z : measured) {
            x = f.mult(x);
            p = f.mult(p).mult(fTranspose).plus(q);
            SimpleMatrix pht = p.mult(hTranspose);
            SimpleMatrix s = h.mult(pht).plus(r);
            SimpleMatrix k = s.solve(pht.transpose()).transpose();
            x = x.plus(k.mult(new SimpleMatrix(n / 2, 1, true, z).minus(h.mult(x))));
            p = identity.minus(k.mult(h)).mult(p);
        }
        return x.getDDRM().data;
    }

    /**
     * Computes.
     *
     * @return the last state
     */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public double[] run() {
        return task.get();
    }
}
