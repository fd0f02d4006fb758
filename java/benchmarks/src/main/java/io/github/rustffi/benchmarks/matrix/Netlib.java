package io.github.rustffi.benchmarks.matrix;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.lapack.JavaLAPACK;
import dev.ludovic.netlib.lapack.LAPACK;
import dev.ludovic.netlib.lapack.NativeLAPACK;
import io.github.rustffi.benchmarks.NetlibBlas;
import java.util.Arrays;
import org.netlib.util.intW;

/** dev.ludovic.netlib, column-major. LAPACK overwrites its input, so every call begins with a copy. */
final class Netlib implements LinearAlgebra {
    private final BLAS blas;
    private final LAPACK lapack;

    private Netlib(BLAS blas, LAPACK lapack) {
        this.blas = blas;
        this.lapack = lapack;
    }

    /**
     * Returns what needs neither a flag nor a library.
     *
     * @return the library
     */
    static Netlib java() {
        return new Netlib(NetlibBlas.java(), JavaLAPACK.getInstance());
    }

    /**
     * Returns what uses the Vector API, which is its BLAS alone: its LAPACK in Java never calls it.
     *
     * @return the library, with products and nothing else
     */
    static Netlib vector() {
        return new Netlib(NetlibBlas.vector(), null);
    }

    /**
     * Returns what calls OpenBLAS.
     *
     * @return the library
     */
    static Netlib openBlas() {
        System.setProperty("dev.ludovic.netlib.lapack.nativeLib", NetlibBlas.OPEN_BLAS);
        return new Netlib(NetlibBlas.openBlas(), NativeLAPACK.getInstance());
    }

    @Override
    public Task<?> task(Work work, Problem p) {
        if (lapack == null && work != Work.TIMES) {
            throw new UnsupportedOperationException(work.name());
        }
        int m = p.rows();
        int n = p.columns();
        double[] a = ColumnMajor.ofRowMajor(m, n, p.a());
        return switch (work) {
            case TIMES -> {
                double[] b = ColumnMajor.ofRowMajor(n, n, p.b());
                yield new Task<>(() -> times(n, a, b), c -> new double[][] {ColumnMajor.toRowMajor(n, c)});
            }
            case SOLVE -> new Task<>(() -> solve(n, a, p.b()), x -> new double[][] {x});
            case LU -> new Task<>(() -> lu(n, a), lu -> new double[][] {solve(n, lu, p.b())});
            case CHOLESKY -> new Task<>(() -> cholesky(n, a), l -> new double[][] {ColumnMajor.lowerToRowMajor(n, l)});
            case LEAST_SQUARES ->
                new Task<>(() -> leastSquares(m, n, a, p.b()), x -> new double[][] {Arrays.copyOf(x, n)});
            case SVD ->
                new Task<>(() -> svd(n, a), svd -> new double[][] {
                    // What is V transposed in columns is V in rows.
                    ColumnMajor.toRowMajor(n, svd.u), svd.s, svd.vt
                });
            case SYMMETRIC_EIGEN ->
                new Task<>(() -> symmetricEigen(n, a), eigen ->
                        new double[][] {eigen.values, ColumnMajor.toRowMajor(n, eigen.vectors)});
            case EIGEN -> new Task<>(() -> eigen(n, a), eigen -> new double[][] {eigen.real, eigen.imaginary});
        };
    }

    private record Lu(double[] factors, int[] pivots) {}

    private record Svd(double[] u, double[] s, double[] vt) {}

    private record SymmetricEigen(double[] values, double[] vectors) {}

    private record Eigen(double[] real, double[] imaginary, double[] vectors) {}

    private double[] times(int n, double[] a, double[] b) {
        double[] c = new double[n * n];
        blas.dgemm("N", "N", n, n, n, 1, a, n, b, n, 0, c, n);
        return c;
    }

    private double[] solve(int n, double[] a, double[] b) {
        double[] x = b.clone();
        intW info = new intW(0);
        lapack.dgesv(n, 1, a.clone(), n, new int[n], x, n, info);
        require(info);
        return x;
    }

    private Lu lu(int n, double[] a) {
        Lu lu = new Lu(a.clone(), new int[n]);
        intW info = new intW(0);
        lapack.dgetrf(n, n, lu.factors, n, lu.pivots, info);
        require(info);
        return lu;
    }

    private double[] solve(int n, Lu lu, double[] b) {
        double[] x = b.clone();
        intW info = new intW(0);
        lapack.dgetrs("N", n, 1, lu.factors, n, lu.pivots, x, n, info);
        require(info);
        return x;
    }

    private double[] cholesky(int n, double[] a) {
        double[] l = a.clone();
        intW info = new intW(0);
        lapack.dpotrf("L", n, l, n, info);
        require(info);
        return l;
    }

    private double[] leastSquares(int m, int n, double[] a, double[] b) {
        double[] x = b.clone();
        double[] factors = a.clone();
        intW info = new intW(0);
        double[] work = new double[1];
        lapack.dgels("N", m, n, 1, factors, m, x, m, work, -1, info);
        work = new double[(int) work[0]];
        lapack.dgels("N", m, n, 1, factors, m, x, m, work, work.length, info);
        require(info);
        return x;
    }

    private Svd svd(int n, double[] a) {
        Svd svd = new Svd(new double[n * n], new double[n], new double[n * n]);
        double[] destroyed = a.clone();
        int[] integers = new int[8 * n];
        intW info = new intW(0);
        double[] work = new double[1];
        lapack.dgesdd("S", n, n, destroyed, n, svd.s, svd.u, n, svd.vt, n, work, -1, integers, info);
        work = new double[(int) work[0]];
        lapack.dgesdd("S", n, n, destroyed, n, svd.s, svd.u, n, svd.vt, n, work, work.length, integers, info);
        require(info);
        return svd;
    }

    private SymmetricEigen symmetricEigen(int n, double[] a) {
        SymmetricEigen eigen = new SymmetricEigen(new double[n], a.clone());
        intW info = new intW(0);
        double[] work = new double[1];
        int[] integers = new int[1];
        lapack.dsyevd("V", "L", n, eigen.vectors, n, eigen.values, work, -1, integers, -1, info);
        work = new double[(int) work[0]];
        integers = new int[integers[0]];
        lapack.dsyevd("V", "L", n, eigen.vectors, n, eigen.values, work, work.length, integers, integers.length, info);
        require(info);
        return eigen;
    }

    private Eigen eigen(int n, double[] a) {
        Eigen eigen = new Eigen(new double[n], new double[n], new double[n * n]);
        double[] destroyed = a.clone();
        double[] left = new double[1];
        intW info = new intW(0);
        double[] work = new double[1];
        lapack.dgeev("N", "V", n, destroyed, n, eigen.real, eigen.imaginary, left, 1, eigen.vectors, n, work, -1, info);
        work = new double[(int) work[0]];
        lapack.dgeev(
                "N",
                "V",
                n,
                destroyed,
                n,
                eigen.real,
                eigen.imaginary,
                left,
                1,
                eigen.vectors,
                n,
                work,
                work.length,
                info);
        require(info);
        return eigen;
    }

    private static void require(intW info) {
        if (info.val != 0) {
            throw new ArithmeticException("LAPACK failed: " + info.val);
        }
    }
}
