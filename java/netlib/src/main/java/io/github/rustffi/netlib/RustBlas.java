package io.github.rustffi.netlib;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import io.github.rustffi.NativeLibrary;
import io.github.rustffi.internal.Crossing;
import io.github.rustffi.internal.Natives;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A BLAS for netlib, with the operations of rust-ffi where work grows faster than data: {@code dgemm}, {@code sgemm},
 * {@code dsyrk}, {@code ssyrk}, {@code dtrsm} and {@code strsm} are computed in Rust, on as many threads as
 * {@link io.github.rustffi.Parallelism} says. All else is left to netlib's {@link JavaBLAS#getInstance()}, which uses
 * the vector module of the JDK where it is there ({@code --add-modules jdk.incubator.vector}).
 *
 * <pre>{@code
 * BLAS blas = RustBlas.getInstance();
 * blas.dgemm("N", "N", m, n, k, 1, a, m, b, k, 0, c, m);    // c = a b, column by column
 * }</pre>
 *
 * <p>{@code dgemv} and {@code sgemv} are computed in Rust for matrices of at least 262,144 values where the garbage
 * collector pins arrays that are lent (G1 from JDK 22 on, and Shenandoah); elsewhere the copy of the matrix would take
 * longer than the product.
 *
 * <p>Operations in Rust are those of the reference BLAS: matrices are in column-major order, {@code beta} of zero means
 * that the result is not read, {@code alpha} of zero that the factors are not, and what lies between the columns of a
 * result is never written, so that other threads may use it. No value is skipped because it is zero: NaN and infinity
 * go where IEEE 754 lets them. The number of threads changes no bit. The result may be a part of the same array as a
 * factor; if both have common elements, the factors are those from before the call.
 *
 * <p>Wrong flags, sizes and steps are an {@link IllegalArgumentException} with netlib's message, {@code ** On entry to
 * 'DGEMM' parameter number 8 had an illegal value}. A matrix that is not within its array is an
 * {@link IndexOutOfBoundsException}; of the last column, only the values that are used have to be in it. Where there is
 * no memory for the work, it is an {@link OutOfMemoryError}, and the result is as it was.
 *
 * <p>Safe for use by any number of threads.
 */
public final class RustBlas extends Delegating {
    /** Values of a matrix from which on its product with a vector takes no longer in Rust than in Java. */
    private static final long VECTOR_FROM = 1 << 18;

    private static @Nullable RustBlas instance;

    private final LongAdder calls = new LongAdder();

    RustBlas(BLAS others) {
        super(others);
    }

    /**
     * Returns the BLAS, after loading the native library.
     *
     * @return the only instance
     * @throws UnsatisfiedLinkError if the library cannot be loaded, as {@link NativeLibrary#load()} says
     */
    public static synchronized RustBlas getInstance() {
        RustBlas known = instance;
        if (known == null) {
            NativeLibrary.load();
            known = new RustBlas(JavaBLAS.getInstance());
            instance = known;
        }
        return known;
    }

    /**
     * Returns how many calls have been computed in Rust so far. Those that are left to Java, are wrong, or have nothing
     * to compute, are not counted.
     *
     * @return the number of calls of all threads; while others run, some of them may be missing
     */
    public long calls() {
        return calls.sum();
    }

    /** Counts a call, and has arrays lent if the garbage collector is one that pins them. */
    private void prepare(int values) {
        calls.increment();
        Crossing.lends(values);
    }

    private static boolean isForRust(int m, int n) {
        long values = (long) m * n;
        return values >= VECTOR_FROM && Crossing.lends((int) Math.min(values, Integer.MAX_VALUE));
    }

    @Override
    public void dgemm(
            String transa,
            String transb,
            int m,
            int n,
            int k,
            double alpha,
            double[] a,
            int lda,
            double[] b,
            int ldb,
            double beta,
            double[] c,
            int ldc) {
        dgemm(transa, transb, m, n, k, alpha, a, 0, lda, b, 0, ldb, beta, c, 0, ldc);
    }

