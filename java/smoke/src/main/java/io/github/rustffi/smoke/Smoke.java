package io.github.rustffi.smoke;

import io.github.rustffi.Batch;
import io.github.rustffi.BatchHits;
import io.github.rustffi.Cholesky;
import io.github.rustffi.Eigen;
import io.github.rustffi.FloatMatrix;
import io.github.rustffi.Hessenberg;
import io.github.rustffi.Hits;
import io.github.rustffi.IdFilter;
import io.github.rustffi.Ldl;
import io.github.rustffi.LeastSquares;
import io.github.rustffi.Lu;
import io.github.rustffi.Matrix;
import io.github.rustffi.MatrixFunctions;
import io.github.rustffi.NativeLibrary;
import io.github.rustffi.NativeMemory;
import io.github.rustffi.NotPositiveDefiniteException;
import io.github.rustffi.Npz;
import io.github.rustffi.Parallelism;
import io.github.rustffi.Pca;
import io.github.rustffi.PivotedQr;
import io.github.rustffi.Qr;
import io.github.rustffi.RustFfi;
import io.github.rustffi.Schur;
import io.github.rustffi.SearchOptions;
import io.github.rustffi.SingularMatrixException;
import io.github.rustffi.Standardization;
import io.github.rustffi.Statistics;
import io.github.rustffi.Svd;
import io.github.rustffi.SymmetricEigen;
import io.github.rustffi.VectorIndex;
import io.github.rustffi.Vectors;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;

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
     * @throws IOException if a file cannot be written or read
     */
    public static void main(String[] arguments) throws IOException {
        Smoke smoke = new Smoke();
        smoke.loading(arguments.length > 0 ? arguments[0] : NativeLibrary.platform());
        smoke.tutorial();
        smoke.matrices();
        smoke.making();
        smoke.floatMatrices();
        smoke.arithmeticOfMatrices();
        smoke.elementWise();
        smoke.rowsAndColumns();
        smoke.reductions();
        smoke.normsAndProducts();
        smoke.linearSystems();
        smoke.factorizations();
        smoke.decompositions();
        smoke.leastSquares();
        smoke.statistics();
        smoke.vectors();
        smoke.arithmeticOfVectors();
        // Named by the process and not at random: the JDK's seed looks at the network, which ends it under Wine.
        Path directory = Files.createDirectory(Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("rust-ffi-smoke-" + ProcessHandle.current().pid()));
        Path file = directory.resolve("values.npy");
        try {
            smoke.files(file);
            smoke.archives(file);
            smoke.index(file);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(directory);
        }
        smoke.threads();
        smoke.memory();
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

    private void making() {
        Matrix a = Matrix.of(2, 2, 1, 2, 3, 4);
        Matrix.Generator generator = (i, j) -> 2 * i + j + 1;
        equal("Matrix.Generator.valueAt", generator.valueAt(1, 1), 4.0);
        equal("Matrix.generate", Matrix.generate(2, 2, generator), a);
        equal("Matrix.wrap", Matrix.wrap(2, 2, new double[] {1, 2, 3, 4}), a);
        near("Matrix.filled", Matrix.filled(1, 2, 7).toArray(), 7, 7);
        equal("Matrix.ofRow", Matrix.ofRow(1, 2).columns(), 2);
        equal("Matrix.ofColumn", Matrix.ofColumn(1, 2).rows(), 2);
        Matrix uniform = Matrix.random(3, 4, new SplittableRandom(1));
        equal("Matrix.random", uniform.min() >= 0 && uniform.max() < 1, true);
        Matrix normal = Matrix.gaussian(3, 4, new Random(1));
        equal("Matrix.gaussian", normal.get(2, 3) != normal.get(0, 0), true);
        near("Matrix.hstack", Matrix.hstack(a, a).row(1), 3, 4, 3, 4);
        near("Matrix.vstack", Matrix.vstack(a, a).column(1), 2, 4, 2, 4);
        equal("Matrix.block", Matrix.block(new Matrix[][] {{a}, {a}}), Matrix.vstack(a, a));
        near("Matrix.reshape", a.reshape(1, 4).row(0), 1, 2, 3, 4);
        near("Matrix.selectRows", a.selectRows(1, 1).toArray(), 3, 4, 3, 4);
        near("Matrix.selectColumns", a.selectColumns(1, 0).toArray(), 2, 1, 4, 3);
        near("Matrix.diagonal", a.diagonal(), 1, 4);
        near("Matrix.upperTriangle", a.upperTriangle().toArray(), 1, 2, 0, 4);
        near("Matrix.lowerTriangle", a.lowerTriangle().toArray(), 1, 0, 3, 4);
        fails("Matrix.hstack", IllegalArgumentException.class, () -> Matrix.hstack(a, Matrix.ofRow(1)));
    }

    private void elementWise() {
        Matrix a = Matrix.of(1, 2, 4, -9);
        near("Matrix.map", a.map(Math::abs).toArray(), 4, 9);
        near("Matrix.zip", a.zip(a, Math::max).toArray(), 4, -9);
        near("Matrix.elementTimes", a.elementTimes(a).toArray(), 16, 81);
        near("Matrix.elementDiv", a.elementDiv(a).toArray(), 1, 1);
        near("Matrix.plus", a.plus(1).toArray(), 5, -8);
        near("Matrix.minus", a.minus(1).toArray(), 3, -10);
        near("Matrix.div", a.div(2).toArray(), 2, -4.5);
        near("Matrix.unaryMinus", a.unaryMinus().toArray(), -4, 9);
    }

    private void rowsAndColumns() {
        Matrix a = Matrix.of(2, 2, 1, 2, 3, 4);
        double[] x = {1, 2};
        near("Matrix.plusRow", a.plusRow(x).toArray(), 2, 4, 4, 6);
        near("Matrix.minusRow", a.minusRow(x).toArray(), 0, 0, 2, 2);
        near("Matrix.timesRow", a.timesRow(x).toArray(), 1, 4, 3, 8);
        near("Matrix.divRow", a.divRow(x).toArray(), 1, 1, 3, 2);
        near("Matrix.plusColumn", a.plusColumn(x).toArray(), 2, 3, 5, 6);
        near("Matrix.minusColumn", a.minusColumn(x).toArray(), 0, 1, 1, 2);
        near("Matrix.timesColumn", a.timesColumn(x).toArray(), 1, 2, 6, 8);
        near("Matrix.divColumn", a.divColumn(x).toArray(), 1, 2, 1.5, 2);
        fails("Matrix.plusRow", IllegalArgumentException.class, () -> a.plusRow(new double[3]));
    }

    private void reductions() {
        Matrix a = Matrix.of(2, 2, 1, -5, 4, 2);
        near("Matrix.sum", new double[] {a.sum()}, 2);
        near("Matrix.mean", new double[] {a.mean(), a.min(), a.max(), a.maxAbs()}, 0.5, -5, 4, 5);
        near("Matrix.rowSums", a.rowSums(), -4, 6);
        near("Matrix.columnSums", a.columnSums(), 5, -3);
        near("Matrix.rowMeans", a.rowMeans(), -2, 3);
        near("Matrix.columnMeans", a.columnMeans(), 2.5, -1.5);
        near("Matrix.rowMinima", a.rowMinima(), -5, 2);
        near("Matrix.columnMinima", a.columnMinima(), 1, -5);
        near("Matrix.rowMaxima", a.rowMaxima(), 1, 4);
        near("Matrix.columnMaxima", a.columnMaxima(), 4, 2);
        near("Matrix.rowMaxAbs", a.rowMaxAbs(), 5, 4);
        near("Matrix.columnMaxAbs", a.columnMaxAbs(), 4, 5);
        equal("Matrix.argmax", a.argmax(), 2);
        equal("Matrix.argmin", a.argmin(), 1);
        equal("Matrix.rowArgmax", Arrays.toString(a.rowArgmax()), "[0, 0]");
        equal("Matrix.columnArgmax", Arrays.toString(a.columnArgmax()), "[1, 1]");
        equal("Matrix.rowArgmin", Arrays.toString(a.rowArgmin()), "[1, 1]");
        equal("Matrix.columnArgmin", Arrays.toString(a.columnArgmin()), "[0, 0]");
    }

    private void normsAndProducts() {
        Matrix a = Matrix.of(2, 2, 1, -5, 4, 2);
        near(
                "Matrix.norm1",
                new double[] {a.norm1(), a.normInf(), Matrix.diagonal(3, 4).norm2()},
                7,
                6,
                4);
        near("Matrix.normInf", new double[] {a.normInf()}, 6);
        equal("Matrix.isClose", a.isClose(a.plus(1e-9), 0, 1e-8), true);
        equal("Matrix.isSymmetric", a.isSymmetric() || a.isSymmetric(8.9), false);
        near(
                "Matrix.kronecker",
                Matrix.ofRow(1, 2).kronecker(Matrix.ofRow(3, 4)).toArray(),
                3,
                4,
                6,
                8);
        near(
                "Matrix.outer",
                Matrix.outer(new double[] {1, 2}, new double[] {3, 4}).toArray(),
                3,
                4,
                6,
                8);
        near("Matrix.power", Matrix.diagonal(2, 4).power(-2).diagonal(), 0.25, 0.0625);
        near("Matrix.squaredDistances", a.squaredDistances(Matrix.ofRow(1, 1)).toArray(), 36, 10);
    }

    private void statistics() {
        Matrix x = Matrix.of(3, 2, 1, 2, 2, 4, 3, 9);
        near("Statistics.covariance", Statistics.covariance(x).toArray(), 1, 3.5, 3.5, 13);
        near("Statistics.correlation", Statistics.correlation(x).row(0), 1, 3.5 / Math.sqrt(13));
        near("Statistics.variance", new double[] {Statistics.variance(x.column(1))}, 13);
        near("Statistics.variances", Statistics.variances(x), 1, 13);
        near("Statistics.standardDeviation", new double[] {Statistics.standardDeviation(x.column(0))}, 1);
        near("Statistics.standardDeviations", Statistics.standardDeviations(x), 1, Math.sqrt(13));
        near("Statistics.quantile", new double[] {Statistics.quantile(x.column(1), 0.25)}, 3);
        near("Statistics.quantiles", Statistics.quantiles(x.column(1), 0, 1), 2, 9);
        near("Statistics.columnQuantiles", Statistics.columnQuantiles(x, 0.5).toArray(), 2, 4);
        Standardization standardization = Standardization.of(x);
        near("Standardization.means", standardization.means(), 2, 5);
        near("Standardization.deviations", standardization.deviations(), 1, Math.sqrt(13));
        near("Standardization.apply", standardization.apply(x).column(0), -1, 0, 1);
        near(
                "Standardization.undo",
                standardization.undo(standardization.apply(x)).toArray(),
                x.toArray());

        Matrix line = Matrix.of(3, 2, 1, 1, 2, 2, 3, 3);
        Pca pca = Pca.of(line, 1);
        near("Pca.means", pca.means(), 2, 2);
        near("Pca.components", pca.components().toArray(), Math.sqrt(0.5), Math.sqrt(0.5));
        near("Pca.explainedVariance", pca.explainedVariance(), 2);
        near("Pca.explainedVarianceRatio", pca.explainedVarianceRatio(), 1);
        near("Pca.project", pca.project(line).toArray(), -Math.sqrt(2), 0, Math.sqrt(2));
        near(
                "Pca.reconstruct",
                Pca.of(line).reconstruct(Pca.of(line).project(line)).toArray(),
                line.toArray());
    }

    private void arithmeticOfVectors() {
        double[] x = {3, 4};
        double[] y = {4, -3};
        near("Vectors.plus", Vectors.plus(x, y), 7, 1);
        near("Vectors.minus", Vectors.minus(x, y), -1, 7);
        near("Vectors.scale", Vectors.scale(2, x), 6, 8);
        near("Vectors.axpy", Vectors.axpy(2, x, y), 10, 5);
        near("Vectors.mean", new double[] {Vectors.mean(x), Vectors.min(x), Vectors.max(x)}, 3.5, 3, 4);
        equal("Vectors.argmin", Vectors.argmin(y), 1);
        equal("Vectors.argmax", Vectors.argmax(y), 0);
        near("Vectors.dot", new double[] {Vectors.dot(x, 1, y, 0, 1)}, 16);
    }

    private void floatMatrices() {
        FloatMatrix a = FloatMatrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        equal("FloatMatrix.of", FloatMatrix.of(new float[][] {{1, 2, 3}, {4, 5, 6}}), a);
        equal("FloatMatrix.of", FloatMatrix.of(Matrix.of(2, 3, 1, 2, 3, 4, 5, 6)), a);
        equal("FloatMatrix.toMatrix", a.toMatrix(), Matrix.of(2, 3, 1, 2, 3, 4, 5, 6));
        equal("FloatMatrix.zeros", FloatMatrix.zeros(1, 2), FloatMatrix.of(1, 2, 0, 0));
        equal("FloatMatrix.filled", FloatMatrix.filled(1, 2, 3), FloatMatrix.of(1, 2, 3, 3));
        FloatMatrix.Generator generator = (i, j) -> i + 10 * j;
        equal("FloatMatrix.generate", FloatMatrix.generate(2, 1, generator), FloatMatrix.of(2, 1, 0, 1));
        equal("FloatMatrix.Generator.valueAt", generator.valueAt(1, 2), 21f);
        equal("FloatMatrix.rows", a.rows(), 2);
        equal("FloatMatrix.columns", a.columns(), 3);
        equal("FloatMatrix.get", a.get(1, 0), 4f);
        near("FloatMatrix.row", a.row(1), 4, 5, 6);
        near("FloatMatrix.column", a.column(2), 3, 6);
        near("FloatMatrix.toArray", a.toArray(), 1, 2, 3, 4, 5, 6);
        near("FloatMatrix.toRows", a.toRows()[1], 4, 5, 6);
        near("FloatMatrix.selectRows", a.selectRows(1, 1).row(1), 4, 5, 6);
        near("FloatMatrix.plus", a.plus(a).row(0), 2, 4, 6);
        near("FloatMatrix.plus", a.plus(1).row(0), 2, 3, 4);
        near("FloatMatrix.minus", a.minus(a).row(0), 0, 0, 0);
        near("FloatMatrix.minus", a.minus(1).row(0), 0, 1, 2);
        near("FloatMatrix.elementTimes", a.elementTimes(a).row(0), 1, 4, 9);
        near("FloatMatrix.elementDiv", a.elementDiv(a).row(0), 1, 1, 1);
        near("FloatMatrix.div", a.div(2).row(1), 2, 2.5f, 3);
        near("FloatMatrix.unaryMinus", a.unaryMinus().row(0), -1, -2, -3);
        FloatMatrix.FloatFunction next = x -> x + 1;
        equal("FloatMatrix.FloatFunction.apply", next.apply(1), 2f);
        near("FloatMatrix.map", a.map(next).row(0), 2, 3, 4);
        near("FloatMatrix.plusRow", a.plusRow(new float[] {1, 2, 3}).row(0), 2, 4, 6);
        near("FloatMatrix.minusRow", a.minusRow(new float[] {1, 2, 3}).row(1), 3, 3, 3);
        near("FloatMatrix.timesRow", a.timesRow(new float[] {1, 0, 2}).row(1), 4, 0, 12);
        near("FloatMatrix.divRow", a.divRow(new float[] {1, 2, 3}).row(0), 1, 1, 1);
        near("FloatMatrix.plusColumn", a.plusColumn(new float[] {0, 1}).row(1), 5, 6, 7);
        near("FloatMatrix.minusColumn", a.minusColumn(new float[] {0, 1}).row(1), 3, 4, 5);
        near("FloatMatrix.timesColumn", a.timesColumn(new float[] {0, 2}).row(1), 8, 10, 12);
        near("FloatMatrix.divColumn", a.divColumn(new float[] {1, 2}).row(1), 2, 2.5f, 3);
        near("FloatMatrix.times", a.times(2).row(0), 2, 4, 6);
        near("FloatMatrix.times", a.times(a.transpose()).toArray(), 14, 32, 32, 77);
        near("FloatMatrix.times", a.times(new float[] {1, 0, -1}), -2, -2);
        near("FloatMatrix.transposeTimes", a.transposeTimes(a).row(0), 17, 22, 27);
        near("FloatMatrix.transposeTimes", a.transposeTimes(new float[] {1, -1}), -3, -3, -3);
        near("FloatMatrix.timesTranspose", a.timesTranspose(a).toArray(), 14, 32, 32, 77);
        near("FloatMatrix.gram", a.gram().toArray(), 17, 22, 27, 22, 29, 36, 27, 36, 45);
        near("FloatMatrix.transpose", a.transpose().row(0), 1, 4);
        near("FloatMatrix.squaredDistances", a.squaredDistances(a).toArray(), 0, 27, 27, 0);
        equal("FloatMatrix.sum", a.sum(), 21.0);
        equal("FloatMatrix.mean", a.mean(), 3.5);
        equal("FloatMatrix.norm", a.norm(), Math.sqrt(91));
        equal("FloatMatrix.max", a.max(), 6f);
        equal("FloatMatrix.min", a.min(), 1f);
        near("FloatMatrix.rowSums", a.rowSums(), 6, 15);
        near("FloatMatrix.columnSums", a.columnSums(), 5, 7, 9);
        near("FloatMatrix.rowNorms", FloatMatrix.of(1, 2, 3, 4).rowNorms(), 5);
        equal("FloatMatrix.rowArgmax", a.rowArgmax()[1], 2);
        fails("FloatMatrix.times", IllegalArgumentException.class, () -> a.times(a));
    }

    private void arithmeticOfMatrices() {
        Matrix a = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        near("Matrix.plus", a.plus(a).toArray(), 2, 4, 6, 8, 10, 12);
        near("Matrix.minus", a.minus(a).toArray(), 0, 0, 0, 0, 0, 0);
        near("Matrix.transpose", a.transpose().toArray(), 1, 4, 2, 5, 3, 6);
        near("Matrix.symmetrized", Matrix.of(2, 2, 1, 2, 4, 1).symmetrized().toArray(), 1, 3, 3, 1);
        near("Matrix.times", a.times(2).row(0), 2, 4, 6);
        near("Matrix.times", a.times(a.transpose()).toArray(), 14, 32, 32, 77);
        near("Matrix.times", a.times(new double[] {1, 0, -1}), -2, -2);
        near("Matrix.transposeTimes", a.transposeTimes(a).row(0), 17, 22, 27);
        near("Matrix.transposeTimes", a.transposeTimes(new double[] {1, -1}), -3, -3, -3);
        near("Matrix.timesTranspose", a.timesTranspose(a).toArray(), 14, 32, 32, 77);
        near("Matrix.gram", a.gram().toArray(), 17, 22, 27, 22, 29, 36, 27, 36, 45);
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

        equal("Lu.determinantSign", lu.determinantSign(), 1);
        near("Lu.logAbsDeterminant", new double[] {lu.logAbsDeterminant()}, Math.log(8));
        near("Lu.inverse", lu.inverse().toArray(), 0.375, -0.25, -0.25, 0.5);

        Cholesky cholesky = a.cholesky();
        near("Cholesky.l", cholesky.l().toArray(), 2, 0, 1, Math.sqrt(2));
        near("Cholesky.solve", cholesky.solve(vector), 1.25, 1.5);
        near("Cholesky.solve", cholesky.solve(b).toArray(), 1.25, 1.5);
        near("Cholesky.determinant", new double[] {cholesky.determinant()}, 8);
        near("Cholesky.logDeterminant", new double[] {cholesky.logDeterminant()}, Math.log(8));
        near("Cholesky.inverse", cholesky.inverse().toArray(), 0.375, -0.25, -0.25, 0.5);
        near("Cholesky.rcond", new double[] {cholesky.rcond()}, lu.rcond());
        near("Cholesky.solveL", cholesky.solveLTranspose(cholesky.solveL(vector)), 1.25, 1.5);
        near(
                "Cholesky.solveLTranspose",
                cholesky.solveLTranspose(cholesky.solveL(b)).toArray(),
                1.25,
                1.5);
        // With a column of ones: [[5, 3], [3, 4]].
        Cholesky updated = cholesky.update(new double[] {1, 1});
        near("Cholesky.update", updated.l().timesTranspose(updated.l()).toArray(), 5, 3, 3, 4);
        near("Cholesky.downdate", updated.downdate(new double[] {1, 1}).l().toArray(), 2, 0, 1, Math.sqrt(2));
        Matrix indefinite = Matrix.diagonal(1, -1);
        fails("Matrix.cholesky", NotPositiveDefiniteException.class, indefinite::cholesky);

        Ldl ldl = a.ldl();
        near("Ldl.l", ldl.l().toArray(), 1, 0, 0.5, 1);
        near("Ldl.d", ldl.d().toArray(), 4, 0, 0, 2);
        equal("Ldl.permutation", Arrays.toString(ldl.permutation()), "[0, 1]");
        near("Ldl.solve", ldl.solve(vector), 1.25, 1.5);
        near("Ldl.solve", ldl.solve(b).toArray(), 1.25, 1.5);
        near("Ldl.determinant", new double[] {ldl.determinant()}, 8);
        equal("Ldl.determinantSign", ldl.determinantSign(), 1);
        near("Ldl.logAbsDeterminant", new double[] {ldl.logAbsDeterminant()}, Math.log(8));
        equal("Ldl.inertia", Arrays.toString(indefinite.ldl().inertia()), "[1, 1, 0]");

        Qr qr = a.qr();
        near("Qr.q times Qr.r", qr.q().times(qr.r()).toArray(), 4, 2, 2, 3);
        near("qrTriangle", a.qrTriangle().toArray(), qr.r().toArray());
        near("Qr.solve", qr.solve(vector), 1.25, 1.5);
        near("Qr.solve", qr.solve(b).toArray(), 1.25, 1.5);
        near("Qr.solveR", qr.solveR(qr.q().transpose().times(b)).toArray(), 1.25, 1.5);

        PivotedQr pivoted = a.pivotedQr();
        near("PivotedQr.q times PivotedQr.r", pivoted.q().times(pivoted.r()).toArray(), 4, 2, 2, 3);
        equal("PivotedQr.columnPermutation", Arrays.toString(pivoted.columnPermutation()), "[0, 1]");
        equal("PivotedQr.rank", pivoted.rank(), 2);
        equal("PivotedQr.rank", pivoted.rank(0.5), 1);
        near("PivotedQr.solve", pivoted.solve(vector), 1.25, 1.5);
        near("PivotedQr.solve", pivoted.solve(vector, 1e-10), 1.25, 1.5);
        near("PivotedQr.solve", pivoted.solve(b).toArray(), 1.25, 1.5);
        near("PivotedQr.solve", pivoted.solve(b, 1e-10).toArray(), 1.25, 1.5);
    }

    /** With {@code [[2, 1], [1, 2]]}, whose eigenvalues are 1 and 3. */
    private void decompositions() {
        Matrix a = Matrix.of(2, 2, 2, 1, 1, 2);

        Svd svd = a.svd();
        near("Svd.singularValues", svd.singularValues(), 3, 1);
        Matrix again = svd.u()
                .times(Matrix.diagonal(svd.singularValues()))
                .times(svd.v().transpose());
        near("Svd.u and Svd.v", again.toArray(), 2, 1, 1, 2);
        equal("Svd.rank", svd.rank(), 2);

        Matrix ones = Matrix.filled(2, 2, 1);
        double half = Math.sqrt(0.5);
        near("Matrix.range", ones.range().map(Math::abs).toArray(), half, half);
        near("Matrix.range", ones.range(1e-10).map(Math::abs).toArray(), half, half);
        near("Matrix.nullSpace", ones.nullSpace().map(Math::abs).toArray(), half, half);
        near("Matrix.nullSpace", ones.nullSpace(1e-10).map(Math::abs).toArray(), half, half);

        equal("Svd.rank", svd.rank(0.5), 1);
        near("Svd.conditionNumber", new double[] {svd.conditionNumber()}, 3);
        near("Svd.approximation", svd.approximation(1).toArray(), 1.5, 1.5, 1.5, 1.5);
        near("Svd.solve", svd.solve(new double[] {4, 5}), 1, 2);
        near("Svd.pseudoInverse", svd.pseudoInverse().times(a).toArray(), 1, 0, 0, 1);

        near(
                "Matrix.symmetricEigen",
                Matrix.diagonal(6, 4).symmetricEigen(Matrix.diagonal(2, 4)).values(),
                1,
                3);
        SymmetricEigen symmetric = a.symmetricEigen();
        near("SymmetricEigen.values", symmetric.values(), 1, 3);
        near(
                "SymmetricEigen.vectors",
                a.times(symmetric.vectors().column(1)),
                times(3, symmetric.vectors().column(1)));

        // A quarter turn, whose eigenvalues are i and -i.
        Eigen eigen = Matrix.of(2, 2, 0, -1, 1, 0).eigen();
        near("Eigen.realValues", eigen.realValues(), 0, 0);
        near("Eigen.imaginaryValues", eigen.imaginaryValues(), 1, -1);
        double cosine = Math.cos(1);
        near(
                "MatrixFunctions.exp",
                MatrixFunctions.exp(Matrix.of(2, 2, 0, -1, 1, 0)).toArray(),
                cosine,
                -Math.sin(1),
                Math.sin(1),
                cosine);
        near(
                "MatrixFunctions.log",
                MatrixFunctions.log(Matrix.of(2, 2, 1, 3, 0, 1)).toArray(),
                0,
                3,
                0,
                0);
        near(
                "MatrixFunctions.sqrt",
                MatrixFunctions.sqrt(Matrix.of(2, 2, 7, 10, 15, 22)).power(2).toArray(),
                7,
                10,
                15,
                22);
        Matrix two = Matrix.ofRow(2);
        near(
                "MatrixFunctions.sylvester",
                MatrixFunctions.sylvester(two, two, two).toArray(),
                0.5);
        near("MatrixFunctions.lyapunov", MatrixFunctions.lyapunov(two, two).toArray(), 0.5);
        Schur schur = Matrix.of(2, 2, 0, -1, 1, 0).schur();
        near("Schur.t", new double[] {schur.t().get(0, 0), Math.abs(schur.t().get(1, 0))}, 0, 1);
        near("Schur.q", schur.q().gram().toArray(), 1, 0, 0, 1);
        Hessenberg hessenberg = Matrix.of(2, 2, 1, 2, 3, 4).hessenberg();
        near("Hessenberg.h", hessenberg.h().toArray(), 1, 2, 3, 4);
        near("Hessenberg.q", hessenberg.q().toArray(), 1, 0, 0, 1);
        near("Eigen.vectors", new double[] {eigen.vectors().norm()}, 1);
        equal("Eigen.isReal", eigen.isReal(0), false);
        near("Eigen.realVector", eigen.realVector(1), eigen.vectors().column(0));
        near("Eigen.imaginaryVector", eigen.imaginaryVector(0), eigen.vectors().column(1));
    }

    private static double[] times(double factor, double[] x) {
        return Arrays.stream(x).map(value -> factor * value).toArray();
    }

    /** With the line 1 + 2x through three points. */
    private void leastSquares() {
        Matrix a = Matrix.of(3, 2, 1, 0, 1, 1, 1, 2);
        near("Matrix.leastSquares", a.leastSquares(new double[] {1, 3, 5}), 1, 2);
        near("Matrix.leastSquares", a.leastSquares(Matrix.of(3, 1, 1, 3, 5)).toArray(), 1, 2);
        near("Matrix.pseudoInverse", a.pseudoInverse().times(a).toArray(), 1, 0, 0, 1);
        equal("Matrix.rank", a.rank(), 2);
        LeastSquares fit = LeastSquares.of(a, new double[] {1, 3, 8});
        near("LeastSquares.solution", fit.solution().toArray(), 0.5, 3.5);
        equal("LeastSquares.rank", fit.rank(), 2);
        near("LeastSquares.residuals", fit.residuals().toArray(), 0.5, -1, 0.5);
        near("LeastSquares.residualNorms", fit.residualNorms(), Math.sqrt(1.5));
        near(
                "LeastSquares.singularValues",
                LeastSquares.of(Matrix.diagonal(8, 2), Matrix.identity(2)).singularValues(),
                8,
                2);
        near("Matrix.singularValues", Matrix.diagonal(2, -8).singularValues(), 8, 2);
        near("Matrix.symmetricEigenvalues", Matrix.diagonal(2, -8).symmetricEigenvalues(), -8, 2);
        Matrix sloped = Matrix.diagonal(2, -8, 5);
        near("Matrix.symmetricEigenLargest", sloped.symmetricEigenLargest(2).values(), 2, 5);
        near("Matrix.symmetricEigenSmallest", sloped.symmetricEigenSmallest(1).values(), -8);
        near("Matrix.symmetricEigenNearest", sloped.symmetricEigenNearest(1, 3).values(), 2);
        near("Matrix.svd", sloped.svd(2).singularValues(), 8, 5);
        Matrix[] rightSides = {Matrix.ofColumn(2, 3), Matrix.ofColumn(4, 5)};
        Matrix[] batch = {Matrix.diagonal(2, 1), Matrix.diagonal(4, 5)};
        near("Batch.times", Batch.times(batch, rightSides)[1].toArray(), 16, 25);
        near("Batch.times", Batch.times(1, 2, 1, new double[] {1, 2, 3, 4}, new double[] {1, 1, 2, 2}), 3, 14);
        near("Batch.solve", Batch.solve(batch, rightSides)[0].toArray(), 1, 3);
        near("Batch.solve", Batch.solve(1, new double[] {2, 4}, 1, new double[] {6, 4}), 3, 1);
        near("Batch.inverse", Batch.inverse(batch)[1].toArray(), 0.25, 0, 0, 0.2);
        near("Batch.cholesky", Batch.cholesky(batch)[1].l().toArray(), 2, 0, 0, Math.sqrt(5));
        near("Batch.symmetricEigen", Batch.symmetricEigen(batch)[0].values(), 1, 2);
        near("Matrix.eigenvalues", Matrix.of(2, 2, 0, -1, 1, 0).eigenvalues().toArray(), 0, 1, 0, -1);
        near("Qr.rcond", new double[] {Matrix.diagonal(8, 2).qr().rcond()}, 0.25);
        Matrix corner = Matrix.of(2, 2, 2, 1, 6, 4);
        near("Matrix.solveRight", corner.solveRight(Matrix.ofRow(8, 5)).toArray(), 1, 1);
        double[] sides = {2, 10};
        equal("Matrix.Triangle", Matrix.Triangle.values().length, 4);
        equal("Matrix.Triangle", Matrix.Triangle.valueOf("LOWER"), Matrix.Triangle.LOWER);
        near("Matrix.solveTriangular", corner.solveTriangular(Matrix.Triangle.LOWER, sides), 1, 1);
        near(
                "Matrix.solveTriangularTranspose",
                corner.solveTriangularTranspose(Matrix.Triangle.UNIT_UPPER, Matrix.ofColumn(2, 10))
                        .toArray(),
                2,
                8);
        near("Matrix.conditionNumber", new double[] {Matrix.diagonal(8, 2).conditionNumber()}, 4);
    }

    private void vectors() {
        double[] x = {3, 4};
        double[] y = {4, 3};
        near("Vectors.dot", new double[] {Vectors.dot(x, y)}, 24);
        near("Vectors.sum", new double[] {Vectors.sum(x)}, 7);
        near("Vectors.norm", new double[] {Vectors.norm(x)}, 5);
        near("Vectors.squaredDistance", new double[] {Vectors.squaredDistance(x, y)}, 2);
        near("Vectors.cosineSimilarity", new double[] {Vectors.cosineSimilarity(x, y)}, 0.96);
        near("Vectors.dot", new double[] {Vectors.dot(new float[] {3, 4}, new float[] {4, 3})}, 24);
        fails("Vectors.dot", IllegalArgumentException.class, () -> Vectors.dot(x, new double[1]));
        // After many calls, the JDK's own linker takes over from JNI where it can.
        double sum = 0;
        for (int i = 0; i < 3_000_000; i++) {
            sum += Vectors.dot(x, y);
        }
        near("Vectors.dot", new double[] {sum}, 3_000_000 * 24.0);
        fails("Vectors.dot", IllegalArgumentException.class, () -> Vectors.dot(x, new double[1]));
    }

    private void files(Path file) throws IOException {
        Matrix a = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        a.writeNpy(file);
        equal("Matrix.readNpy", Matrix.readNpy(file), a);
        a.writeCsv(file, ';');
        equal("Matrix.writeCsv", Files.readString(file), "1.0;2.0;3.0\n4.0;5.0;6.0\n");
        equal("Matrix.readCsv", Matrix.readCsv(file, ';', 1), a.submatrix(1, 0, 1, 3));
        FloatMatrix.of(a).writeNpy(file);
        equal("FloatMatrix.readNpy", FloatMatrix.readNpy(file), FloatMatrix.of(a));
        double[] doubles = {1, 2.5};
        Vectors.writeNpy(file, doubles);
        equal("Vectors.readNpy", Arrays.toString(Vectors.readNpy(file)), "[1.0, 2.5]");
        equal("Vectors.readNpyFloats", Arrays.toString(Vectors.readNpyFloats(file)), "[1.0, 2.5]");
        Vectors.writeNpy(file, new long[] {Long.MAX_VALUE});
        equal("Vectors.readNpyLongs", Vectors.readNpyLongs(file)[0], Long.MAX_VALUE);
    }

    private void archives(Path file) throws IOException {
        Matrix a = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        Npz.Builder builder = Npz.builder()
                .add("a", a)
                .add("b", FloatMatrix.of(a))
                .add("doubles", new double[] {1.5})
                .add("floats", new float[] {2.5f})
                .add("longs", new long[] {3});
        builder.write(file);
        arrays(file, a);
        builder.writeCompressed(file);
        arrays(file, a);
    }

    private void arrays(Path file, Matrix a) throws IOException {
        try (Npz npz = Npz.open(file)) {
            equal("Npz.names", npz.names(), List.of("a", "b", "doubles", "floats", "longs"));
            equal("Npz.matrix", npz.matrix("a"), a);
            equal("Npz.floatMatrix", npz.floatMatrix("b"), FloatMatrix.of(a));
            near("Npz.doubles", npz.doubles("doubles"), 1.5);
            equal("Npz.floats", Arrays.toString(npz.floats("floats")), "[2.5]");
            equal("Npz.longs", Arrays.toString(npz.longs("longs")), "[3]");
        }
    }

    private void index(Path file) throws IOException {
        Path directory = file.resolveSibling("smoke-index-" + System.nanoTime());
        equal("VectorIndex.Metric", VectorIndex.Metric.values().length, 3);
        VectorIndex.Metric metric = VectorIndex.Metric.valueOf("EUCLIDEAN");
        float[] query = {0, 0};
        try (VectorIndex index = VectorIndex.create(2, metric)) {
            equal("VectorIndex.add", index.add(new float[] {3, 4}), 0L);
            equal("VectorIndex.addAll", index.addAll(new float[] {1, 0, 0, 2}), 1L);
            equal("VectorIndex.size", index.size(), 3L);
            equal("VectorIndex.dimension", index.dimension(), 2);
            equal("VectorIndex.metric", index.metric(), metric);
            index.useCodes(true);
            equal("VectorIndex.useCodes", index.size(), 3L);
            equal("VectorIndex.get", Arrays.toString(index.get(0)), "[3.0, 4.0]");
            equal("VectorIndex.bytesInUse", index.bytesInUse() >= 3 * 2 * Float.BYTES, true);
            hits("VectorIndex.search", index.search(query, 2), "[1, 2]", "[1.0, 4.0]");
            BitSet allowed = new BitSet();
            allowed.set(0);
            hits("VectorIndex.search", index.search(query, 2, allowed), "[0]", "[25.0]");
            List<Hits> all = index.searchAll(new float[] {0, 0, 3, 4}, 1);
            hits("VectorIndex.searchAll", all.get(1), "[0]", "[0.0]");
            options(index, query);
            index.save(file);
            equal("VectorIndex.addAll", index.addAll(new float[][] {{5, 6}}), 3L);
            equal("VectorIndex.addAll", index.addAll(FloatMatrix.of(1, 2, 7, 8)), 4L);
            equal("VectorIndex.addAll", index.addAll(FloatBuffer.wrap(query)), 5L);
        }
        try (VectorIndex index = VectorIndex.create(2, metric)) {
            equal("VectorIndex.put", index.put(70, new float[] {1, 2}), false);
            equal("VectorIndex.putAll", index.putAll(new long[] {70, -5}, new float[] {3, 4, 5, 6}), 1L);
            equal("VectorIndex.contains", index.contains(-5), true);
            equal("VectorIndex.ids", Arrays.toString(index.ids()), "[-5, 70]");
            hits("VectorIndex.search", index.search(query, 1), "[70]", "[25.0]");
            index.save(directory);
            equal("VectorIndex.remove", index.remove(-5), true);
            index.save(directory);
            equal("VectorIndex.removeAll", index.removeAll(-5, 70), 1L);
            equal("VectorIndex.size", index.size(), 0L);
        }
        equal("VectorIndex.Storage", VectorIndex.Storage.values().length, 2);
        VectorIndex.Storage storage = VectorIndex.Storage.valueOf("FLOAT16");
        try (VectorIndex opened = VectorIndex.open(file, metric, storage)) {
            equal("VectorIndex.storage", opened.storage(), storage);
            hits("VectorIndex.open", opened.search(query, 1), "[1]", "[1.0]");
        }
        try (VectorIndex halves = VectorIndex.create(2, metric, storage)) {
            halves.add(new float[] {0.1f, 1 + 0x1p-11f});
            equal("VectorIndex.create", Arrays.toString(halves.get(0)), "[0.099975586, 1.0]");
        }
        try (VectorIndex opened = VectorIndex.open(file, metric)) {
            hits("VectorIndex.open", opened.search(query, 1), "[1]", "[1.0]");
        }
        VectorIndex.verify(directory);
        try (VectorIndex opened = VectorIndex.open(directory);
                VectorIndex again = VectorIndex.map(directory)) {
            hits("VectorIndex.open", opened.search(query, 2), "[70]", "[25.0]");
            hits("VectorIndex.map", again.search(query, 2), "[70]", "[25.0]");
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path saved : files.toList()) {
                Files.delete(saved);
            }
        }
        Files.delete(directory);
        VectorIndex mapped = VectorIndex.map(file, metric);
        hits("VectorIndex.map", mapped.search(query, 1), "[1]", "[1.0]");
        fails("VectorIndex.add", UnsupportedOperationException.class, () -> mapped.add(query));
        mapped.close();
        fails("VectorIndex.size", IllegalStateException.class, mapped::size);
    }

    private void options(VectorIndex index, float[] query) {
        BitSet first = new BitSet();
        first.set(0);
        long[] word = {1};
        SearchOptions within = SearchOptions.all().atMost(4);
        hits("SearchOptions.atMost", index.search(query, within), "[1, 2]", "[1.0, 4.0]");
        for (IdFilter filter : List.of(IdFilter.allow(0), IdFilter.allow(first), IdFilter.allowBits(word))) {
            hits("IdFilter.allow", index.search(query, SearchOptions.nearest(1).filter(filter)), "[0]", "[25.0]");
            equal("IdFilter.allows", filter.allows(0) && !filter.allows(1), true);
        }
        for (IdFilter filter : List.of(IdFilter.exclude(0), IdFilter.exclude(first), IdFilter.excludeBits(word))) {
            hits("IdFilter.exclude", index.search(query, SearchOptions.all().filter(filter)), "[1, 2]", "[1.0, 4.0]");
        }
        SearchOptions own = SearchOptions.nearest(1).filters(List.of(IdFilter.exclude(1), IdFilter.all()));
        BatchHits hits = index.searchAll(new float[] {0, 0, 3, 4}, own);
        equal("BatchHits.size", hits.size(), 2);
        hits("BatchHits.get", hits.get(0), "[2]", "[4.0]");
        equal("BatchHits.ids", Arrays.toString(hits.ids()), "[2, 0]");
        equal("BatchHits.scores", Arrays.toString(hits.scores()), "[4.0, 0.0]");
        equal("BatchHits.offsets", Arrays.toString(hits.offsets()), "[0, 1, 2]");
        SearchOptions wrong = SearchOptions.all().atLeast(1);
        fails("SearchOptions.atLeast", IllegalArgumentException.class, () -> index.search(query, wrong));
    }

    private void hits(String method, Hits hits, String ids, String scores) {
        equal(method, Arrays.toString(hits.ids()), ids);
        equal(method, Arrays.toString(hits.scores()), scores);
        equal("Hits.size", hits.size(), hits.ids().length);
        equal("Hits.component1", hits.component1(), hits.ids());
        equal("Hits.component2", hits.component2(), hits.scores());
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

    /** After a product for which some memory was needed. */
    private void memory() {
        NativeMemory memory = NativeMemory.current();
        equal("NativeMemory.workspaceBytes", memory.workspaceBytes(), 0L);
        equal("NativeMemory.keptBytes", memory.keptBytes() > 0, true);
        equal("NativeMemory.peakWorkspaceBytes", NativeMemory.peakWorkspaceBytes() > 0, true);
        NativeMemory.resetPeak();
        equal("NativeMemory.resetPeak", NativeMemory.peakWorkspaceBytes(), 0L);
        equal("NativeMemory.indexBytes", memory.indexBytes(), 0L);
        equal("NativeMemory.totalBytes", memory.totalBytes(), memory.keptBytes());
        NativeMemory.registerMBean();
        NativeMemory.unregisterMBean();
    }

    private void near(String method, float[] actual, float... expected) {
        equal(method, Arrays.toString(actual), Arrays.toString(expected));
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
