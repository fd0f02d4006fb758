package io.github.rustffi.failures;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Copies of the library and of the failing calls, each in a class loader of its own. */
final class Copy {
    private Copy() {}

    private static URLClassLoader loader() throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private static Method method(ClassLoader loader, Class<?> type, String name, Class<?>... parameters)
            throws ReflectiveOperationException {
        Method method = Class.forName(type.getName(), true, loader).getDeclaredMethod(name, parameters);
        method.setAccessible(true);
        return method;
    }

    /** Runs {@link States} in a copy, and returns how many calls have been made. */
    static long run(String... arguments) throws Exception {
        try (URLClassLoader loader = loader()) {
            return (long) method(loader, States.class, "run", String[].class).invoke(null, (Object) arguments);
        }
    }

    /** Makes the calls in two copies, each while the context class loader is that of the other one. */
    static long inTwo(String selection) throws Exception {
        try (URLClassLoader first = loader();
                URLClassLoader second = loader()) {
            return makeByTurns(prepared(first, selection), prepared(second, selection));
        }
    }

    /** Does the same when the class loaders have been closed, and find no further classes. */
    static long inTwoStopped(String selection) throws Exception {
        Object inFirst;
        Object inSecond;
        try (URLClassLoader first = loader();
                URLClassLoader second = loader()) {
            inFirst = prepared(first, selection);
            inSecond = prepared(second, selection);
        }
        return makeByTurns(inFirst, inSecond);
    }

    private static long makeByTurns(Object inFirst, Object inSecond) throws ReflectiveOperationException {
        ClassLoader first = inFirst.getClass().getClassLoader();
        ClassLoader second = inSecond.getClass().getClassLoader();
        long made = 0;
        for (int i = 0; i < 2; i++) {
            Thread.currentThread().setContextClassLoader(second);
            made += (long) method(first, Copy.class, "make", Object.class).invoke(null, inFirst);
            Thread.currentThread().setContextClassLoader(first);
            made += (long) method(second, Copy.class, "make", Object.class).invoke(null, inSecond);
        }
        return made;
    }

    private static Object prepared(ClassLoader loader, String selection) throws ReflectiveOperationException {
        return method(loader, Copy.class, "prepare", String.class).invoke(null, selection);
    }

    /** Called in a copy: everything is used, and nothing fails. */
    private static Object prepare(String selection) throws Exception {
        return new Calls().warmUp().prepare(selection);
    }

    /** Called in a copy. */
    private static long make(Object prepared) {
        Calls calls = (Calls) prepared;
        long before = calls.made();
        return calls.makeAll("beside another copy").makeAllAfterwards().made() - before;
    }
}
