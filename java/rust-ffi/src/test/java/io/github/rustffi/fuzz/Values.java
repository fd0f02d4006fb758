package io.github.rustffi.fuzz;

import io.github.rustffi.FloatMatrix;
import io.github.rustffi.IdFilter;
import io.github.rustffi.Matrix;
import io.github.rustffi.Npz;
import io.github.rustffi.Vectors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Random arguments of one round, strange ones among them. Those of one call know of each other, to fit together. */
final class Values {
    private static final double[] SPECIAL = {
        0.0,
        -0.0,
        1.0,
        -1.0,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        Double.MIN_NORMAL,
        Double.MAX_VALUE,
        -Double.MAX_VALUE,
        Float.MIN_VALUE,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Math.ulp(1.0),
        1e154,
        1e-154,
        1e19,
        1e-19
    };

    private static final String[] TEXTS = {
        "", "Gopher", "Zoë", "\u0000", "\uD83D\uDE00", "\uD800", "x\uDC00y", "\uFFFF", "a".repeat(3000)
    };

    private static final String DELIMITERS = ",;\t |.1-\n\"\ud83d\u00e9";

    /** Rows and columns of matrices that cannot be, or hold nothing. */
    private static final int[][] SHAPES = {
        {-1, 3}, {3, -1}, {1 << 16, 1 << 16}, {Integer.MAX_VALUE, 2}, {Integer.MIN_VALUE, 0}, {0, 20_000}, {20_000, 0}
    };

    private static final List<DoubleUnaryOperator> UNARY = List.of(x -> x, Math::abs, x -> x * x, Math::sqrt);

    private static final List<DoubleBinaryOperator> BINARY = List.of(Double::sum, Math::max, (x, y) -> x * y);

    private static final int FILES = 3;

    private final Random random;
    private final Path directory;
    private final List<Object> pool;

    /** Numbers that belong to what the call is about: rows, columns, lengths. */
    private final List<Integer> sizes = new ArrayList<>();

    /** Arguments of the call so far. */
    private final List<Object> arguments = new ArrayList<>();

    private int files;
    private boolean hasNull;

    Values(Random random, Path directory, List<Object> pool) {
        this.random = random;
        this.directory = directory;
        this.pool = pool;
    }

    /** Returns whether one of the arguments made last is null. */
    boolean hasNull() {
        return hasNull;
    }

    /**
     * Returns arguments for a call, or null where the pool has none of a class that only calls return.
     *
     * @throws IllegalArgumentException if it has a parameter of a class that is not known here
     */
    Object[] arguments(Api.Call call, Object receiver) {
        sizes.clear();
        arguments.clear();
        hasNull = false;
        addSizes(receiver);
        Class<?>[] types = call.executable().getParameterTypes();
        boolean isShape = types.length >= 2 && types[0] == int.class && types[1] == int.class && receiver == null;
        int[] shape = isShape && random.nextInt(8) == 0 ? SHAPES[random.nextInt(SHAPES.length)] : null;
        for (int i = 0; i < types.length; i++) {
            Object value = shape != null && i < 2 ? (Object) shape[i] : value(types[i], call);
            if (value == null && !hasNull) {
                return null;
            }
            addSizes(value);
            arguments.add(value);
        }
        return arguments.toArray();
    }

    private void addSizes(Object value) {
        if (value instanceof Integer number && number >= 0 && number < 500) {
            if (!sizes.isEmpty() && sizes.get(sizes.size() - 1) * number < 500) {
                sizes.add(sizes.get(sizes.size() - 1) * number);
            }
            sizes.add(number);
        } else if (value != null && value.getClass().isArray()) {
            sizes.add(Array.getLength(value));
        } else if (value != null && value.getClass().getName().startsWith("io.github.rustffi.")) {
            for (String name : new String[] {"rows", "columns", "dimension"}) {
                addSize(value, name);
            }
            // A factorization has the shapes of its parts.
            for (String name : new String[] {"l", "u", "q", "r", "vectors"}) {
                addSizes(ofMethod(value, name));
            }
        }
    }

    private void addSize(Object value, String name) {
        if (ofMethod(value, name) instanceof Integer size && size < 500) {
            sizes.add(size);
        }
    }

    private static Object ofMethod(Object value, String name) {
        try {
            return value.getClass().getMethod(name).invoke(value);
        } catch (ReflectiveOperationException e) {
            return null; // it has none, or is closed
        }
    }

    private int size() {
        if (!sizes.isEmpty() && random.nextInt(8) != 0) {
            return sizes.get(random.nextInt(sizes.size()));
        }
        int kind = random.nextInt(100);
        return kind == 0 ? random.nextInt(250) : kind < 8 ? random.nextInt(60) : random.nextInt(9);
    }

