package io.github.rustffi.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scijava.nativelib.NativeLibraryUtil;
import org.slf4j.Logger;

class HostTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64",
        "Linux, x86_64",
        "Linux, aarch64",
        "Linux, arm",
        "Linux, i386",
        "Linux, riscv64",
        "Linux, s390x",
        "Mac OS X, x86_64",
        "Mac OS X, aarch64",
        "Windows 11, amd64",
        "Windows Server 2022, amd64",
        "Windows 11, aarch64",
        "Windows 10, x86",
        "AIX, ppc64",
        "FreeBSD, amd64",
    })
    void namesEveryPlatformAsNativeLibLoaderDoes(String os, String arch) throws Exception {
        String osBefore = System.setProperty("os.name", os);
        String archBefore = System.setProperty("os.arch", arch);
        URL[] classPath = {
            location(NativeLibraryUtil.class),
            location(Logger.class),
            location(Class.forName("org.slf4j.impl.StaticLoggerBinder")),
            location(Host.class)
        };
        // native-lib-loader remembers the first platform that it sees.
        try (URLClassLoader fresh = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            Object theirs = fresh.loadClass(NativeLibraryUtil.class.getName())
                    .getMethod("getArchitecture")
                    .invoke(null);
            var platform =
                    fresh.loadClass(Host.class.getName()).getDeclaredMethod("platform", String.class, String.class);
            platform.setAccessible(true);
            assertThat(platform.invoke(null, os, arch))
                    .isEqualTo(theirs.toString().toLowerCase(Locale.ROOT));
        } finally {
            System.setProperty("os.name", osBefore);
            System.setProperty("os.arch", archBefore);
        }
    }

    private static URL location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    @Test
    void recognizesMuslByItsDynamicLinker() {
        String alpine =
                "7f2a-7f2b r-xp 00014000 00:2b 131 /lib/ld-musl-x86_64.so.1\n7ffd-7ffe rw-p 0 00:00 0 [stack]\n";
        String debian = "7f2a-7f2b r-xp 00014000 00:2b 131 /usr/lib/aarch64-linux-musl/libc.so\n";
        assertThat(Host.mapsMusl(alpine)).isTrue();
        assertThat(Host.mapsMusl(debian)).isTrue();
    }

    @Test
    void isNotMisledByFilesThatOnlySoundLikeMusl() {
        String glibc = "7f2a-7f2b r-xp 00014000 00:2b 131 /usr/lib/x86_64-linux-gnu/libc.so.6\n"
                + "7f2c-7f2d r--s 00000000 00:2b 132 /opt/ld-musl-tests/app.jar\n"
                + "7f2e-7f2f r--p 00000000 00:2b 133 /opt/libc.so/data\n";
        assertThat(Host.mapsMusl(glibc)).isFalse();
        assertThat(Host.mapsMusl("")).isFalse();
    }

    @Test
    void findsTheMappedFileOfAName() {
        String mappings = "7f2a-7f2b r-xp 00014000 00:2b 131                 /lib/with space/libc-2.17.so\n";
        assertThat(Host.mapped(mappings, "/libc-2.")).isEqualTo("/lib/with space/libc-2.17.so");
        assertThat(Host.mapped(mappings, "/libm-2.")).isNull();
    }

    @Test
    void knowsTheUserWhoOwnsItsFiles() throws Exception {
        assumeThat(Host.WINDOWS).isFalse();
        assertThat(Host.user()).isEqualTo(Files.getAttribute(Files.createFile(directory.resolve("ours")), "unix:uid"));
    }

    @Test
    void acceptsADirectoryThatIsOursAlone() throws Exception {
        assertThat(Host.ownDirectory(directory)).isNotNull();
        assertThat(Host.ownDirectory(directory.resolve("missing"))).isNull();
    }

    /** As a library that an image's build has extracted, for a user who comes later. */
    @Test
    void acceptsADirectoryThatIsRootsAlone() throws Exception {
        assumeThat(Host.WINDOWS).isFalse();
        assertThat(Host.ownDirectory(Path.of("/usr"))).containsEntry("uid", 0);
    }

    @Test
    void refusesALinkToADirectory() throws Exception {
        Path link =
                Files.createSymbolicLink(directory.resolve("link"), Files.createDirectory(directory.resolve("target")));
        assertThatThrownBy(() -> Host.ownDirectory(link))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(link + ": it is a link, or no directory");
    }

    @Test
    void refusesAFile() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> Host.ownDirectory(file)).hasMessage(file + ": it is a link, or no directory");
    }

    @ParameterizedTest
    @CsvSource({"rwxrwx---, 770", "rwx----w-, 702", "rwxrwxrwx, 777"})
    void refusesADirectoryThatOthersCanWriteTo(String permissions, String mode) throws Exception {
        assumeThat(Host.WINDOWS).isFalse();
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(permissions));
        assertThatThrownBy(() -> Host.ownDirectory(open))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(open + ": other users can write to it: its mode is " + mode);
    }

    // Directories above

    private Path irreplaceable(Path path, boolean shared) throws Exception {
        Path resolved = Host.resolve(path);
        Host.requireIrreplaceable(resolved, shared);
        return resolved;
    }

    private Path directory(String name, String permissions) throws Exception {
        Path made = Files.createDirectories(Host.resolve(directory).resolve(name));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(permissions));
        return made;
    }

    @Test
    void acceptsWhatNobodyElseCanReplaceWhetherItExistsOrNot() throws Exception {
        Path missing = Host.resolve(directory).resolve("a").resolve("b");
        assertThat(irreplaceable(directory, false)).isEqualTo(directory.toRealPath());
        assertThat(irreplaceable(missing, false)).isEqualTo(missing);
    }

    @ParameterizedTest
    @CsvSource({"rwxrwxr-x, 775", "rwxr-x-w-, 752", "rwxrwxrwx, 777"})
    void refusesWhatIsBelowADirectoryThatOthersCanWriteTo(String permissions, String mode) throws Exception {
        assumeThat(Host.WINDOWS).isFalse();
        Path open = directory("open", permissions);
        Path below = Files.createDirectories(open.resolve("ours").resolve("deep"));
        for (Path path : List.of(open, below, open.resolve("missing"))) {
            assertThatThrownBy(() -> irreplaceable(path, false))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessage(open + ": other users can write to it, and it has no sticky bit: its mode is " + mode);
        }
    }

    @Test
    void acceptsWhatIsBelowADirectoryWithItsStickyBit() throws Exception {
        assumeThat(Host.WINDOWS).isFalse();
        Path open = directory("open", "rwxrwxrwx");
        Files.setAttribute(open, "unix:mode", 01777);
        Path below = Files.createDirectory(open.resolve("ours"));
        assertThat(irreplaceable(below, false)).isEqualTo(below);
    }

    @Test
    void looksWhereALinkLeads() throws Exception {
        assumeThat(Host.WINDOWS).isFalse();
        Path open = directory("open", "rwxrwxrwx");
        Path good = directory("good", "rwxr-xr-x");
        Path bad = Files.createDirectory(open.resolve("bad"));
        Path toBad = Files.createSymbolicLink(good.resolve("link"), bad);
        assertThatThrownBy(() -> irreplaceable(toBad.resolve("cache"), false)).hasMessageStartingWith(open + ": ");
        // Once it is resolved, what leads to it does not matter any more.
        Path toGood = Files.createSymbolicLink(open.resolve("link"), good);
        assertThat(irreplaceable(toGood.resolve("cache"), false)).isEqualTo(good.resolve("cache"));
    }

    @Test
    void refusesAFileAbove() throws Exception {
        assumeThat(Host.WINDOWS).isFalse();
        Path file = Files.createFile(Host.resolve(directory).resolve("file"));
        assertThatThrownBy(() -> irreplaceable(file, false)).hasMessage(file + ": it is a link, or no directory");
    }

    /** Root is never the only user, and here the first process is another user's if this is not root. */
    @Test
    void refusesADirectoryOfAllWhereOthersMayRun() throws Exception {
        assumeThat(Host.WINDOWS).isFalse();
        Path first = Path.of("/proc/1");
        assumeThat(Host.user() == 0
                        || !Files.exists(first)
                        || !Files.getAttribute(first, "unix:uid").equals(Host.user()))
                .isTrue();
        Path open = directory("open", "rwxrwxrwx");
        assertThatThrownBy(() -> irreplaceable(open, true)).hasMessageContaining("has no sticky bit");
    }
}
