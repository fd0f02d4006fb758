package io.github.rustffi;

/**
 * The principal square root of a matrix, by that of its real Schur form (Higham, Computing Real Square Roots of a Real
 * Matrix, 1987), which is computed in halves (Deadman, Higham and Ralha, Blocked Schur Algorithms for Computing the
 * Matrix Square Root, 2013).
 */
final class SquareRoot {
    private final Matrix form;
    private final int n;
    private final double[] root;

    private SquareRoot(Matrix form) {
        this.form = form;
        n = form.rows();
        root = new double[n * n];
    }

    /** Returns the root of a square matrix of finite values. */
    static Matrix of(Matrix a) {
        // An even power of two has a root.
        int half = Math.floorDiv(Sylvester.exponent(a), 2);
        Schur schur = a.timesPowerOfTwo(-2 * half).schur();
        requireDefined("square root", schur.t(), 2 * half);
        Matrix result = schur.q()
                .times(ofForm(schur.t()))
                .timesTranspose(schur.q())
                .timesPowerOfTwo(half)
                .requireInRange("square root");
        return a.isSymmetric() ? result.symmetrized() : result;
    }

    /** Returns the root of a real Schur form of which no eigenvalue is zero or negative. */
    static Matrix ofForm(Matrix form) {
        SquareRoot root = new SquareRoot(form);
        root.compute(0, root.n);
        return new Matrix(root.n, root.n, root.root);
    }

    /** Requires a real Schur form, times a power of two, to have no eigenvalue that is zero or negative. */
    static void requireDefined(String function, Matrix form, int exponent) {
        for (int i = 0; i < form.rows(); i++) {
            if (i + 1 < form.rows() && form.get(i + 1, i) != 0) {
                i++;
            } else if (!(form.get(i, i) > 0)) {
                throw new ArithmeticException("the principal " + function + " is not defined: the eigenvalue "
                        + Math.scalb(form.get(i, i), exponent) + " is on the closed negative real axis");
            }
        }
    }

    /** Computes the rows and columns of a range. */
    private void compute(int first, int end) {
        int size = end - first;
        if (size == 0) {
            return;
        }
        if (size == 1) {
            root[first * n + first] = Math.sqrt(form.get(first, first));
            return;
        }
        int middle = Sylvester.middle(form, first, end);
        if (middle == end) {
            computeBlock(first);
            return;
        }
        compute(first, middle);
        compute(middle, end);
        Matrix beside = Sylvester.solveForms(
                part(first, middle), part(middle, end), form.submatrix(first, middle, middle - first, end - middle));
        for (int i = first; i < middle; i++) {
            for (int j = middle; j < end; j++) {
                root[i * n + j] = beside.get(i - first, j - middle);
            }
        }
    }

    /** Computes a block of two conjugate eigenvalues. */
    private void computeBlock(int i) {
        double real = form.get(i, i);
        double above = form.get(i, i + 1);
        double below = form.get(i + 1, i);
        double imaginary = Math.sqrt(Math.abs(above)) * Math.sqrt(Math.abs(below));
        double larger = Math.sqrt((Math.abs(real) + Math.hypot(real, imaginary)) / 2);
        double diagonal = real > 0 ? larger : imaginary / (2 * larger);
        root[i * n + i] = diagonal;
        root[i * n + i + 1] = above / (2 * diagonal);
        root[(i + 1) * n + i] = below / (2 * diagonal);
        root[(i + 1) * n + i + 1] = diagonal;
    }

    private Matrix part(int first, int end) {
        int size = end - first;
        double[] part = new double[size * size];
        for (int i = 0; i < size; i++) {
            System.arraycopy(root, (first + i) * n + first, part, i * size, size);
        }
        return new Matrix(size, size, part);
    }
}
