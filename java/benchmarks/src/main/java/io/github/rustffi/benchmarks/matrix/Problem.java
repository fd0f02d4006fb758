package io.github.rustffi.benchmarks.matrix;

/**
 * A matrix and a right-hand side.
 *
 * @param rows the rows of the matrix, and the values of the right-hand side
 * @param columns the columns of the matrix
 * @param a the matrix, row-major
 * @param b the right-hand side; for a product the second matrix, row-major and as large as the first
 */
public record Problem(int rows, int columns, double[] a, double[] b) {}
