package io.github.rustffi.netlib;

import dev.ludovic.netlib.blas.BLAS;
import org.netlib.util.doubleW;
import org.netlib.util.floatW;

/**
 * Leaves every operation to another implementation, as it is called. Those that Rust always does are left to
 * {@link RustBlas}.
 */
abstract class Delegating implements BLAS {
    private final BLAS others;

    Delegating(BLAS others) {
        this.others = others;
    }

    @Override
    public double dasum(int n, double[] x, int incx) {
        return others.dasum(n, x, incx);
    }

    @Override
    public double dasum(int n, double[] x, int offsetx, int incx) {
        return others.dasum(n, x, offsetx, incx);
    }

    @Override
    public float sasum(int n, float[] x, int incx) {
        return others.sasum(n, x, incx);
    }

    @Override
    public float sasum(int n, float[] x, int offsetx, int incx) {
        return others.sasum(n, x, offsetx, incx);
    }

    @Override
    public void daxpy(int n, double alpha, double[] x, int incx, double[] y, int incy) {
        others.daxpy(n, alpha, x, incx, y, incy);
    }

    @Override
    public void daxpy(int n, double alpha, double[] x, int offsetx, int incx, double[] y, int offsety, int incy) {
        others.daxpy(n, alpha, x, offsetx, incx, y, offsety, incy);
    }

    @Override
    public void saxpy(int n, float alpha, float[] x, int incx, float[] y, int incy) {
        others.saxpy(n, alpha, x, incx, y, incy);
    }

    @Override
    public void saxpy(int n, float alpha, float[] x, int offsetx, int incx, float[] y, int offsety, int incy) {
        others.saxpy(n, alpha, x, offsetx, incx, y, offsety, incy);
    }

    @Override
    public void dcopy(int n, double[] x, int incx, double[] y, int incy) {
        others.dcopy(n, x, incx, y, incy);
    }

    @Override
    public void dcopy(int n, double[] x, int offsetx, int incx, double[] y, int offsety, int incy) {
        others.dcopy(n, x, offsetx, incx, y, offsety, incy);
    }

    @Override
    public void scopy(int n, float[] x, int incx, float[] y, int incy) {
        others.scopy(n, x, incx, y, incy);
    }

    @Override
    public void scopy(int n, float[] x, int offsetx, int incx, float[] y, int offsety, int incy) {
        others.scopy(n, x, offsetx, incx, y, offsety, incy);
    }

    @Override
    public double ddot(int n, double[] x, int incx, double[] y, int incy) {
        return others.ddot(n, x, incx, y, incy);
    }

    @Override
    public double ddot(int n, double[] x, int offsetx, int incx, double[] y, int offsety, int incy) {
        return others.ddot(n, x, offsetx, incx, y, offsety, incy);
    }

    @Override
    public float sdot(int n, float[] x, int incx, float[] y, int incy) {
        return others.sdot(n, x, incx, y, incy);
    }

    @Override
    public float sdot(int n, float[] x, int offsetx, int incx, float[] y, int offsety, int incy) {
        return others.sdot(n, x, offsetx, incx, y, offsety, incy);
    }

    @Override
    public float sdsdot(int n, float sb, float[] sx, int incx, float[] sy, int incy) {
        return others.sdsdot(n, sb, sx, incx, sy, incy);
    }

    @Override
    public float sdsdot(int n, float sb, float[] sx, int offsetsx, int incx, float[] sy, int offsetsy, int incy) {
        return others.sdsdot(n, sb, sx, offsetsx, incx, sy, offsetsy, incy);
    }

    @Override
    public void dgbmv(
            String trans,
            int m,
            int n,
            int kl,
            int ku,
            double alpha,
            double[] a,
            int lda,
            double[] x,
            int incx,
            double beta,
            double[] y,
            int incy) {
        others.dgbmv(trans, m, n, kl, ku, alpha, a, lda, x, incx, beta, y, incy);
    }

