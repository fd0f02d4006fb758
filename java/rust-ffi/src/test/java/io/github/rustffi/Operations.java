package io.github.rustffi;

import static io.github.rustffi.Matrices.positiveDefinite;
import static io.github.rustffi.Matrices.random;
import static io.github.rustffi.Matrices.symmetric;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** Every operation that crosses to Rust, by name, to be run where it could go wrong. */
final class Operations {
    private Operations() {}

    /** Returns the operations, each of which computes with matrices of size n and returns all its results. */
    static Map<String, IntFunction<double[]>> all() {
        Map<String, IntFunction<double[]>> all = new LinkedHashMap<>();
        all.put("times", n -> random(1, n, n).times(random(2, n, n)).toArray());
        all.put("times a vector", n -> random(1, n, n).times(random(2, n, 1).toArray()));
        all.put(
                "transpose times",
                n -> random(1, n, n).transposeTimes(random(2, n, n)).toArray());
        all.put(
                "times transpose",
                n -> random(1, n, n).timesTranspose(random(2, n, n)).toArray());
        all.put("gram", n -> random(1, n, n).gram().toArray());
        all.put("norm", n ->
                new double[] {random(1, n, n).norm(), random(1, n, n).norm2()});
        all.put("power", n -> random(1, n, n).power(-3).toArray());
        all.put("solve", n -> random(1, n, n).solve(random(2, n, 3)).toArray());
        all.put("inverse", n -> random(1, n, n).inverse().toArray());
        all.put("determinant", n -> new double[] {random(1, n, n).determinant()});
        all.put("lu", n -> {
            Lu lu = random(1, n, n).lu();
            double[] x = lu.solve(random(2, n, 2)).toArray();
            double[] numbers = {lu.determinant(), lu.logAbsDeterminant(), lu.rcond()};
            return concat(lu.l().toArray(), lu.u().toArray(), x, lu.inverse().toArray(), numbers);
        });
        all.put("cholesky", n -> {
            Cholesky cholesky = positiveDefinite(1, n).cholesky();
            double[] x = cholesky.solve(random(2, n, 2)).toArray();
            double[] byParts =
                    cholesky.solveLTranspose(cholesky.solveL(random(2, n, 2))).toArray();
            double[] numbers = {cholesky.determinant(), cholesky.logDeterminant(), cholesky.rcond()};
            double[] column = random(3, n, 1).toArray();
            Cholesky updated = cholesky.update(column);
            double[] factors = concat(
                    cholesky.l().toArray(),
                    updated.l().toArray(),
                    updated.downdate(column).l().toArray());
            return concat(factors, x, byParts, cholesky.inverse().toArray(), numbers);
        });
        all.put("ldl", n -> {
            Ldl ldl = symmetric(1, n).ldl();
            int[] inertia = ldl.inertia();
            double[] numbers = {
                ldl.determinant(), ldl.determinantSign(), ldl.logAbsDeterminant(), inertia[0], inertia[1], inertia[2]
            };
            return concat(
                    ldl.l().toArray(),
                    ldl.d().toArray(),
                    ldl.solve(random(2, n, 2)).toArray(),
                    numbers);
        });
        all.put("qr", n -> {
            Qr qr = random(1, 2 * n, n).qr();
            return concat(
                    qr.q().toArray(),
                    qr.r().toArray(),
                    qr.solve(random(2, 2 * n, 2)).toArray(),
                    qr.solveR(random(2, n, 2)).toArray(),
                    new double[] {qr.rcond()},
                    random(1, 2 * n, n).qrTriangle().toArray());
        });
        all.put("pivotedQr", n -> {
            PivotedQr qr = random(1, n, n + 3).pivotedQr();
            return concat(
                    qr.q().toArray(),
                    qr.r().toArray(),
                    new double[] {qr.rank()},
                    qr.solve(random(2, n, 2)).toArray());
        });
        all.put("subspaces", n -> {
            Matrix a = random(1, n, 3).times(random(2, 3, n + 2));
            return concat(a.nullSpace().toArray(), a.range().toArray());
        });
        all.put("svd", n -> {
            Svd svd = random(1, 2 * n, n).svd();
            return concat(
                    svd.u().toArray(),
                    svd.singularValues(),
                    svd.v().toArray(),
                    new double[] {svd.rank()},
                    svd.solve(random(2, 2 * n, 2)).toArray(),
                    svd.pseudoInverse().toArray(),
                    svd.approximation(n / 2).toArray());
        });
        all.put("statistics", n -> {
            Matrix x = random(1, 2 * n, n);
            return concat(
                    Statistics.covariance(x).toArray(),
                    Statistics.correlation(x).toArray(),
                    Pca.of(x).components().toArray());
        });
        all.put("triangles", n -> {
            Matrix a = random(1, n, n).plus(Matrix.identity(n).times(n));
            Matrix b = random(2, n, 3);
            return concat(
                    a.solveRight(b.transpose()).toArray(),
                    a.solveTriangular(Matrix.Triangle.UPPER, b).toArray(),
                    a.solveTriangularTranspose(Matrix.Triangle.LOWER, b).toArray());
        });
        all.put(
                "values alone",
                n -> concat(
                        random(1, 2 * n, n).singularValues(),
                        symmetric(1, n).symmetricEigenvalues(),
                        random(1, n, n).eigenvalues().toArray()));
        all.put("a few values", n -> {
            Matrix s = symmetric(1, n);
            int k = Math.min(n, 3);
            return concat(
                    s.symmetricEigenLargest(k).values(),
                    s.symmetricEigenSmallest(k).vectors().toArray(),
                    s.symmetricEigenNearest(k, 0.1).values(),
                    random(2, n, 2 * n).svd(k).u().toArray());
        });
        all.put("batch", n -> {
            Matrix[] a = {random(1, n, n), random(2, n, n), random(3, n, n)};
            Matrix[] b = {random(4, n, 2), random(5, n, 2), random(6, n, 2)};
            Matrix[] definite = {positiveDefinite(7, n), positiveDefinite(8, n)};
            SymmetricEigen[] eigens = Batch.symmetricEigen(definite);
            return concat(
                    Batch.times(a, b)[1].toArray(),
                    Batch.solve(a, b)[2].toArray(),
                    Batch.inverse(a)[0].toArray(),
                    Batch.cholesky(definite)[1].l().toArray(),
                    eigens[1].values(),
                    eigens[0].vectors().toArray());
        });
        all.put("rank", n -> new double[] {random(1, n, 2 * n).rank()});
        all.put("condition number", n -> new double[] {random(1, n, n).conditionNumber()});
        all.put("pseudo-inverse", n -> random(1, n, 2 * n).pseudoInverse().toArray());
        all.put("symmetric eigen", n -> {
            SymmetricEigen eigen = symmetric(1, n).symmetricEigen();
            return concat(eigen.values(), eigen.vectors().toArray());
        });
        all.put("symmetric pencil", n -> {
            SymmetricEigen eigen = symmetric(1, n).symmetricEigen(positiveDefinite(2, n));
            return concat(eigen.values(), eigen.vectors().toArray());
        });
        all.put("eigen", n -> {
            Eigen eigen = random(1, n, n).eigen();
            return concat(
                    eigen.realValues(), eigen.imaginaryValues(), eigen.vectors().toArray());
        });
        all.put("schur", n -> {
            Schur schur = random(1, n, n).schur();
            return concat(schur.q().toArray(), schur.t().toArray());
        });
        all.put(
                "sylvester",
                n -> concat(
                        MatrixFunctions.sylvester(random(1, n, n), random(2, n, n), random(3, n, n))
                                .toArray(),
                        MatrixFunctions.lyapunov(random(1, n, n), symmetric(2, n))
                                .toArray()));
        all.put("log", n -> MatrixFunctions.log(
                        random(1, n, n).plus(Matrix.identity(n).times(3 * n)))
                .toArray());
        all.put("sqrt", n -> MatrixFunctions.sqrt(
                        random(1, n, n).plus(Matrix.identity(n).times(3 * n)))
                .toArray());
        all.put("exp", n -> MatrixFunctions.exp(random(1, n, n)).toArray());
        all.put("hessenberg", n -> {
            Hessenberg hessenberg = random(1, n, n).hessenberg();
            return concat(hessenberg.q().toArray(), hessenberg.h().toArray());
        });
        all.put("least squares", n -> {
            Matrix a = random(1, 2 * n, n);
            Matrix b = random(2, 2 * n, 2);
            LeastSquares fit = LeastSquares.of(a, b);
            return concat(
                    a.leastSquares(b).toArray(),
                    fit.solution().toArray(),
                    fit.residuals().toArray(),
                    fit.residualNorms(),
                    fit.singularValues(),
                    new double[] {fit.rank()});
        });
        all.put("vectors", n -> {
            double[] x = random(1, 1, n).toArray();
            double[] y = random(2, 1, n).toArray();
            return new double[] {
                Vectors.dot(x, y),
                Vectors.sum(x),
                Vectors.norm(x),
                Vectors.squaredDistance(x, y),
                Vectors.cosineSimilarity(x, y)
            };
        });
        all.putAll(withFiles());
        return all;
    }

