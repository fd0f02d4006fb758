package io.github.rustffi.internal;

/**
 * The operations that make one number of one or two vectors, and the three ways in which the vectors cross to Rust:
 * lent through the JDK's linker, see {@link Direct}; copied to memory outside of the heap, see {@link Pieces}; and
 * through JNI. All three give the same bits.
 */
public final class Reduction {
    // The operations by their place in Operation::ALL, native/src/vector.rs. No enum: an initializer that failed for
    // want of memory would not be tried again.
    public static final int DOT = 0;
    public static final int SUM = 1;
    public static final int NORM = 2;
    public static final int SQUARED_DISTANCE = 3;
    public static final int COSINE_SIMILARITY = 4;

    private Reduction() {}

    /**
     * Returns the result of an operation on two vectors, or on one that is given twice.
     *
     * @param operation one of the constants
     * @param x a vector
     * @param y another one, of the same length
     * @return the result
     * @throws IllegalArgumentException if the lengths differ
     */
    public static double of(int operation, double[] x, double[] y) {
        double result = Double.NaN;
        if (Crossing.directly(x.length, y.length)) {
            result = Direct.DOUBLES.call(operation, x, y);
        } else if (!Crossing.lends(x.length)) {
            result = Pieces.of(operation, x, y);
        }
        return Double.isNaN(result) ? Natives.reduceDoubles(operation, x, x == y ? null : y) : result;
    }

    /**
     * Returns the result of an operation on two vectors, or on one that is given twice.
     *
     * @param operation one of the constants
     * @param x a vector
     * @param y another one, of the same length
     * @return the result
     * @throws IllegalArgumentException if the lengths differ
     */
    public static double of(int operation, float[] x, float[] y) {
        double result = Double.NaN;
        if (Crossing.directly(x.length, y.length)) {
            result = Direct.FLOATS.call(operation, x, y);
        } else if (!Crossing.lends(x.length)) {
            result = Pieces.of(operation, x, y);
        }
        return Double.isNaN(result) ? Natives.reduceFloats(operation, x, x == y ? null : y) : result;
    }
}