    @Override
    public void dgbmv(
            String trans,
            int m,
            int n,
            int kl,
            int ku,
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
        others.dgbmv(trans, m, n, kl, ku, alpha, a, offseta, lda, x, offsetx, incx, beta, y, offsety, incy);
    }

    @Override
    public void sgbmv(
            String trans,
            int m,
            int n,
            int kl,
            int ku,
            float alpha,
            float[] a,
            int lda,
            float[] x,
            int incx,
            float beta,
            float[] y,
            int incy) {
        others.sgbmv(trans, m, n, kl, ku, alpha, a, lda, x, incx, beta, y, incy);
    }

    @Override
    public void sgbmv(
            String trans,
            int m,
            int n,
            int kl,
            int ku,
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
        others.sgbmv(trans, m, n, kl, ku, alpha, a, offseta, lda, x, offsetx, incx, beta, y, offsety, incy);
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
        others.dgemv(trans, m, n, alpha, a, lda, x, incx, beta, y, incy);
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
        others.dgemv(trans, m, n, alpha, a, offseta, lda, x, offsetx, incx, beta, y, offsety, incy);
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
        others.sgemv(trans, m, n, alpha, a, lda, x, incx, beta, y, incy);
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
        others.sgemv(trans, m, n, alpha, a, offseta, lda, x, offsetx, incx, beta, y, offsety, incy);
    }

    @Override
    public void dger(int m, int n, double alpha, double[] x, int incx, double[] y, int incy, double[] a, int lda) {
        others.dger(m, n, alpha, x, incx, y, incy, a, lda);
    }

    @Override
    public void dger(
            int m,
            int n,
            double alpha,
            double[] x,
            int offsetx,
            int incx,
            double[] y,
            int offsety,
            int incy,
            double[] a,
            int offseta,
            int lda) {
        others.dger(m, n, alpha, x, offsetx, incx, y, offsety, incy, a, offseta, lda);
    }

    @Override
    public void sger(int m, int n, float alpha, float[] x, int incx, float[] y, int incy, float[] a, int lda) {
        others.sger(m, n, alpha, x, incx, y, incy, a, lda);
    }

    @Override
    public void sger(
            int m,
            int n,
            float alpha,
            float[] x,
            int offsetx,
            int incx,
            float[] y,
            int offsety,
            int incy,
            float[] a,
            int offseta,
            int lda) {
        others.sger(m, n, alpha, x, offsetx, incx, y, offsety, incy, a, offseta, lda);
    }

    @Override
    public double dnrm2(int n, double[] x, int incx) {
        return others.dnrm2(n, x, incx);
    }

    @Override
    public double dnrm2(int n, double[] x, int offsetx, int incx) {
        return others.dnrm2(n, x, offsetx, incx);
    }

    @Override
    public float snrm2(int n, float[] x, int incx) {
        return others.snrm2(n, x, incx);
    }

    @Override
    public float snrm2(int n, float[] x, int offsetx, int incx) {
        return others.snrm2(n, x, offsetx, incx);
    }

    @Override
    public void drot(int n, double[] dx, int incx, double[] dy, int incy, double c, double s) {
        others.drot(n, dx, incx, dy, incy, c, s);
    }

    @Override
    public void drot(
            int n, double[] dx, int offsetdx, int incx, double[] dy, int offsetdy, int incy, double c, double s) {
        others.drot(n, dx, offsetdx, incx, dy, offsetdy, incy, c, s);
    }

    @Override
    public void srot(int n, float[] sx, int incx, float[] sy, int incy, float c, float s) {
        others.srot(n, sx, incx, sy, incy, c, s);
    }

    @Override
    public void srot(int n, float[] sx, int offsetsx, int incx, float[] sy, int offsetsy, int incy, float c, float s) {
        others.srot(n, sx, offsetsx, incx, sy, offsetsy, incy, c, s);
    }

    @Override
    public void drotg(doubleW da, doubleW db, doubleW c, doubleW s) {
        others.drotg(da, db, c, s);
    }

    @Override
    public void srotg(floatW sa, floatW sb, floatW c, floatW s) {
        others.srotg(sa, sb, c, s);
    }

