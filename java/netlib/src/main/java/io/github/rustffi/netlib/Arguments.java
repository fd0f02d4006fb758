package io.github.rustffi.netlib;

import java.util.Objects;

/** The arguments of the BLAS, and the exceptions that netlib throws for those that are wrong. */
final class Arguments {
    private Arguments() {}

    /**
     * Requires that an argument is right.
     *
     * @param operation the name of the operation in the BLAS
     * @param parameter the number of the parameter, as the BLAS counts them
     * @throws IllegalArgumentException if it is not
     */
    static void check(String operation, int parameter, boolean isRight) {
        if (!isRight) {
            throw new IllegalArgumentException(
                    "** On entry to '" + operation + "' parameter number " + parameter + " had an illegal value");
        }
    }

    /**
     * Returns whether a flag is the first of two: as in the BLAS, its first letter counts, in either case.
     *
     * @throws IllegalArgumentException if it is neither
     */
    static boolean isFirst(String operation, int parameter, String flag, String first, String second) {
        boolean isFirst = begins(flag, first);
        check(operation, parameter, isFirst || begins(flag, second));
        return isFirst;
    }

    /**
     * Returns whether a flag asks for the transpose: {@code T}, or {@code C} for the conjugate, rather than {@code N}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    static boolean isTransposed(String operation, int parameter, String flag) {
        boolean isTransposed = begins(flag, "T") || begins(flag, "C");
        check(operation, parameter, isTransposed || begins(flag, "N"));
        return isTransposed;
    }

    private static boolean begins(String flag, String letter) {
        return flag.regionMatches(true, 0, letter, 0, 1);
    }

    /**
     * Requires that a matrix with at least one row and column is within its array.
     *
     * @throws IndexOutOfBoundsException if it is not
     */
    static void checkMatrix(int length, int offset, int rows, int columns, int step) {
        Objects.checkIndex(offset, length);
        Objects.checkIndex(offset + (columns - 1L) * step + (rows - 1), (long) length);
    }

    /**
     * Requires that a vector with at least one value is within its array.
     *
     * @throws IndexOutOfBoundsException if it is not
     */
    static void checkVector(int length, int offset, int count, int increment) {
        Objects.checkIndex(offset, length);
        Objects.checkIndex(offset + (count - 1L) * Math.abs((long) increment), (long) length);
    }

    /** Returns where the first value of a vector is, which has the last place if the increment is negative. */
    static int first(int offset, int count, int increment) {
        return increment < 0 ? offset - (count - 1) * increment : offset;
    }
}
