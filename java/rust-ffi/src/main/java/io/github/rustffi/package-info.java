/**
 * Rust's compute for the JVM: vectors, dense matrices, and exact nearest-neighbour search.
 *
 * <p>Nothing has to be installed or configured: the first call of any method loads the native library out of the jar.
 * {@link io.github.rustffi.NativeLibrary} reports why it could not be loaded, and how to choose another one.
 *
 * <table class="striped">
 *   <caption>Where to begin</caption>
 *   <thead>
 *     <tr><th scope="col">to</th><th scope="col">see</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>compute with matrices of doubles</td><td>{@link io.github.rustffi.Matrix}</td></tr>
 *     <tr><td>solve several systems with one matrix</td>
 *         <td>{@link io.github.rustffi.Matrix#lu()}, {@link io.github.rustffi.Matrix#cholesky()},
 *         {@link io.github.rustffi.Matrix#qr()}</td></tr>
 *     <tr><td>decompose a matrix</td>
 *         <td>{@link io.github.rustffi.Matrix#svd()}, {@link io.github.rustffi.Matrix#symmetricEigen()},
 *         {@link io.github.rustffi.Matrix#eigen()}</td></tr>
 *     <tr><td>summarize observations</td>
 *         <td>{@link io.github.rustffi.Statistics}, {@link io.github.rustffi.Standardization},
 *         {@link io.github.rustffi.Pca}</td></tr>
 *     <tr><td>compare vectors of floats or doubles</td><td>{@link io.github.rustffi.Vectors}</td></tr>
 *     <tr><td>read and write NumPy's files and CSV</td>
 *         <td>{@link io.github.rustffi.Matrix#readNpy}, {@link io.github.rustffi.Matrix#readCsv(java.nio.file.Path)},
 *         {@link io.github.rustffi.Vectors#readNpy}, {@link io.github.rustffi.Npz}</td></tr>
 *     <tr><td>find the vectors nearest to a query</td><td>{@link io.github.rustffi.VectorIndex}</td></tr>
 *     <tr><td>choose the number of threads</td><td>{@link io.github.rustffi.Parallelism}</td></tr>
 *     <tr><td>see what memory is in use</td><td>{@link io.github.rustffi.NativeMemory}</td></tr>
 *   </tbody>
 * </table>
 *
 * <pre>{@code
 * Matrix a = Matrix.of(new double[][] {{2, 1}, {1, 3}});
 * double[] x = a.solve(new double[] {3, 5});
 * }</pre>
 *
 * <p>Matrices and factorizations are immutable and may be used from any thread. Wrong arguments are exceptions that
 * show both values, and one that is null is a {@link java.lang.NullPointerException} with its name; a problem too large
 * for the memory is an {@link java.lang.OutOfMemoryError} that the JVM survives.
 */
@NullMarked
package io.github.rustffi;

import org.jspecify.annotations.NullMarked;
