import io.github.rustffi.Eigen;
import io.github.rustffi.Lu;
import io.github.rustffi.Matrix;
import io.github.rustffi.NotPositiveDefiniteException;
import io.github.rustffi.Qr;
import io.github.rustffi.Svd;
import io.github.rustffi.SymmetricEigen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Solves the problem in each numbered folder, {@code a.npy} and {@code b.npy}: {@code CompareNumpy FOLDER COUNT}. */
class CompareNumpy {
    public static void main(String[] args) throws IOException {
        for (int problem = 0; problem < Integer.parseInt(args[1]); problem++) {
            solve(Path.of(args[0], Integer.toString(problem)));
        }
    }

    private static void solve(Path folder) throws IOException {
        Matrix a = Matrix.readNpy(folder.resolve("a.npy"));
        Matrix b = Matrix.readNpy(folder.resolve("b.npy"));
        a.writeNpy(folder.resolve("read.npy"));
        a.transpose().times(b).writeNpy(folder.resolve("product.npy"));
        a.transposeTimes(b).writeNpy(folder.resolve("transpose-times.npy"));
        a.transpose().timesTranspose(b.transpose()).writeNpy(folder.resolve("times-transpose.npy"));
        a.gram().writeNpy(folder.resolve("gram.npy"));
        a.plus(a.times(2)).minus(a).writeNpy(folder.resolve("twice.npy"));
        row(folder, "norm", a.norm());
        row(folder, "trace", a.trace());
        row(folder, "rank", a.rank());
        row(folder, "condition", a.conditionNumber());
        a.leastSquares(b).writeNpy(folder.resolve("least_squares.npy"));
        a.pseudoInverse().writeNpy(folder.resolve("pseudo_inverse.npy"));
        Svd svd = a.svd();
        row(folder, "singular_values", svd.singularValues());
        svd.u().writeNpy(folder.resolve("svd_u.npy"));
        svd.v().writeNpy(folder.resolve("svd_v.npy"));
        Qr qr = a.qr();
        qr.q().writeNpy(folder.resolve("qr_q.npy"));
        qr.r().writeNpy(folder.resolve("qr_r.npy"));
        if (a.rows() == a.columns()) {
            square(folder, a, b);
        }
    }

    private static void square(Path folder, Matrix a, Matrix b) throws IOException {
        Lu lu = a.lu();
        lu.l().writeNpy(folder.resolve("lu_l.npy"));
        lu.u().writeNpy(folder.resolve("lu_u.npy"));
        row(folder, "lu_permutation", Arrays.stream(lu.rowPermutation()).asDoubleStream().toArray());
        row(folder, "determinant", a.determinant());
        if (a.rank() == a.rows()) {
            a.solve(b).writeNpy(folder.resolve("solution.npy"));
            a.inverse().writeNpy(folder.resolve("inverse.npy"));
        }
        Eigen eigen = a.eigen();
        row(folder, "eigenvalues_re", eigen.realValues());
        row(folder, "eigenvalues_im", eigen.imaginaryValues());
        eigen.vectors().writeNpy(folder.resolve("eigenvectors.npy"));
        if (a.equals(a.transpose())) {
            SymmetricEigen symmetric = a.symmetricEigen();
            row(folder, "symmetric_values", symmetric.values());
            symmetric.vectors().writeNpy(folder.resolve("symmetric_vectors.npy"));
            try {
                a.cholesky().l().writeNpy(folder.resolve("cholesky.npy"));
            } catch (NotPositiveDefiniteException e) {
                Files.writeString(folder.resolve("indefinite"), e.getMessage());
            }
        }
    }

    private static void row(Path folder, String name, double... values) throws IOException {
        Matrix.of(1, values.length, values).writeNpy(folder.resolve(name + ".npy"));
    }
}
