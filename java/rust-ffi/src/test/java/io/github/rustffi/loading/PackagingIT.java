package io.github.rustffi.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/** The ways in which programs carry the jar. */
class PackagingIT {
    @TempDir
    Path directory;

    private Jvm isolated(Jvm jvm) {
        return jvm.in(directory).with("-Drustffi.dir=" + directory.resolve("cache"));
    }

    private long filesInCache() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("cache"))) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void worksOnTheModulePath() throws IOException {
        assertThat(modular(isolated(Jvm.ofClasses())).probe()).contains("8 from ");
        assertThat(filesInCache()).isEqualTo(1);
    }

    /** A JVM that has the jar and what it needs on the module path. */
    static Jvm modular(Jvm jvm) {
        String modules = String.join(
                File.pathSeparator,
                Jvm.jar().toString(),
                Jvm.dependency("org.scijava.nativelib.NativeLibraryUtil").toString(),
                Jvm.dependency("org.slf4j.Logger").toString());
        return jvm.classPath(Jvm.tests())
                .with("--module-path", modules, "--add-modules", "io.github.rustffi")
                .nativeAccess("io.github.rustffi");
    }

    @Test
    void worksShadedIntoAnotherJar() throws IOException {
        Map<String, byte[]> all = Jars.read(Jvm.jar());
        for (String dependency : new String[] {"org.scijava.nativelib.NativeLibraryUtil", "org.slf4j.Logger"}) {
            Jars.read(Jvm.dependency(dependency)).forEach(all::putIfAbsent);
        }
        all.putAll(probe(""));
        Path shaded = Jars.write(directory.resolve("shaded.jar"), all);
        assertThat(isolated(Jvm.ofClasses().classPath(shaded)).probe()).contains("8 from ");
    }

    @Test
    void aRelocatedPackageIsExplained() throws IOException {
        Map<String, byte[]> relocated = new LinkedHashMap<>();
        Map<String, byte[]> original = Jars.read(Jvm.jar());
        original.putAll(probe(""));
        original.forEach((name, content) -> relocated.put(
                RELOCATION.map(name.replace(".class", "")) + (name.endsWith(".class") ? ".class" : ""),
                name.endsWith(".class") ? relocate(content) : content));
        for (String dependency : new String[] {"org.scijava.nativelib.NativeLibraryUtil", "org.slf4j.Logger"}) {
            Jars.read(Jvm.dependency(dependency)).forEach(relocated::putIfAbsent);
        }
        Path jar = Jars.write(directory.resolve("relocated.jar"), relocated);
        assertThat(isolated(Jvm.ofClasses().classPath(jar)).run("com.acme.rustffi.loading.Probe"))
                .contains("cannot load rust_ffi ")
                .contains("hint: the package io.github.rustffi cannot be relocated, and here it is com.acme.rustffi: ");
    }

    /** Renames as maven-shade-plugin does, which looks into constants too. */
    private static final Remapper RELOCATION = new Remapper(Opcodes.ASM9) {
        @Override
        public String map(String name) {
            return name.startsWith("io/github/rustffi") ? name.replace("io/github/", "com/acme/") : name;
        }

        @Override
        public Object mapValue(Object value) {
            return value instanceof String
                    ? ((String) value)
                            .replace("io.github.rustffi", "com.acme.rustffi")
                            .replace("io/github/rustffi", "com/acme/rustffi")
                    : super.mapValue(value);
        }
    };

    private static byte[] relocate(byte[] type) {
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(type).accept(new ClassRemapper(writer, RELOCATION), 0);
        return writer.toByteArray();
    }

    @Test
    void worksNestedAsSpringBootPacksIt() throws IOException {
        Map<String, byte[]> boot = new LinkedHashMap<>();
        String manifest = "Manifest-Version: 1.0\nMain-Class: org.springframework.boot.loader.launch.JarLauncher\n"
                + "Start-Class: " + Probe.class.getName() + "\n"
                + "Spring-Boot-Classes: BOOT-INF/classes/\nSpring-Boot-Lib: BOOT-INF/lib/\n";
        boot.put("META-INF/MANIFEST.MF", manifest.getBytes(StandardCharsets.UTF_8));
        Jars.read(Jvm.dependency("org.springframework.boot.loader.launch.JarLauncher"))
                .forEach(boot::putIfAbsent);
        boot.put("BOOT-INF/classes/", new byte[0]);
        boot.putAll(probe("BOOT-INF/classes/"));
        boot.put("BOOT-INF/lib/rust-ffi.jar", Files.readAllBytes(Jvm.jar()));
        for (String dependency : new String[] {"org.scijava.nativelib.NativeLibraryUtil", "org.slf4j.Logger"}) {
            Path jar = Jvm.dependency(dependency);
            boot.put("BOOT-INF/lib/" + jar.getFileName(), Files.readAllBytes(jar));
        }
        Path jar = Jars.write(directory.resolve("boot.jar"), boot);
        Jvm jvm = isolated(Jvm.ofClasses().classPath());
        assertThat(jvm.run("-jar", jar.toString())).contains("8 from ");
        assertThat(jvm.run("-jar", jar.toString())).startsWith("8 from ");
        assertThat(filesInCache()).isEqualTo(1);
    }

    private static Map<String, byte[]> probe(String prefix) throws IOException {
        String name = Probe.class.getName().replace('.', '/') + ".class";
        return Map.of(prefix + name, Files.readAllBytes(Jvm.tests().resolve(name)));
    }

    @Test
    void worksInClassLoadersThatAreClosedAndOpenedAgain() throws IOException {
        assertThat(isolated(Jvm.ofJar()).run(Applications.class.getName())).isEqualToIgnoringNewLines("works");
        // The collector has them in its own time: until then each has a copy, and at last one of those removed at once.
        assertThat(filesInCache()).isBetween(2L, 32L);
    }

    /** Opens and closes a class loader of the library 50 times while another one keeps it loaded. */
    static final class Applications {
        public static void main(String[] args) throws Exception {
            try (URLClassLoader first = open()) {
                add(first);
                for (int i = 0; i < 50; i++) {
                    try (URLClassLoader another = open()) {
                        add(another);
                    }
                    if (i % 10 == 0) {
                        System.gc();
                    }
                }
                add(first);
            }
            System.out.println("works");
        }

        private static URLClassLoader open() throws IOException {
            String[] files = System.getProperty("java.class.path").split(File.pathSeparator);
            URL[] urls = new URL[files.length];
            for (int i = 0; i < files.length; i++) {
                urls[i] = Path.of(files[i]).toUri().toURL();
            }
            return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
        }

        private static void add(ClassLoader loader) throws ReflectiveOperationException {
            Object sum = loader.loadClass("io.github.rustffi.RustFfi")
                    .getMethod("add", int.class, int.class)
                    .invoke(null, 5, 3);
            if (!sum.equals(8)) {
                throw new AssertionError("5 + 3 = " + sum);
            }
        }
    }
}
