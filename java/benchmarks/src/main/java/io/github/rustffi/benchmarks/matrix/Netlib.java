package io.github.rustffi.benchmarks.matrix;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.lapack.JavaLAPACK;
import dev.ludovic.netlib.lapack.LAPACK;
import dev.ludovic.netlib.lapack.NativeLAPACK;
import io.github.rustffi.benchmarks.NetlibBlas;
import org.netlib.util.intW;

/** dev.ludovic.netlib. */
final class Netlib extends Lapack {
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
        return super.task(work, p);
    }

    @Override
    double[] times(int n, double[] a, double[] b) {
        double[] c = new double[n * n];
        blas.dgemm("N", "N", n, n, n, 1, a, n, b, n, 0, c, n);
        return c;
    }

    @Override
    double[] solve(int n, double[] a, double[] b) {
        double[] x = b.clone();
        intW info = new intW(0);
        lapack.dgesv(n, 1, a.clone(), n, new int[n], x, n, info);
        require(info.val);
        return x;
    }

    @Override
    Lu lu(int n, double[] a) {
        Lu lu = new Lu(a.clone(), new int[n]);
        intW info = new intW(0);
        lapack.dgetrf(n, n, lu.factors(), n, lu.pivots(), info);
        require(info.val);
        return lu;
    }

    @Override
    double[] solve(int n, Lu lu, double[] b) {
        double[] x = b.clone();
        intW info = new intW(0);
        lapack.dgetrs("N", n, 1, lu.factors(), n, lu.pivots(), x, n, info);
        require(info.val);
        return x;
    }

    @Override
    double[] cholesky(int n, double[] a) {
        double[] l = a.clone();
        intW info = new intW(0);
        lapack.dpotrf("L", n, l, n, info);
        require(info.val);
        return l;
    }

    @Override
    double[] leastSquares(int m, int n, double[] a, double[] b) {
        double[] x = b.clone();
        double[] factors = a.clone();
        withWork((work, length, info) -> lapack.dgels("N", m, n, 1, factors, m, x, m, work, length, info));
        return x;
    }

    @Override
    Svd svd(int n, double[] a) {
        Svd svd = new Svd(new double[n * n], new double[n], new double[n * n]);
        double[] destroyed = a.clone();
        int[] integers = new int[8 * n];
        withWork((work, length, info) ->
                lapack.dgesdd("S", n, n, destroyed, n, svd.s(), svd.u(), n, svd.vt(), n, work, length, integers, info));
        return svd;
    }

    @Override
    SymmetricEigen symmetricEigen(int n, double[] a) {
        SymmetricEigen eigen = new SymmetricEigen(new double[n], a.clone());
        intW info = new intW(0);
        double[] work = new double[1];
        int[] integers = new int[1];
        lapack.dsyevd("V", "L", n, eigen.vectors(), n, eigen.values(), work, -1, integers, -1, info);
        work = new double[(int) work[0]];
        integers = new int[integers[0]];
        lapack.dsyevd(
                "V", "L", n, eigen.vectors(), n, eigen.values(), work, work.length, integers, integers.length, info);
        require(info.val);
        return eigen;
    }

    @Override
    Eigen eigen(int n, double[] a) {
        Eigen eigen = new Eigen(new double[n], new double[n], new double[n * n]);
        double[] destroyed = a.clone();
        double[] left = new double[1];
        withWork((work, length, info) -> lapack.dgeev(
                "N",
                "V",
                n,
                destroyed,
                n,
                eigen.real(),
                eigen.imaginary(),
                left,
                1,
                eigen.vectors(),
                n,
                work,
                length,
                info));
        return eigen;
    }

    /** Calls with room for one value and the length -1, which asks how much room is needed, and then with that. */
    private static void withWork(Call call) {
        intW info = new intW(0);
        double[] needed = new double[1];
        call.run(needed, -1, info);
        double[] work = new double[(int) needed[0]];
        call.run(work, work.length, info);
        require(info.val);
    }

    private interface Call {
        void run(double[] work, int length, intW info);
    }
}