    @Override
    public void drotm(int n, double[] dx, int incx, double[] dy, int incy, double[] dparam) {
        others.drotm(n, dx, incx, dy, incy, dparam);
    }

    @Override
    public void drotm(
            int n,
            double[] dx,
            int offsetdx,
            int incx,
            double[] dy,
            int offsetdy,
            int incy,
            double[] dparam,
            int offsetdparam) {
        others.drotm(n, dx, offsetdx, incx, dy, offsetdy, incy, dparam, offsetdparam);
    }

    @Override
    public void srotm(int n, float[] sx, int incx, float[] sy, int incy, float[] sparam) {
        others.srotm(n, sx, incx, sy, incy, sparam);
    }

    @Override
    public void srotm(
            int n,
            float[] sx,
            int offsetsx,
            int incx,
            float[] sy,
            int offsetsy,
            int incy,
            float[] sparam,
            int offsetsparam) {
        others.srotm(n, sx, offsetsx, incx, sy, offsetsy, incy, sparam, offsetsparam);
    }

    @Override
    public void drotmg(doubleW dd1, doubleW dd2, doubleW dx1, double dy1, double[] dparam) {
        others.drotmg(dd1, dd2, dx1, dy1, dparam);
    }

    @Override
    public void drotmg(doubleW dd1, doubleW dd2, doubleW dx1, double dy1, double[] dparam, int offsetdparam) {
        others.drotmg(dd1, dd2, dx1, dy1, dparam, offsetdparam);
    }

    @Override
    public void srotmg(floatW sd1, floatW sd2, floatW sx1, float sy1, float[] sparam) {
        others.srotmg(sd1, sd2, sx1, sy1, sparam);
    }

    @Override
    public void srotmg(floatW sd1, floatW sd2, floatW sx1, float sy1, float[] sparam, int offsetsparam) {
        others.srotmg(sd1, sd2, sx1, sy1, sparam, offsetsparam);
    }

    @Override
    public void dsbmv(
            String uplo,
            int n,
            int k,
            double alpha,
            double[] a,
            int lda,
            double[] x,
            int incx,
            double beta,
            double[] y,
            int incy) {
        others.dsbmv(uplo, n, k, alpha, a, lda, x, incx, beta, y, incy);
    }

    @Override
    public void dsbmv(
            String uplo,
            int n,
            int k,
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
        others.dsbmv(uplo, n, k, alpha, a, offseta, lda, x, offsetx, incx, beta, y, offsety, incy);
    }

    @Override
    public void ssbmv(
            String uplo,
            int n,
            int k,
            float alpha,
            float[] a,
            int lda,
            float[] x,
            int incx,
            float beta,
            float[] y,
            int incy) {
        others.ssbmv(uplo, n, k, alpha, a, lda, x, incx, beta, y, incy);
    }

    @Override
    public void ssbmv(
            String uplo,
            int n,
            int k,
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
        others.ssbmv(uplo, n, k, alpha, a, offseta, lda, x, offsetx, incx, beta, y, offsety, incy);
    }

    @Override
    public void dscal(int n, double alpha, double[] x, int incx) {
        others.dscal(n, alpha, x, incx);
    }

    @Override
    public void dscal(int n, double alpha, double[] x, int offsetx, int incx) {
        others.dscal(n, alpha, x, offsetx, incx);
    }

    @Override
    public void sscal(int n, float alpha, float[] x, int incx) {
        others.sscal(n, alpha, x, incx);
    }

    @Override
    public void sscal(int n, float alpha, float[] x, int offsetx, int incx) {
        others.sscal(n, alpha, x, offsetx, incx);
    }

    @Override
    public void dspmv(
            String uplo, int n, double alpha, double[] a, double[] x, int incx, double beta, double[] y, int incy) {
        others.dspmv(uplo, n, alpha, a, x, incx, beta, y, incy);
    }