    @Override
    public void dgemm(
            String transa,
            String transb,
            int m,
            int n,
            int k,
            double alpha,
            double[] a,
            int offseta,
            int lda,
            double[] b,
            int offsetb,
            int ldb,
            double beta,
            double[] c,
            int offsetc,
            int ldc) {
        boolean isATransposed = Arguments.isTransposed("DGEMM", 1, transa);
        boolean isBTransposed = Arguments.isTransposed("DGEMM", 2, transb);
        Arguments.check("DGEMM", 3, m >= 0);
        Arguments.check("DGEMM", 4, n >= 0);
        Arguments.check("DGEMM", 5, k >= 0);
        Arguments.check("DGEMM", 8, lda >= Math.max(1, isATransposed ? k : m));
        Arguments.check("DGEMM", 10, ldb >= Math.max(1, isBTransposed ? n : k));
        Arguments.check("DGEMM", 13, ldc >= Math.max(1, m));
        boolean isZero = alpha == 0 || k == 0;
        if (m == 0 || n == 0 || (isZero && beta == 1)) {
            return;
        }
        Objects.requireNonNull(a, "a");
        Objects.requireNonNull(b, "b");
        Arguments.checkMatrix(c.length, offsetc, m, n, ldc);
        if (isZero) {
            for (int j = 0; j < n; j++) {
                scale(m, beta, c, offsetc + j * ldc);
            }
            return;
        }
        Arguments.checkMatrix(a.length, offseta, isATransposed ? k : m, isATransposed ? m : k, lda);
        Arguments.checkMatrix(b.length, offsetb, isBTransposed ? n : k, isBTransposed ? k : n, ldb);
        prepare(c.length);
        Natives.gemm(
                isATransposed, isBTransposed, m, n, k, alpha, a, offseta, lda, b, offsetb, ldb, beta, c, offsetc, ldc);
    }

    @Override
    public void dsyrk(
            String uplo,
            String trans,
            int n,
            int k,
            double alpha,
            double[] a,
            int lda,
            double beta,
            double[] c,
            int ldc) {
        dsyrk(uplo, trans, n, k, alpha, a, 0, lda, beta, c, 0, ldc);
    }

    @Override
    public void dsyrk(
            String uplo,
            String trans,
            int n,
            int k,
            double alpha,
            double[] a,
            int offseta,
            int lda,
            double beta,
            double[] c,
            int offsetc,
            int ldc) {
        boolean isUpper = Arguments.isFirst("DSYRK", 1, uplo, "U", "L");
        boolean isTransposed = Arguments.isTransposed("DSYRK", 2, trans);
        Arguments.check("DSYRK", 3, n >= 0);
        Arguments.check("DSYRK", 4, k >= 0);
        Arguments.check("DSYRK", 7, lda >= Math.max(1, isTransposed ? k : n));
        Arguments.check("DSYRK", 10, ldc >= Math.max(1, n));
        boolean isZero = alpha == 0 || k == 0;
        if (n == 0 || (isZero && beta == 1)) {
            return;
        }
        Objects.requireNonNull(a, "a");
        Arguments.checkMatrix(c.length, offsetc, n, n, ldc);
        if (isZero) {
            for (int j = 0; j < n; j++) {
                int first = isUpper ? 0 : j;
                scale((isUpper ? j + 1 : n) - first, beta, c, offsetc + j * ldc + first);
            }
            return;
        }
        Arguments.checkMatrix(a.length, offseta, isTransposed ? k : n, isTransposed ? n : k, lda);
        prepare(c.length);
        Natives.syrk(isUpper, isTransposed, n, k, alpha, a, offseta, lda, beta, c, offsetc, ldc);
    }

    @Override
    public void dtrsm(
            String side,
            String uplo,
            String transa,
            String diag,
            int m,
            int n,
            double alpha,
            double[] a,
            int lda,
            double[] b,
            int ldb) {
        dtrsm(side, uplo, transa, diag, m, n, alpha, a, 0, lda, b, 0, ldb);
    }

