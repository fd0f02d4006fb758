package io.github.rustffi.loading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.rustffi.NativeLibrary;
import io.github.rustffi.internal.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the packed jar does in a JVM of its own. */
class LoadingIT {
    private static final String NAME = System.mapLibraryName("rust_ffi");
    private static final String PLATFORM = NativeLibrary.platform();
    private static final String RESOURCE = "natives/" + PLATFORM + "/" + NAME;

    @TempDir
    Path directory;

    private Path cache;
    private Path temporary;
    private Path work;

    @BeforeEach
    void makeDirectories() throws IOException {
        cache = directory.resolve("cache");
        temporary = Files.createDirectory(directory.resolve("temporary"));
        work = Files.createDirectory(directory.resolve("work"));
    }

    /** A JVM that knows no directories but those of this test. */
    private Jvm jvm() {
        return isolated(Jvm.ofJar());
    }

    private Jvm isolated(Jvm jvm) {
        return jvm.in(work)
                .environment("XDG_CACHE_HOME", cache.toString())
                .environment("LOCALAPPDATA", cache.toString())
                .with("-Duser.home=" + directory, "-Djava.io.tmpdir=" + temporary);
    }

    private Jvm jvmOf(Map<String, byte[]> jar) throws IOException {
        return isolated(Jvm.ofJar(Jars.write(directory.resolve("changed.jar"), jar)));
    }