    private Object value(Class<?> type, Api.Call call) {
        if (!type.isPrimitive() && random.nextInt(50) == 0) {
            hasNull = true;
            return null;
        }
        Object same = arguments.stream().filter(type::isInstance).findFirst().orElse(null);
        if (same != null && random.nextInt(5) == 0) {
            return same;
        }
        String name = call.executable().getName();
        boolean isVector = call.executable().getDeclaringClass().getSimpleName().equals("Vectors");
        if (type == int.class) {
            return number(name);
        } else if (type == long.class) {
            return random.nextInt(10) == 0 ? random.nextLong() : (long) random.nextInt(12) - 1;
        } else if (type == char.class) {
            return DELIMITERS.charAt(random.nextInt(DELIMITERS.length()));
        } else if (type == boolean.class) {
            return random.nextBoolean();
        } else if (type == double.class) {
            return value(random.nextInt(5));
        } else if (type == float.class) {
            return (float) value(random.nextInt(5));
        } else if (type == String.class) {
            return TEXTS[random.nextInt(TEXTS.length)];
        } else if (type == Path.class) {
            boolean isRead = name.startsWith("read") || name.equals("open");
            return isRead && random.nextInt(3) == 0 ? whole(call) : path();
        } else if (type == FloatBuffer.class) {
            return buffer((float[]) array(float[].class, size() * 3));
        } else if (type == BitSet.class) {
            return BitSet.valueOf(new long[] {random.nextLong(), random.nextLong() & random.nextLong()});
        } else if (type == IdFilter.class) {
            return filter();
        } else if (type == List.class) {
            return Stream.generate(this::filter).limit(size() % 9).toList();
        } else if (type == RandomGenerator.class) {
            return new Random(random.nextLong());
        } else if (type == FloatMatrix.FloatFunction.class) {
            return (FloatMatrix.FloatFunction) x -> 0.5f * x + 1;
        } else if (type == FloatMatrix.Generator.class) {
            return (FloatMatrix.Generator) (row, column) -> row - 0.5f * column;
        } else if (type == Matrix.Generator.class) {
            return (Matrix.Generator) (row, column) -> row - 0.5 * column;
        } else if (type == DoubleUnaryOperator.class) {
            return UNARY.get(random.nextInt(UNARY.size()));
        } else if (type == DoubleBinaryOperator.class) {
            return BINARY.get(random.nextInt(BINARY.size()));
        } else if (type.isEnum()) {
            return ofEnum(type);
        } else if (type == Matrix.class) {
            if (name.equals("kronecker")) {
                // The product has as many values as both multiplied.
                return matrix(random.nextInt(9), random.nextInt(9));
            }
            return random.nextInt(3) == 0 ? ofPool(type) : matrix(size(), size());
        } else if (type.isArray()) {
            int length = isVector && sizes.isEmpty() && random.nextInt(4) == 0 ? random.nextInt(40_000) : size();
            return array(type, isVector ? length : Math.min(length * multiple(type), 3000));
        } else if (type == Object.class || type.getName().startsWith("io.github.rustffi.")) {
            return ofPool(type);
        }
        throw new IllegalArgumentException("a fuzzer has to know values of " + type.getName() + " for " + call.name());
    }

    private FloatBuffer buffer(float[] values) {
        FloatBuffer buffer = random.nextBoolean()
                ? FloatBuffer.wrap(values)
                : ByteBuffer.allocateDirect(values.length * Float.BYTES)
                        .order(random.nextBoolean() ? ByteOrder.nativeOrder() : ByteOrder.BIG_ENDIAN)
                        .asFloatBuffer()
                        .put(values)
                        .flip();
        return buffer.position(Math.min(random.nextInt(4), buffer.limit()));
    }

    private IdFilter filter() {
        long[] numbers = new long[random.nextInt(6)];
        Arrays.setAll(numbers, i -> random.nextInt(10) == 0 ? random.nextLong() : random.nextInt(12) - 1);
        return switch (random.nextInt(5)) {
            case 0 -> IdFilter.all();
            case 1 -> IdFilter.allow(numbers);
            case 2 -> IdFilter.exclude(numbers);
            case 3 -> IdFilter.allowBits(numbers);
            default -> IdFilter.excludeBits(numbers);
        };
    }

    <T> T ofEnum(Class<T> type) {
        T[] constants = type.getEnumConstants();
        return constants[random.nextInt(constants.length)];
    }

    private int multiple(Class<?> type) {
        return type == float[].class && random.nextInt(3) == 0 ? 1 + random.nextInt(70) : 1;
    }

    private int number(String method) {
        if (method.equals("setThreads")) {
            // The others are the fuzzer's own to set, which compares what they give.
            return new int[] {0, -1, Integer.MIN_VALUE, 65_536, Integer.MAX_VALUE}[random.nextInt(5)];
        }
        if (method.equals("submatrix")) {
            return random.nextInt(3); // four of any size hardly ever fit
        }
        return switch (random.nextInt(12)) {
            case 0 -> -1;
            case 1 -> 1;
            case 2 -> random.nextInt(40);
            default -> size();
        };
    }

