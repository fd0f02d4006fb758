package io.github.rustffi.spark;

import io.github.rustffi.Vectors;
import java.util.Objects;
import java.util.function.ToDoubleBiFunction;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * SQL functions over vectors ({@code org.apache.spark.ml.linalg.Vector}) and arrays of numbers:
 *
 * <pre>{@code
 * RustFfiFunctions.register(spark);
 * spark.sql("SELECT id, rust_ffi_cosine(embedding, array(1.0, 0.0, 1.0)) AS cosine FROM passages");
 * }</pre>
 *
 * <ul>
 *   <li>{@code rust_ffi_dot(x, y)}: the dot product, a double, as {@link Vectors#dot(double[], double[])} has it;
 *   <li>{@code rust_ffi_cosine(x, y)}: the cosine of the angle, a double from -1 to 1, as
 *       {@link Vectors#cosineSimilarity(double[], double[])} has it; NaN where a vector is zero.
 * </ul>
 *
 * <p>Where {@code x} or {@code y} is null, so is the result. Different lengths, and elements that are null, fail. To
 * find the nearest of many vectors, {@link ShardedIndex} is the faster way by far.
 */
public final class RustFfiFunctions {
    private RustFfiFunctions() {}

    /**
     * Registers the functions with a session.
     *
     * @param spark the session
     * @throws NullPointerException if it is null
     */
    public static void register(SparkSession spark) {
        Objects.requireNonNull(spark, "spark");
        UDF2<Object, Object, Double> dot = (x, y) -> computed("rust_ffi_dot", x, y, Vectors::dot);
        UDF2<Object, Object, Double> cosine = (x, y) -> computed("rust_ffi_cosine", x, y, Vectors::cosineSimilarity);
        spark.udf().register("rust_ffi_dot", dot, DataTypes.DoubleType);
        spark.udf().register("rust_ffi_cosine", cosine, DataTypes.DoubleType);
    }

    private static @Nullable Double computed(
            String name, @Nullable Object x, @Nullable Object y, ToDoubleBiFunction<double[], double[]> function) {
        if (x == null || y == null) {
            return null;
        }
        return function.applyAsDouble(values(name, x), values(name, y));
    }

    private static double[] values(String name, Object value) {
        double[] values = value instanceof Number ? null : Values.doubles(value);
        if (values == null) {
            throw new IllegalArgumentException(name + " takes vectors and arrays of numbers, not " + value);
        }
        return values;
    }
}