    @Override
    public void dspmv(
            String uplo,
            int n,
            double alpha,
            double[] a,
            int offseta,
            double[] x,
            int offsetx,
            int incx,
            double beta,
            double[] y,
            int offsety,
            int incy) {
        others.dspmv(uplo, n, alpha, a, offseta, x, offsetx, incx, beta, y, offsety, incy);
    }

    @Override
    public void sspmv(
            String uplo, int n, float alpha, float[] ap, float[] x, int incx, float beta, float[] y, int incy) {
        others.sspmv(uplo, n, alpha, ap, x, incx, beta, y, incy);
    }

    @Override
    public void sspmv(
            String uplo,
            int n,
            float alpha,
            float[] ap,
            int offsetap,
            float[] x,
            int offsetx,
            int incx,
            float beta,
            float[] y,
            int offsety,
            int incy) {
        others.sspmv(uplo, n, alpha, ap, offsetap, x, offsetx, incx, beta, y, offsety, incy);
    }

    @Override
    public void dspr(String uplo, int n, double alpha, double[] x, int incx, double[] a) {
        others.dspr(uplo, n, alpha, x, incx, a);
    }

    @Override
    public void dspr(String uplo, int n, double alpha, double[] x, int offsetx, int incx, double[] a, int offseta) {
        others.dspr(uplo, n, alpha, x, offsetx, incx, a, offseta);
    }

    @Override
    public void sspr(String uplo, int n, float alpha, float[] x, int incx, float[] ap) {
        others.sspr(uplo, n, alpha, x, incx, ap);
    }

    @Override
    public void sspr(String uplo, int n, float alpha, float[] x, int offsetx, int incx, float[] ap, int offsetap) {
        others.sspr(uplo, n, alpha, x, offsetx, incx, ap, offsetap);
    }

    @Override
    public void dspr2(String uplo, int n, double alpha, double[] x, int incx, double[] y, int incy, double[] ap) {
        others.dspr2(uplo, n, alpha, x, incx, y, incy, ap);
    }

    @Override
    public void dspr2(
            String uplo,
            int n,
            double alpha,
            double[] x,
            int offsetx,
            int incx,
            double[] y,
            int offsety,
            int incy,
            double[] ap,
            int offsetap) {
        others.dspr2(uplo, n, alpha, x, offsetx, incx, y, offsety, incy, ap, offsetap);
    }

    @Override
    public void sspr2(String uplo, int n, float alpha, float[] x, int incx, float[] y, int incy, float[] ap) {
        others.sspr2(uplo, n, alpha, x, incx, y, incy, ap);
    }

    @Override
    public void sspr2(
            String uplo,
            int n,
            float alpha,
            float[] x,
            int offsetx,
            int incx,
            float[] y,
            int offsety,
            int incy,
            float[] ap,
            int offsetap) {
        others.sspr2(uplo, n, alpha, x, offsetx, incx, y, offsety, incy, ap, offsetap);
    }

    @Override
    public void dswap(int n, double[] x, int incx, double[] y, int incy) {
        others.dswap(n, x, incx, y, incy);
    }

    @Override
    public void dswap(int n, double[] x, int offsetx, int incx, double[] y, int offsety, int incy) {
        others.dswap(n, x, offsetx, incx, y, offsety, incy);
    }

    @Override
    public void sswap(int n, float[] x, int incx, float[] y, int incy) {
        others.sswap(n, x, incx, y, incy);
    }

    @Override
    public void sswap(int n, float[] x, int offsetx, int incx, float[] y, int offsety, int incy) {
        others.sswap(n, x, offsetx, incx, y, offsety, incy);
    }

    @Override
    public void dsymm(
            String side,
            String uplo,
            int m,
            int n,
            double alpha,
            double[] a,
            int lda,
            double[] b,
            int ldb,
            double beta,
            double[] c,
            int ldc) {
        others.dsymm(side, uplo, m, n, alpha, a, lda, b, ldb, beta, c, ldc);
    }

