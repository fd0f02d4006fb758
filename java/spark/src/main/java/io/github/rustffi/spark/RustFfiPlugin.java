package io.github.rustffi.spark;

import com.codahale.metrics.Gauge;
import io.github.rustffi.NativeLibrary;
import io.github.rustffi.Parallelism;
import io.github.rustffi.netlib.RustBlas;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has MLlib multiply matrices in Rust, in the driver and in every executor, without a changed line of a program:
 *
 * <pre>{@code
 * spark-submit --jars … --conf spark.plugins=io.github.rustffi.spark.RustFfiPlugin
 * }</pre>
 *
 * <p>MLlib keeps its BLAS in a private field, which the plugin sets to {@link RustBlas}. Where there is no such field,
 * as may be in another version of Spark, or no native library for the platform, it logs a warning once, and Spark goes
 * on with its own.
 *
 * <p>In an executor, the plugin sets the number of threads ({@link Parallelism}) to {@code spark.task.cpus}, the
 * processors of a task, so that tasks side by side take as many processors as Spark has given them. It leaves the
 * number alone if the property {@code rustffi.threads} of the JVM or {@code spark.executorEnv.OMP_NUM_THREADS} says
 * another one. The driver computes with all its processors, except in a local master, where it is the executor.
 *
 * <p>The metric {@code blasCalls} of the plugin, a gauge, is the number of calls that have been computed in Rust:
 * {@link RustBlas#calls()}.
 */
public final class RustFfiPlugin implements SparkPlugin {
    /** The name of the metric. */
    static final String CALLS = "blasCalls";

    private static final Logger LOG = LoggerFactory.getLogger(RustFfiPlugin.class);

    private static boolean done;

    /** Made by Spark. */
    public RustFfiPlugin() {}

    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            @Override
            public Map<String, String> init(SparkContext context, PluginContext plugin) {
                install();
                register(plugin);
                return Map.of();
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext plugin, Map<String, String> configuration) {
                install();
                register(plugin);
                if (NativeLibrary.isAvailable()) {
                    threads(plugin.conf(), System.getProperty("rustffi.threads"))
                            .ifPresent(Parallelism::setThreads);
                }
            }
        };
    }

    /** Returns on how many threads an executor computes, or nothing if it has been told so already. */
    static OptionalInt threads(SparkConf configuration, @Nullable String property) {
        if (property != null || configuration.contains("spark.executorEnv.OMP_NUM_THREADS")) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(configuration.getInt("spark.task.cpus", 1));
    }

    private static void register(PluginContext plugin) {
        if (NativeLibrary.isAvailable()) {
            plugin.metricRegistry().register(CALLS, (Gauge<Long>) RustBlas.getInstance()::calls);
        }
    }

    /** In a local master, the driver is the executor too. */
    private static synchronized void install() {
        if (done) {
            return;
        }
        done = true;
        if (!NativeLibrary.isAvailable()) {
            LOG.warn(
                    "MLlib goes on with its own BLAS",
                    NativeLibrary.unavailabilityCause().orElseThrow());
            return;
        }
        MllibBlas.replace(RustBlas.getInstance(), RustFfiPlugin.class.getClassLoader(), LOG);
    }
}