    /** Returns those of the operations that write and read files. */
    static Map<String, IntFunction<double[]>> withFiles() {
        Map<String, IntFunction<double[]>> all = new LinkedHashMap<>();
        all.put(
                "npy",
                n -> inFile(npy -> {
                    random(1, n, n).writeNpy(npy);
                    return Matrix.readNpy(npy).toArray();
                }));
        all.put(
                "floats in files",
                n -> inFile(npy -> {
                    FloatMatrix.of(random(1, n, n)).writeNpy(npy);
                    return FloatMatrix.readNpy(npy).toMatrix().toArray();
                }));
        all.put(
                "vectors in files",
                n -> inFile(npy -> {
                    Vectors.writeNpy(npy, random(1, 1, n).toArray());
                    double[] x = Vectors.readNpy(npy);
                    Vectors.writeNpy(npy, Values.floats(2, n));
                    double[] y = Values.doubles(Vectors.readNpyFloats(npy));
                    Vectors.writeNpy(npy, new long[] {n});
                    return concat(x, y, new double[] {Vectors.readNpyLongs(npy)[0]});
                }));
        all.put(
                "csv",
                n -> inFile(csv -> {
                    random(1, n, n).writeCsv(csv);
                    return Matrix.readCsv(csv).toArray();
                }));
        all.put(
                "npz",
                n -> inFile(file -> {
                    Npz.builder()
                            .add("a", random(1, n, n))
                            .add("x", Values.floats(2, n))
                            .add("b", FloatMatrix.of(random(3, n, n)))
                            .writeCompressed(file);
                    try (Npz npz = Npz.open(file)) {
                        return concat(
                                npz.matrix("a").toArray(),
                                npz.doubles("x"),
                                npz.floatMatrix("b").toMatrix().toArray());
                    }
                }));
        all.put(
                "index",
                n -> inFile(npy -> {
                    try (VectorIndex own = VectorIndex.create(n, VectorIndex.Metric.COSINE)) {
                        own.put(7, Values.floats(2, n));
                        own.putAll(new long[] {7, -3}, Values.floats(3, 2 * n));
                        own.remove(7);
                        if (own.contains(7) || own.ids()[0] != -3 || own.removeAll(-3, 7) != 1) {
                            throw new AssertionError("other ids than -3");
                        }
                    }
                    try (VectorIndex index = VectorIndex.create(n, VectorIndex.Metric.DOT_PRODUCT)) {
                        index.addAll(Values.floats(1, 20 * n));
                        index.add(Values.floats(2, n));
                        index.save(npy);
                    }
                    inDirectory(npy, n, VectorIndex.Storage.FLOAT32);
                    inDirectory(npy, n, VectorIndex.Storage.FLOAT16);
                    try (VectorIndex mapped = VectorIndex.map(npy, VectorIndex.Metric.EUCLIDEAN);
                            VectorIndex opened = VectorIndex.open(npy, VectorIndex.Metric.COSINE)) {
                        return concat(
                                Values.doubles(
                                        mapped.search(Values.floats(3, n), 10).scores()),
                                Values.doubles(opened.searchAll(Values.floats(4, 2 * n), 10)
                                        .get(1)
                                        .scores()),
                                Values.doubles(opened.get(20)));
                    }
                }));
        return all;
    }

    private interface UseOfFile {
        double[] apply(Path file) throws IOException;
    }

    private static void inDirectory(Path npy, int n, VectorIndex.Storage storage) throws IOException {
        Path directory = Files.createTempDirectory(npy.getParent(), "operations");
        try (VectorIndex index = VectorIndex.create(n, VectorIndex.Metric.DOT_PRODUCT, storage)) {
            index.addAll(Values.floats(1, 20 * n));
            index.save(directory);
            index.put(3, Values.floats(2, n));
            index.save(directory);
            VectorIndex.verify(directory);
            try (VectorIndex mapped = VectorIndex.map(directory);
                    VectorIndex opened = VectorIndex.open(directory)) {
                float[] query = Values.floats(3, n);
                if (mapped.storage() != storage || !mapped.search(query, 5).equals(opened.search(query, 5))) {
                    throw new AssertionError("mapped and opened differ");
                }
            }
        } finally {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    private static double[] inFile(UseOfFile use) {
        try {
            Path file = Files.createTempFile("operations", ".npy");
            try {
                return use.apply(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static double[] concat(double[]... parts) {
        return Arrays.stream(parts).flatMapToDouble(Arrays::stream).toArray();
    }
}
