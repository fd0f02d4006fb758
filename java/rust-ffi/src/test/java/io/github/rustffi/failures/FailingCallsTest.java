package io.github.rustffi.failures;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rustffi.RustFfi;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FailingCallsTest {
    private static final String PACKAGE = "io.github.rustffi.";

    @TempDir
    Path directory;

    @Test
    void everyPublicMethodFailsOrIsExcused() throws Exception {
        Set<String> listed = new TreeSet<>(FailingCalls.excused().keySet());
        assertThat(listed).doesNotContainAnyElementsOf(methodsThatFail());
        listed.addAll(methodsThatFail());
        assertThat(listed).isEqualTo(publicMethods());
    }

    private static Set<String> methodsThatFail() {
        return FailingCalls.all().stream()
                .map(FailingCall::method)
                .filter(method -> !method.startsWith("internal."))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void thePublicMethodsAreFound() throws Exception {
        assertThat(publicMethods())
                .contains("Matrix.solve(double[])", "Hits(long[],float[])", "VectorIndex.Metric.valueOf(String)")
                .doesNotContain("Triangles.upper(int,int,double[])");
    }

    @Test
    void everyCallFailsAsItShould() throws Exception {
        assertThat(wrong()).isEmpty();
    }

    private List<String> wrong() throws Exception {
        List<String> wrong = new ArrayList<>();
        try (Scene scene = new Scene(Files.createDirectory(directory.resolve("scene")))) {
            for (FailingCall call : FailingCalls.all()) {
                FailingCall.Prepared prepared = call.prepare(scene);
                String what = prepared == null ? null : prepared.wrong(prepared.attempt());
                if (what != null) {
                    wrong.add(call + ": " + what);
                }
            }
        }
        return wrong;
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void everyCallCanBeMadeToFailOnLinux() throws Exception {
        try (Scene scene = new Scene(Files.createDirectory(directory.resolve("scene")))) {
            for (FailingCall call : FailingCalls.all()) {
                assertThat(call.prepare(scene)).as(call.toString()).isNotNull();
            }
        }
    }

    private static Set<String> publicMethods() throws Exception {
        Set<String> methods = new TreeSet<>();
        for (Class<?> type : publicClasses()) {
            for (Method method : type.getDeclaredMethods()) {
                if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic()) {
                    methods.add(name(type) + "." + method.getName() + parameters(method.getParameterTypes()));
                }
            }
            for (Constructor<?> constructor : type.getConstructors()) {
                methods.add(name(type) + parameters(constructor.getParameterTypes()));
            }
        }
        return methods;
    }

    private static List<Class<?>> publicClasses() throws IOException, ReflectiveOperationException {
        Path classes = Path.of(RustFfi.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        List<Class<?>> types = new ArrayList<>();
        try (Stream<Path> files = Files.list(classes.resolve("io/github/rustffi"))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.startsWith("package-info")) {
                    Class<?> type = Class.forName(PACKAGE + name.substring(0, name.length() - ".class".length()));
                    if (isPublic(type)) {
                        types.add(type);
                    }
                }
            }
        }
        return types;
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    /** Returns the name as it stands in a program: {@code VectorIndex.Metric}. */
    private static String name(Class<?> type) {
        String name = type.getCanonicalName();
        return type.getPackageName().equals("io.github.rustffi")
                ? name.substring(PACKAGE.length())
                : type.getSimpleName();
    }

    private static String parameters(Class<?>... types) {
        return Arrays.stream(types).map(FailingCallsTest::name).collect(Collectors.joining(",", "(", ")"));
    }
}
