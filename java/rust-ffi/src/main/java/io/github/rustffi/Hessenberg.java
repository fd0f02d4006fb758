package io.github.rustffi;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;

/**
 * The Hessenberg form of a square matrix, which is {@code q().times(h()).times(q().transpose())}.
 *
 * <p>An immutable value, from {@link Matrix#hessenberg()}.
 *
 * @serial exclude
 */
public final class Hessenberg implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Matrix q;
    private final Matrix h;

    Hessenberg(Matrix q, Matrix h) {
        this.q = q;
        this.h = h;
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
     * Returns the form: zeros below the values next to the diagonal.
     *
     * @return a square matrix
     */
    public Matrix h() {
        return h;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Hessenberg other && q.equals(other.q) && h.equals(other.h);
    }

    @Override
    public int hashCode() {
        return 31 * q.hashCode() + h.hashCode();
    }

    /** Returns the factors as text. */
    @Override
    public String toString() {
        return "q: " + q + "\nh: " + h;
    }

    void write(Serialized.Output out) throws IOException {
        q.write(out);
        h.write(out);
    }

    static Hessenberg read(Serialized.Input in) throws IOException {
        Matrix q = Matrix.read(in);
        Serialized.requireShape("q", q, q.rows(), q.rows());
        Serialized.requireFinite("q", q.values());
        Matrix h = Matrix.read(in);
        Serialized.requireShape("h", h, q.rows(), q.rows());
        Serialized.requireFinite("h", h.values());
        Serialized.requireHessenberg("h", h);
        return new Hessenberg(q, h);
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
