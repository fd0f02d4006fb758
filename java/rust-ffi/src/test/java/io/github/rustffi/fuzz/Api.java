package io.github.rustffi.fuzz;

import io.github.rustffi.RustFfi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The public methods and constructors of the library, found by reflection, with the exceptions that they document. */
final class Api {
    private static final String PACKAGE = RustFfi.class.getPackageName();

    /** The sources, from the directory of this module. */
    private static final Path SOURCES = Path.of("src/main/java", PACKAGE.split("\\."));

    /** What every method may throw, as the classes say of all their methods. */
    private static final Set<String> ALWAYS = Set.of("NullPointerException", "OutOfMemoryError");

    private static final Pattern DOCUMENTED = Pattern.compile("/\\*\\*(.*?)\\*/\\s*([^;{]*)", Pattern.DOTALL);
    private static final Pattern THROWN = Pattern.compile("@throws\\s+(\\w+)");
    private static final Pattern REFERENCE = Pattern.compile("\\bas\\s+(?:for\\s+)?\\{@link\\s+(\\w*)#(\\w+)");
    private static final Pattern NAME = Pattern.compile("(\\w+)\\s*\\(|(?<=public )(\\w+)\\s*$");

    private Api() {}

    /**
     * One of them.
     *
     * @param executable the method or constructor
     * @param throwable the simple names of the exceptions that it documents
     */
    record Call(Executable executable, Set<String> throwable) {
        /** Returns the class of what has to be there to call this on, or null. */
        Class<?> receiver() {
            boolean needsNone = executable instanceof Constructor || Modifier.isStatic(executable.getModifiers());
            return needsNone ? null : executable.getDeclaringClass();
        }

        Class<?> result() {
            return executable instanceof Method method ? method.getReturnType() : executable.getDeclaringClass();
        }

        /** Calls it, and throws what it throws. */
        Object on(Object receiver, Object... arguments) throws Throwable {
            try {
                return executable instanceof Method method
                        ? method.invoke(receiver, arguments)
                        : ((Constructor<?>) executable).newInstance(arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        /** Returns whether the documentation knows of an exception, or of one that it is a kind of. */
        boolean documents(Throwable thrown) {
            if (thrown instanceof ArrayIndexOutOfBoundsException || thrown instanceof StringIndexOutOfBoundsException) {
                return false; // a mistake of ours, whatever the caller's was
            }
            for (Class<?> type = thrown.getClass(); type != Throwable.class; type = type.getSuperclass()) {
                if (throwable.contains(type.getSimpleName())) {
                    return true;
                }
            }
            return false;
        }

        /** Returns such as {@code Matrix.times(double[])}. */
        String name() {
            StringBuilder name =
                    new StringBuilder(executable.getDeclaringClass().getSimpleName());
            name.append(executable instanceof Method ? "." + executable.getName() : "")
                    .append('(');
            String separator = "";
            for (Class<?> type : executable.getParameterTypes()) {
                name.append(separator).append(type.getSimpleName());
                separator = ", ";
            }
            return name.append(')').toString();
        }
    }

    /** Returns all of them, always in the same order. */
    static List<Call> calls() {
        List<Call> calls = new ArrayList<>();
        for (Class<?> type : types()) {
            for (Executable executable : executables(type)) {
                calls.add(new Call(executable, documented(type, executable)));
            }
        }
        calls.sort(Comparator.comparing(Call::name));
        return calls;
    }

    private static List<Executable> executables(Class<?> type) {
        List<Executable> executables = new ArrayList<>(Arrays.asList(type.getConstructors()));
        for (Method method : type.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic()) {
                executables.add(method);
            }
        }
        return executables;
    }

    /** Returns the public classes but for exceptions and enums. */
    private static List<Class<?>> types() {
        List<Class<?>> types = new ArrayList<>();
        for (String name : classNames()) {
            try {
                Class<?> type = Class.forName(PACKAGE + "." + name);
                if (Modifier.isPublic(type.getModifiers())
                        && !Throwable.class.isAssignableFrom(type)
                        && !type.isEnum()
                        && !type.isInterface()) {
                    types.add(type);
                }
            } catch (ClassNotFoundException e) {
                throw new AssertionError(e);
            }
        }
        return types;
    }

    /** Looks into the directory or the jar that the library's classes come from. */
    private static List<String> classNames() {
        try {
            Path location = Path.of(RustFfi.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (Files.isDirectory(location)) {
                return classNames(location);
            }
            try (FileSystem jar = FileSystems.newFileSystem(location)) {
                return classNames(jar.getPath("/"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> classNames(Path root) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(PACKAGE.replace('.', '/')))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".class") && !name.startsWith("package-info"))
                    .map(name -> name.substring(0, name.length() - ".class".length()))
                    .sorted()
                    .toList();
        }
    }

    /** Reads what the Javadoc of a method, of all of its name, says that it throws. */
    private static Set<String> documented(Class<?> type, Executable executable) {
        Set<String> names = new HashSet<>(ALWAYS);
        String name = executable instanceof Method ? executable.getName() : type.getSimpleName();
        addDocumented(type.getName(), name, names, new HashSet<>());
        if (AutoCloseable.class.isAssignableFrom(type)) {
            names.add("IllegalStateException");
        }
        return names;
    }

    private static void addDocumented(String type, String name, Set<String> names, Set<String> seen) {
        if (!seen.add(type + "#" + name)) {
            return;
        }
        String outermost = type.substring(PACKAGE.length() + 1).split("\\$")[0];
        Matcher documented = DOCUMENTED.matcher(source(outermost));
        while (documented.find()) {
            Matcher declared = NAME.matcher(documented.group(2).strip());
            if (!declared.find() || !name.equals(declared.group(1) != null ? declared.group(1) : declared.group(2))) {
                continue;
            }
            String text = documented.group(1);
            THROWN.matcher(text).results().forEach(thrown -> names.add(thrown.group(1)));
            REFERENCE.matcher(text).results().forEach(reference -> {
                String other = reference.group(1).isEmpty() ? outermost : reference.group(1);
                if (Files.exists(SOURCES.resolve(other + ".java"))) {
                    addDocumented(PACKAGE + "." + other, reference.group(2), names, seen);
                }
            });
        }
    }

    private static String source(String type) {
        try {
            return Files.readString(SOURCES.resolve(type + ".java"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