    @Override
    public void dtrsm(
            String side,
            String uplo,
            String transa,
            String diag,
            int m,
            int n,
            double alpha,
            double[] a,
            int offseta,
            int lda,
            double[] b,
            int offsetb,
            int ldb) {
        boolean isLeft = Arguments.isFirst("DTRSM", 1, side, "L", "R");
        boolean isUpper = Arguments.isFirst("DTRSM", 2, uplo, "U", "L");
        boolean isTransposed = Arguments.isTransposed("DTRSM", 3, transa);
        boolean isUnit = Arguments.isFirst("DTRSM", 4, diag, "U", "N");
        Arguments.check("DTRSM", 5, m >= 0);
        Arguments.check("DTRSM", 6, n >= 0);
        int order = isLeft ? m : n;
        Arguments.check("DTRSM", 9, lda >= Math.max(1, order));
        Arguments.check("DTRSM", 11, ldb >= Math.max(1, m));
        if (m == 0 || n == 0) {
            return;
        }
        Objects.requireNonNull(a, "a");
        Arguments.checkMatrix(b.length, offsetb, m, n, ldb);
        if (alpha == 0) {
            for (int j = 0; j < n; j++) {
                scale(m, 0, b, offsetb + j * ldb);
            }
            return;
        }
        Arguments.checkMatrix(a.length, offseta, order, order, lda);
        prepare(b.length);
        Natives.trsm(isLeft, isUpper, isTransposed, isUnit, m, n, alpha, a, offseta, lda, b, offsetb, ldb);
    }

    @Override
    public void dgemv(
            String trans,
            int m,
            int n,
            double alpha,
            double[] a,
            int lda,
            double[] x,
            int incx,
            double beta,
            double[] y,
            int incy) {
        dgemv(trans, m, n, alpha, a, 0, lda, x, 0, incx, beta, y, 0, incy);
    }

    @Override
    public void dgemv(
            String trans,
            int m,
            int n,
            double alpha,
            double[] a,
            int offseta,
            int lda,
            double[] x,
            int offsetx,
            int incx,
            double beta,
            double[] y,
            int offsety,
            int incy) {
        if (alpha == 0 || !isForRust(m, n)) {
            super.dgemv(trans, m, n, alpha, a, offseta, lda, x, offsetx, incx, beta, y, offsety, incy);
            return;
        }
        boolean isTransposed = Arguments.isTransposed("DGEMV", 1, trans);
        Arguments.check("DGEMV", 2, m >= 0);
        Arguments.check("DGEMV", 3, n >= 0);
        Arguments.check("DGEMV", 6, lda >= Math.max(1, m));
        Arguments.check("DGEMV", 8, incx != 0);
        Arguments.check("DGEMV", 11, incy != 0);
        int xLength = isTransposed ? m : n;
        int yLength = isTransposed ? n : m;
        Arguments.checkMatrix(a.length, offseta, m, n, lda);
        Arguments.checkVector(x.length, offsetx, xLength, incx);
        Arguments.checkVector(y.length, offsety, yLength, incy);
        calls.increment();
        if (incx != 1) {
            x = gathered(x, offsetx, xLength, incx);
            offsetx = 0;
        }
        if (incy == 1) {
            Natives.gemv(isTransposed, m, n, alpha, a, offseta, lda, x, offsetx, beta, y, offsety);
            return;
        }
        double[] result = gathered(y, offsety, yLength, incy);
        Natives.gemv(isTransposed, m, n, alpha, a, offseta, lda, x, offsetx, beta, result, 0);
        int at = Arguments.first(offsety, yLength, incy);
        for (int i = 0; i < yLength; i++) {
            y[at + i * incy] = result[i];
        }
    }

    @Override
    public void sgemm(
            String transa,
            String transb,
            int m,
            int n,
            int k,
            float alpha,
            float[] a,
            int lda,
            float[] b,
            int ldb,
            float beta,
            float[] c,
            int ldc) {
        sgemm(transa, transb, m, n, k, alpha, a, 0, lda, b, 0, ldb, beta, c, 0, ldc);
    }

