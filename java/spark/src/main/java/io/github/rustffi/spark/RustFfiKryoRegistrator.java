package io.github.rustffi.spark;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import io.github.rustffi.Cholesky;
import io.github.rustffi.Eigen;
import io.github.rustffi.FloatMatrix;
import io.github.rustffi.Hessenberg;
import io.github.rustffi.Hits;
import io.github.rustffi.Ldl;
import io.github.rustffi.LeastSquares;
import io.github.rustffi.Lu;
import io.github.rustffi.Matrix;
import io.github.rustffi.Pca;
import io.github.rustffi.PivotedQr;
import io.github.rustffi.Qr;
import io.github.rustffi.Schur;
import io.github.rustffi.Standardization;
import io.github.rustffi.Svd;
import io.github.rustffi.SymmetricEigen;
import java.util.List;
import org.apache.spark.serializer.KryoRegistrator;

/**
 * Registers the classes of this library with Kryo, for programs that set {@code spark.serializer} to
 * {@code org.apache.spark.serializer.KryoSerializer}: set {@code spark.kryo.registrator} to
 * {@code io.github.rustffi.spark.RustFfiKryoRegistrator}. Values are written in the form of Java's serialization, which
 * is checked when it is read.
 */
public final class RustFfiKryoRegistrator implements KryoRegistrator {
    /** Creates a registrator, as Spark does. */
    public RustFfiKryoRegistrator() {}

    @Override
    public void registerClasses(Kryo kryo) {
        for (Class<?> type : List.of(
                Cholesky.class,
                Eigen.class,
                FloatMatrix.class,
                Hessenberg.class,
                Hits.class,
                Ldl.class,
                LeastSquares.class,
                Lu.class,
                Matrix.class,
                Pca.class,
                PivotedQr.class,
                Qr.class,
                Schur.class,
                Standardization.class,
                Svd.class,
                SymmetricEigen.class,
                IdSet.class,
                TallPca.class)) {
            kryo.register(type, new JavaSerializer());
        }
    }
}
