package io.github.rustffi;

import java.io.Externalizable;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The serial proxy of every value: streams name this class and no other of the library.
 *
 * <p>It writes a byte for the class of the value, a byte for the version of that class's form, and then what the class
 * writes: shapes as ints, and values in blocks, big-endian. A class that writes something else than before gets a new
 * version, and goes on to read the old ones. A new class gets a line in {@link #FORMS}.
 */
final class Serialized implements Externalizable {
    @Serial
    private static final long serialVersionUID = 1L;

    /** All classes. A number is never given to another class: files keep it. */
    private static final List<Form<?>> FORMS = List.of(
            new Form<>(1, 1, Matrix.class, Matrix::write, Matrix::read),
            new Form<>(2, 1, Lu.class, Lu::write, Lu::read),
            new Form<>(3, 1, Cholesky.class, Cholesky::write, Cholesky::read),
            new Form<>(4, 1, Qr.class, Qr::write, Qr::read),
            new Form<>(5, 1, Svd.class, Svd::write, Svd::read),
            new Form<>(6, 1, SymmetricEigen.class, SymmetricEigen::write, SymmetricEigen::read),
            new Form<>(7, 1, Eigen.class, Eigen::write, Eigen::read),
            new Form<>(8, 1, Hits.class, Hits::write, Hits::read),
            new Form<>(9, 1, LeastSquares.class, LeastSquares::write, LeastSquares::read),
            new Form<>(10, 1, Standardization.class, Standardization::write, Standardization::read),
            new Form<>(11, 1, Pca.class, Pca::write, Pca::read),
            new Form<>(12, 1, FloatMatrix.class, FloatMatrix::write, FloatMatrix::read),
            new Form<>(13, 1, PivotedQr.class, PivotedQr::write, PivotedQr::read),
            new Form<>(14, 1, Ldl.class, Ldl::write, Ldl::read),
            new Form<>(15, 1, Schur.class, Schur::write, Schur::read),
            new Form<>(16, 1, Hessenberg.class, Hessenberg::write, Hessenberg::read));

    /** Transient, though nothing of an Externalizable is written by itself: later compilers warn otherwise. */
    private transient @Nullable Object value;

    /** For {@link ObjectInputStream}, which calls {@link #readExternal} next. */
    public Serialized() {}

    /** Creates what stands for a value in a stream. */
    Serialized(Object value) {
        this.value = value;
    }

    @Override
    public void writeExternal(ObjectOutput out) throws IOException {
        for (Form<?> form : FORMS) {
            if (form.type.isInstance(value)) {
                form.writeTo(out, value);
                return;
            }
        }
        throw new AssertionError("bug in rust_ffi: no form for " + value);
    }

    @Override
    public void readExternal(ObjectInput in) throws IOException {
        int number = in.readUnsignedByte();
        for (Form<?> form : FORMS) {
            if (form.number == number) {
                value = form.readFrom(in);
                return;
            }
        }
        throw new InvalidObjectException(
                "class " + number + " is not known to this version of rust-ffi, which knows 1 to " + FORMS.size());
    }

    @Serial
    private Object readResolve() throws InvalidObjectException {
        if (value == null) {
            throw new InvalidObjectException("a value is missing");
        }
        return value;
    }

    /** Refuses a stream that has a value itself and not what stands for it, and so could leave out all checks. */
    static InvalidObjectException withoutProxy() {
        return new InvalidObjectException("a value has to be serialized as " + Serialized.class.getName());
    }

    /** Returns the exception for a value that no call of this library returns. */
    static InvalidObjectException invalid(String message) {
        return new InvalidObjectException(message);
    }

    /** How the values of a class are written, and those of which versions are read. */
    private record Form<T>(int number, int version, Class<T> type, Writer<T> writer, Reader<T> reader) {
        void writeTo(ObjectOutput out, @Nullable Object value) throws IOException {
            out.writeByte(number);
            out.writeByte(version);
            writer.write(type.cast(value), new Output(out));
        }

        T readFrom(ObjectInput in) throws IOException {
            int found = in.readUnsignedByte();
            if (found < 1 || found > version) {
                throw new InvalidObjectException("version " + found + " of a serialized " + type.getSimpleName()
                        + " is not known to this version of rust-ffi, which knows 1 to " + version);
            }
            return reader.read(new Input(in));
        }
    }

    /** Writes a value. */
    private interface Writer<T> {
        void write(T value, Output out) throws IOException;
    }

    /** Reads a value and checks it. */
    private interface Reader<T> {
        T read(Input in) throws IOException;
    }

    /** Values on either side of a stream at a time. */
    private static final int BLOCK = 1024;

    /** Where values are written to, in blocks. */
    static final class Output {
        private final ObjectOutput out;
        private final byte[] block = new byte[BLOCK * Long.BYTES];

        private Output(ObjectOutput out) {
            this.out = out;
        }

        /** Writes a number of values, rows or columns. */
        void size(int size) throws IOException {
            out.writeInt(size);
        }

        void value(double value) throws IOException {
            out.writeDouble(value);
        }

        void doubles(double[] values) throws IOException {
            for (int from = 0, count; from < values.length; from += count) {
                count = Math.min(BLOCK, values.length - from);
                ByteBuffer.wrap(block).asDoubleBuffer().put(values, from, count);
                out.write(block, 0, count * Double.BYTES);
            }
        }

        void floats(float[] values) throws IOException {
            for (int from = 0, count; from < values.length; from += count) {
                count = Math.min(BLOCK, values.length - from);
                ByteBuffer.wrap(block).asFloatBuffer().put(values, from, count);
                out.write(block, 0, count * Float.BYTES);
            }
        }

        void longs(long[] values) throws IOException {
            for (int from = 0, count; from < values.length; from += count) {
                count = Math.min(BLOCK, values.length - from);
                ByteBuffer.wrap(block).asLongBuffer().put(values, from, count);
                out.write(block, 0, count * Long.BYTES);
            }
        }

        void ints(int[] values) throws IOException {
            for (int from = 0, count; from < values.length; from += count) {
                count = Math.min(BLOCK, values.length - from);
                ByteBuffer.wrap(block).asIntBuffer().put(values, from, count);
                out.write(block, 0, count * Integer.BYTES);
            }
        }
    }

    /** Where values are read from. Arrays grow as their values arrive: a length alone takes no memory. */
    static final class Input {
        private final ObjectInput in;
        private final byte[] block = new byte[BLOCK * Long.BYTES];

        private Input(ObjectInput in) {
            this.in = in;
        }

        /** Reads a number of values, rows or columns, which messages call so. */
        int size(String name) throws IOException {
            int size = in.readInt();
            if (size < 0) {
                throw invalid("the number of " + name + " is " + size);
            }
            return size;
        }

        double value() throws IOException {
            return in.readDouble();
        }

        /** Returns the values of a matrix. */
        double[] doubles(int rows, int columns) throws IOException {
            return doubles(length(rows, columns));
        }

        /** Returns the values of a matrix of floats. */
        float[] floats(int rows, int columns) throws IOException {
            return floats(length(rows, columns));
        }

        private static int length(int rows, int columns) throws IOException {
            if ((long) rows * columns > Integer.MAX_VALUE) {
                throw invalid("a " + rows + "x" + columns + " matrix has more than " + Integer.MAX_VALUE + " values");
            }
            return rows * columns;
        }

        double[] doubles(int length) throws IOException {
            double[] values = new double[Math.min(BLOCK, length)];
            for (int from = 0, count; from < length; from += count) {
                count = Math.min(BLOCK, length - from);
                ByteBuffer next = next(count * Double.BYTES);
                values = from < values.length ? values : Arrays.copyOf(values, grown(from, length));
                next.asDoubleBuffer().get(values, from, count);
            }
            return values;
        }

        float[] floats(int length) throws IOException {
            float[] values = new float[Math.min(BLOCK, length)];
            for (int from = 0, count; from < length; from += count) {
                count = Math.min(BLOCK, length - from);
                ByteBuffer next = next(count * Float.BYTES);
                values = from < values.length ? values : Arrays.copyOf(values, grown(from, length));
                next.asFloatBuffer().get(values, from, count);
            }
            return values;
        }

        long[] longs(int length) throws IOException {
            long[] values = new long[Math.min(BLOCK, length)];
            for (int from = 0, count; from < length; from += count) {
                count = Math.min(BLOCK, length - from);
                ByteBuffer next = next(count * Long.BYTES);
                values = from < values.length ? values : Arrays.copyOf(values, grown(from, length));
                next.asLongBuffer().get(values, from, count);
            }
            return values;
        }

        int[] ints(int length) throws IOException {
            int[] values = new int[Math.min(BLOCK, length)];
            for (int from = 0, count; from < length; from += count) {
                count = Math.min(BLOCK, length - from);
                ByteBuffer next = next(count * Integer.BYTES);
                values = from < values.length ? values : Arrays.copyOf(values, grown(from, length));
                next.asIntBuffer().get(values, from, count);
            }
            return values;
        }

        /** Reads the next bytes, at most a block of the longest values. */
        private ByteBuffer next(int bytes) throws IOException {
            in.readFully(block, 0, bytes);
            return ByteBuffer.wrap(block, 0, bytes);
        }

        /** Returns the next size of an array that is full. */
        private static int grown(int size, int length) {
            return (int) Math.min(length, 2L * size);
        }
    }

    /** Refuses values that no factorization has: those that are not finite. */
    static void requireFinite(String name, double[] values) throws InvalidObjectException {
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw invalid("value " + i + " of " + name + " is " + values[i] + ", not a finite number");
            }
        }
    }

    /** Refuses values that no matrix has as its singular values. */
    static void requireSingularValues(double[] values) throws InvalidObjectException {
        requireFinite("the singular values", values);
        for (int i = 0; i < values.length; i++) {
            if (values[i] < 0.0 || i > 0 && values[i] > values[i - 1]) {
                throw invalid("singular value " + i + " is " + values[i] + ", "
                        + (i == 0 || values[i] < 0.0 ? "less than 0" : "more than " + values[i - 1]));
            }
        }
    }

    /** Refuses numbers that are not those from 0 to their number, each once. */
    static void requirePermutation(String name, int[] permutation) throws InvalidObjectException {
        boolean[] seen = new boolean[permutation.length];
        for (int i = 0; i < permutation.length; i++) {
            int entry = permutation[i];
            if (entry < 0 || entry >= seen.length || seen[entry]) {
                throw invalid("entry " + i + " of " + name + " is " + entry + ", "
                        + (entry >= 0 && entry < seen.length ? "as one before it" : "not one of " + seen.length));
            }
            seen[entry] = true;
        }
    }

    /** Refuses a matrix with a value below those next to the diagonal that is not zero. */
    static void requireHessenberg(String name, Matrix matrix) throws InvalidObjectException {
        for (int i = 2; i < matrix.rows(); i++) {
            for (int j = 0; j < i - 1; j++) {
                if (matrix.get(i, j) != 0.0) {
                    throw invalid(name + " is not zero at row " + i + ", column " + j + ": " + matrix.get(i, j));
                }
            }
        }
    }

    /** Refuses a matrix of another shape. */
    static void requireShape(String name, Matrix matrix, int rows, int columns) throws InvalidObjectException {
        if (matrix.rows() != rows || matrix.columns() != columns) {
            throw invalid(name + " is " + matrix.rows() + "x" + matrix.columns() + ", not " + rows + "x" + columns);
        }
    }
}