    @Override
    public void sgemm(
            String transa,
            String transb,
            int m,
            int n,
            int k,
            float alpha,
            float[] a,
            int offseta,
            int lda,
            float[] b,
            int offsetb,
            int ldb,
            float beta,
            float[] c,
            int offsetc,
            int ldc) {
        boolean isATransposed = Arguments.isTransposed("SGEMM", 1, transa);
        boolean isBTransposed = Arguments.isTransposed("SGEMM", 2, transb);
        Arguments.check("SGEMM", 3, m >= 0);
        Arguments.check("SGEMM", 4, n >= 0);
        Arguments.check("SGEMM", 5, k >= 0);
        Arguments.check("SGEMM", 8, lda >= Math.max(1, isATransposed ? k : m));
        Arguments.check("SGEMM", 10, ldb >= Math.max(1, isBTransposed ? n : k));
        Arguments.check("SGEMM", 13, ldc >= Math.max(1, m));
        boolean isZero = alpha == 0 || k == 0;
        if (m == 0 || n == 0 || (isZero && beta == 1)) {
            return;
        }
        Objects.requireNonNull(a, "a");
        Objects.requireNonNull(b, "b");
        Arguments.checkMatrix(c.length, offsetc, m, n, ldc);
        if (isZero) {
            for (int j = 0; j < n; j++) {
                scale(m, beta, c, offsetc + j * ldc);
            }
            return;
        }
        Arguments.checkMatrix(a.length, offseta, isATransposed ? k : m, isATransposed ? m : k, lda);
        Arguments.checkMatrix(b.length, offsetb, isBTransposed ? n : k, isBTransposed ? k : n, ldb);
        prepare(c.length);
        Natives.gemmOfFloats(
                isATransposed, isBTransposed, m, n, k, alpha, a, offseta, lda, b, offsetb, ldb, beta, c, offsetc, ldc);
    }

    @Override
    public void ssyrk(
            String uplo, String trans, int n, int k, float alpha, float[] a, int lda, float beta, float[] c, int ldc) {
        ssyrk(uplo, trans, n, k, alpha, a, 0, lda, beta, c, 0, ldc);
    }

    @Override
    public void ssyrk(
            String uplo,
            String trans,
            int n,
            int k,
            float alpha,
            float[] a,
            int offseta,
            int lda,
            float beta,
            float[] c,
            int offsetc,
            int ldc) {
        boolean isUpper = Arguments.isFirst("SSYRK", 1, uplo, "U", "L");
        boolean isTransposed = Arguments.isTransposed("SSYRK", 2, trans);
        Arguments.check("SSYRK", 3, n >= 0);
        Arguments.check("SSYRK", 4, k >= 0);
        Arguments.check("SSYRK", 7, lda >= Math.max(1, isTransposed ? k : n));
        Arguments.check("SSYRK", 10, ldc >= Math.max(1, n));
        boolean isZero = alpha == 0 || k == 0;
        if (n == 0 || (isZero && beta == 1)) {
            return;
        }
        Objects.requireNonNull(a, "a");
        Arguments.checkMatrix(c.length, offsetc, n, n, ldc);
        if (isZero) {
            for (int j = 0; j < n; j++) {
                int first = isUpper ? 0 : j;
                scale((isUpper ? j + 1 : n) - first, beta, c, offsetc + j * ldc + first);
            }
            return;
        }
        Arguments.checkMatrix(a.length, offseta, isTransposed ? k : n, isTransposed ? n : k, lda);
        prepare(c.length);
        Natives.syrkOfFloats(isUpper, isTransposed, n, k, alpha, a, offseta, lda, beta, c, offsetc, ldc);
    }

    @Override
    public void strsm(
            String side,
            String uplo,
            String transa,
            String diag,
            int m,
            int n,
            float alpha,
            float[] a,
            int lda,
            float[] b,
            int ldb) {
        strsm(side, uplo, transa, diag, m, n, alpha, a, 0, lda, b, 0, ldb);
    }

