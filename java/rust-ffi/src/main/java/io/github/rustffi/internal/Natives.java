package io.github.rustffi.internal;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The methods that Rust implements, by area. The library is loaded, and every signature compared, before the first
 * call: see {@link Loader}.
 */
public final class Natives {
    /** What Rust throws, by the name of this field, where no other exception can be made. */
    private static final Error SPARE = Failures.SPARE;

    private Natives() {}

    /**
     * Throws the exception of a failure. Rust calls this, by its name: on the class that it was called by, so that no
     * class loader is asked for anything.
     *
     * @param kind the number of the exception, see {@link Failures}
     * @param file the file that the exception is about, or an empty text
     */
    private static void fail(int kind, String message, String file) throws Throwable {
        throw Failures.exception(kind, message, file);
    }

    // The library itself

    /** Returns the version of the native library. */
    public static native String version();

    /** Binds every other method to its Rust function, or throws if a signature differs. */
    static native void register();

    // RustFfi

    public static native int add(int a, int b);

    public static native int multiply(int a, int b);

    public static native String greet(String name);

    // Parallelism

    public static native int threads();

    public static native void setThreads(int threads);

    /** Says whether the garbage collector pins what is lent: if so, arrays are lent and not copied. */
    static native void setPins(boolean pins);

    // NativeMemory

    public static native long workspaceBytes();

    public static native long peakWorkspaceBytes();

    public static native void resetPeak();

    public static native long keptBytes();

    // Matrix. Where isShared is true, the caller can write to a meanwhile: it is copied and never lent. What else is
    // checked before it is used is no array of the caller's.

    public static native void times(
            int rows, int inner, double[] a, int bRows, int columns, double[] b, double[] product);

    public static native void transposeTimes(
            int inner, int rows, double[] a, int bRows, int columns, double[] b, double[] product);

    public static native void timesTranspose(
            int rows, int inner, double[] a, int bRows, int bColumns, double[] b, double[] product);

    public static native void gram(int rows, int columns, double[] a, double[] gram);

    public static native void solve(
            boolean isShared, int rows, int columns, double[] a, int bRows, int bColumns, double[] b, double[] x);

    public static native void inverse(boolean isShared, int rows, int columns, double[] a, double[] inverse);

    public static native double determinant(boolean isShared, int rows, int columns, double[] a);

    public static native void leastSquares(
            boolean isShared,
            int rows,
            int columns,
            double[] a,
            int bRows,
            int bColumns,
            double[] b,
            double tolerance,
            double[] x);

    /** Does the same, returns the rank, and writes what is left of b and the singular values of a. */
    public static native int leastSquaresFit(
            boolean isShared,
            int rows,
            int columns,
            double[] a,
            int bRows,
            int bColumns,
            double[] b,
            double tolerance,
            double[] x,
            double[] residuals,
            double[] singularValues);

    public static native void pseudoInverse(
            boolean isShared, int rows, int columns, double[] a, double tolerance, double[] inverse);

    public static native int rank(boolean isShared, int rows, int columns, double[] a, double tolerance);

    public static native void singularValues(boolean isShared, int rows, int columns, double[] a, double[] values);

    public static native void symmetricEigenvalues(
            boolean isShared, int rows, int columns, double[] a, double[] values);

    /** Returns a handle of the half of a symmetric matrix that is on and above its diagonal, until it is closed. */
    public static native long symmetricOpen(int rows, int columns, double[] a);

    public static native void symmetricTimes(long symmetric, double[] x, double[] product);

    public static native void symmetricClose(long symmetric);

    public static native void eigenvalues(
            boolean isShared, int rows, int columns, double[] a, double[] real, double[] imaginary);

    /** Solves a system with one triangle of a, or its transpose. */
    public static native void triangularSolve(
            boolean isShared,
            int rows,
            int columns,
            double[] a,
            boolean isUpper,
            boolean isUnit,
            boolean isTransposed,
            int bRows,
            int bColumns,
            double[] b,
            double[] x);

    public static native double conditionNumber(boolean isShared, int rows, int columns, double[] a);

    /** Returns the values and writes the numbers of rows and columns to shape. */
    public static native double[] readNpy(String path, int[] shape) throws IOException;

    public static native void writeNpy(String path, int rows, int columns, double[] a) throws IOException;

    /** Returns the values and writes the numbers of rows and columns to shape. */
    public static native float[] readNpyMatrixOfFloats(String path, int[] shape) throws IOException;

    public static native void writeNpyMatrixOfFloats(String path, int rows, int columns, float[] a) throws IOException;

