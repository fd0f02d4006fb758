package io.github.rustffi.fuzz;

import io.github.rustffi.FloatMatrix;
import io.github.rustffi.Matrix;
import io.github.rustffi.Scratch;
import io.github.rustffi.VectorIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Some calls that follow from a seed, what they return being passed to later ones. Run again, a round makes the same
 * calls with the same values, if these return the same bits.
 */
final class Round {
    private static final int CALLS = 40;

    /** Values of the largest matrix that is kept: more than any that is made to begin with. */
    private static final int MOST_KEPT = 1 << 16;

    /** Rows or columns of such a matrix: the product of a column and a row has the square of that. */
    private static final int LONGEST_KEPT = 1 << 11;

    /** Calls whose outcome depends on what else the process does. */
    private static final Set<String> UNSTEADY =
            Set.of("NativeMemory.current()", "NativeMemory.peakWorkspaceBytes()", "Parallelism.threads()");

    private final List<Api.Call> calls;
    private final Api.Call wanted;
    private final long seed;
    private final Set<String> returned = new HashSet<>();
    private final List<String> wrong = new ArrayList<>();

    /** @param seed says which calls there are */
    Round(List<Api.Call> calls, long seed) {
        this.calls = calls;
        this.wanted = wanted(calls, seed);
        this.seed = seed;
    }

    /** Returns the call that a round makes more often than others. */
    static Api.Call wanted(List<Api.Call> calls, long seed) {
        return calls.get((int) Math.floorMod(seed, (long) calls.size()));
    }

    /** Returns the names of calls that have returned without an exception. */
    Set<String> returned() {
        return returned;
    }

    /** Returns what was wrong. */
    List<String> wrong() {
        return wrong;
    }