    @Override
    public void strsm(
            String side,
            String uplo,
            String transa,
            String diag,
            int m,
            int n,
            float alpha,
            float[] a,
            int offseta,
            int lda,
            float[] b,
            int offsetb,
            int ldb) {
        boolean isLeft = Arguments.isFirst("STRSM", 1, side, "L", "R");
        boolean isUpper = Arguments.isFirst("STRSM", 2, uplo, "U", "L");
        boolean isTransposed = Arguments.isTransposed("STRSM", 3, transa);
        boolean isUnit = Arguments.isFirst("STRSM", 4, diag, "U", "N");
        Arguments.check("STRSM", 5, m >= 0);
        Arguments.check("STRSM", 6, n >= 0);
        int order = isLeft ? m : n;
        Arguments.check("STRSM", 9, lda >= Math.max(1, order));
        Arguments.check("STRSM", 11, ldb >= Math.max(1, m));
        if (m == 0 || n == 0) {
            return;
        }
        Objects.requireNonNull(a, "a");
        Arguments.checkMatrix(b.length, offsetb, m, n, ldb);
        if (alpha == 0) {
            for (int j = 0; j < n; j++) {
                scale(m, 0, b, offsetb + j * ldb);
            }
            return;
        }
        Arguments.checkMatrix(a.length, offseta, order, order, lda);
        prepare(b.length);
        Natives.trsmOfFloats(isLeft, isUpper, isTransposed, isUnit, m, n, alpha, a, offseta, lda, b, offsetb, ldb);
    }

    @Override
    public void sgemv(
            String trans,
            int m,
            int n,
            float alpha,
            float[] a,
            int lda,
            float[] x,
            int incx,
            float beta,
            float[] y,
            int incy) {
        sgemv(trans, m, n, alpha, a, 0, lda, x, 0, incx, beta, y, 0, incy);
    }

    @Override
    public void sgemv(
            String trans,
            int m,
            int n,
            float alpha,
            float[] a,
            int offseta,
            int lda,
            float[] x,
            int offsetx,
            int incx,
            float beta,
            float[] y,
            int offsety,
            int incy) {
        if (alpha == 0 || !isForRust(m, n)) {
            super.sgemv(trans, m, n, alpha, a, offseta, lda, x, offsetx, incx, beta, y, offsety, incy);
            return;
        }
        boolean isTransposed = Arguments.isTransposed("SGEMV", 1, trans);
        Arguments.check("SGEMV", 2, m >= 0);
        Arguments.check("SGEMV", 3, n >= 0);
        Arguments.check("SGEMV", 6, lda >= Math.max(1, m));
        Arguments.check("SGEMV", 8, incx != 0);
        Arguments.check("SGEMV", 11, incy != 0);
        int xLength = isTransposed ? m : n;
        int yLength = isTransposed ? n : m;
        Arguments.checkMatrix(a.length, offseta, m, n, lda);
        Arguments.checkVector(x.length, offsetx, xLength, incx);
        Arguments.checkVector(y.length, offsety, yLength, incy);
        calls.increment();
        if (incx != 1) {
            x = gathered(x, offsetx, xLength, incx);
            offsetx = 0;
        }
        if (incy == 1) {
            Natives.gemvOfFloats(isTransposed, m, n, alpha, a, offseta, lda, x, offsetx, beta, y, offsety);
            return;
        }
        float[] result = gathered(y, offsety, yLength, incy);
        Natives.gemvOfFloats(isTransposed, m, n, alpha, a, offseta, lda, x, offsetx, beta, result, 0);
        int at = Arguments.first(offsety, yLength, incy);
        for (int i = 0; i < yLength; i++) {
            y[at + i * incy] = result[i];
        }
    }

    /** Multiplies values with a factor. With a factor of zero they are not read. */
    private static void scale(int count, double factor, double[] values, int first) {
        if (factor == 0) {
            Arrays.fill(values, first, first + count, 0);
            return;
        }
        for (int i = first; i < first + count; i++) {
            values[i] *= factor;
        }
    }

    private static double[] gathered(double[] x, int offset, int length, int increment) {
        double[] values = new double[length];
        int at = Arguments.first(offset, length, increment);
        for (int i = 0; i < length; i++) {
            values[i] = x[at + i * increment];
        }
        return values;
    }

    /** Multiplies values with a factor. With a factor of zero they are not read. */
    private static void scale(int count, float factor, float[] values, int first) {
        if (factor == 0) {
            Arrays.fill(values, first, first + count, 0);
            return;
        }
        for (int i = first; i < first + count; i++) {
            values[i] *= factor;
        }
    }

    private static float[] gathered(float[] x, int offset, int length, int increment) {
        float[] values = new float[length];
        int at = Arguments.first(offset, length, increment);
        for (int i = 0; i < length; i++) {
            values[i] = x[at + i * increment];
        }
        return values;
    }
}
