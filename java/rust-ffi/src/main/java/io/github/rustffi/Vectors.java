package io.github.rustffi;

import io.github.rustffi.internal.LocalFile;
import io.github.rustffi.internal.Natives;
import io.github.rustffi.internal.Reduction;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * Vectors of single and double precision.
 *
 * <p>Arguments are never modified. Every method that is there for floats too throws the {@link UnsatisfiedLinkError} of
 * {@link NativeLibrary#load()} where the native library cannot be loaded. All throw a {@link NullPointerException}
 * naming an argument that is null.
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
 * long[] labels = Vectors.readNpyLongs(Path.of("labels.npy"));      // NumPy's files
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

    /**
     * Returns the doubles in a file of NumPy's format {@code .npy}: an array of one dimension, of any integer or
     * floating-point type from 8 to 64 bits or of truth values, in either byte order. An integer that no double is
     * exactly is refused.
     *
     * @param file the file
     * @return the doubles
     * @throws NoSuchFileException if there is no such file
     * @throws IOException if the file cannot be read, holds something else, is not as long as its header says, or has a
     *     value that cannot be converted, which the message names with its index
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static double[] readNpy(Path file) throws IOException {
        return Natives.readNpyDoubles(path(file));
    }

    /**
     * Returns the floats in a file of NumPy's format {@code .npy}: an array of one dimension, of any integer or
     * floating-point type from 8 to 64 bits or of truth values, in either byte order. Floating-point numbers are
     * rounded to the nearest float; one that is too large for a float, and an integer that no float is exactly, is
     * refused.
     *
     * @param file the file
     * @return the floats
     * @throws NoSuchFileException if there is no such file
     * @throws IOException if the file cannot be read, holds something else, is not as long as its header says, or has a
     *     value that cannot be converted, which the message names with its index
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static float[] readNpyFloats(Path file) throws IOException {
        return Natives.readNpyFloats(path(file));
    }

    /**
     * Returns the integers in a file of NumPy's format {@code .npy}: an array of one dimension, of any integer or
     * floating-point type from 8 to 64 bits or of truth values, in either byte order. Floating-point numbers have to be
     * integers, as {@code 3.0} is; another one, and an integer that is too large for a long, is refused.
     *
     * @param file the file
     * @return the integers
     * @throws NoSuchFileException if there is no such file
     * @throws IOException if the file cannot be read, holds something else, is not as long as its header says, or has a
     *     value that cannot be converted, which the message names with its index
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static long[] readNpyLongs(Path file) throws IOException {
        return Natives.readNpyLongs(path(file));
    }

    /**
     * Writes doubles to a file in NumPy's format {@code .npy}, as an array of one dimension of float64. A file that is
     * there already is replaced as a whole: it is never seen half written.
     *
     * @param file the file
     * @param x the doubles
     * @throws NoSuchFileException if there is no such directory
     * @throws IOException if the file cannot be written; the message has its name
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static void writeNpy(Path file, double[] x) throws IOException {
        Objects.requireNonNull(x, "x");
        Natives.writeNpyDoubles(path(file), x);
    }

    /**
     * Writes floats to a file in NumPy's format {@code .npy}, as an array of one dimension of float32. A file that is
     * there already is replaced as a whole: it is never seen half written.
     *
     * @param file the file
     * @param x the floats
     * @throws NoSuchFileException if there is no such directory
     * @throws IOException if the file cannot be written; the message has its name
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static void writeNpy(Path file, float[] x) throws IOException {
        Objects.requireNonNull(x, "x");
        Natives.writeNpyFloats(path(file), x);
    }

    /**
     * Writes longs to a file in NumPy's format {@code .npy}, as an array of one dimension of int64. A file that is
     * there already is replaced as a whole: it is never seen half written.
     *
     * @param file the file
     * @param x the longs
     * @throws NoSuchFileException if there is no such directory
     * @throws IOException if the file cannot be written; the message has its name
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static void writeNpy(Path file, long[] x) throws IOException {
        Objects.requireNonNull(x, "x");
        Natives.writeNpyLongs(path(file), x);
    }

    private static String path(Path file) {
        Objects.requireNonNull(file, "file");
        NativeLibrary.load();
        return LocalFile.path(file);
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

    // Arithmetic, in Java: what takes less time than a call to Rust.

    /**
     * Returns the sum of {@code x} and {@code y}, value by value.
     *
     * @param x a vector
     * @param y a vector of the same length
     * @return the sum
     * @throws IllegalArgumentException if the lengths differ: {@code vector lengths differ: 3 and 4}
     */
    public static double[] plus(double[] x, double[] y) {
        requireSameLength(x, y);
        return ElementWise.plus(x, y);
    }

    /**
     * Returns the difference of {@code x} and {@code y}, value by value.
     *
     * @param x a vector
     * @param y a vector of the same length
     * @return the difference
     * @throws IllegalArgumentException if the lengths differ: {@code vector lengths differ: 3 and 4}
     */
    public static double[] minus(double[] x, double[] y) {
        requireSameLength(x, y);
        return ElementWise.minus(x, y);
    }

    /**
     * Returns {@code x} with each value multiplied by a number.
     *
     * @param a the factor
     * @param x a vector
     * @return the product
     */
    public static double[] scale(double a, double[] x) {
        Objects.requireNonNull(x, "x");
        return ElementWise.times(x, a);
    }

    /**
     * Returns {@code a * x + y}, value by value: a product and a sum, each rounded.
     *
     * @param a the factor
     * @param x a vector
     * @param y a vector of the same length
     * @return the sum, a new array
     * @throws IllegalArgumentException if the lengths differ: {@code vector lengths differ: 3 and 4}
     */
    public static double[] axpy(double a, double[] x, double[] y) {
        requireSameLength(x, y);
        double[] sum = new double[x.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a * x[i] + y[i];
        }
        return sum;
    }

    /**
     * Returns the mean of the values of {@code x}: NaN when there are none. The error of the sum that it is made of is
     * that of {@link Matrix#sum()}.
     *
     * @param x a vector
     * @return the mean
     */
    public static double mean(double[] x) {
        Objects.requireNonNull(x, "x");
        return Reductions.sum(x, 0, x.length, false) / x.length;
    }

    /**
     * Returns the smallest value of {@code x}; NaN if one is NaN.
     *
     * @param x a vector
     * @return the minimum
     * @throws IllegalArgumentException if there are no values: {@code the minimum of no values is not defined}
     */
    public static double min(double[] x) {
        requireValues("minimum", x);
        return Reductions.min(x, 0, x.length);
    }

    /**
     * Returns the largest value of {@code x}; NaN if one is NaN.
     *
     * @param x a vector
     * @return the maximum
     * @throws IllegalArgumentException if there are no values: {@code the maximum of no values is not defined}
     */
    public static double max(double[] x) {
        requireValues("maximum", x);
        return Reductions.max(x, 0, x.length);
    }

    /**
     * Returns the index of the smallest value of {@code x}: of equal ones the first; if one is NaN, that of the first
     * NaN.
     *
     * @param x a vector
     * @return the index
     * @throws IllegalArgumentException if there are no values: {@code the argmin of no values is not defined}
     */
    public static int argmin(double[] x) {
        requireValues("argmin", x);
        return Reductions.argmin(x, 0, x.length);
    }

    /**
     * Returns the index of the largest value of {@code x}: of equal ones the first; if one is NaN, that of the first
     * NaN.
     *
     * @param x a vector
     * @return the index
     * @throws IllegalArgumentException if there are no values: {@code the argmax of no values is not defined}
     */
    public static int argmax(double[] x) {
        requireValues("argmax", x);
        return Reductions.argmax(x, 0, x.length);
    }

    /**
     * Returns the dot product of parts of {@code x} and {@code y}. It is that of {@link #dot(double[], double[])} of
     * copies of them, bit by bit.
     *
     * @param x a vector
     * @param xFrom where the part of {@code x} begins
     * @param y a vector
     * @param yFrom where the part of {@code y} begins
     * @param n the length of both parts
     * @return the dot product
     * @throws IndexOutOfBoundsException if a part reaches out of its vector: {@code no 3 values from index 5 in a
     *     vector of 6}
     */
    public static double dot(double[] x, int xFrom, double[] y, int yFrom, int n) {
        Objects.requireNonNull(x, "x");
        Objects.requireNonNull(y, "y");
        requireRange(xFrom, n, x.length);
        requireRange(yFrom, n, y.length);
        return dot(
                n == x.length ? x : Arrays.copyOfRange(x, xFrom, xFrom + n),
                n == y.length ? y : Arrays.copyOfRange(y, yFrom, yFrom + n));
    }

    /**
     * Returns the dot product of parts of {@code x} and {@code y}. It is that of {@link #dot(float[], float[])} of
     * copies of them, bit by bit.
     *
     * @param x a vector
     * @param xFrom where the part of {@code x} begins
     * @param y a vector
     * @param yFrom where the part of {@code y} begins
     * @param n the length of both parts
     * @return the dot product
     * @throws IndexOutOfBoundsException if a part reaches out of its vector: {@code no 3 values from index 5 in a
     *     vector of 6}
     */
    public static double dot(float[] x, int xFrom, float[] y, int yFrom, int n) {
        Objects.requireNonNull(x, "x");
        Objects.requireNonNull(y, "y");
        requireRange(xFrom, n, x.length);
        requireRange(yFrom, n, y.length);
        return dot(
                n == x.length ? x : Arrays.copyOfRange(x, xFrom, xFrom + n),
                n == y.length ? y : Arrays.copyOfRange(y, yFrom, yFrom + n));
    }

    private static void requireSameLength(double[] x, double[] y) {
        Objects.requireNonNull(x, "x");
        Objects.requireNonNull(y, "y");
        if (x.length != y.length) {
            throw new IllegalArgumentException("vector lengths differ: " + x.length + " and " + y.length);
        }
    }

    private static void requireValues(String quantity, double[] x) {
        Objects.requireNonNull(x, "x");
        if (x.length == 0) {
            throw new IllegalArgumentException("the " + quantity + " of no values is not defined");
        }
    }

    private static void requireRange(int from, int n, int length) {
        if (from < 0 || n < 0 || from > length - n) {
            throw new IndexOutOfBoundsException("no " + n + " values from index " + from + " in a vector of " + length);
        }
    }
}
