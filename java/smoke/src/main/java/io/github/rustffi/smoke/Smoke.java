package io.github.rustffi.smoke;

import io.github.rustffi.Cholesky;
import io.github.rustffi.Lu;
import io.github.rustffi.Matrix;
import io.github.rustffi.NativeLibrary;
import io.github.rustffi.NotPositiveDefiniteException;
import io.github.rustffi.Parallelism;
import io.github.rustffi.Qr;
import io.github.rustffi.RustFfi;
import io.github.rustffi.SingularMatrixException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * Calls every public method of rust-ffi and checks its result, to be run out of an assembled jar on each platform.
 *
 * <pre>{@code
 * java -jar rust-ffi-smoke.jar [PLATFORM]
 * }</pre>
 *
 * Prints a line for each result that is not the expected one, and fails if there is one. Where a platform is given, the
 * library must be that platform's.
 */
public final class Smoke {
    private int checks;
    private int failures;

    private Smoke() {}

    /**
     * Runs the program.
     *
     * @param arguments the expected platform, or nothing
     */
    public static void main(String[] arguments) {
        Smoke smoke = new Smoke();
        smoke.loading(arguments.length > 0 ? arguments[0] : NativeLibrary.platform());
        smoke.tutorial();
        smoke.matrices();
        smoke.arithmeticOfMatrices();
        smoke.linearSystems();
        smoke.factorizations();
        smoke.threads();
        System.out.printf(
                "rust-ffi %s, %s, Java %s on %s: %d checks, %d failures%n",
                RustFfi.version(),
                NativeLibrary.platform(),
                System.getProperty("java.version"),
                System.getProperty("os.name"),
                smoke.checks,
                smoke.failures);
        System.exit(smoke.failures == 0 ? 0 : 1);
    }

    private void loading(String platform) {
        equal("NativeLibrary.unavailabilityCause", NativeLibrary.unavailabilityCause(), Optional.empty());
        equal("NativeLibrary.isAvailable", NativeLibrary.isAvailable(), true);
        NativeLibrary.load();
        equal("NativeLibrary.platform", NativeLibrary.platform(), platform);
        equal("NativeLibrary.path", Files.isRegularFile(NativeLibrary.path()), true);
        // The version in the manifest of the jar that this program was started with.
        String jar = RustFfi.class.getPackage().getImplementationVersion();
        equal("RustFfi.version", RustFfi.version(), jar);
    }

    private void tutorial() {
        equal("RustFfi.add", RustFfi.add(5, 3), 8);
        equal("RustFfi.add", RustFfi.add(Integer.MAX_VALUE, 1), Integer.MIN_VALUE);
        equal("RustFfi.multiply", RustFfi.multiply(4, 6), 24);
        equal("RustFfi.greet", RustFfi.greet("Gopher"), "Hello, Gopher!");
        equal("RustFfi.greet", RustFfi.greet("Zo\u00eb \ud83d\ude80\0"), "Hello, Zo\u00eb \ud83d\ude80\0!");
        fails("RustFfi.greet", IllegalArgumentException.class, () -> RustFfi.greet("\ud83d"));
    }

    private void matrices() {
        Matrix a = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        equal("Matrix.of", Matrix.of(new double[][] {{1, 2, 3}, {4, 5, 6}}), a);
        equal("Matrix.rows", a.rows(), 2);
        equal("Matrix.columns", a.columns(), 3);
        equal("Matrix.get", a.get(1, 0), 4.0);
        near("Matrix.row", a.row(1), 4, 5, 6);
        near("Matrix.column", a.column(2), 3, 6);
        near("Matrix.toArray", a.toArray(), 1, 2, 3, 4, 5, 6);
        near("Matrix.toRows", a.toRows()[1], 4, 5, 6);
        near("Matrix.submatrix", a.submatrix(0, 1, 2, 2).toArray(), 2, 3, 5, 6);
        near("Matrix.zeros", Matrix.zeros(1, 2).toArray(), 0, 0);
        near("Matrix.identity", Matrix.identity(2).toArray(), 1, 0, 0, 1);
        near("Matrix.diagonal", Matrix.diagonal(7, 8).toArray(), 7, 0, 0, 8);
        fails("Matrix.of", IllegalArgumentException.class, () -> Matrix.of(2, 3, 1));
    }