    /** Returns the values and writes the numbers of rows and columns to shape. */
    public static native double[] readCsv(String path, int delimiter, int skippedLines, int[] shape) throws IOException;

    public static native void writeCsv(String path, int delimiter, int rows, int columns, double[] a)
            throws IOException;

    // Vectors in files

    public static native double[] readNpyDoubles(String path) throws IOException;

    public static native float[] readNpyFloats(String path) throws IOException;

    public static native long[] readNpyLongs(String path) throws IOException;

    public static native void writeNpyDoubles(String path, double[] x) throws IOException;

    public static native void writeNpyFloats(String path, float[] x) throws IOException;

    public static native void writeNpyLongs(String path, long[] x) throws IOException;

    // Npz

    /**
     * Writes the numbers of rows and columns of an array, and 1 where its order is that of Fortran, to header, and
     * returns where its values begin. Start is how the array's file begins, of which length is the length.
     */
    public static native int npyHeader(String name, byte[] start, long length, int dimensions, int[] header)
            throws IOException;

    /** Converts values, of which the first is number first, and returns how many there are in count bytes. */
    public static native int npyDoubles(
            String name, byte[] start, long length, int dimensions, int first, byte[] bytes, int count, double[] values)
            throws IOException;

    /** Does the same for floats. */
    public static native int npyFloats(
            String name, byte[] start, long length, int dimensions, int first, byte[] bytes, int count, float[] values)
            throws IOException;

    /** Does the same for longs. */
    public static native int npyLongs(
            String name, byte[] start, long length, int dimensions, int first, byte[] bytes, int count, long[] values)
            throws IOException;

    /** Returns what stands in front of the values of an array: doubles are kind 0, floats 1 and longs 2. */
    public static native byte[] npyStart(int kind, int[] shape);

    // LocalFile

    /** Creates the file that is to be put in the place of another one, and returns its path. */
    static native String createBeside(String path) throws IOException;

    static native void putInPlace(String temporary, String path) throws IOException;

    // FloatMatrix

    public static native void timesFloats(
            int rows, int inner, float[] a, int bRows, int columns, float[] b, float[] product);

    public static native void transposeTimesFloats(
            int inner, int rows, float[] a, int bRows, int columns, float[] b, float[] product);

    public static native void timesTransposeFloats(
            int rows, int inner, float[] a, int bRows, int bColumns, float[] b, float[] product);

    public static native void gramOfFloats(int rows, int columns, float[] a, float[] gram);

    // RustBlas, a class of the module rust-ffi-netlib, which is released with this one. A matrix is columns of adjacent
    // elements of an array, which may have others: the first begins with element number first, the others a step after
    // the one before. RustBlas checks that all are within their arrays; if not, or if one has none, Rust throws an
    // AssertionError. The array that is written may be the same as another one, and is as it was if the call fails.

    /** Sets the m x n matrix c to alpha op(a) op(b) + beta c, where k is the inner dimension. */
    public static native void gemm(
            boolean isATransposed,
            boolean isBTransposed,
            int m,
            int n,
            int k,
            double alpha,
            double[] a,
            int aFirst,
            int aStep,
            double[] b,
            int bFirst,
            int bStep,
            double beta,
            double[] c,
            int cFirst,
            int cStep);

    /** Does the same with floats. */
    public static native void gemmOfFloats(
            boolean isATransposed,
            boolean isBTransposed,
            int m,
            int n,
            int k,
            float alpha,
            float[] a,
            int aFirst,
            int aStep,
            float[] b,
            int bFirst,
            int bStep,
            float beta,
            float[] c,
            int cFirst,
            int cStep);

    /** Sets one half of the n x n matrix c to that of alpha op(a) op(a)ᵀ + beta c, where op(a) has k columns. */
    public static native void syrk(
            boolean isUpper,
            boolean isTransposed,
            int n,
            int k,
            double alpha,
            double[] a,
            int aFirst,
            int aStep,
            double beta,
            double[] c,
            int cFirst,
            int cStep);

    /** Does the same with floats. */
    public static native void syrkOfFloats(
            boolean isUpper,
            boolean isTransposed,
            int n,
            int k,
            float alpha,
            float[] a,
            int aFirst,
            int aStep,
            float beta,
            float[] c,
            int cFirst,
            int cStep);

    /** Sets the m x n matrix b to the solution x of op(a) x = alpha b, or of x op(a) = alpha b. */
    public static native void trsm(
            boolean isLeft,
            boolean isUpper,
            boolean isTransposed,
            boolean isUnit,
            int m,
            int n,
            double alpha,
            double[] a,
            int aFirst,
            int aStep,
            double[] b,
            int bFirst,
            int bStep);

