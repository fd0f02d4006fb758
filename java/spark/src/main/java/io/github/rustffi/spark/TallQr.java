package io.github.rustffi.spark;

import io.github.rustffi.Matrix;
import java.util.function.Function;
import org.apache.spark.api.java.JavaPairRDD;

/**
 * The thin QR factorization of a {@link TallMatrix}, from {@link TallMatrix#qr()}: Q times R is the matrix. No value on
 * the diagonal of R is negative, so that both do not depend, but for rounding, on how the rows are distributed if the
 * columns are independent.
 */
public final class TallQr {
    private final Tree<Matrix> tree;
    private final Function<JavaPairRDD<Integer, Matrix>, TallMatrix> leaves;
    private final double[] signs;
    private final Matrix r;

    TallQr(Tree<Matrix> tree, Matrix upper, Function<JavaPairRDD<Integer, Matrix>, TallMatrix> leaves) {
        this.tree = tree;
        this.leaves = leaves;
        signs = new double[upper.rows()];
        for (int i = 0; i < signs.length; i++) {
            signs[i] = upper.get(i, i) < 0.0 ? -1.0 : 1.0;
        }
        // Below the diagonal, a sign would make zeros negative.
        r = upper.timesColumn(signs).upperTriangle();
    }

    /**
     * Returns the upper factor: zeros below its diagonal.
     *
     * @return a matrix of min(rows, columns) rows
     */
    public Matrix r() {
        return r;
    }

    /**
     * Returns the factor whose columns are orthogonal and of length one, distributed as the matrix is: with as many
     * rows in each partition, in blocks of the same sizes but for those without rows. It is computed by the tree of
     * small orthogonal factors, not by dividing by R, each time that it is read: persist it if that is more than once.
     *
     * @return a matrix of min(rows, columns) columns
     */
    public TallMatrix q() {
        return q(Matrix.identity(signs.length));
    }

    long rows() {
        return tree.rows();
    }

    /** Returns that factor times a matrix. */
    TallMatrix q(Matrix b) {
        return leaves.apply(Tree.down(tree, b.timesColumn(signs)));
    }
}
