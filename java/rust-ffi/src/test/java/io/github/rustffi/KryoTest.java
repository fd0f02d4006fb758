package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Kryo 4, which Spark uses, and 5, with the registrations that the README has. */
class KryoTest {
    private static final List<Class<?>> CLASSES = List.of(
            Matrix.class,
            Lu.class,
            Cholesky.class,
            Qr.class,
            Svd.class,
            SymmetricEigen.class,
            Eigen.class,
            Hits.class,
            LeastSquares.class,
            Standardization.class,
            Pca.class,
            FloatMatrix.class,
            PivotedQr.class,
            Ldl.class,
            Schur.class,
            Hessenberg.class);

    static Stream<Serializable> values() {
        return Stream.concat(SerializationTest.values().stream(), SerializationTest.computed());
    }

    @ParameterizedTest
    @MethodSource("values")
    void kryo4TakesValues(Serializable value) {
        Kryo kryo = new Kryo();
        kryo.setRegistrationRequired(true);
        kryo.register(ArrayList.class);
        for (Class<?> type : CLASSES) {
            kryo.register(type, new JavaSerializer());
        }
        List<Serializable> both = new ArrayList<>(List.of(value, new Hits(new long[1], new float[1])));
        Output output = new Output(100, -1);
        kryo.writeClassAndObject(output, both);
        assertThat(kryo.readClassAndObject(new Input(output.toBytes()))).isEqualTo(both);
    }

    @ParameterizedTest
    @MethodSource("values")
    void kryo5TakesValues(Serializable value) {
        com.esotericsoftware.kryo.kryo5.Kryo kryo = new com.esotericsoftware.kryo.kryo5.Kryo();
        kryo.register(ArrayList.class);
        for (Class<?> type : CLASSES) {
            kryo.register(type, new com.esotericsoftware.kryo.kryo5.serializers.JavaSerializer());
        }
        List<Serializable> both = new ArrayList<>(List.of(value, new Hits(new long[1], new float[1])));
        com.esotericsoftware.kryo.kryo5.io.Output output = new com.esotericsoftware.kryo.kryo5.io.Output(100, -1);
        kryo.writeClassAndObject(output, both);
        assertThat(kryo.readClassAndObject(new com.esotericsoftware.kryo.kryo5.io.Input(output.toBytes())))
                .isEqualTo(both);
    }
}
