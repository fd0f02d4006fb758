package io.github.rustffi.spark;

import io.github.rustffi.FloatMatrix;
import io.github.rustffi.Matrix;
import java.io.Serializable;
import java.util.Objects;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;

/**
 * Encoders for data sets whose rows are values of this library, such as matrices.
 *
 * <pre>{@code
 * Dataset<Matrix> gram = blocks.map((MapFunction<Matrix, Matrix>) Matrix::gram, RustFfiEncoders.matrix());
 * }</pre>
 *
 * <p>A row is one column of bytes, in the form that the value is serialized in, which later versions of the library
 * read.
 *
 * <p><b>Do not use</b> {@code Encoders.bean(Matrix.class)}: a matrix is not a bean, Spark finds no properties that it
 * could write back, and every value is lost without an error. {@code Encoders.javaSerialization(Matrix.class)} is what
 * {@link #matrix()} returns. In RDDs, where Spark is told to serialize with Kryo, set {@code spark.kryo.registrator} to
 * {@link RustFfiKryoRegistrator}.
 */
public final class RustFfiEncoders {
    private RustFfiEncoders() {}

    /**
     * Returns an encoder of matrices of doubles.
     *
     * @return the encoder
     */
    public static Encoder<Matrix> matrix() {
        return of(Matrix.class);
    }

    /**
     * Returns an encoder of matrices of floats.
     *
     * @return the encoder
     */
    public static Encoder<FloatMatrix> floatMatrix() {
        return of(FloatMatrix.class);
    }

    /**
     * Returns an encoder of another class of this library that is serializable, such as {@link io.github.rustffi.Svd}.
     *
     * @param <T> the class
     * @param type the class
     * @return the encoder
     * @throws NullPointerException if {@code type} is null
     */
    public static <T extends Serializable> Encoder<T> of(Class<T> type) {
        return Encoders.javaSerialization(Objects.requireNonNull(type, "type"));
    }
}