    /** Makes the calls, with files in a new directory, and returns what came of each. */
    List<String> run() {
        try {
            Path directory = Files.createTempDirectory(Scratch.directory(), "fuzz");
            try {
                return run(directory);
            } finally {
                delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private List<String> run(Path directory) throws IOException {
        Random random = new Random(seed);
        List<Object> pool = new ArrayList<>();
        Values values = new Values(random, directory, pool);
        List<String> outcomes = new ArrayList<>();
        try {
            begin(values, directory, pool);
            for (int i = 0; i < CALLS; i++) {
                Api.Call call = random.nextInt(3) == 0
                        ? makeable(wanted, pool, random)
                        : calls.get(random.nextInt(calls.size()));
                Object receiver = null;
                if (call.receiver() != null) {
                    List<Object> fitting =
                            pool.stream().filter(call.receiver()::isInstance).toList();
                    if (fitting.isEmpty()) {
                        continue;
                    }
                    receiver = fitting.get(random.nextInt(fitting.size()));
                }
                Object[] arguments = values.arguments(call, receiver);
                if (arguments != null) {
                    String outcome = make(call, receiver, arguments, values.hasNull(), pool);
                    outcomes.add(call.name() + ": " + outcome.replace(directory.toString(), "DIRECTORY"));
                }
            }
        } finally {
            for (Object value : pool) {
                close(value);
            }
        }
        return outcomes;
    }

    /** Gives the calls something to begin with: matrices, an index that is not empty, and a file of each. */
    private static void begin(Values values, Path directory, List<Object> pool) throws IOException {
        for (int size = 1; size < 5; size++) {
            pool.add(values.matrix(size + 1, size));
            pool.add(values.matrix(size, size));
        }
        VectorIndex index = VectorIndex.create(3, values.ofEnum(VectorIndex.Metric.class));
        pool.add(index);
        index.addAll(new float[] {1, 2, 3, -1, 0, 0.5f, 0, 0, 1, 7, -7, 7});
        index.save(directory.resolve("0.npy"));
        try (VectorIndex saved = VectorIndex.create(2, VectorIndex.Metric.COSINE)) {
            saved.put(-1, new float[] {1, 2});
            saved.save(directory.resolve("index-0"));
        }
        Matrix.identity(3).writeNpy(directory.resolve("1.npy"));
    }

    /** Returns a call, or one that returns what it is to be called on or given, where the pool has none. */
    private Api.Call makeable(Api.Call wanted, List<Object> pool, Random random) {
        Api.Call call = wanted;
        if (wanted.receiver() != null && random.nextInt(4) == 0) {
            // What it is called on may be of no use.
            call = maker(wanted.receiver(), random).orElse(wanted);
        }
        for (int depth = 0; depth < 4; depth++) {
            Class<?> missing = missing(call, pool);
            if (missing == null) {
                break;
            }
            Api.Call needing = call;
            call = maker(missing, random).orElse(needing);
        }
        return call;
    }

    private Optional<Api.Call> maker(Class<?> type, Random random) {
        List<Api.Call> makers =
                calls.stream().filter(maker -> maker.result() == type).toList();
        return makers.isEmpty() ? Optional.empty() : Optional.of(makers.get(random.nextInt(makers.size())));
    }

    private static Class<?> missing(Api.Call call, List<Object> pool) {
        List<Class<?>> needed = new ArrayList<>(List.of(call.executable().getParameterTypes()));
        if (call.receiver() != null) {
            needed.add(0, call.receiver());
        }
        return needed.stream()
                .filter(type -> type.getName().startsWith("io.github.rustffi.") && !type.isEnum())
                .filter(type -> pool.stream().noneMatch(type::isInstance))
                .findFirst()
                .orElse(null);
    }

    private String make(Api.Call call, Object receiver, Object[] arguments, boolean hasNull, List<Object> pool) {
        String before = Digest.of(arrays(arguments));
        String outcome;
        try {
            Object result = call.on(receiver, arguments);
            returned.add(call.name());
            String mistake = hasNull && !call.name().contains("equals(") ? "takes a null" : null;
            mistake = mistake == null && !hasNull ? Loops.wrong(call, receiver, arguments, result) : mistake;
            if (mistake != null) {
                report(call, mistake);
            }
            if (UNSTEADY.contains(call.name())) {
                outcome = "unsteady";
            } else {
                outcome = Digest.of(result);
                keep(result, pool);
            }
        } catch (Throwable e) {
            outcome = e.toString();
            boolean isOfNull = e instanceof NullPointerException;
            if (!call.documents(e) || isOfNull && !hasNull || e.getMessage() == null || isBug(e)) {
                report(call, "throws " + e + at(e));
            }
        }
        if (!before.equals(Digest.of(arrays(arguments)))) {
            report(call, "has changed an argument");
        }
        return outcome;
    }

    private static boolean isBug(Throwable e) {
        return e.getMessage().startsWith("bug in rust_ffi");
    }

    private static String at(Throwable e) {
        return e.getStackTrace().length == 0 ? "" : " at " + e.getStackTrace()[0];
    }

    /** Arrays are what a call could change by mistake. */
    private static Object[] arrays(Object[] arguments) {
        return Stream.of(arguments)
                .filter(argument -> argument != null && argument.getClass().isArray())
                .toArray();
    }

    private void report(Api.Call call, String mistake) {
        wrong.add(call.name() + " " + mistake + " (round " + seed + ")");
    }

    private static boolean isLarge(int rows, int columns) {
        return (long) rows * columns > MOST_KEPT || Math.max(rows, columns) > LONGEST_KEPT;
    }

    /** Keeps what a call returns, for others to take. What grows from call to call does not outgrow the heap so. */
    private static void keep(Object result, List<Object> pool) {
        boolean isLarge = result instanceof Matrix a && isLarge(a.rows(), a.columns())
                || result instanceof FloatMatrix b && isLarge(b.rows(), b.columns());
        if (isLarge) {
            return;
        }
        if (result != null && result.getClass().getName().startsWith("io.github.rustffi.")) {
            pool.add(result);
        } else if (result instanceof List<?> list && !list.isEmpty()) {
            keep(list.get(0), pool);
        } else if (result instanceof Object[] array && Array.getLength(array) > 0) {
            keep(array[0], pool);
        }
    }

    private static void close(Object value) {
        if (value instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
