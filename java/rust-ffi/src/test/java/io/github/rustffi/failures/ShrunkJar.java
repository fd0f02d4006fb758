package io.github.rustffi.failures;

import io.github.rustffi.loading.Jars;
import io.github.rustffi.loading.Jvm;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.vafer.jdependency.Clazz;
import org.vafer.jdependency.Clazzpath;
import org.vafer.jdependency.ClazzpathUnit;

/** Jars of {@link States} and of what it needs of the library, without what seems not to be needed. */
final class ShrunkJar {
    private static final String PROGRAM = "io/github/rustffi/failures/";

    /** Of the tests' classes those that are not part of the program. */
    private static final Set<String> OTHERS =
            Set.of("FailingCallsTest", "FailuresIT", "ProGuardIT", "Runs", "ShrunkJar", "ShrunkProgram");

    private ShrunkJar() {}

    private static Map<String, byte[]> program() throws IOException {
        Map<String, byte[]> program = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(Jvm.tests().resolve(PROGRAM))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!OTHERS.contains(name.split("[.$]")[0])) {
                    program.put(PROGRAM + name, Files.readAllBytes(file));
                }
            }
        }
        return program;
    }

    private static Map<String, byte[]> libraries() throws IOException {
        Map<String, byte[]> libraries = new LinkedHashMap<>(Jars.read(Jvm.jar()));
        for (String type : List.of(
                "org.scijava.nativelib.NativeLibraryUtil", "org.slf4j.Logger", "org.slf4j.impl.StaticLoggerBinder")) {
            Jars.read(Jvm.dependency(type)).forEach(libraries::putIfAbsent);
        }
        libraries.keySet().removeIf(name -> name.endsWith("module-info.class"));
        return libraries;
    }

    /** Writes the jar that maven-shade makes with {@code minimizeJar}, by the same library. */
    static Path minimized(Path directory) throws IOException {
        Path program = Jars.write(directory.resolve("program.jar"), program());
        Path libraries = Jars.write(directory.resolve("libraries.jar"), libraries());
        Clazzpath path = new Clazzpath();
        ClazzpathUnit needed = path.addClazzpathUnit(program.toFile());
        path.addClazzpathUnit(libraries.toFile());
        Set<Clazz> removable = path.getClazzes();
        removable.removeAll(needed.getClazzes());
        removable.removeAll(needed.getTransitiveDependencies());
        Map<String, byte[]> all = libraries();
        removable.forEach(type -> all.remove(type.getName().replace('.', '/') + ".class"));
        all.putAll(program());
        return Jars.write(directory.resolve("minimized.jar"), all);
    }

    /** Writes the jar that ProGuard makes with the rules that the library brings. */
    static Path shrunk(Path directory) throws IOException {
        return shrunk(directory, program(), """
                -dontobfuscate
                -dontoptimize
                -dontwarn
                -keep class io.github.rustffi.failures.States { public static void main(java.lang.String[]); }
                -keepclasseswithmembernames,includedescriptorclasses class * { native <methods>; }
                """);
    }

    /** Writes the jar that ProGuard makes of a program with these options and the rules that the library brings. */
    static Path shrunk(Path directory, Map<String, byte[]> program, String options) throws IOException {
        Map<String, byte[]> libraries = libraries();
        Path jar = directory.resolve("shrunk.jar");
        String configuration = """
                -injars "%s"
                -injars "%s"
                -outjars "%s"
                -libraryjars "%s"
                -dontnote
                -include "%s"
                %s
                """.formatted(
                        Jars.write(directory.resolve("program.jar"), program),
                        Jars.write(directory.resolve("libraries.jar"), libraries),
                        jar,
                        jdk(directory.resolve("jdk.jar")),
                        Files.write(directory.resolve("rust-ffi.pro"), libraries.get("META-INF/proguard/rust-ffi.pro")),
                        options);
        Path file = Files.writeString(directory.resolve("configuration.pro"), configuration);
        String output = Jvm.ofClasses().run("proguard.ProGuard", "@" + file);
        if (!Files.exists(jar)) {
            throw new IOException("ProGuard makes no jar: " + output);
        }
        return jar;
    }

    /** Writes the classes of the JDK that the library needs: not every JDK has files of its modules. */
    private static Path jdk(Path jar) throws IOException {
        Map<String, byte[]> classes = new LinkedHashMap<>();
        for (String module : List.of("java.base", "java.management")) {
            Path root = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules", module);
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file :
                        files.filter(name -> name.toString().endsWith(".class")).toList()) {
                    classes.put(root.relativize(file).toString(), Files.readAllBytes(file));
                }
            }
        }
        classes.remove("module-info.class");
        return Jars.write(jar, classes);
    }
}
