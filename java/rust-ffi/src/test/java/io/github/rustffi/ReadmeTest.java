package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadmeTest {
    private static final Set<String> OF_OBJECT = Set.of("equals", "hashCode", "toString");

    @ParameterizedTest
    @ValueSource(
            classes = {
                Matrix.class,
                Batch.class,
                FloatMatrix.class,
                Lu.class,
                Cholesky.class,
                Ldl.class,
                Qr.class,
                PivotedQr.class,
                Svd.class,
                LeastSquares.class,
                SymmetricEigen.class,
                Eigen.class,
                Schur.class,
                Hessenberg.class,
                MatrixFunctions.class,
                Statistics.class,
                Standardization.class,
                Pca.class,
                Vectors.class,
                Npz.class,
                Npz.Builder.class,
                VectorIndex.class,
                SearchOptions.class,
                IdFilter.class,
                BatchHits.class,
                Hits.class
            })
    void theTableOfOperationsIsComplete(Class<?> type) throws IOException {
        assertThat(listed(
                        type.getName().substring("io.github.rustffi.".length()).replace('$', '.')))
                .isEqualTo(operations(type));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Matrix.class,
                Lu.class,
                Cholesky.class,
                Ldl.class,
                Qr.class,
                PivotedQr.class,
                Svd.class,
                LeastSquares.class,
                SymmetricEigen.class,
                Eigen.class,
                Schur.class,
                Hessenberg.class,
                MatrixFunctions.class,
                Statistics.class,
                Standardization.class,
                Pca.class,
                Vectors.class
            })
    void everyOperationStandsBesideThatOfNumPy(Class<?> type) throws IOException {
        String page = Files.readString(Path.of("../../docs/numpy.md"));
        assertThat(operations(type)).allSatisfy(name -> assertThat(page).contains("." + name + "("));
    }

    /** Returns what the rows of a class name: those with its name, and with none below it. */
    private static Set<String> listed(String name) throws IOException {
        Set<String> listed = new TreeSet<>();
        boolean isOurs = false;
        for (String line : Files.readAllLines(Path.of("../../README.md"))) {
            String[] cells = line.split("\\|");
            if (cells.length != 3) {
                isOurs = false;
                continue;
            }
            isOurs = cells[1].isBlank() ? isOurs : cells[1].strip().equals("`" + name + "`");
            if (isOurs) {
                String[] parts = cells[2].split("`");
                for (int i = 1; i < parts.length; i += 2) {
                    listed.add(parts[i]);
                }
            }
        }
        return listed;
    }

    private static Set<String> operations(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .map(Method::getName)
                .filter(name -> !OF_OBJECT.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
