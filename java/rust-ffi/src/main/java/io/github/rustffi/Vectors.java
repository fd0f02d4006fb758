package io.github.rustffi;

import io.github.rustffi.internal.Reduction;
import java.util.Objects;

/**
 * Vectors of single and double precision.
 *
 * <p>Arguments are never modified. Every method throws the {@link UnsatisfiedLinkError} of {@link NativeLibrary#load()}
 * where the native library cannot be loaded, and a {@link NullPointerException} naming an argument that is null.
 *
 * <p>NaN and infinity are propagated as IEEE 754 has it. The same values give the same bits on every processor with the
 * same vector instructions.
 *
 * <p>In the error bounds u is 2<sup>-53</sup> for doubles. Vectors of floats are summed in floats, which are gathered
 * in doubles every 4,096 values: u is 2<sup>-24</sup>, and n counts as 4,096 at most. Where such a sum of floats would
 * overflow, or is so small that parts of it have underflowed, it is formed anew in doubles.
 *
 * <pre>{@code
 * Vectors.dot(new double[] {1, 2, 3}, new double[] {4, 5, 6});      // 32.0
 * Vectors.norm(new double[] {3e300, 4e300});                        // 5e300
 * Vectors.cosineSimilarity(new float[] {1, 0}, new float[] {1, 1}); // 0.7071067…
 * }</pre>
 */
public final class Vectors {
    private Vectors() {}

    /**
     * Returns the dot product of {@code x} and {@code y}, which is 0.0 when they are empty. The error is at most
     * n·u·Σ|x<sub>i</sub>y<sub>i</sub>|.
     *
     * @param x a vector
     * @param y a vector of the same length
     * @return the dot product
     * @throws IllegalArgumentException if the lengths differ
     */
    public static double dot(double[] x, double[] y) {
        return reduce(Reduction.DOT, x, y);
    }

    /**
     * Returns the dot product of {@code x} and {@code y}, which is 0.0 when they are empty. The error is at most
     * n·u·Σ|x<sub>i</sub>y<sub>i</sub>|.
     *
     * @param x a vector
     * @param y a vector of the same length
     * @return the dot product
     * @throws IllegalArgumentException if the lengths differ
     */
    public static double dot(float[] x, float[] y) {
        return reduce(Reduction.DOT, x, y);
    }

    /**
     * Returns the sum of the values of {@code x}, which is 0.0 when there are none. The error is at most
     * n·2<sup>-53</sup>·Σ|x<sub>i</sub>|.
     *
     * @param x a vector
     * @return the sum
     */
    public static double sum(double[] x) {
        return reduce(Reduction.SUM, x, x);
    }

    /**
     * Returns the sum of the values of {@code x}, which is 0.0 when there are none. The error is at most
     * n·2<sup>-53</sup>·Σ|x<sub>i</sub>|.
     *
     * @param x a vector
     * @return the sum
     */
    public static double sum(float[] x) {
        return reduce(Reduction.SUM, x, x);
    }

    /**
     * Returns the Euclidean norm of {@code x}, which is 0.0 when it is empty. Neither overflows nor underflows on the
     * way: the result is infinite only where the norm itself is too large for a double. The relative error is at most
     * n·2<sup>-53</sup>.
     *
     * @param x a vector
     * @return the norm
     */
    public static double norm(double[] x) {
        return reduce(Reduction.NORM, x, x);
    }

    /**
     * Returns the Euclidean norm of {@code x}, which is 0.0 when it is empty. Neither overflows nor underflows on the
     * way. The relative error is at most n·2<sup>-53</sup>.
     *
     * @param x a vector
     * @return the norm
     */
    public static double norm(float[] x) {
        return reduce(Reduction.NORM, x, x);
    }

    /**
     * Returns the square of the Euclidean distance between {@code x} and {@code y}, which is 0.0 when they are empty.
     * The relative error is at most (n + 3)·u: the differences are formed first, nothing cancels.
     *
     * @param x a vector
     * @param y a vector of the same length
     * @return the squared distance
     * @throws IllegalArgumentException if the lengths differ
     */
    public static double squaredDistance(double[] x, double[] y) {
        return reduce(Reduction.SQUARED_DISTANCE, x, y);
    }

    /**
     * Returns the square of the Euclidean distance between {@code x} and {@code y}, which is 0.0 when they are empty.
     * The relative error is at most (n + 3)·u: the differences are formed first, nothing cancels.
     *
     * @param x a vector
     * @param y a vector of the same length
     * @return the squared distance
     * @throws IllegalArgumentException if the lengths differ
     */
    public static double squaredDistance(float[] x, float[] y) {
        return reduce(Reduction.SQUARED_DISTANCE, x, y);
    }

    /**
     * Returns the cosine of the angle between {@code x} and {@code y}, from -1 to 1. Neither overflows nor underflows
     * on the way. The error is at most 3·n·u. A zero vector has no direction: the result is NaN then, as for empty
     * vectors and for vectors that hold NaN or infinity.
     *
     * @param x a vector
     * @param y a vector of the same length
     * @return the cosine
     * @throws IllegalArgumentException if the lengths differ
     */
    public static double cosineSimilarity(double[] x, double[] y) {
        return reduce(Reduction.COSINE_SIMILARITY, x, y);
    }

    /**
     * Returns the cosine of the angle between {@code x} and {@code y}, from -1 to 1. Neither overflows nor underflows
     * on the way. The error is at most 3·n·u. A zero vector has no direction: the result is NaN then, as for empty
     * vectors and for vectors that hold NaN or infinity.
     *
     * @param x a vector
     * @param y a vector of the same length
     * @return the cosine
     * @throws IllegalArgumentException if the lengths differ
     */
    public static double cosineSimilarity(float[] x, float[] y) {
        return reduce(Reduction.COSINE_SIMILARITY, x, y);
    }

    private static double reduce(int operation, double[] x, double[] y) {
        Objects.requireNonNull(x, "x");
        Objects.requireNonNull(y, "y");
        NativeLibrary.load();
        return Reduction.of(operation, x, y);
    }

    private static double reduce(int operation, float[] x, float[] y) {
        Objects.requireNonNull(x, "x");
        Objects.requireNonNull(y, "y");
        NativeLibrary.load();
        return Reduction.of(operation, x, y);
    }
}