    @Override
    public void dsymm(
            String side,
            String uplo,
            int m,
            int n,
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
        others.dsymm(side, uplo, m, n, alpha, a, offseta, lda, b, offsetb, ldb, beta, c, offsetc, ldc);
    }

    @Override
    public void ssymm(
            String side,
            String uplo,
            int m,
            int n,
            float alpha,
            float[] a,
            int lda,
            float[] b,
            int ldb,
            float beta,
            float[] c,
            int ldc) {
        others.ssymm(side, uplo, m, n, alpha, a, lda, b, ldb, beta, c, ldc);
    }

    @Override
    public void ssymm(
            String side,
            String uplo,
            int m,
            int n,
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
        others.ssymm(side, uplo, m, n, alpha, a, offseta, lda, b, offsetb, ldb, beta, c, offsetc, ldc);
    }

    @Override
    public void dsymv(
            String uplo,
            int n,
            double alpha,
            double[] a,
            int lda,
            double[] x,
            int incx,
            double beta,
            double[] y,
            int incy) {
        others.dsymv(uplo, n, alpha, a, lda, x, incx, beta, y, incy);
    }

    @Override
    public void dsymv(
            String uplo,
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
        others.dsymv(uplo, n, alpha, a, offseta, lda, x, offsetx, incx, beta, y, offsety, incy);
    }

    @Override
    public void ssymv(
            String uplo, int n, float alpha, float[] a, int lda, float[] x, int incx, float beta, float[] y, int incy) {
        others.ssymv(uplo, n, alpha, a, lda, x, incx, beta, y, incy);
    }

    @Override
    public void ssymv(
            String uplo,
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
        others.ssymv(uplo, n, alpha, a, offseta, lda, x, offsetx, incx, beta, y, offsety, incy);
    }

    @Override
    public void dsyr(String uplo, int n, double alpha, double[] x, int incx, double[] a, int lda) {
        others.dsyr(uplo, n, alpha, x, incx, a, lda);
    }

    @Override
    public void dsyr(
            String uplo, int n, double alpha, double[] x, int offsetx, int incx, double[] a, int offseta, int lda) {
        others.dsyr(uplo, n, alpha, x, offsetx, incx, a, offseta, lda);
    }

    @Override
    public void ssyr(String uplo, int n, float alpha, float[] x, int incx, float[] a, int lda) {
        others.ssyr(uplo, n, alpha, x, incx, a, lda);
    }

    @Override
    public void ssyr(
            String uplo, int n, float alpha, float[] x, int offsetx, int incx, float[] a, int offseta, int lda) {
        others.ssyr(uplo, n, alpha, x, offsetx, incx, a, offseta, lda);
    }

    @Override
    public void dsyr2(
            String uplo, int n, double alpha, double[] x, int incx, double[] y, int incy, double[] a, int lda) {
        others.dsyr2(uplo, n, alpha, x, incx, y, incy, a, lda);
    }

    @Override
    public void dsyr2(
            String uplo,
            int n,
            double alpha,
            double[] x,
            int offsetx,
            int incx,
            double[] y,
            int offsety,
            int incy,
            double[] a,
            int offseta,
            int lda) {
        others.dsyr2(uplo, n, alpha, x, offsetx, incx, y, offsety, incy, a, offseta, lda);
    }

    @Override
    public void ssyr2(String uplo, int n, float alpha, float[] x, int incx, float[] y, int incy, float[] a, int lda) {
        others.ssyr2(uplo, n, alpha, x, incx, y, incy, a, lda);
    }

    @Override
    public void ssyr2(
            String uplo,
            int n,
            float alpha,
            float[] x,
            int offsetx,
            int incx,
            float[] y,
            int offsety,
            int incy,
            float[] a,
            int offseta,
            int lda) {
        others.ssyr2(uplo, n, alpha, x, offsetx, incx, y, offsety, incy, a, offseta, lda);
    }

