package io.github.rustffi.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.rustffi.FloatMatrix;
import io.github.rustffi.Matrix;
import io.github.rustffi.Svd;
import java.util.List;
import java.util.Random;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.ml.linalg.VectorUDT;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class FunctionsAndEncodersTest {
    private static Object value(String expression) {
        RustFfiFunctions.register(LocalSpark.session());
        return LocalSpark.session().sql("SELECT " + expression).head().get(0);
    }

    @Test
    void functionsTakeArraysAndVectors() {
        assertThat(value("rust_ffi_dot(array(1.0D, 2.0D), array(3, 4))")).isEqualTo(11.0);
        assertThat(value("rust_ffi_dot(array(1.5, 2.25), array(2.0F, 4.0F))")).isEqualTo(12.0);
        assertThat((double) value("rust_ffi_cosine(array(1.0, 0.0), array(1, 1))"))
                .isCloseTo(Math.sqrt(0.5), within(1e-15));
        assertThat(value("rust_ffi_cosine(array(0.0, 0.0), array(1, 1))")).isEqualTo(Double.NaN);
        assertThat(value("rust_ffi_dot(cast(null as array<double>), array(1, 1))"))
                .isNull();

        StructType schema = new StructType().add("x", new VectorUDT()).add("y", new VectorUDT());
        Dataset<Row> data = LocalSpark.session()
                .createDataFrame(
                        List.of(RowFactory.create(
                                Vectors.dense(1, 2, 3), Vectors.sparse(3, new int[] {2}, new double[] {5}))),
                        schema);
        RustFfiFunctions.register(LocalSpark.session());
        assertThat(data.selectExpr("rust_ffi_dot(x, y)", "rust_ffi_dot(x, array(1, 1, 1))")
                        .head())
                .isEqualTo(RowFactory.create(15.0, 6.0));
    }

    @Test
    void functionsRefuseWhatAreNotTwoVectorsOfOneLength() {
        assertThatThrownBy(() -> value("rust_ffi_dot(array(1, 2), array(1))"))
                .hasStackTraceContaining("vector lengths differ: 2 and 1");
        assertThatThrownBy(() -> value("rust_ffi_dot(array(1, null), array(1, 2))"))
                .hasStackTraceContaining("rust_ffi_dot takes vectors and arrays of numbers");
        assertThatThrownBy(() -> value("rust_ffi_cosine('a', 1)"))
                .hasStackTraceContaining("rust_ffi_cosine takes vectors and arrays of numbers");
    }

    @Test
    void matricesGoThroughDataSets() {
        Matrix a = Matrix.gaussian(5, 3, new Random(1));
        Dataset<Matrix> blocks = LocalSpark.session().createDataset(List.of(a, a.times(2.0)), RustFfiEncoders.matrix());
        List<Matrix> grams = blocks.map((MapFunction<Matrix, Matrix>) Matrix::gram, RustFfiEncoders.matrix())
                .collectAsList();
        assertThat(grams).containsExactlyInAnyOrder(a.gram(), a.times(2.0).gram());
        assertThat(blocks.map((MapFunction<Matrix, Svd>) Matrix::svd, RustFfiEncoders.of(Svd.class))
                        .collectAsList())
                .contains(a.svd());
        FloatMatrix floats = FloatMatrix.of(1, 2, 3f, 4f);
        assertThat(LocalSpark.session()
                        .createDataset(List.of(floats), RustFfiEncoders.floatMatrix())
                        .head())
                .isEqualTo(floats);
    }
}