    private static String loaded(Path file) {
        return "8 from " + PLATFORM + " " + file + System.lineSeparator();
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> !Files.isDirectory(file)).toList();
        }
    }

    /** Returns the one library in a directory, below which there is no other file. */
    private static Path onlyFileIn(Path directory) throws IOException {
        assertThat(filesIn(directory)).hasSize(1);
        return filesIn(directory).get(0);
    }

    // Where the library is put

    @Test
    void keepsTheLibraryInTheUsersCache() throws IOException {
        String cold = jvm().probe();
        Path file = onlyFileIn(cache);
        assertThat(cold).isEqualTo(loaded(file));
        assertThat(jvm().probe()).isEqualTo(loaded(file));
        assertThat(temporary).isEmptyDirectory();
        assertThat(work).isEmptyDirectory();
    }

    @Test
    void aWarmStartNeedsNeitherNativeLibLoaderNorSlf4jNorTheLibraryInTheJar() throws IOException {
        jvm().probe();
        Map<String, byte[]> jar = Jars.read(Jvm.jar());
        jar.remove(RESOURCE);
        Path alone = Jars.write(directory.resolve("alone.jar"), jar);
        assertThat(isolated(Jvm.ofClasses().classPath(alone, Jvm.tests())).probe())
                .isEqualTo(loaded(onlyFileIn(cache)));
    }

    @Test
    void aColdStartWithoutNativeLibLoaderIsExplained() throws IOException {
        assertThat(isolated(Jvm.ofClasses().classPath(Jvm.jar(), Jvm.tests())).probe())
                .startsWith("cannot load rust_ffi ")
                .contains("NoClassDefFoundError: org/scijava/nativelib/BaseJniExtractor");
    }

    @Test
    void theGivenDirectoryIsUsedAlone() throws IOException {
        Path given = directory.resolve("given").resolve("deep");
        assertThat(jvm().with("-Drustffi.dir=" + given).probe()).isEqualTo(loaded(onlyFileIn(given)));
        assertThat(cache).doesNotExist();
        Path blocked = Files.createFile(directory.resolve("file"));
        assertThat(jvm().with("-Drustffi.dir=" + blocked).probe())
                .startsWith("cannot load rust_ffi ")
                .contains("\n    " + blocked + ": " + RESOURCE + ": ");
        assertThat(cache).doesNotExist();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void aGivenDirectoryThatIsRelativeIsRefused() throws IOException {
        assertThat(jvm().with("-Drustffi.dir=natives").probe()).contains("not an absolute path: natives");
        assertThat(work).isEmptyDirectory();
    }

    @Test
    void aCacheThatCannotBeUsedGivesWayToTheTemporaryDirectory() throws IOException {
        Files.createFile(cache);
        String output = jvm().probe();
        assertThat(output).isEqualTo(loaded(onlyFileIn(temporary)));
        assertThat(jvm().probe()).isEqualTo(output);
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aCacheThatOthersCanWriteToIsNotUsed() throws IOException {
        Path ours = Files.createDirectories(cache.resolve("rust-ffi"));
        Files.setPosixFilePermissions(ours, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(jvm().probe()).isEqualTo(loaded(onlyFileIn(temporary)));
        assertThat(ours).isEmptyDirectory();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aLinkInPlaceOfTheCacheIsNotFollowed() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.createDirectory(cache);
        Files.createSymbolicLink(cache.resolve("rust-ffi"), elsewhere);
        assertThat(jvm().probe()).isEqualTo(loaded(onlyFileIn(temporary)));
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void aLibraryThatSomebodyPlantedIsReplaced() throws IOException {
        jvm().probe();
        Path file = onlyFileIn(cache);
        byte[] library = Files.readAllBytes(file);
        Files.write(file, "planted".getBytes(StandardCharsets.US_ASCII));
        assertThat(jvm().probe()).isEqualTo(loaded(file));
        assertThat(file).hasBinaryContent(library);
        assertThat(onlyFileIn(cache)).isEqualTo(file);
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void theLastResortLeavesNothingBehind() throws IOException {
        Files.createFile(cache);
        Object user = Files.getAttribute(directory, "unix:uid");
        Path planted = Files.createFile(temporary.resolve("rust-ffi-" + user));
        assertThat(jvm().probe()).startsWith("8 from " + PLATFORM + " " + temporary.resolve("rust-ffi-staging-"));
        assertThat(onlyFileIn(temporary)).isEqualTo(planted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?", "/", "", "home", "/nonexistent"})
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aHomeThatIsNoneGivesWayToTheTemporaryDirectory(String home) throws IOException {
        Jvm homeless = jvm().environment("XDG_CACHE_HOME", "").with("-Duser.home=" + home);
        assertThat(homeless.probe()).isEqualTo(loaded(onlyFileIn(temporary)));
        assertThat(work).isEmptyDirectory();
    }

    @Test
    void nothingIsWrittenIntoTheWorkingDirectoryEvenIfThereIsNoOther() throws IOException {
        Jvm lost = jvm().environment("XDG_CACHE_HOME", "cache")
                .environment("LOCALAPPDATA", "cache")
                .with("-Duser.home=.", "-Djava.io.tmpdir=");
        assertThat(lost.probe()).contains("no home directory: .").contains("not an absolute path: ");
        assertThat(work).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"with spaces", "ü", "漢字", "%20", "a+b", "#", "ends with!"})
    void anyNameWillDoForTheDirectoryOfTheJarAndOfTheCache(String name) throws IOException {
        Path odd = Files.createDirectory(directory.resolve(name));
        Path jar = Files.copy(Jvm.jar(), odd.resolve("rust-ffi.jar"));
        cache = odd;
        Jvm jvm = isolated(Jvm.ofJar(jar));
        Path root = odd.resolve("rust-ffi");
        String output = jvm.probe();
        assertThat(output).isEqualTo(loaded(onlyFileIn(root)));
        assertThat(jvm.probe()).isEqualTo(output);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aHomeThatTheCharsetCannotNameGivesWayToTheTemporaryDirectory() throws IOException {
        Path home = Files.createDirectory(directory.resolve("jürgen"));
        Jvm ascii = jvm().environment("LC_ALL", "C").environment("XDG_CACHE_HOME", home.toString());
        assertThat(ascii.with("-Dsun.jnu.encoding=ANSI_X3.4-1968", "-Dfile.encoding=UTF-8")
                        .probe())
                .startsWith("8 from " + PLATFORM + " ");
    }

    // What is loaded

    @Test
    void theGivenLibraryIsLoadedAndNothingElse() throws IOException {
        Path file =
                Files.write(directory.resolve("mine.so"), Jars.read(Jvm.jar()).get(RESOURCE));
        assertThat(jvm().with("-Drustffi.library=" + file).probe()).isEqualTo(loaded(file));
        Path missing = directory.resolve("missing.so");
        assertThat(jvm().with("-Drustffi.library=" + missing).probe())
                .startsWith("cannot load rust_ffi ")
                .contains(missing.toString());
        assertThat(cache).doesNotExist();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void theSystemsLibraryIsLoadedIfAskedFor() throws IOException {
        Files.write(directory.resolve(NAME), Jars.read(Jvm.jar()).get(RESOURCE));
        Jvm jvm = jvm().with("-Drustffi.system=true");
        assertThat(jvm.with("-Djava.library.path=" + directory).probe()).isEqualTo(loaded(Path.of(NAME)));
        assertThat(jvm.with("-Djava.library.path=" + work).probe())
                .startsWith("cannot load rust_ffi ")
                .contains("no rust_ffi in java.library.path");
        assertThat(cache).doesNotExist();
    }

    @Test
    void theLibraryPathIsNotAskedOtherwise() throws IOException {
        Files.write(directory.resolve(NAME), "stale".getBytes(StandardCharsets.US_ASCII));
        assertThat(jvm().with("-Djava.library.path=" + directory).probe()).isEqualTo(loaded(onlyFileIn(cache)));
    }

    @Test
    void aLibraryOfAnotherVersionIsRefusedWithBothVersionsAndPlaces() throws IOException {
        byte[] library = Jars.read(Jvm.jar()).get(RESOURCE);
        String other = "9".repeat(Version.OF_JAR.length());
        Path file = Files.write(directory.resolve(NAME), Jars.replace(library, Version.OF_JAR, other));
        assertThat(jvm().with("-Drustffi.library=" + file).probe())
                .contains(file + " is version " + other + ", but the jar "
                        + Jvm.jar().toUri().toURL() + " is version " + Version.OF_JAR);
    }

    @Test
    void aFileThatIsAnotherLibraryIsRefused() throws IOException {
        Path zip = Path.of(System.getProperty("java.home"), "lib", System.mapLibraryName("zip"));
        assumeThat(zip).exists();
        Path file = Files.copy(zip, directory.resolve("another.so"));
        assertThat(jvm().with("-Drustffi.library=" + file).probe())
                .startsWith("cannot load rust_ffi ")
                .contains("version()");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theOtherLibcsLibraryIsTriedOnALinkError() throws IOException {
        Map<String, byte[]> jar = Jars.read(Jvm.jar());
        byte[] library = jar.get(RESOURCE);
        String musl = PLATFORM.replace("linux_", "linux_musl_");
        Jars.put(jar, musl, library);
        Jars.put(jar, PLATFORM, forAnotherProcessor(library));
        assertThat(jvmOf(jar).probe()).startsWith("8 from " + musl + " ");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theLibcCanBeChosen() throws IOException {
        Map<String, byte[]> jar = Jars.read(Jvm.jar());
        String musl = PLATFORM.replace("linux_", "linux_musl_");
        Jars.put(jar, musl, jar.get(RESOURCE));
        assertThat(jvmOf(jar).with("-Drustffi.libc=musl").probe()).startsWith("8 from " + musl + " ");
        assertThat(jvmOf(jar).with("-Drustffi.libc=gnu").probe()).startsWith("8 from " + PLATFORM + " ");
        assertThat(jvmOf(jar).probe()).startsWith("8 from " + PLATFORM + " ");
        assertThat(jvm().with("-Drustffi.libc=uclibc").probe())
                .contains("-Drustffi.libc is neither gnu nor musl: uclibc");
    }

    private static byte[] forAnotherProcessor(byte[] elf) {
        byte[] other = elf.clone();
        int machine = 18;
        int s390 = 22;
        other[machine] = (byte) s390;
        return other;
    }

    // What the message says

    @Test
    void theMessageSaysAllThatAReportNeeds() throws IOException {
        Files.createFile(cache);
        Path given = Files.createFile(directory.resolve("given"));
        assertThat(jvm().with("-Drustffi.dir=" + given).probe())
                .startsWith("cannot load rust_ffi " + Version.OF_JAR + " for " + PLATFORM + "\n")
                .contains(System.getProperty("os.name"))
                .contains(System.getProperty("os.arch"))
                .contains("Java " + System.getProperty("java.version") + " of " + System.getProperty("java.vendor"))
                .contains("jar: " + Jvm.jar().toUri().toURL())
                .contains("with the platforms " + PLATFORM)
                .contains("\n    " + given + ": " + RESOURCE + ": java.nio.file.")
                .contains("-Drustffi.library=FILE", "-Drustffi.system=true", "-Drustffi.dir=DIR", "-Drustffi.libc=")
                .contains("https://");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aGlibcThatIsTooOldIsNamedWithBothVersions() throws IOException {
        Map<String, byte[]> jar = Jars.read(Jvm.jar());
        assumeThat(PLATFORM).doesNotContain("musl");
        Jars.put(jar, PLATFORM, Jars.replace(jar.get(RESOURCE), "GLIBC_2.14", "GLIBC_2.99"));
        assertThat(jvmOf(jar).probe())
                .containsPattern("hint: the library needs glibc 2\\.99, and this system has glibc 2\\.\\d\\d:");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aLibraryForAnotherProcessorIsExplained() throws IOException {
        Map<String, byte[]> jar = Jars.read(Jvm.jar());
        Jars.put(jar, PLATFORM, forAnotherProcessor(jar.get(RESOURCE)));
        assertThat(jvmOf(jar).probe())
                .contains("hint: the jar must hold the platform of this JVM, which is for "
                        + System.getProperty("os.arch"));
    }

    @Test
    void aJarWithoutAnyLibraryIsExplained() throws IOException {
        Map<String, byte[]> jar = Jars.read(Jvm.jar());
        jar.keySet().removeIf(name -> name.startsWith("natives/"));
        assertThat(jvmOf(jar).probe()).contains("the jar holds no " + RESOURCE).contains("with the platforms none");
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_24)
    void theFlagThatADenialOfNativeAccessAsksForIsNamed() throws IOException {
        assertThat(jvm().with("--illegal-native-access=deny").probe())
                .contains("java.lang.IllegalCallerException")
                .contains("--enable-native-access=ALL-UNNAMED");
        assertThat(cache.resolve("staging")).doesNotExist();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_24)
    void theModuleThatADenialOfNativeAccessAsksForIsNamed() throws IOException {
        assertThat(PackagingIT.modular(isolated(Jvm.ofClasses()))
                        .with("--illegal-native-access=deny")
                        .probe())
                .contains("--enable-native-access=io.github.rustffi");
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_17)
    void aSecurityManagerThatForbidsLoadingIsNamed() throws IOException {
        Jvm managed = jvm().with("-Djava.security.manager");
        assertThat(managed.probe())
                .contains("cannot load rust_ffi ")
                .contains("java.security.AccessControlException: access denied")
                .contains("hint: a security manager forbids it");
        assertThat(managed.run(Failing.class.getName()))
                .contains("available false, same error true, cause the same true");
    }

    @Test
    void aFailureIsRememberedWithItsCauses() throws IOException {
        assertThat(jvm().with("-Drustffi.dir=relative").run(Failing.class.getName()))
                .isEqualToIgnoringNewLines("available false, same error true, cause the same true, suppressed "
                        + "java.io.IOException: not an absolute path: relative");
    }

    /** Asks for the library again and again where there is none. */
    static final class Failing {
        public static void main(String[] args) {
            System.out.print("available " + NativeLibrary.isAvailable());
            UnsatisfiedLinkError first = error();
            System.out.print(", same error " + (first == error()));
            System.out.print(
                    ", cause the same " + (NativeLibrary.unavailabilityCause().orElseThrow() == first));
            System.out.println(", suppressed " + first.getSuppressed()[0]);
        }

        private static UnsatisfiedLinkError error() {
            try {
                NativeLibrary.load();
                throw new AssertionError("loaded");
            } catch (UnsatisfiedLinkError e) {
                return e;
            }
        }
    }
}
