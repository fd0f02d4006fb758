package io.github.rustffi.spark;

import dev.ludovic.netlib.blas.BLAS;
import io.github.rustffi.netlib.RustBlas;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/** Has MLlib call one BLAS or another within one program, in the driver and in every executor. */
final class MllibSwitch {
    /** What MLlib calls on this machine if nobody changes it. */
    static final String STOCK = "stock";

    static final String RUST = "RustBlas";

    /** What netlib takes where the vector module of the JDK is not there. */
    static final String JAVA_11 = "Java11BLAS";

    private static final int TASKS = 20;

    /** Those of this JVM. */
    private static final Map<String, BLAS> KNOWN = new ConcurrentHashMap<>();

    private final JavaSparkContext spark;
    private final int executors;

    MllibSwitch(JavaSparkContext spark, int executors) {
        this.spark = spark;
        this.executors = executors;
    }

    /** Returns the BLAS that MLlib calls in this JVM. */
    static BLAS current() {
        return of(MllibBlas.OBJECTS.get(0));
    }

    private static BLAS of(String object) {
        try {
            Class<?> type = Class.forName(object);
            Method method = type.getMethod("nativeBLAS");
            return (BLAS) method.invoke(type.getField("MODULE$").get(null));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the class of what MLlib calls if nobody changes it. */
    String stock() {
        use(STOCK);
        return current().getClass().getSimpleName();
    }

    /** Has MLlib call the BLAS of that name. */
    void use(String name) {
        useHere(name);
        onExecutors(() -> useHere(name));
    }

    /** Returns how many calls have been computed in Rust, in the driver and in all executors. */
    long calls() {
        return RustBlas.getInstance().calls()
                + onExecutors(() -> RustBlas.getInstance().calls()).stream()
                        .mapToLong(Long::longValue)
                        .sum();
    }

    /** What is done in each executor. */
    interface Task<T> extends java.io.Serializable {
        T run();
    }

    /** Does something in every executor, maybe more than once, and returns what the last time in each has given. */
    <T> List<T> onExecutors(Task<T> task) {
        for (int attempt = 0; attempt < 20; attempt++) {
            Map<Long, T> found = new ConcurrentHashMap<>();
            spark.parallelize(IntStream.range(0, TASKS).boxed().toList(), TASKS)
                    .map(i -> {
                        T result = task.run();
                        Thread.sleep(10);
                        return new Tuple2<>(ProcessHandle.current().pid(), result);
                    })
                    .collect()
                    .forEach(pair -> found.put(pair._1, pair._2));
            if (found.size() == executors) {
                return new ArrayList<>(found.values());
            }
        }
        throw new IllegalStateException("not all of the " + executors + " executors take tasks");
    }

    private static String useHere(String name) {
        KNOWN.computeIfAbsent(STOCK, stock -> current());
        BLAS blas = KNOWN.computeIfAbsent(name, MllibSwitch::made);
        if (!MllibBlas.replace(blas, MllibSwitch.class.getClassLoader(), LoggerFactory.getLogger(MllibSwitch.class))) {
            throw new IllegalStateException("MLlib's BLAS cannot be replaced");
        }
        for (String object : MllibBlas.OBJECTS) {
            if (of(object) != blas) {
                throw new IllegalStateException(object + " calls " + of(object));
            }
        }
        return name;
    }

    private static BLAS made(String name) {
        if (name.equals(RUST)) {
            return RustBlas.getInstance();
        }
        try {
            Method method = Class.forName("dev.ludovic.netlib.blas." + name).getDeclaredMethod("getInstance");
            method.setAccessible(true);
            return (BLAS) method.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
