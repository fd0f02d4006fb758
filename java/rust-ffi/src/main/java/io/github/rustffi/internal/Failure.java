package io.github.rustffi.internal;

import io.github.rustffi.internal.Loader.Attempt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Explains in one message why the library cannot be loaded, and what can be done about it. */
final class Failure {
    /** What {@link Library} says where the jar has none for a platform. */
    private static final String NOT_HELD = "the jar holds no ";

    private static final String REPORT = "https://github.com/rustffi/rust-ffi/issues";

    private Failure() {}

    /** Returns whether a library was refused for what it is, rather than for where it is. */
    static boolean isOfLibrary(Throwable e) {
        return e instanceof UnsatisfiedLinkError && (isGlibc(e) || isOtherLibc(e) || isArchitecture(e));
    }

    /** Returns whether a class cannot be used because its static initializer failed earlier. */
    static boolean isOfInitializer(NoClassDefFoundError e) {
        return is(e, "Could not initialize class");
    }

    static boolean isLoadedElsewhere(Throwable e) {
        return is(e, "already loaded in another classloader");
    }

    // What dynamic linkers and the JVM say. No arrays in constants: an initializer that failed in a full heap would
    // leave this
    // class useless.

    private static boolean isNoexec(Throwable e) {
        return e instanceof UnsatisfiedLinkError && is(e, "failed to map segment", "not permitted", "ermission denied");
    }

    private static boolean isGlibc(Throwable e) {
        return is(e, "version `GLIBC_");
    }

    private static boolean isOtherLibc(Throwable e) {
        return is(e, "libc.musl-", "libc.so: ", "ld-linux-", "Error relocating");
    }

    private static boolean isArchitecture(Throwable e) {
        return is(e, "can't load ", ".dll on a ", "ELFCLASS", "incompatible architecture");
    }

