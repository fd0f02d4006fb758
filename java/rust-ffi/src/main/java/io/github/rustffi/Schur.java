package io.github.rustffi;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;

/**
 * The real Schur form of a square matrix, which is {@code q().times(t()).times(q().transpose())}.
 *
 * <p>An immutable value, from {@link Matrix#schur()}.
 *
 * @serial exclude
 */
public final class Schur implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Matrix q;
    private final Matrix t;

    Schur(Matrix q, Matrix t) {
        this.q = q;
        this.t = t;
    }

    /**
     * Returns the transformation: its columns are orthogonal and of length one.
     *
     * @return a square matrix
     */
    public Matrix q() {
        return q;
    }

    /**
     * Returns the form: an upper triangle but for blocks of two rows and columns on the diagonal, one for each pair of
     * conjugate eigenvalues. The other eigenvalues stand on the diagonal.
     *
     * <p>A block has equal values on its diagonal, which are the real part, and values of opposite signs beside it: the
     * square root of the magnitude of their product is the imaginary part. {@code [[1, 2], [-8, 1]]} is the block of 1
     * + 4i and 1 - 4i.
     *
     * @return a square matrix
     */
    public Matrix t() {
        return t;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Schur other && q.equals(other.q) && t.equals(other.t);
    }

    @Override
    public int hashCode() {
        return 31 * q.hashCode() + t.hashCode();
    }

    /** Returns the factors as text. */
    @Override
    public String toString() {
        return "q: " + q + "\nt: " + t;
    }

    void write(Serialized.Output out) throws IOException {
        q.write(out);
        t.write(out);
    }

    static Schur read(Serialized.Input in) throws IOException {
        Matrix q = Matrix.read(in);
        Serialized.requireShape("q", q, q.rows(), q.rows());
        Serialized.requireFinite("q", q.values());
        Matrix t = Matrix.read(in);
        Serialized.requireShape("t", t, q.rows(), q.rows());
        Serialized.requireFinite("t", t.values());
        Serialized.requireHessenberg("t", t);
        for (int i = 0; i < q.rows() - 1; i++) {
            if (t.get(i + 1, i) != 0.0) {
                requireBlock(t, i);
                i++;
            }
        }
        return new Schur(q, t);
    }

    private static void requireBlock(Matrix t, int i) throws InvalidObjectException {
        boolean isLast = i + 2 == t.rows() || t.get(i + 2, i + 1) == 0.0;
        boolean hasSigns = t.get(i + 1, i) > 0.0 ? t.get(i, i + 1) < 0.0 : t.get(i, i + 1) > 0.0;
        if (!isLast || !hasSigns || t.get(i, i) != t.get(i + 1, i + 1)) {
            throw Serialized.invalid("t has no block of two conjugate eigenvalues at row " + i);
        }
    }

    @Serial
    private Object writeReplace() {
        return new Serialized(this);
    }

    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw Serialized.withoutProxy();
    }
}