    private Object ofPool(Class<?> type) {
        List<Object> fitting = pool.stream().filter(type::isInstance).toList();
        return fitting.isEmpty() ? null : fitting.get(random.nextInt(fitting.size()));
    }

    /**
     * Returns one of a few files that calls write, or one of its own with bytes that are hardly what they should be.
     */
    private Path path() {
        Path file = directory.resolve(random.nextInt(FILES) + ".npy");
        int kind = random.nextInt(12);
        if (kind >= 10) {
            return directory.resolve("index-" + (kind - 10));
        } else if (kind == 0) {
            return directory;
        } else if (kind == 1) {
            return directory.resolve("none").resolve("none.npy");
        } else if (kind < 5 && Files.isRegularFile(file)) {
            try {
                // Never in place: somebody may have mapped it.
                return Files.write(directory.resolve("changed-" + files++ + ".npy"), changed(Files.readAllBytes(file)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return file;
    }

    /** Returns a file of whole numbers, which every method that reads files of its kind can take. */
    private Path whole(Api.Call call) {
        double[] values = {1, 2, 3};
        boolean isArchive = call.executable().getDeclaringClass() == Npz.class;
        boolean isText = call.executable().getName().equals("readCsv");
        Path file = directory.resolve(isArchive ? "whole.npz" : isText ? "whole.csv" : "whole.npy");
        try {
            if (Files.exists(file)) {
                return file;
            } else if (isArchive) {
                Npz.builder()
                        .add("Gopher", Matrix.of(1, 3, values))
                        .add("Zoë", values)
                        .write(file);
            } else if (isText) {
                Files.writeString(file, "4\n5\n6\n"); // whatever the delimiter is
            } else {
                Vectors.writeNpy(file, values);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    private byte[] changed(byte[] bytes) {
        byte[] changed =
                random.nextInt(3) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 9)) : bytes.clone();
        for (int i = random.nextInt(4); i > 0 && changed.length > 0; i--) {
            changed[random.nextInt(Math.min(changed.length, 140))] = (byte) random.nextInt(256);
        }
        return changed;
    }

    Matrix matrix(int rows, int columns) {
        int n = random.nextInt(3) == 0 ? columns : rows;
        if (random.nextInt(4) == 0 && n < 100) {
            // Symmetric and, for kinds without special values, positive definite.
            Matrix a = Matrix.of(n, n, doubles(n * n));
            return random.nextBoolean() ? a.plus(a.transpose()) : product(a).plus(Matrix.identity(n));
        }
        return Matrix.of(rows, columns, doubles(rows * columns));
    }

    /** Returns a matrix times its transpose. */
    private static Matrix product(Matrix a) {
        int n = a.rows();
        double[] product = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < n; k++) {
                    product[i * n + j] += a.get(i, k) * a.get(j, k);
                }
            }
        }
        return Matrix.of(n, n, product);
    }

    private Object array(Class<?> type, int length) {
        Class<?> of = type.getComponentType();
        if (of.isArray()) {
            Object rows = Array.newInstance(of, length % 40);
            int columns = size() % 40;
            for (int i = 0; i < Array.getLength(rows); i++) {
                boolean isShort = random.nextInt(200) == 0;
                Array.set(rows, i, array(of, isShort ? columns + 1 : columns));
            }
            return rows;
        }
        if (of == Matrix.class) {
            int rows = size();
            Matrix[] matrices = new Matrix[length % 6];
            Arrays.setAll(matrices, i -> matrix(rows, random.nextInt(5)));
            return matrices;
        }
        double[] values = of == double.class || of == float.class ? doubles(length) : numbers(length);
        if (of == double.class) {
            return values;
        }
        Object array = Array.newInstance(of, length);
        for (int i = 0; i < length; i++) {
            if (of == float.class) {
                Array.setFloat(array, i, (float) values[i]);
            } else if (of == int.class) {
                Array.setInt(array, i, (int) values[i]);
            } else if (of == long.class) {
                Array.setLong(array, i, (long) values[i]);
            } else {
                throw new IllegalArgumentException("a fuzzer has to know arrays of " + of.getName());
            }
        }
        return array;
    }

    private double[] numbers(int length) {
        double[] values = new double[length];
        Arrays.setAll(values, i -> random.nextInt(12) - 1.0);
        return values;
    }

    private double[] doubles(int length) {
        int kind = random.nextInt(6);
        double[] values = new double[length];
        Arrays.setAll(values, i -> value(kind));
        return values;
    }

    private double value(int kind) {
        return switch (kind) {
            case 0 -> random.nextInt(4) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextGaussian();
            case 1 -> Math.scalb(random.nextGaussian(), random.nextInt(2000) - 1000);
            case 2 -> random.nextInt(3) - 1;
            default -> random.nextGaussian();
        };
    }
}
