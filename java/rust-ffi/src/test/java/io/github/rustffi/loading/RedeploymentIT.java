package io.github.rustffi.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server that loads an application anew, each time in a class loader of its own. */
@EnabledOnOs(OS.LINUX)
class RedeploymentIT {
    @TempDir
    Path directory;

    @Test
    void twentyRedeploymentsShareAFewCopiesAndLeaveNoThreads() throws IOException {
        Path cache = directory.resolve("cache");
        Jvm jvm = Jvm.ofClasses()
                .classPath(Jvm.tests())
                .in(directory)
                .with("-Drustffi.dir=" + cache, "-Drustffi.threads=2");
        String[] application = {
            Jvm.jar().toString(),
            Jvm.dependency("org.scijava.nativelib.NativeLibraryUtil").toString(),
            Jvm.dependency("org.slf4j.Logger").toString(),
            Jvm.dependency("org.slf4j.impl.StaticLoggerBinder").toString()
        };
        assertThat(jvm.run(Server.class.getName(), application)).isEqualToIgnoringNewLines("20 deployments");
        try (Stream<Path> files = Files.walk(cache)) {
            assertThat(files.filter(Files::isRegularFile).count()).isBetween(2L, 4L);
        }
    }

    /** Deploys and undeploys an application that multiplies matrices; one of its threads calls all of them. */
    static final class Server {
        private static final int COPIES = 4;

        /** Two that compute and one that tells them to rest. */
        private static final int THREADS_OF_A_POOL = 3;

        private static final List<WeakReference<ClassLoader>> DEPLOYED = new ArrayList<>();
        private static URLClassLoader current;

        public static void main(String[] args) throws Exception {
            ExecutorService server = Executors.newSingleThreadExecutor();
            try {
                for (int i = 1; i <= 20; i++) {
                    deploy(server, args);
                    if (i % 2 == 0) {
                        await("class loaders are not collected", () -> alive() == 1);
                        await("threads are left", () -> threads() <= THREADS_OF_A_POOL);
                    }
                    require("copies are mapped", copies(), COPIES);
                    require("threads run", threads(), alive() * THREADS_OF_A_POOL);
                }
            } finally {
                server.shutdown();
            }
            System.out.println(DEPLOYED.size() + " deployments");
        }

        private static void deploy(ExecutorService server, String[] files) throws Exception {
            URLClassLoader application = open(files);
            server.submit(() -> use(application)).get();
            if (current != null) {
                current.close();
            }
            current = application;
            DEPLOYED.add(new WeakReference<>(application));
        }

        private static URLClassLoader open(String[] files) throws IOException {
            URL[] urls = new URL[files.length];
            for (int i = 0; i < files.length; i++) {
                urls[i] = Path.of(files[i]).toUri().toURL();
            }
            return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
        }

        private static Void use(ClassLoader application) throws Exception {
            Class<?> matrix = application.loadClass("io.github.rustffi.Matrix");
            Object a = matrix.getMethod("identity", int.class).invoke(null, 300);
            if (!matrix.getMethod("times", matrix).invoke(a, a).equals(a)) {
                throw new AssertionError("a product is wrong");
            }
            Object zero = matrix.getMethod("minus", matrix).invoke(a, a);
            try {
                matrix.getMethod("inverse").invoke(zero);
            } catch (InvocationTargetException e) {
                Class<?> expected = application.loadClass("io.github.rustffi.SingularMatrixException");
                if (e.getCause().getClass() == expected) {
                    return null;
                }
                throw new AssertionError("the exception is of another deployment", e);
            }
            throw new AssertionError("zero has an inverse");
        }

        private static long alive() {
            return DEPLOYED.stream()
                    .filter(application -> application.get() != null)
                    .count();
        }

        private static long copies() {
            Set<String> inodes = new HashSet<>();
            for (String line : lines(Path.of("/proc/self/maps"))) {
                if (line.contains("librust_ffi")) {
                    inodes.add(line.split(" +")[4]);
                }
            }
            return inodes.size();
        }

        private static long threads() {
            File[] tasks = new File("/proc/self/task").listFiles();
            long threads = 0;
            for (File task : tasks) {
                List<String> name = lines(task.toPath().resolve("comm"));
                if (!name.isEmpty() && name.get(0).matches("rust-ffi-(\\d+|rest)")) {
                    threads++;
                }
            }
            return threads;
        }

        /** Returns the lines of a file, none if it is gone. */
        private static List<String> lines(Path file) {
            try {
                return Files.readAllLines(file);
            } catch (IOException e) {
                return List.of();
            }
        }

        private static void await(String otherwise, BooleanSupplier condition) throws InterruptedException {
            for (int i = 0; !condition.getAsBoolean(); i++) {
                if (i == 600) {
                    throw new AssertionError(otherwise);
                }
                System.gc();
                Thread.sleep(50);
            }
        }

        private static void require(String what, long number, long most) {
            if (number > most) {
                throw new AssertionError(number + " " + what + ", at most " + most + " are expected");
            }
        }
    }
}
