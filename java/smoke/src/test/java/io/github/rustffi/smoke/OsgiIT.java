package io.github.rustffi.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleWiring;

/** The jar as a bundle in Apache Felix. */
class OsgiIT {
    @TempDir
    Path directory;

    private Framework framework;
    private Bundle bundle;

    @BeforeEach
    void startFramework() throws Exception {
        start(Map.of());
    }

    private void start(Map<String, String> properties) throws Exception {
        Map<String, String> all = new HashMap<>(properties);
        all.put("org.osgi.framework.storage", directory.resolve("cache").toString());
        all.put("org.osgi.framework.storage.clean", "onFirstInit");
        framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(all);
        framework.start();
        install(Jars.SLF4J_API);
        install(Jars.jarOf(Class.forName("org.slf4j.impl.StaticLoggerBinder")));
        install(nativeLibLoaderAsBundle());
        bundle = install(Jars.RUST_FFI);
        bundle.start();
    }

    @AfterEach
    void stopFramework() throws Exception {
        framework.stop();
        framework.waitForStop(60_000);
    }

    @Test
    void theBundleResolvesAndCallsItsLibrary() throws Exception {
        assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
        Class<?> rustFfi = bundle.loadClass("io.github.rustffi.RustFfi");
        assertThat(rustFfi.getClassLoader()).isNotSameAs(OsgiIT.class.getClassLoader());
        assertThat(rustFfi.getMethod("greet", String.class).invoke(null, "Felix"))
                .isEqualTo("Hello, Felix!");
    }

    @Test
    void theBundleResolvesWhereTheFrameworkHasNoJmx() throws Exception {
        assertThat(packagesOf(bundle)).contains("javax.management");
        stopFramework();
        start(Map.of("org.osgi.framework.system.packages", "org.osgi.framework"));
        assertThat(packagesOf(bundle)).doesNotContain("javax.management");
        // An index shows itself in JMX, where there is one.
        Class<?> metric = bundle.loadClass("io.github.rustffi.VectorIndex$Metric");
        Object index = bundle.loadClass("io.github.rustffi.VectorIndex")
                .getMethod("create", int.class, metric)
                .invoke(null, 3, metric.getEnumConstants()[0]);
        try (AutoCloseable open = (AutoCloseable) index) {
            assertThat(index.getClass().getMethod("dimension").invoke(open)).isEqualTo(3);
        }
    }

    /** Returns the packages that a bundle gets from others. */
    private static Stream<Object> packagesOf(Bundle bundle) {
        return bundle.adapt(BundleWiring.class).getRequiredWires(PackageNamespace.PACKAGE_NAMESPACE).stream()
                .map(wire -> wire.getCapability().getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE));
    }

    @Test
    void theBundleExportsThePublicPackageAloneInItsVersion() {
        assertThat(bundle.getSymbolicName()).isEqualTo("io.github.rustffi");
        var exported = bundle.adapt(BundleWiring.class).getCapabilities(PackageNamespace.PACKAGE_NAMESPACE);
        assertThat(exported).singleElement().satisfies(only -> {
            assertThat(only.getAttributes())
                    .containsEntry(PackageNamespace.PACKAGE_NAMESPACE, "io.github.rustffi")
                    .containsEntry("version", bundle.getVersion());
        });
    }

    private Bundle install(Path jar) throws Exception {
        return framework.getBundleContext().installBundle(jar.toUri().toString());
    }

    /** native-lib-loader is no bundle: its users wrap it, as this does. */
    private Path nativeLibLoaderAsBundle() throws IOException {
        Path wrapped = directory.resolve("native-lib-loader.jar");
        try (JarFile jar = new JarFile(Jars.NATIVE_LIB_LOADER.toFile())) {
            Manifest manifest = new Manifest(jar.getManifest());
            Attributes attributes = manifest.getMainAttributes();
            attributes.putValue("Bundle-ManifestVersion", "2");
            attributes.putValue("Bundle-SymbolicName", "org.scijava.native-lib-loader");
            attributes.putValue("Bundle-Version", "2.5.0");
            attributes.putValue("Export-Package", "org.scijava.nativelib");
            attributes.putValue("Import-Package", "org.slf4j");
            try (OutputStream file = Files.newOutputStream(wrapped);
                    JarOutputStream copy = new JarOutputStream(file, manifest)) {
                for (JarEntry entry : jar.stream().toList()) {
                    if (!entry.isDirectory() && !entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        copy.putNextEntry(new JarEntry(entry.getName()));
                        jar.getInputStream(entry).transferTo(copy);
                    }
                }
            }
        }
        return wrapped;
    }
}