    /** Does the same with floats. */
    public static native void trsmOfFloats(
            boolean isLeft,
            boolean isUpper,
            boolean isTransposed,
            boolean isUnit,
            int m,
            int n,
            float alpha,
            float[] a,
            int aFirst,
            int aStep,
            float[] b,
            int bFirst,
            int bStep);

    /** Sets the vector y to alpha op(a) x + beta y, where a is m x n. */
    public static native void gemv(
            boolean isTransposed,
            int m,
            int n,
            double alpha,
            double[] a,
            int aFirst,
            int aStep,
            double[] x,
            int xFirst,
            double beta,
            double[] y,
            int yFirst);

    /** Does the same with floats. */
    public static native void gemvOfFloats(
            boolean isTransposed,
            int m,
            int n,
            float alpha,
            float[] a,
            int aFirst,
            int aStep,
            float[] x,
            int xFirst,
            float beta,
            float[] y,
            int yFirst);

    // Lu

    /** Returns the one-norm of a, which luRcond asks for. */
    public static native double luFactor(
            boolean isShared, int rows, int columns, double[] a, double[] lu, int[] permutation);

    public static native void luSolve(
            int rows, int columns, double[] lu, int[] permutation, int bRows, int bColumns, double[] b, double[] x);

    public static native double luDeterminant(int rows, int columns, double[] lu, int[] permutation);

    public static native double luRcond(int rows, int columns, double[] lu, double norm);

    // Cholesky

    public static native void choleskyFactor(boolean isShared, int rows, int columns, double[] a, double[] l);

    public static native void choleskySolve(int n, double[] l, int bRows, int bColumns, double[] b, double[] x);

    public static native double choleskyDeterminant(int n, double[] l);

    // Ldl

    public static native void ldlFactor(
            boolean isShared, int rows, int columns, double[] a, double[] ldl, int[] permutation);

    public static native void ldlSolve(
            int n, double[] ldl, int[] permutation, int bRows, int bColumns, double[] b, double[] x);

    public static native double ldlDeterminant(int n, double[] ldl);

    // Batch

    public static native void batchTimes(
            int count, int rows, int inner, int columns, double[] a, double[] b, double[] product);

    public static native void batchSolve(int count, int n, int columns, double[] a, double[] b, double[] x);

    public static native void batchCholesky(int count, int n, double[] a, double[] l);

    public static native void batchSymmetricEigen(int count, int n, double[] a, double[] values, double[] vectors);

    // Qr

    public static native void qrFactor(boolean isShared, int rows, int columns, double[] a, double[] qr, double[] tau);

    public static native void qrTriangle(boolean isShared, int rows, int columns, double[] a, double[] r);

    public static native void pivotedQrFactor(
            boolean isShared, int rows, int columns, double[] a, double[] qr, double[] tau, int[] permutation);

    public static native void qrQ(int rows, int columns, double[] qr, double[] tau, double[] q);

    public static native void qrSolve(
            int rows, int columns, double[] qr, double[] tau, int bRows, int bColumns, double[] b, double[] x);

    public static native void qrSolveLeading(
            int rows,
            int columns,
            double[] qr,
            double[] tau,
            int rank,
            int bRows,
            int bColumns,
            double[] b,
            double[] x);

    // Svd, SymmetricEigen, Eigen, Schur, Hessenberg

    public static native void svd(
            boolean isShared, int rows, int columns, double[] a, double[] u, double[] singularValues, double[] v);

    public static native int rankOfSingularValues(double[] singularValues, int rows, int columns);

    public static native void symmetricEigen(
            boolean isShared, int rows, int columns, double[] a, double[] values, double[] vectors);

    public static native void eigen(
            boolean isShared, int rows, int columns, double[] a, double[] real, double[] imaginary, double[] vectors);

    public static native void schur(boolean isShared, int rows, int columns, double[] a, double[] q, double[] t);

    public static native void hessenberg(boolean isShared, int rows, int columns, double[] a, double[] q, double[] h);

    // Vectors

    /**
     * Returns the result of an operation of {@link Reduction}. Where y is null it is one on x alone, or x is both
     * vectors.
     */
    public static native double reduceDoubles(int operation, double[] x, double[] y);

    /** Does the same with floats. */
    public static native double reduceFloats(int operation, float[] x, float[] y);

    /** Returns the bytes that pieces have, but for the last one. */
    static native int pieceBytes();

    /**
     * Adds the pieces at two addresses to the sums at a third, which the first one clears, and returns the result after
     * the last piece. NaN says that the whole vectors have to be asked.
     */
    static native double pieceOfDoubles(
            int operation, long x, long y, int count, long sums, boolean isFirst, boolean isLast);

