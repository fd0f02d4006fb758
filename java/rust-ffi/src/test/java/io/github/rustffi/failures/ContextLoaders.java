package io.github.rustffi.failures;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Threads whose context class loader is of no use to anybody, or does harm. */
final class ContextLoaders {
    private static final Map<String, States.Threads> ALL = new LinkedHashMap<>();

    static {
        ALL.put("null", part -> with(null, part));
        ALL.put("thread-throws-exception", part -> asking(part, new IllegalStateException("no class loader here")));
        ALL.put("thread-throws-error", part -> asking(part, new AssertionError("no class loader here")));
        ALL.put("not-found", part -> with(loading("", ContextLoaders::notFound), part));
        ALL.put("stopped", part -> with(loading("", ContextLoaders::stopped), part));
        ALL.put("forbidden", part -> with(loading("", ContextLoaders::forbidden), part));
        ALL.put("no-definition", part -> with(loading("", ContextLoaders::noDefinition), part));
        ALL.put("null-class", part -> with(loading("", name -> null), part));
        ALL.put("wrong-class", part -> with(loading("", name -> Override.class), part));
        ALL.put("java-not-found", part -> with(loading("java.", ContextLoaders::notFound), part));
        ALL.put("java-stopped", part -> with(loading("java.", ContextLoaders::stopped), part));
        ALL.put("own-not-found", part -> with(loading("io.github.rustffi.", ContextLoaders::notFound), part));
        ALL.put("own-stopped", part -> with(loading("io.github.rustffi.", ContextLoaders::stopped), part));
        ALL.put("own-no-definition", part -> with(loading("io.github.rustffi.", ContextLoaders::noDefinition), part));
    }

    private ContextLoaders() {}

    static Set<String> names() {
        return ALL.keySet();
    }

    /** Returns whether a thread fails when it is asked for its class loader. */
    static boolean areRefused(String name) {
        return name.startsWith("thread-throws");
    }

    static Thread start(String name, Runnable part) throws Exception {
        return ALL.get(name).start(part);
    }

    private static Thread with(ClassLoader loader, Runnable part) {
        Thread thread = new Thread(part);
        thread.setContextClassLoader(loader);
        thread.start();
        return thread;
    }

    private static Thread asking(Runnable part, Throwable answer) {
        Thread thread = new Thread(part) {
            @Override
            public ClassLoader getContextClassLoader() {
                if (answer instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) answer;
            }
        };
        thread.start();
        return thread;
    }

    private interface Answer {
        Class<?> to(String name) throws ClassNotFoundException;
    }

    private static ClassLoader loading(String prefix, Answer answer) {
        return new ClassLoader(ContextLoaders.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                return name.startsWith(prefix) ? answer.to(name) : super.loadClass(name, resolve);
            }
        };
    }

    private static Class<?> notFound(String name) throws ClassNotFoundException {
        throw new ClassNotFoundException(name);
    }

    /** Answers as the class loader of a web application that has been stopped does. */
    private static Class<?> stopped(String name) {
        throw new IllegalStateException("this web application has been stopped: " + name);
    }

    private static Class<?> forbidden(String name) {
        throw new SecurityException(name);
    }

    private static Class<?> noDefinition(String name) {
        throw new NoClassDefFoundError(name);
    }
}
