package io.github.rustffi.spark;

import io.github.rustffi.Parallelism;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;

/**
 * On how many threads an executor computes: as many as it has processors, for its tasks share them.
 *
 * <p>Spark starts executors with {@code OMP_NUM_THREADS} set to the processors of one task, which OpenMP takes as the
 * number of threads of each call. Here it is the number of all threads: with one for a task, all tasks of an executor
 * would wait for one thread.
 */
final class ExecutorThreads {
    private static final String VARIABLE = "OMP_NUM_THREADS";

    private static boolean done;

    private ExecutorThreads() {}

    /** Sets the number once, in an executor, unless somebody else has set one. It loads the library. */
    static synchronized void prepare() {
        SparkEnv env = SparkEnv.get();
        if (done || env == null || env.executorId().equals("driver")) {
            return;
        }
        String variable = System.getenv(VARIABLE);
        if (("" + Parallelism.threads()).equals(variable)) {
            of(
                            env.conf(),
                            System.getProperty("rustffi.threads"),
                            variable,
                            System.getProperty("sun.java.command", ""),
                            Runtime.getRuntime().availableProcessors())
                    .ifPresent(Parallelism::setThreads);
        }
        done = true;
    }

    /**
     * Returns on how many threads an executor computes, or nothing if it has been told so by a user, or if Spark has
     * not told it anything: all processors are the library's own choice.
     *
     * @param property the property by which a user tells the library
     * @param variable the environment variable that Spark sets
     * @param command the command that the JVM was started with
     * @param processors those of the machine
     */
    static OptionalInt of(
            SparkConf configuration,
            @Nullable String property,
            @Nullable String variable,
            String command,
            int processors) {
        if (property != null || variable == null || configuration.contains("spark.executorEnv." + VARIABLE)) {
            return OptionalInt.empty();
        }
        int cores = configuration.getInt("spark.executor.cores", coresIn(command));
        int ofTask = configuration.getInt("spark.task.cpus", 1);
        return OptionalInt.of(Math.max(1, Math.min(processors, Math.max(cores, ofTask))));
    }

    /**
     * A standalone executor without a number of its own takes what its worker has, and is told so when it is started.
     */
    private static int coresIn(String command) {
        Matcher cores = Pattern.compile(" --cores (\\d{1,5}) ").matcher(command + ' ');
        return cores.find() ? Integer.parseInt(cores.group(1)) : 0;
    }
}
