package io.github.rustffi.benchmarks.matrix;

/**
 * The shape of a matrix, as results name it: {@code 3x100000}.
 *
 * @param rows the number of rows
 * @param columns the number of columns
 */
record Shape(int rows, int columns) {
    /**
     * Returns the shape of a name.
     *
     * @param name the name
     * @return the shape
     */
    static Shape of(String name) {
        String[] parts = name.split("x");
        return new Shape(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }
}