    @Override
    public void dsyr2k(
            String uplo,
            String trans,
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
        others.dsyr2k(uplo, trans, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    }

    @Override
    public void dsyr2k(
            String uplo,
            String trans,
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
        others.dsyr2k(uplo, trans, n, k, alpha, a, offseta, lda, b, offsetb, ldb, beta, c, offsetc, ldc);
    }

    @Override
    public void ssyr2k(
            String uplo,
            String trans,
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
        others.ssyr2k(uplo, trans, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    }

    @Override
    public void ssyr2k(
            String uplo,
            String trans,
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
        others.ssyr2k(uplo, trans, n, k, alpha, a, offseta, lda, b, offsetb, ldb, beta, c, offsetc, ldc);
    }

    @Override
    public void dtbmv(String uplo, String trans, String diag, int n, int k, double[] a, int lda, double[] x, int incx) {
        others.dtbmv(uplo, trans, diag, n, k, a, lda, x, incx);
    }

    @Override
    public void dtbmv(
            String uplo,
            String trans,
            String diag,
            int n,
            int k,
            double[] a,
            int offseta,
            int lda,
            double[] x,
            int offsetx,
            int incx) {
        others.dtbmv(uplo, trans, diag, n, k, a, offseta, lda, x, offsetx, incx);
    }

    @Override
    public void stbmv(String uplo, String trans, String diag, int n, int k, float[] a, int lda, float[] x, int incx) {
        others.stbmv(uplo, trans, diag, n, k, a, lda, x, incx);
    }

    @Override
    public void stbmv(
            String uplo,
            String trans,
            String diag,
            int n,
            int k,
            float[] a,
            int offseta,
            int lda,
            float[] x,
            int offsetx,
            int incx) {
        others.stbmv(uplo, trans, diag, n, k, a, offseta, lda, x, offsetx, incx);
    }

    @Override
    public void dtbsv(String uplo, String trans, String diag, int n, int k, double[] a, int lda, double[] x, int incx) {
        others.dtbsv(uplo, trans, diag, n, k, a, lda, x, incx);
    }

    @Override
    public void dtbsv(
            String uplo,
            String trans,
            String diag,
            int n,
            int k,
            double[] a,
            int offseta,
            int lda,
            double[] x,
            int offsetx,
            int incx) {
        others.dtbsv(uplo, trans, diag, n, k, a, offseta, lda, x, offsetx, incx);
    }

    @Override
    public void stbsv(String uplo, String trans, String diag, int n, int k, float[] a, int lda, float[] x, int incx) {
        others.stbsv(uplo, trans, diag, n, k, a, lda, x, incx);
    }

    @Override
    public void stbsv(
            String uplo,
            String trans,
            String diag,
            int n,
            int k,
            float[] a,
            int offseta,
            int lda,
            float[] x,
            int offsetx,
            int incx) {
        others.stbsv(uplo, trans, diag, n, k, a, offseta, lda, x, offsetx, incx);
    }

    @Override
    public void dtpmv(String uplo, String trans, String diag, int n, double[] ap, double[] x, int incx) {
        others.dtpmv(uplo, trans, diag, n, ap, x, incx);
    }

    @Override
    public void dtpmv(
            String uplo,
            String trans,
            String diag,
            int n,
            double[] ap,
            int offsetap,
            double[] x,
            int offsetx,
            int incx) {
        others.dtpmv(uplo, trans, diag, n, ap, offsetap, x, offsetx, incx);
    }

    @Override
    public void stpmv(String uplo, String trans, String diag, int n, float[] ap, float[] x, int incx) {
        others.stpmv(uplo, trans, diag, n, ap, x, incx);
    }

    @Override
    public void stpmv(
            String uplo, String trans, String diag, int n, float[] ap, int offsetap, float[] x, int offsetx, int incx) {
        others.stpmv(uplo, trans, diag, n, ap, offsetap, x, offsetx, incx);
    }

    @Override
    public void dtpsv(String uplo, String trans, String diag, int n, double[] ap, double[] x, int incx) {
        others.dtpsv(uplo, trans, diag, n, ap, x, incx);
    }

    @Override
    public void dtpsv(
            String uplo,
            String trans,
            String diag,
            int n,
            double[] ap,
            int offsetap,
            double[] x,
            int offsetx,
            int incx) {
        others.dtpsv(uplo, trans, diag, n, ap, offsetap, x, offsetx, incx);
    }

    @Override
    public void stpsv(String uplo, String trans, String diag, int n, float[] ap, float[] x, int incx) {
        others.stpsv(uplo, trans, diag, n, ap, x, incx);
    }

    @Override
    public void stpsv(
            String uplo, String trans, String diag, int n, float[] ap, int offsetap, float[] x, int offsetx, int incx) {
        others.stpsv(uplo, trans, diag, n, ap, offsetap, x, offsetx, incx);
    }

    @Override
    public void dtrmm(
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
        others.dtrmm(side, uplo, transa, diag, m, n, alpha, a, lda, b, ldb);
    }

    @Override
    public void dtrmm(
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
        others.dtrmm(side, uplo, transa, diag, m, n, alpha, a, offseta, lda, b, offsetb, ldb);
    }

    @Override
    public void strmm(
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
        others.strmm(side, uplo, transa, diag, m, n, alpha, a, lda, b, ldb);
    }

    @Override
    public void strmm(
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
        others.strmm(side, uplo, transa, diag, m, n, alpha, a, offseta, lda, b, offsetb, ldb);
    }

    @Override
    public void dtrmv(String uplo, String trans, String diag, int n, double[] a, int lda, double[] x, int incx) {
        others.dtrmv(uplo, trans, diag, n, a, lda, x, incx);
    }

    @Override
    public void dtrmv(
            String uplo,
            String trans,
            String diag,
            int n,
            double[] a,
            int offseta,
            int lda,
            double[] x,
            int offsetx,
            int incx) {
        others.dtrmv(uplo, trans, diag, n, a, offseta, lda, x, offsetx, incx);
    }

    @Override
    public void strmv(String uplo, String trans, String diag, int n, float[] a, int lda, float[] x, int incx) {
        others.strmv(uplo, trans, diag, n, a, lda, x, incx);
    }

    @Override
    public void strmv(
            String uplo,
            String trans,
            String diag,
            int n,
            float[] a,
            int offseta,
            int lda,
            float[] x,
            int offsetx,
            int incx) {
        others.strmv(uplo, trans, diag, n, a, offseta, lda, x, offsetx, incx);
    }

    @Override
    public void dtrsv(String uplo, String trans, String diag, int n, double[] a, int lda, double[] x, int incx) {
        others.dtrsv(uplo, trans, diag, n, a, lda, x, incx);
    }

    @Override
    public void dtrsv(
            String uplo,
            String trans,
            String diag,
            int n,
            double[] a,
            int offseta,
            int lda,
            double[] x,
            int offsetx,
            int incx) {
        others.dtrsv(uplo, trans, diag, n, a, offseta, lda, x, offsetx, incx);
    }

    @Override
    public void strsv(String uplo, String trans, String diag, int n, float[] a, int lda, float[] x, int incx) {
        others.strsv(uplo, trans, diag, n, a, lda, x, incx);
    }

    @Override
    public void strsv(
            String uplo,
            String trans,
            String diag,
            int n,
            float[] a,
            int offseta,
            int lda,
            float[] x,
            int offsetx,
            int incx) {
        others.strsv(uplo, trans, diag, n, a, offseta, lda, x, offsetx, incx);
    }

    @Override
    public int idamax(int n, double[] x, int incx) {
        return others.idamax(n, x, incx);
    }

    @Override
    public int idamax(int n, double[] x, int offsetx, int incx) {
        return others.idamax(n, x, offsetx, incx);
    }

    @Override
    public int isamax(int n, float[] sx, int incx) {
        return others.isamax(n, sx, incx);
    }

    @Override
    public int isamax(int n, float[] sx, int offsetsx, int incx) {
        return others.isamax(n, sx, offsetsx, incx);
    }

    @Override
    public boolean lsame(String ca, String cb) {
        return others.lsame(ca, cb);
    }
}
