package io.github.rustffi.internal;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.scijava.nativelib.NativeLibraryUtil;

/** The process that loads, as the system shows it: its platform, its C library, its user, and what is theirs. */
final class Host {
    static final boolean WINDOWS = File.separatorChar == '\\';

    private static final int FILE_TYPE = 0170000;
    private static final int DIRECTORY = 0040000;
    private static final int STICKY = 01000;
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int WRITABLE_BY_ALL = 0002;
    private static final int ROOT = 0;
    private static final int UNKNOWN = -1;

    /** What is said of a directory in which others can replace what is not theirs. */
    static final String NO_STICKY_BIT = "has no sticky bit";

    private static volatile int user = UNKNOWN;

    private Host() {}

    /** Returns the names of the jar's directories whose library may fit this JVM, likeliest first. */
    static String[] platforms() {
        return platforms(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    static String[] platforms(String os, String arch) {
        String platform = platform(os, arch);
        if (!platform.equals("linux_64") && !platform.equals("linux_arm64")) {
            return new String[] {platform};
        }
        String musl = platform.replace("linux_", "linux_musl_");
        return usesMusl() ? new String[] {musl, platform} : new String[] {platform, musl};
    }

    /** Returns what native-lib-loader calls a platform, without waking it and its logging for the ones of our jar. */
    static String platform(String os, String arch) {
        String system = os.equals("Linux")
                ? "linux_"
                : os.startsWith("Windows") ? "windows_" : os.startsWith("Mac") ? "osx_" : "";
        String processor = arch.equals("amd64") || arch.equals("x86_64") ? "64" : arch.equals("aarch64") ? "arm64" : "";
        if (system.isEmpty() || processor.isEmpty()) {
            return NativeLibraryUtil.getArchitecture().name().toLowerCase(Locale.ROOT);
        }
        return system.concat(processor);
    }

    private static boolean usesMusl() {
        String libc = System.getProperty("rustffi.libc");
        if (libc == null) {
            return mapsMusl(mappings());
        }
        if (!libc.equals("gnu") && !libc.equals("musl")) {
            throw new IllegalArgumentException("-Drustffi.libc is neither gnu nor musl: " + libc);
        }
        return libc.equals("musl");
    }

    /** Returns whether a process with these mappings runs on musl, whose library and dynamic linker are one file. */
    static boolean mapsMusl(String mappings) {
        return mapped(mappings, "/ld-musl-") != null || mapped(mappings, "/libc.so\n") != null;
    }

    /** Returns the first mapped file whose name begins with {@code name}: installed files tell nothing of this JVM. */
    static @Nullable String mapped(String mappings, String name) {
        for (int at = mappings.indexOf(name); at >= 0; at = mappings.indexOf(name, at + 1)) {
            int end = mappings.indexOf('\n', at);
            if (mappings.lastIndexOf('/', end) == at) {
                return mappings.substring(mappings.indexOf('/', mappings.lastIndexOf('\n', at) + 1), end);
            }
        }
        return null;
    }

    static String mappings() {
        return read("/proc/self/maps");
    }

    /** Returns the effective user id: the name of a user can be unknown, or set by a property. */
    static int user() throws IOException {
        if (user == UNKNOWN) {
            user = findUser();
        }
        return user;
    }

    private static int findUser() throws IOException {
        String status = read("/proc/self/status");
        int line = status.indexOf("\nUid:\t");
        if (line >= 0) {
            int effective = status.indexOf('\t', line + 6) + 1;
            return Integer.parseUnsignedInt(status.substring(effective, status.indexOf('\t', effective)));
        }
        Path ours = Files.createTempFile("rust-ffi-", null);
        try {
            return (int) Files.getAttribute(ours, "unix:uid");
        } finally {
            Files.delete(ours);
        }
    }

    /** Returns whether this user owns a file, even where its id is not to be had because nothing can be created. */
    private static boolean isOurs(Path file, int owner) throws IOException {
        try {
            return owner == user();
        } catch (IOException e) {
            String name = ProcessHandle.current().info().user().orElseThrow(() -> e);
            // Principals are equal if their ids are.
            if (!Files.getOwner(file, LinkOption.NOFOLLOW_LINKS)
                    .equals(file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name))) {
                throw e;
            }
            user = owner;
            return true;
        }
    }

    private static String read(String file) {
        try (InputStream in = new FileInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException | SecurityException e) {
            return "";
        }
    }

    /** Returns what is known of a file, not following a link; null where there is none. */
    static @Nullable Map<String, Object> attributes(Path file) throws IOException {
        String names = "isDirectory,isRegularFile,isOther,size,lastModifiedTime";
        try {
            return Files.readAttributes(
                    file, WINDOWS ? names : "unix:mode,uid,".concat(names), LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * Returns the attributes of a directory that is writable only by this user and root; null where there is none.
     *
     * <p>Root's are as good as ours: it can write to those too, and it prepares the images that others' processes run
     * in.
     *
     * <p>On Windows the access control list that a profile hands down keeps other users out, and there is no cheap way
     * to look.
     *
     * @throws FileSystemException if it is a link or no directory, or if another user owns it or can write to it
     */
    static @Nullable Map<String, Object> ownDirectory(Path directory) throws IOException {
        Map<String, Object> attributes = attributes(directory);
        if (attributes == null) {
            return null;
        }
        if (!(boolean) attributes.get("isDirectory") || (boolean) attributes.get("isOther")) {
            throw new FileSystemException(directory.toString(), null, "it is a link, or no directory");
        }
        if (!WINDOWS) {
            int owner = (int) attributes.get("uid");
            int mode = (int) attributes.get("mode") & ~FILE_TYPE;
            if ((mode & WRITABLE_BY_OTHERS) != 0) {
                throw new FileSystemException(
                        directory.toString(),
                        null,
                        "other users can write to it: its mode is " + Integer.toOctalString(mode));
            }
            if (owner != ROOT && !isOurs(directory, owner)) {
                throw new FileSystemException(
                        directory.toString(), null, "user " + owner + " owns it, and this is user " + user());
            }
        }
        return attributes;
    }

    /** Returns the path of a directory without links, and without having to exist itself. */
    static Path resolve(Path directory) throws IOException {
        try {
            return directory.toRealPath();
        } catch (NoSuchFileException e) {
            Path parent = directory.getParent();
            if (parent == null) {
                throw e;
            }
            return resolve(parent).resolve(directory.getFileName());
        }
    }

    /**
     * Checks that no other user can put another directory in the place of a resolved one or of one above it, by the
     * rule by which OpenSSH trusts a user's keys: each is owned by root or by this user, and is writable by no one
     * else, unless its sticky bit keeps others from replacing what is in it. What does not exist yet is not checked.
     *
     * <p>The owner of {@code /} can replace everything, and is trusted as root is. It has another number than root
     * where a sandbox gives this process a user namespace of its own.
     *
     * <p>On Windows nothing is checked, as with {@link #ownDirectory}.
     *
     * @param shared whether a directory that everyone can write to will do, without a sticky bit, if no other user runs
     *     here
     * @throws FileSystemException if another user can replace the directory, with the ancestor that makes it possible
     */
    static void requireIrreplaceable(Path directory, boolean shared) throws IOException {
        if (WINDOWS) {
            return;
        }
        // From the top: once a directory has passed, no other user can change what its name in the next one leads to.
        Path ancestor = directory.getRoot();
        int top = ROOT;
        for (int i = 0; i <= directory.getNameCount(); i++) {
            if (i > 0) {
                ancestor = ancestor.resolve(directory.getName(i - 1));
            }
            Map<String, Object> attributes;
            try {
                attributes = Files.readAttributes(ancestor, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
            } catch (NoSuchFileException e) {
                return;
            }
            int owner = (int) attributes.get("uid");
            if (i == 0) {
                top = owner;
            }
            requireIrreplaceable(ancestor, (int) attributes.get("mode"), owner, top, shared);
        }
    }

    private static void requireIrreplaceable(Path ancestor, int mode, int owner, int top, boolean shared)
            throws IOException {
        if ((mode & FILE_TYPE) != DIRECTORY) {
            throw new FileSystemException(ancestor.toString(), null, "it is a link, or no directory");
        }
        if (owner != ROOT && owner != top && !isOurs(ancestor, owner)) {
            throw new FileSystemException(
                    ancestor.toString(), null, "user " + owner + " owns it, and this is user " + user());
        }
        if ((mode & WRITABLE_BY_OTHERS) != 0
                && (mode & STICKY) == 0
                && !(shared && (mode & WRITABLE_BY_ALL) != 0 && isOnlyUser())) {
            throw new FileSystemException(
                    ancestor.toString(),
                    null,
                    "other users can write to it, and it " + NO_STICKY_BIT + ": its mode is "
                            + Integer.toOctalString(mode & ~FILE_TYPE));
        }
    }

    /**
     * Returns whether the first process here is this user's, and the user is not root: then this is a container that
     * runs as this user alone. In a hardened one the only directory that can be written to is often a volume with mode
     * 777.
     */
    private static boolean isOnlyUser() throws IOException {
        try {
            int first = (int) Files.getAttribute(Path.of("/proc/1"), "unix:uid");
            return first != ROOT && first == user();
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