    private void arithmeticOfMatrices() {
        Matrix a = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        near("Matrix.plus", a.plus(a).toArray(), 2, 4, 6, 8, 10, 12);
        near("Matrix.minus", a.minus(a).toArray(), 0, 0, 0, 0, 0, 0);
        near("Matrix.transpose", a.transpose().toArray(), 1, 4, 2, 5, 3, 6);
        near("Matrix.times", a.times(2).row(0), 2, 4, 6);
        near("Matrix.times", a.times(a.transpose()).toArray(), 14, 32, 32, 77);
        near("Matrix.times", a.times(new double[] {1, 0, -1}), -2, -2);
        near("Matrix.norm", new double[] {a.norm()}, Math.sqrt(91));
        near("Matrix.trace", new double[] {a.submatrix(0, 0, 2, 2).trace()}, 6);
        fails("Matrix.times", IllegalArgumentException.class, () -> a.times(a));
    }

    /** With {@code [[4, 2], [2, 3]]}, whose determinant is 8. */
    private void linearSystems() {
        Matrix a = Matrix.of(2, 2, 4, 2, 2, 3);
        near("Matrix.solve", a.solve(new double[] {8, 7}), 1.25, 1.5);
        near("Matrix.solve", a.solve(Matrix.of(2, 1, 8, 7)).toArray(), 1.25, 1.5);
        near("Matrix.inverse", a.inverse().toArray(), 0.375, -0.25, -0.25, 0.5);
        near("Matrix.determinant", new double[] {a.determinant()}, 8);
        fails("Matrix.inverse", SingularMatrixException.class, () -> Matrix.zeros(2, 2)
                .inverse());
    }

    private void factorizations() {
        Matrix a = Matrix.of(2, 2, 4, 2, 2, 3);
        Matrix b = Matrix.of(2, 1, 8, 7);
        double[] vector = {8, 7};

        Lu lu = a.lu();
        near("Lu.l", lu.l().toArray(), 1, 0, 0.5, 1);
        near("Lu.u", lu.u().toArray(), 4, 2, 0, 2);
        equal("Lu.rowPermutation", Arrays.toString(lu.rowPermutation()), "[0, 1]");
        near("Lu.solve", lu.solve(vector), 1.25, 1.5);
        near("Lu.solve", lu.solve(b).toArray(), 1.25, 1.5);
        near("Lu.determinant", new double[] {lu.determinant()}, 8);
        equal("Lu.rcond", lu.rcond() > 0.1 && lu.rcond() <= 1, true);

        Cholesky cholesky = a.cholesky();
        near("Cholesky.l", cholesky.l().toArray(), 2, 0, 1, Math.sqrt(2));
        near("Cholesky.solve", cholesky.solve(vector), 1.25, 1.5);
        near("Cholesky.solve", cholesky.solve(b).toArray(), 1.25, 1.5);
        near("Cholesky.determinant", new double[] {cholesky.determinant()}, 8);
        Matrix indefinite = Matrix.diagonal(1, -1);
        fails("Matrix.cholesky", NotPositiveDefiniteException.class, indefinite::cholesky);

        Qr qr = a.qr();
        near("Qr.q times Qr.r", qr.q().times(qr.r()).toArray(), 4, 2, 2, 3);
        near("Qr.solve", qr.solve(vector), 1.25, 1.5);
        near("Qr.solve", qr.solve(b).toArray(), 1.25, 1.5);
    }

    /** A product that is large enough for the library's threads, with one thread and with two. */
    private void threads() {
        int n = 300;
        double[] values = new double[n * n];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 17 - 8;
        }
        Matrix a = Matrix.of(n, n, values);
        int before = Parallelism.threads();
        Parallelism.setThreads(1);
        Matrix alone = a.times(a);
        Parallelism.setThreads(2);
        equal("Parallelism.threads", Parallelism.threads(), 2);
        equal("Matrix.times by two threads", a.times(a), alone);
        Parallelism.setThreads(before);
        double corner = 0;
        for (int k = 0; k < n; k++) {
            corner += values[k] * values[k * n];
        }
        near("Matrix.times", new double[] {alone.get(0, 0)}, corner);
    }

    private void near(String method, double[] actual, double... expected) {
        boolean holds = actual.length == expected.length;
        for (int i = 0; holds && i < actual.length; i++) {
            holds = Math.abs(actual[i] - expected[i]) <= 1e-12 * Math.max(1, Math.abs(expected[i]));
        }
        check(holds, method + " gives " + Arrays.toString(actual) + ", not " + Arrays.toString(expected));
    }

    private void equal(String method, Object actual, Object expected) {
        check(Objects.equals(actual, expected), method + " gives " + actual + ", not " + expected);
    }

    private void fails(String method, Class<? extends Throwable> expected, Runnable call) {
        try {
            call.run();
            check(false, method + " does not throw " + expected.getName());
        } catch (RuntimeException e) {
            check(expected.isInstance(e), method + " throws " + e + ", not " + expected.getName());
        }
    }

    private void check(boolean holds, String otherwise) {
        checks++;
        if (!holds) {
            failures++;
            System.out.println("FAILED: " + otherwise);
        }
    }
}
