package io.github.rustffi.netlib;

import dev.ludovic.netlib.blas.BLAS;

/**
 * The operations of the BLAS on doubles, which are computed in doubles or in floats. All values are those of floats.
 */
enum Precision {
    DOUBLE(Math.ulp(1.0)) {
        @Override
        void gemm(
                BLAS blas,
                String transa,
                String transb,
                int m,
                int n,
                int k,
                double alpha,
                Part a,
                Part b,
                double beta,
                Part c) {
            blas.dgemm(
                    transa, transb, m, n, k, alpha, a.values, a.offset, a.step, b.values, b.offset, b.step, beta,
                    c.values, c.offset, c.step);
        }

        @Override
        void syrk(BLAS blas, String uplo, String trans, int n, int k, double alpha, Part a, double beta, Part c) {
            blas.dsyrk(uplo, trans, n, k, alpha, a.values, a.offset, a.step, beta, c.values, c.offset, c.step);
        }

        @Override
        void trsm(
                BLAS blas,
                String side,
                String uplo,
                String transa,
                String diag,
                int m,
                int n,
                double alpha,
                Part a,
                Part b) {
            blas.dtrsm(side, uplo, transa, diag, m, n, alpha, a.values, a.offset, a.step, b.values, b.offset, b.step);
        }

        @Override
        void gemv(BLAS blas, String trans, int m, int n, double alpha, Part a, Part x, double beta, Part y) {
            blas.dgemv(
                    trans, m, n, alpha, a.values, a.offset, a.step, x.values, x.offset, x.step, beta, y.values,
                    y.offset, y.step);
        }
    },
    FLOAT(Math.ulp(1.0f)) {
        @Override
        void gemm(
                BLAS blas,
                String transa,
                String transb,
                int m,
                int n,
                int k,
                double alpha,
                Part a,
                Part b,
                double beta,
                Part c) {
            float[] result = c.floats();
            blas.sgemm(
                    transa,
                    transb,
                    m,
                    n,
                    k,
                    (float) alpha,
                    a.floats(),
                    a.offset,
                    a.step,
                    b.floats(),
                    b.offset,
                    b.step,
                    (float) beta,
                    result,
                    c.offset,
                    c.step);
            c.set(result);
        }

        @Override
        void syrk(BLAS blas, String uplo, String trans, int n, int k, double alpha, Part a, double beta, Part c) {
            float[] result = c.floats();
            blas.ssyrk(
                    uplo,
                    trans,
                    n,
                    k,
                    (float) alpha,
                    a.floats(),
                    a.offset,
                    a.step,
                    (float) beta,
                    result,
                    c.offset,
                    c.step);
            c.set(result);
        }

        @Override
        void trsm(
                BLAS blas,
                String side,
                String uplo,
                String transa,
                String diag,
                int m,
                int n,
                double alpha,
                Part a,
                Part b) {
            float[] result = b.floats();
            blas.strsm(
                    side,
                    uplo,
                    transa,
                    diag,
                    m,
                    n,
                    (float) alpha,
                    a.floats(),
                    a.offset,
                    a.step,
                    result,
                    b.offset,
                    b.step);
            b.set(result);
        }

        @Override
        void gemv(BLAS blas, String trans, int m, int n, double alpha, Part a, Part x, double beta, Part y) {
            float[] result = y.floats();
            blas.sgemv(
                    trans,
                    m,
                    n,
                    (float) alpha,
                    a.floats(),
                    a.offset,
                    a.step,
                    x.floats(),
                    x.offset,
                    x.step,
                    (float) beta,
                    result,
                    y.offset,
                    y.step);
            y.set(result);
        }
    };

    /** The distance from 1 to the next number. */
    final double epsilon;

    Precision(double epsilon) {
        this.epsilon = epsilon;
    }

    abstract void gemm(
            BLAS blas,
            String transa,
            String transb,
            int m,
            int n,
            int k,
            double alpha,
            Part a,
            Part b,
            double beta,
            Part c);

    abstract void syrk(BLAS blas, String uplo, String trans, int n, int k, double alpha, Part a, double beta, Part c);

    abstract void trsm(
            BLAS blas,
            String side,
            String uplo,
            String transa,
            String diag,
            int m,
            int n,
            double alpha,
            Part a,
            Part b);

    abstract void gemv(BLAS blas, String trans, int m, int n, double alpha, Part a, Part x, double beta, Part y);
}
