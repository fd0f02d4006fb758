package io.github.rustffi.benchmarks;

import io.github.rustffi.Cholesky;
import io.github.rustffi.Matrix;
import io.github.rustffi.Svd;
import io.github.rustffi.SymmetricEigen;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
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

/** Matrices of this library and of EJML. The results of both are compared before the clock runs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MatrixBenchmark {
    /** Rows and columns. */
    @Param({"16", "64", "256", "1024"})
    public int n;

    private Matrix a;
    private Matrix b;
    private Matrix positiveDefinite;
    private DMatrixRMaj ejmlA;
    private DMatrixRMaj ejmlB;
    private DMatrixRMaj ejmlPositiveDefinite;

    /** Makes the problems and checks that both libraries agree on them. */
    @Setup
    public void prepare() {
        Random random = new Random(1);
        double[] values = new double[n * n];
        Arrays.setAll(values, i -> random.nextGaussian());
        a = Matrix.of(n, n, values);
        Arrays.setAll(values, i -> random.nextGaussian());
        b = Matrix.of(n, n, values);
        positiveDefinite = a.times(a.transpose()).plus(Matrix.identity(n).times((double) n));
        ejmlA = new DMatrixRMaj(n, n, true, a.toArray());
        ejmlB = new DMatrixRMaj(n, n, true, b.toArray());
        ejmlPositiveDefinite = new DMatrixRMaj(n, n, true, positiveDefinite.toArray());
        requireEqual(times(), ejmlTimes());
        requireEqual(a.times(solve()), new DMatrixRMaj(n, n, true, b.toArray()));
        requireEqual(cholesky().l(), ejmlCholesky().getT(null));
        requireEqual(svd().singularValues(), sorted(ejmlSvd().getSingularValues()));
        EigenDecomposition_F64<DMatrixRMaj> eigen = ejmlSymmetricEigen();
        double[] eigenvalues = new double[n];
        Arrays.setAll(eigenvalues, i -> eigen.getEigenvalue(i).getReal());
        Arrays.sort(eigenvalues);
        requireEqual(symmetricEigen().values(), eigenvalues);
    }

    private static double[] sorted(double[] values) {
        double[] ascending = values.clone();
        Arrays.sort(ascending);
        double[] descending = new double[values.length];
        Arrays.setAll(descending, i -> ascending[values.length - 1 - i]);
        return descending;
    }

    private static void requireEqual(Matrix ours, DMatrixRMaj theirs) {
        requireEqual(ours.toArray(), Arrays.copyOf(theirs.data, theirs.getNumElements()));
    }

    private static void requireEqual(double[] ours, double[] theirs) {
        double largest = Arrays.stream(theirs).map(Math::abs).max().orElse(0);
        for (int i = 0; i < ours.length; i++) {
            if (!(Math.abs(ours[i] - theirs[i]) <= 1e-8 * largest)) {
                throw new AssertionError("value " + i + " is " + ours[i] + " here and " + theirs[i] + " there");
            }
        }
    }

    /** Product. */
    @Benchmark
    public Matrix times() {
        return a.times(b);
    }

    /** Product. */
    @Benchmark
    public DMatrixRMaj ejmlTimes() {
        DMatrixRMaj product = new DMatrixRMaj(n, n);
        CommonOps_DDRM.mult(ejmlA, ejmlB, product);
        return product;
    }

    /** Solution for n right-hand sides. */
    @Benchmark
    public Matrix solve() {
        return a.solve(b);
    }

    /** Solution for n right-hand sides. */
    @Benchmark
    public DMatrixRMaj ejmlSolve() {
        DMatrixRMaj x = new DMatrixRMaj(n, n);
        if (!CommonOps_DDRM.solve(ejmlA, ejmlB, x)) {
            throw new AssertionError("singular");
        }
        return x;
    }

    /** Cholesky factor. */
    @Benchmark
    public Cholesky cholesky() {
        return positiveDefinite.cholesky();
    }

    /** Cholesky factor. */
    @Benchmark
    public CholeskyDecomposition_F64<DMatrixRMaj> ejmlCholesky() {
        CholeskyDecomposition_F64<DMatrixRMaj> cholesky = DecompositionFactory_DDRM.chol(n, true);
        if (!cholesky.decompose(ejmlPositiveDefinite.copy())) {
            throw new AssertionError("not positive definite");
        }
        return cholesky;
    }

    /** Singular values and vectors. */
    @Benchmark
    public Svd svd() {
        return a.svd();
    }

    /** Singular values and vectors. */
    @Benchmark
    public SingularValueDecomposition_F64<DMatrixRMaj> ejmlSvd() {
        SingularValueDecomposition_F64<DMatrixRMaj> svd = DecompositionFactory_DDRM.svd(n, n, true, true, true);
        if (!svd.decompose(ejmlA.copy())) {
            throw new AssertionError("no convergence");
        }
        return svd;
    }

    /** Eigenvalues and vectors of a symmetric matrix. */
    @Benchmark
    public SymmetricEigen symmetricEigen() {
        return positiveDefinite.symmetricEigen();
    }

    /** Eigenvalues and vectors of a symmetric matrix. */
    @Benchmark
    public EigenDecomposition_F64<DMatrixRMaj> ejmlSymmetricEigen() {
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(n, true, true);
        if (!eigen.decompose(ejmlPositiveDefinite.copy())) {
            throw new AssertionError("no convergence");
        }
        return eigen;
    }
}
