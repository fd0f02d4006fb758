package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import io.github.rustffi.internal.Crossing;
import io.github.rustffi.internal.Direct;
import io.github.rustffi.internal.Natives;
import io.github.rustffi.internal.Pieces;
import io.github.rustffi.internal.Reduction;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorsTest {
    private static final double DOUBLE = 0x1p-53;
    private static final double FLOAT = 0x1p-24;

    @ParameterizedTest
    @ValueSource(
            ints = {0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 768, 4095, 4097, 131_072, 1_048_577})
    void agreesWithPlainLoops(int n) {
        double[] x = Values.doubles(n, n);
        double[] y = Values.doubles(-n, n);
        float[] f = Values.floats(x);
        float[] g = Values.floats(y);
        double terms = Math.max(1, n);
        double floatTerms = Math.min(terms, 4096);

        assertThat(Vectors.dot(x, y)).isEqualTo(dot(x, y), within(2 * terms * DOUBLE * terms));
        assertThat(Vectors.sum(x)).isEqualTo(sum(x), within(2 * terms * DOUBLE * terms));
        assertThat(Vectors.norm(x)).isEqualTo(Math.sqrt(dot(x, x)), within(2 * terms * DOUBLE * Math.sqrt(terms)));
        assertThat(Vectors.squaredDistance(x, y))
                .isEqualTo(distance(x, y), within((2 * terms + 6) * DOUBLE * distance(x, y)));

        double[] wideF = Values.doubles(f);
        double[] wideG = Values.doubles(g);
        assertThat(Vectors.dot(f, g)).isEqualTo(dot(wideF, wideG), within(floatTerms * FLOAT * terms));
        assertThat(Vectors.sum(f)).isEqualTo(sum(wideF), within(2 * terms * DOUBLE * terms));
        assertThat(Vectors.norm(f))
                .isEqualTo(Math.sqrt(dot(wideF, wideF)), within(2 * terms * DOUBLE * Math.sqrt(terms)));
        assertThat(Vectors.squaredDistance(f, g))
                .isEqualTo(distance(wideF, wideG), within((floatTerms + 3) * FLOAT * distance(wideF, wideG)));

        if (n > 0) {
            double cosine = dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
            assertThat(Vectors.cosineSimilarity(x, y)).isEqualTo(cosine, within(3 * (terms + 2) * DOUBLE));
            double floatCosine = dot(wideF, wideG) / Math.sqrt(dot(wideF, wideF) * dot(wideG, wideG));
            assertThat(Vectors.cosineSimilarity(f, g)).isEqualTo(floatCosine, within(3 * (floatTerms + 1) * FLOAT));
        }
    }

    @Test
    void nothingIsPositiveZero() {
        for (double zero : new double[] {
            Vectors.dot(new double[0], new double[0]),
            Vectors.dot(new float[0], new float[0]),
            Vectors.sum(new double[0]),
            Vectors.sum(new float[0]),
            Vectors.norm(new double[0]),
            Vectors.norm(new float[0]),
            Vectors.squaredDistance(new double[0], new double[0]),
            Vectors.squaredDistance(new float[0], new float[0]),
            Vectors.sum(new double[] {-0.0}),
        }) {
            assertThat(Double.doubleToRawLongBits(zero)).isZero();
        }
    }

    @Test
    void extremeValuesNeitherOverflowNorUnderflow() {
        assertThat(Vectors.norm(new double[] {3e300, 4e300})).isEqualTo(5e300, within(1e286));
        assertThat(Vectors.norm(new double[] {Double.MIN_VALUE})).isEqualTo(Double.MIN_VALUE);
        assertThat(Vectors.norm(new double[] {Double.MAX_VALUE})).isEqualTo(Double.MAX_VALUE);
        assertThat(Vectors.cosineSimilarity(new double[] {1e-300, 0}, new double[] {1e300, 0}))
                .isEqualTo(1);
        double max = Float.MAX_VALUE;
        assertThat(Vectors.dot(new float[] {Float.MAX_VALUE}, new float[] {Float.MAX_VALUE}))
                .isEqualTo(max * max);
        assertThat(Vectors.squaredDistance(new float[] {Float.MAX_VALUE}, new float[] {0}))
                .isEqualTo(max * max);
        double min = Float.MIN_VALUE;
        assertThat(Vectors.dot(new float[] {Float.MIN_VALUE}, new float[] {Float.MIN_VALUE}))
                .isEqualTo(min * min);
    }

    @Test
    void nanAndInfinityArePropagated() {
        double infinity = Double.POSITIVE_INFINITY;
        assertThat(Vectors.dot(new double[] {Double.NaN, 1}, new double[] {1, 1}))
                .isNaN();
        assertThat(Vectors.dot(new float[] {Float.NaN, 1}, new float[] {1, 1})).isNaN();
        assertThat(Vectors.sum(new double[] {infinity, 1})).isEqualTo(infinity);
        assertThat(Vectors.norm(new double[] {-infinity, 1})).isEqualTo(infinity);
        assertThat(Vectors.norm(new double[] {-infinity, Double.NaN})).isNaN();
        assertThat(Vectors.squaredDistance(new double[] {infinity}, new double[] {infinity}))
                .isNaN();
    }

    @Test
    void vectorsWithoutDirectionHaveNoCosine() {
        assertThat(Vectors.cosineSimilarity(new double[0], new double[0])).isNaN();
        assertThat(Vectors.cosineSimilarity(new double[2], new double[] {1, 2})).isNaN();
        assertThat(Vectors.cosineSimilarity(new float[] {1, 2}, new float[2])).isNaN();
    }

    @Test
    void rejectsVectorsOfDifferentLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Vectors.dot(new double[3], new double[4]))
                .withMessage("vector lengths differ: 3 and 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Vectors.squaredDistance(new float[1], new float[0]))
                .withMessage("vector lengths differ: 1 and 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Vectors.cosineSimilarity(new double[0], new double[2_000_000]))
                .withMessage("vector lengths differ: 0 and 2000000");
    }

    @Test
    void namesTheArgumentThatIsNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> Vectors.dot(null, new double[1]))
                .withMessage("x");
        assertThatNullPointerException()
                .isThrownBy(() -> Vectors.dot(new float[1], null))
                .withMessage("y");
        assertThatNullPointerException()
                .isThrownBy(() -> Vectors.norm((double[]) null))
                .withMessage("x");
        assertThatNullPointerException()
                .isThrownBy(() -> Natives.reduceFloats(Reduction.SUM, null, null))
                .withMessage("x");
    }

    /** So that a constant, its place in native/src/vector.rs and the public methods of its name agree. */
    @ParameterizedTest
    @MethodSource("reductions")
    void everyReductionIsWhatThePublicMethodsOfItsNameReturn(String name, int operation)
            throws ReflectiveOperationException {
        double[] x = {3, 4, 5};
        double[] y = {4, 3, 7};
        for (boolean isFloat : new boolean[] {false, true}) {
            Class<?> type = isFloat ? float[].class : double[].class;
            Object[] vectors = isFloat ? new Object[] {Values.floats(x), Values.floats(y)} : new Object[] {x, y};
            Method method = Arrays.stream(Vectors.class.getMethods())
                    .filter(some -> some.getName().equals(name)
                            && Arrays.stream(some.getParameterTypes()).allMatch(type::equals))
                    .findAny()
                    .orElseThrow();
            Object returned = method.invoke(null, Arrays.copyOf(vectors, method.getParameterCount()));
            double reduced = isFloat
                    ? Reduction.of(operation, Values.floats(x), Values.floats(y))
                    : Reduction.of(operation, x, y);
            assertSameBits((double) returned, reduced);
        }
    }

    @Test
    void everyPublicMethodIsAReductionOrComputedInJava() {
        Set<String> known = reductions()
                .map(reduction -> (String) reduction.get()[0])
                .collect(Collectors.toCollection(TreeSet::new));
        known.addAll(Set.of("plus", "minus", "scale", "axpy", "mean", "min", "max", "argmin", "argmax"));
        known.addAll(Set.of("readNpy", "readNpyFloats", "readNpyLongs", "writeNpy"));
        assertThat(known)
                .isEqualTo(Arrays.stream(Vectors.class.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                        .map(Method::getName)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    /** Returns the constants of Reduction, each with its name as a method would have it. */
    private static Stream<Arguments> reductions() {
        return Arrays.stream(Reduction.class.getFields()).map(field -> {
            String[] words = field.getName().toLowerCase(Locale.ROOT).split("_");
            for (int i = 1; i < words.length; i++) {
                words[i] = words[i].substring(0, 1).toUpperCase(Locale.ROOT) + words[i].substring(1);
            }
            try {
                return Arguments.of(String.join("", words), field.getInt(null));
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        });
    }

    @ParameterizedTest
    @EnabledForJreRange(min = JRE.JAVA_24)
    @ValueSource(ints = {0, 1, 2, 15, 16, 17, 768, 4097, 100_000})
    void directCallsGiveTheBitsOfNativeMethods(int n) {
        double[] x = Values.doubles(n, n);
        double[] y = Values.doubles(-n, n);
        float[] f = Values.floats(x);
        float[] g = Values.floats(y);
        for (int operation : operations()) {
            assertSameBits(Direct.DOUBLES.call(operation, x, y), Natives.reduceDoubles(operation, x, y));
            assertSameBits(Direct.FLOATS.call(operation, f, g), Natives.reduceFloats(operation, f, g));
            assertSameBits(Direct.DOUBLES.call(operation, x, x), Natives.reduceDoubles(operation, x, null));
            assertSameBits(Direct.FLOATS.call(operation, f, f), Natives.reduceFloats(operation, f, null));
        }
        for (double[] other : n > 16 ? new double[][] {x, y} : new double[0][]) {
            double[] product = new double[1];
            SmallProduct.timesByEight(x, other, product);
            assertSameBits(Direct.ROW.call(0, x, other), product[0]);
        }
    }

    @Test
    void manyCallsBecomeDirectOnceTheLinkerNeedsNoWarningOfItsOwn() throws InterruptedException {
        boolean linked = Runtime.version().feature() >= 24;
        for (int i = 0; i < 100_000; i++) {
            Vectors.sum(new float[1]);
        }
        for (int i = 0; i < 10_000 && linked && !Crossing.directly(1, 1); i++) {
            Thread.sleep(1);
        }
        assertThat(Crossing.directly(1, 1)).isEqualTo(linked);
        assertThat(Crossing.directly(1, 2)).isFalse();
        assertThat(Crossing.directly(1 << 20, 1 << 20)).isFalse();

        rejectsVectorsOfDifferentLength();
        nothingIsPositiveZero();
        nanAndInfinityArePropagated();
        vectorsWithoutDirectionHaveNoCosine();
        extremeValuesNeitherOverflowNorUnderflow();
    }

    @Test
    void piecesGiveTheBitsOfNativeMethods() {
        int[] operations = operations();
        int[] others = {16_383, 16_384, 16_385, 32_768, 100_001};
        for (int n = 0; n <= 10_000 + others.length; n++) {
            int length = n <= 10_000 ? n : others[n - 10_001];
            double[] x = Values.doubles(length, length);
            double[] y = Values.doubles(-length, length);
            float[] f = Values.floats(x);
            float[] g = Values.floats(y);
            for (int operation : operations) {
                assertSameBitsOrNone(Pieces.of(operation, x, y), Natives.reduceDoubles(operation, x, y));
                assertSameBitsOrNone(Pieces.of(operation, f, g), Natives.reduceFloats(operation, f, g));
                assertSameBitsOrNone(Pieces.of(operation, x, x), Natives.reduceDoubles(operation, x, null));
                assertSameBitsOrNone(Pieces.of(operation, f, f), Natives.reduceFloats(operation, f, null));
            }
        }
    }

    /** Without values there may be no result: then the native method is asked. */
    private static void assertSameBitsOrNone(double actual, double expected) {
        if (!Double.isNaN(actual)) {
            assertSameBits(actual, expected);
        } else {
            assertThat(expected == 0.0 || Double.isNaN(expected)).isTrue();
        }
    }

    @Test
    void piecesThatOverflowAreForTheNativeMethod() {
        double[] x = new double[40_000];
        Arrays.fill(x, 1e200);
        assertThat(Pieces.of(Reduction.NORM, x, x)).isNaN();
        assertThat(Vectors.norm(x)).isCloseTo(200e200, within(1e188));
    }

    private static int[] operations() {
        return reductions().mapToInt(reduction -> (int) reduction.get()[1]).toArray();
    }

    private static void assertSameBits(double actual, double expected) {
        assertThat(Double.doubleToRawLongBits(actual)).isEqualTo(Double.doubleToRawLongBits(expected));
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static double sum(double[] x) {
        double sum = 0;
        for (double value : x) {
            sum += value;
        }
        return sum;
    }

    private static double distance(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (x[i] - y[i]) * (x[i] - y[i]);
        }
        return sum;
    }
}