    private static boolean is(Throwable e, String... marks) {
        String message = String.valueOf(e.getMessage());
        for (String mark : marks) {
            if (message.contains(mark)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the error that everyone gets who needs the library. */
    static UnsatisfiedLinkError of(String platform, List<Attempt> attempts) {
        StringBuilder message = new StringBuilder()
                .append("cannot load rust_ffi ")
                .append(Version.OF_JAR)
                .append(" for ")
                .append(platform)
                .append("\n  system: ")
                .append(property("os.name"))
                .append(' ')
                .append(property("os.arch"));
        String libc = libc();
        if (!libc.isEmpty()) {
            message.append(", ").append(libc);
        }
        message.append(", Java ")
                .append(property("java.version"))
                .append(" of ")
                .append(property("java.vendor"))
                .append("\n  jar: ")
                .append(jar())
                .append(", with the platforms ")
                .append(String.join(", ", platforms()))
                .append("\n  tried:");
        // A jar for one platform lacks the library for the other libc, which explains nothing unless it is all there
        // is.
        boolean held = !attempts.stream().allMatch(attempt -> is(attempt.cause(), NOT_HELD));
        Set<String> hints = new LinkedHashSet<>();
        for (Attempt attempt : attempts) {
            message.append("\n    ");
            for (String part : new String[] {attempt.place(), attempt.resource()}) {
                if (!part.isEmpty()) {
                    message.append(part).append(": ");
                }
            }
            message.append(attempt.cause());
            if (!held || !is(attempt.cause(), NOT_HELD)) {
                hints.add(hint(attempt.cause(), platform));
            }
        }
        for (String hint : hints) {
            if (!hint.isEmpty()) {
                message.append("\n  hint: ").append(hint);
            }
        }
        message.append(
                        "\n  to help it: -Drustffi.library=FILE loads that file, -Drustffi.system=true asks java.library.path,")
                .append(" -Drustffi.dir=DIR extracts to that directory, -Drustffi.libc=gnu|musl chooses the C library")
                .append("\n  report: ")
                .append(REPORT);
        UnsatisfiedLinkError error = new UnsatisfiedLinkError(message.toString());
        for (Attempt attempt : attempts) {
            error.addSuppressed(attempt.cause());
        }
        return error;
    }

    private static String property(String name) {
        try {
            return String.valueOf(System.getProperty(name));
        } catch (SecurityException e) {
            return "unknown";
        }
    }

    private static String hint(Throwable e, String platform) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof IllegalCallerException) {
            Module module = Failure.class.getModule();
            return "this JDK denies native access to the " + module + ": run java with --enable-native-access="
                    + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
        }
        if (e instanceof SecurityException) {
            return "a security manager forbids it: grant the jar java.security.AllPermission";
        }
        if (e instanceof UnsatisfiedLinkError && !isPackageOriginal()) {
            return "the package " + parent(originalPackage()) + " cannot be relocated, and here it is "
                    + parent(Failure.class.getPackageName()) + ": the library knows its classes by their names";
        }
        if (is(e, Host.NO_STICKY_BIT)) {
            return "another user could replace the library through a directory above it: set the sticky bit of that directory"
                    + " (chmod +t), choose another one with -Drustffi.dir=DIR, or the file with -Drustffi.library=FILE";
        }
        if (isGlibc(e)) {
            int at = message.indexOf("GLIBC_") + 6;
            return "the library needs glibc " + message.substring(at, message.indexOf('\'', at))
                    + ", and this system has " + libc()
                    + ": a newer system, or the library built on this one, would do";
        }
        if (isOtherLibc(e)) {
            return "the library is for the other C library, glibc or musl, and this JVM runs on " + libc()
                    + ": the jar must hold the platform that fits";
        }
        if (isArchitecture(e) || is(e, NOT_HELD)) {
            return platform.startsWith("osx_")
                    ? "this JVM is for " + property("os.arch") + ": on a Mac with Apple silicon, take a JDK for aarch64"
                    : "the jar must hold the platform of this JVM, which is for " + property("os.arch");
        }
        if (is(e, "dependent libraries")) {
            return "a DLL that the library needs is missing, or this JDK cannot load from a path that the code page cannot name:"
                    + " choose another one with -Drustffi.dir=DIR";
        }
        if (isLoadedElsewhere(e)) {
            return "a file can be loaded by one class loader at a time: give the other one a copy, or share this class";
        }
        if (isNoexec(e)) {
            return "the directory is mounted noexec, or a security policy forbids to run code from it:"
                    + " choose another one with -Drustffi.dir=DIR";
        }
        if (is(e, "No space left")) {
            return "the disk is full: free some space, or choose another directory with -Drustffi.dir=DIR";
        }
        return "";
    }

    private static boolean isPackageOriginal() {
        return Failure.class.getPackageName().equals(originalPackage());
    }

    /** Returns the name of this package, written so that a tool that renames the package does not find it. */
    private static String originalPackage() {
        return new StringBuilder("lanretni.ifftsur.buhtig.oi").reverse().toString();
    }

    private static String parent(String name) {
        return name.substring(0, name.lastIndexOf('.'));
    }

    /** Returns where this class comes from. */
    static String jar() {
        CodeSource source = null;
        try {
            source = Failure.class.getProtectionDomain().getCodeSource();
        } catch (SecurityException e) {
            // It forbids to ask.
        }
        return source == null ? "of an unknown place" : String.valueOf(source.getLocation());
    }

    /** Returns the library of each platform that a jar may hold, as a path below its directory {@code natives}. */
    static String[] libraries() {
        return new String[] {
            "linux_64/librust_ffi.so",
            "linux_arm64/librust_ffi.so",
            "linux_musl_64/librust_ffi.so",
            "linux_musl_arm64/librust_ffi.so",
            "windows_64/rust_ffi.dll",
            "windows_arm64/rust_ffi.dll",
            "osx_64/librust_ffi.dylib",
            "osx_arm64/librust_ffi.dylib",
        };
    }

    private static List<String> platforms() {
        List<String> platforms = new ArrayList<>();
        for (String library : libraries()) {
            if (Failure.class.getResource("/natives/" + library + ".sha256") != null) {
                platforms.add(library.substring(0, library.indexOf('/')));
            }
        }
        return platforms.isEmpty() ? List.of("none") : platforms;
    }

    private static String libc() {
        String mappings = Host.mappings();
        if (Host.mapsMusl(mappings)) {
            return "musl";
        }
        String file = Host.mapped(mappings, "/libc.so.6");
        if (file == null) {
            file = Host.mapped(mappings, "/libc-2.");
        }
        return file == null ? "" : "glibc " + glibcVersion(file);
    }

    /** Returns the version that glibc's own file states, as it does when run. */
    private static String glibcVersion(String file) {
        String phrase = " release version ";
        try {
            String text = new String(Files.readAllBytes(Path.of(file)), StandardCharsets.ISO_8859_1);
            int at = text.indexOf(phrase) + phrase.length();
            return text.substring(at, text.indexOf('.', text.indexOf('.', at) + 1));
        } catch (IOException | RuntimeException e) {
            return "of unknown version";
        }
    }
}
