package io.github.rustffi.spark;

import com.codahale.metrics.Gauge;
import io.github.rustffi.NativeLibrary;
import io.github.rustffi.Parallelism;
import io.github.rustffi.netlib.RustBlas;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
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
 * <p>An executor computes on as many threads ({@link Parallelism}) as it has processors, {@code spark.executor.cores}:
 * its tasks share them, and tasks side by side take no more processors than Spark has given them. The number is left
 * alone if the property {@code rustffi.threads} of the JVM or {@code spark.executorEnv.OMP_NUM_THREADS} says another
 * one. The driver, and a local master, compute with all processors of the machine. Everything else in this package that
 * computes in executors does the same without the plugin.
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
                    ExecutorThreads.prepare();
                }
            }
        };
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
