package io.github.rustffi.internal;

/**
 * The methods that Rust implements, by area. The library is loaded, and every signature compared, before the first
 * call: see {@link Loader}.
 */
public final class Natives {
    private Natives() {}

    // The library itself

    /** Returns the version of the native library. */
    public static native String version();

    /** Binds every other method to its Rust function, or throws if a signature differs. */
    static native void register();

    // RustFfi

    public static native int add(int a, int b);

    public static native int multiply(int a, int b);

    public static native String greet(String name);

    // Parallelism

    public static native int threads();

    public static native void setThreads(int threads);

    // Matrix. Where a method takes inPlace, arrays are lent to Rust instead of copied: see Crossing.

    public static native void times(
            int rows, int inner, double[] a, int bRows, int columns, double[] b, double[] product, boolean inPlace);

    public static native double frobeniusNorm(int rows, int columns, double[] a, boolean inPlace);

    public static native void solve(
            int rows, int columns, double[] a, int bRows, int bColumns, double[] b, double[] x, boolean inPlace);

    public static native void inverse(int rows, int columns, double[] a, double[] inverse, boolean inPlace);

    public static native double determinant(int rows, int columns, double[] a, boolean inPlace);

    // Lu

    /** Returns the one-norm of a, which luRcond asks for. */
    public static native double luFactor(
            int rows, int columns, double[] a, double[] lu, int[] permutation, boolean inPlace);

    public static native void luSolve(
            int rows,
            int columns,
            double[] lu,
            int[] permutation,
            int bRows,
            int bColumns,
            double[] b,
            double[] x,
            boolean inPlace);

    public static native double luDeterminant(int rows, int columns, double[] lu, int[] permutation);

    public static native double luRcond(int rows, int columns, double[] lu, double norm, boolean inPlace);

    // Cholesky

    public static native void choleskyFactor(int rows, int columns, double[] a, double[] l, boolean inPlace);

    public static native void choleskySolve(
            int n, double[] l, int bRows, int bColumns, double[] b, double[] x, boolean inPlace);

    public static native double choleskyDeterminant(int n, double[] l);

    // Qr

    public static native void qrFactor(int rows, int columns, double[] a, double[] qr, double[] tau, boolean inPlace);

    public static native void qrQ(int rows, int columns, double[] qr, double[] tau, double[] q, boolean inPlace);

    public static native void qrSolve(
            int rows,
            int columns,
            double[] qr,
            double[] tau,
            int bRows,
            int bColumns,
            double[] b,
            double[] x,
            boolean inPlace);
}