    /** Does the same with floats. */
    static native double pieceOfFloats(
            int operation, long x, long y, int count, long sums, boolean isFirst, boolean isLast);

    /** Multiplies the rows at an address with the vector at another, and writes the products to a third. */
    static native void timesAt(int rows, int columns, long a, long x, long product);

    /** Adds the rows at an address, each times its factor at another, to the sum at a third. */
    static native void transposeTimesAt(int rows, int columns, long a, long factors, long sum);

    /** Returns where the memory of a direct buffer is. */
    static native long address(ByteBuffer buffer);

    /**
     * Returns the address of the function that does without JNI what reduceDoubles does to one array or two: see
     * {@link Direct}.
     */
    static native long directForDoubles(int arrays);

    /** Returns the address of the function that does without JNI what reduceFloats does to one array or two. */
    static native long directForFloats(int arrays);

    /** The same for the product of a row and a vector. */
    static native long directForRow(int arrays);

    // VectorIndex. An index is a number that is given out once; a metric and a storage are the ordinals of the enums.

    public static native long indexCreate(int dimension, int metric, int storage);

    public static native long indexOpen(String path, int metric, int storage) throws IOException;

    public static native long indexMap(String path, int metric) throws IOException;

    public static native void indexClose(long index);

    public static native long indexAdd(long index, float[] vector);

    /** Adds count values of the array, from first on. */
    public static native long indexAddAll(long index, float[] vectors, int first, int count);

    public static native long indexAddMatrix(long index, int rows, int columns, float[] values);

    /** The vectors are a float[][]. */
    public static native long indexAddRows(long index, Object vectors);

    /** Adds count values of a direct FloatBuffer in this machine's byte order, from first on. */
    public static native long indexAddMemory(long index, Object buffer, int first, int count);

    public static native boolean indexPut(long index, long id, float[] vector);

    /** Returns how many vectors were replaced. */
    public static native long indexPutAll(long index, long[] ids, float[] vectors);

    /** Returns how many vectors were removed. */
    public static native long indexRemove(long index, long[] ids);

    public static native boolean indexContains(long index, long id);

    /** Returns all ids in ascending order. */
    public static native long[] indexIds(long index);

    public static native float[] indexGet(long index, long id);

    public static native long indexSize(long index);

    public static native int indexDimension(long index);

    public static native int indexStorage(long index);

    public static native long indexBytes(long index);

    /** Has searches use codes from so many vectors on; 0 is the number that holds if nothing is said. */
    public static native void indexUseCodes(long index, long from);

    public static native long indexBytesInUse();

    public static native int openIndexes();

    /**
     * Returns the ids of all hits, and after them their scores, two in a number. The bound is 0 for none, 1 for at
     * least and 2 for at most the threshold. Filters are written one after the other, see IdFilter; own has for each
     * query the number of its filter, or -1, and is null where all have the first one.
     */
    public static native long[] indexSearch(
            long index, float[] query, long k, int bound, float threshold, long[] filters, int[] own);

    /** Returns the same for many queries. The numbers of their hits are written to counts. */
    public static native long[] indexSearchAll(
            long index, float[] queries, long k, int bound, float threshold, long[] filters, int[] own, int[] counts);

    public static native void indexSave(long index, String path) throws IOException;

    /** The vectors of such an index are those of segments, which are mapped. */
    public static native long indexCreateMapped(int dimension, int metric, int storage);

    /** Begins a segment, whose parts are opened next, to be read or merged with what is saved. */
    public static native void indexBeginSegment(long index);

    /**
     * Opens a part of so many vectors, ids or values: vectors are part 0, ids 1, tombstones 2, codes 3, their bounds 4
     * and their centre 5.
     */
    public static native void indexOpenPart(long index, int part, String path, long count, int checksum)
            throws IOException;

    /** Adds the vectors of the segments that have been opened. The next id is not signed. */
    public static native void indexReadSegments(long index, long next) throws IOException;

    /** Returns how many vectors and ids have changed since the last save, or a few more; -1 if there was none. */
    public static native long indexUnsaved(long index);

    /**
     * Begins to save what has changed, with the segments that have been opened, or everything. Writes to the array the
     * numbers of vectors and of tombstones to be written, the size of the index, its next id, and 1 if codes are to be
     * written, else 0: before their bounds.
     */
    public static native void indexBeginSave(long index, boolean everything, long[] save);

    /** Writes a part of what is saved to a new file, and returns its CRC-32. */
    public static native int indexWritePart(long index, int part, String path) throws IOException;

    public static native void indexEndSave(long index, boolean hasSucceeded);
}
