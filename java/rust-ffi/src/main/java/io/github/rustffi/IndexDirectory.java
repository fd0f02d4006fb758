package io.github.rustffi;

import io.github.rustffi.internal.LocalFile;
import io.github.rustffi.internal.Natives;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The directory that an index is saved to, locked for it.
 *
 * <p>A save writes a new segment, forces its files to the disk, and then replaces the manifest, which says what counts:
 * whenever it ends, the directory holds what there was before or what has been saved. Files that the manifest names
 * never change, and no name is used twice. What it does not name is removed after a save, and when the directory is
 * locked: Windows does not let a mapped file be removed, so that this is tried again.
 *
 * <p>A segment has codes where the index has used codes when it was saved, and the segment has a thousand vectors or
 * more. They are part of it, with checksums, and read when the index is opened or mapped. Where there are none, or
 * those of another version, searches make them.
 */
final class IndexDirectory {
    private static final String LOCK = "rust-ffi.lock";
    private static final String NEW_MANIFEST = "manifest.tmp";

    /**
     * More than any manifest has: a segment takes some 450 bytes, and there are as many as the logarithm of the size.
     */
    private static final long LONGEST_MANIFEST = 1 << 26;

    /** The directories that indexes of this class loader have locked. */
    private static @Nullable Set<Path> locked;

    /**
     * What the names of system properties begin with, one for each directory that an index of this JVM has locked: all
     * class loaders know them. To open and close the file of a lock that another index holds would release it.
     */
    private static final String LOCKED = "rustffi.locked.";

    private final Path path;
    private final FileChannel lock;

    /** What the system knows the locked file by; null if by nothing but its name. */
    private final @Nullable Object lockedFile;

    /** What is in the directory; null if nothing is. */
    private @Nullable Manifest current;

    /** Whether what the index calls unsaved is what has changed since then. */
    private boolean isSaved;

    /**
     * Whether the manifest may be another one than the current one: a save has failed in the middle of replacing it.
     */
    private boolean isUnknown;

    private long nextSegment = 1;

    private IndexDirectory(Path path, FileChannel lock) throws IOException {
        this.path = path;
        this.lock = lock;
        this.lockedFile = key(path.resolve(LOCK));
    }

    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Returns the exception that says what is wrong with a file. */
    static IOException unusable(Path file, String problem) {
        return new IOException("cannot use " + file + ": " + problem);
    }

    /**
     * Returns what is in a directory.
     *
     * @throws IOException if there is no index, or its manifest is damaged
     */
    static Manifest read(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            if (Files.exists(directory)) {
                throw unusable(directory, "it is not the directory of an index; a .npy file is opened with a metric");
            }
            throw new NoSuchFileException(directory.toString(), null, "there is no such directory");
        }
        Path file = directory.resolve(Manifest.NAME);
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString(), null, "there is no index in this directory");
        }
        if (!Files.isRegularFile(file) || Files.size(file) > LONGEST_MANIFEST) {
            throw unusable(file, "it is not the manifest of an index");
        }
        return Manifest.of(file, Files.readAllBytes(file));
    }

    /** What is done with the files of an index. */
    private interface Use {
        void of(Manifest manifest) throws IOException;
    }

    /** Uses what is in a directory, and once more if files are missing because something else has been saved. */
    private static Manifest use(Path directory, Use use) throws IOException {
        while (true) {
            Manifest manifest = read(directory);
            try {
                use.of(manifest);
                return manifest;
            } catch (IOException e) {
                if (manifest.equals(read(directory))) {
                    throw e;
                }
            }
        }
    }

    /** An index of the dimension and the metric that the manifest says, without vectors. */
    interface Creation {
        long create(Manifest manifest);
    }

    /**
     * Has an index read what is in a directory, or map it.
     *
     * @param creation makes the index, once more if something else has been saved meanwhile
     * @return what there was
     * @throws IOException if there is no index, a file cannot be read, or one is damaged
     */
    static Manifest load(Path directory, Creation creation) throws IOException {
        NativeLibrary.load();
        long[] index = new long[1];
        Manifest manifest = use(directory, found -> {
            index[0] = creation.create(found);
            for (Manifest.Segment segment : found.segments()) {
                Natives.indexBeginSegment(index[0]);
                boolean areRead = segment.codes() == Manifest.CODES_VERSION;
                openParts(
                        directory,
                        index[0],
                        found,
                        segment,
                        Manifest.VECTORS,
                        areRead ? Manifest.CENTRE : Manifest.TOMBSTONES);
            }
        });
        // The files are open: they may be removed from now on.
        Natives.indexReadSegments(index[0], manifest.nextId());
        long size = Natives.indexSize(index[0]);
        if (size != manifest.size()) {
            throw unusable(
                    directory.resolve(Manifest.NAME),
                    "it says " + manifest.size() + " vectors, but the segments have " + size);
        }
        return manifest;
    }

    /** Has an index open the parts of a segment, from one kind to another. */
    private static void openParts(
            Path directory, long index, Manifest manifest, Manifest.Segment segment, int first, int last)
            throws IOException {
        NativeLibrary.load();
        int[] kinds = segment.kinds();
        for (int i = 0; i < kinds.length; i++) {
            if (kinds[i] >= first && kinds[i] <= last) {
                Manifest.Part part = segment.parts().get(i);
                Path file = directory.resolve(part.name());
                checkLength(file, part);
                long count = manifest.count(segment, kinds[i]);
                Natives.indexOpenPart(index, kinds[i], file.toString(), count, part.checksum());
            }
        }
    }

    private static void checkLength(Path file, Manifest.Part part) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString(), null, "the manifest names it, but there is no such file");
        }
        if (Files.size(file) != part.bytes()) {
            throw unusable(file, "it has " + Files.size(file) + " bytes, but the manifest says " + part.bytes());
        }
    }

    /**
     * Reads every file and compares its checksum with the one in the manifest.
     *
     * @throws IOException if there is no index, a file cannot be read, or one is damaged
     */
    static void verify(Path directory) throws IOException {
        use(directory, manifest -> {
            List<FileChannel> files = new ArrayList<>();
            try {
                List<Manifest.Part> parts = new ArrayList<>();
                for (Manifest.Segment segment : manifest.segments()) {
                    for (Manifest.Part part : segment.parts()) {
                        Path file = directory.resolve(part.name());
                        checkLength(file, part);
                        parts.add(part);
                        files.add(FileChannel.open(file));
                    }
                }
                // The files are open: they may be removed from now on.
                ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
                for (int i = 0; i < parts.size(); i++) {
                    verify(directory.resolve(parts.get(i).name()), files.get(i), parts.get(i), buffer);
                }
            } finally {
                for (FileChannel file : files) {
                    file.close();
                }
            }
        });
    }

    private static void verify(Path file, FileChannel channel, Manifest.Part part, ByteBuffer buffer)
            throws IOException {
        CRC32 crc = new CRC32();
        while (channel.read(buffer.clear()) >= 0) {
            crc.update(buffer.flip());
        }
        if ((int) crc.getValue() != part.checksum()) {
            throw unusable(
                    file,
                    "its checksum is " + Manifest.hex((int) crc.getValue()) + ", but the manifest says "
                            + Manifest.hex(part.checksum()));
        }
    }

    /**
     * Creates a directory if there is none.
     *
     * @return its real path
     * @throws IOException if that fails, or it is something else
     */
    static Path create(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            try {
                Files.createDirectory(directory);
                LocalFile.force(directory.toRealPath().getParent());
            } catch (FileAlreadyExistsException e) {
                // Another one has been faster.
            } catch (NoSuchFileException e) {
                throw new NoSuchFileException(directory.toString(), null, "there is no directory above it");
            }
        }
        if (!Files.isDirectory(directory)) {
            throw unusable(directory, "it is not a directory; the name of a single file of vectors ends with .npy");
        }
        return directory.toRealPath();
    }

    /**
     * Locks a directory until it is closed, and removes what saves that have not ended have left.
     *
     * @param path its real path
     * @param base what the index has been read from here; null if it has not
     * @throws IOException if another index is saved to it or has been since, there are files of others, or the index
     *     there is damaged
     */
    static IndexDirectory lock(Path path, @Nullable Manifest base) throws IOException {
        boolean isIndex = Files.exists(path.resolve(Manifest.NAME));
        if (!isIndex && !Files.exists(path.resolve(LOCK)) && !isEmpty(path)) {
            throw unusable(path, "it is neither empty nor the directory of an index");
        }
        if (!hold(path)) {
            throw inUse(path);
        }
        IndexDirectory directory = null;
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                throw inUse(path);
            }
            IndexDirectory made = new IndexDirectory(path, channel);
            made.begin(base);
            directory = made;
            return made;
        } finally {
            if (directory == null) {
                if (channel != null) {
                    channel.close();
                }
                release(path);
            }
        }
    }

    private static IOException inUse(Path path) {
        return unusable(path, "it is locked by another index or store, which has to be closed first");
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // This library in another class loader, after a program has replaced the system properties.
            return false;
        }
    }

    private static synchronized boolean hold(Path path) {
        Set<Path> all = locked;
        if (all == null) {
            all = new HashSet<>();
            locked = all;
        }
        if (!all.add(path)) {
            return false;
        }
        boolean isHeld = false;
        try {
            isHeld = System.getProperties().putIfAbsent(LOCKED + path, "") == null;
        } finally {
            if (!isHeld) {
                all.remove(path);
            }
        }
        return isHeld;
    }

    private static synchronized void release(Path path) {
        System.getProperties().remove(LOCKED + path);
        if (locked != null) {
            locked.remove(path);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            return !files.iterator().hasNext();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private void begin(@Nullable Manifest base) throws IOException {
        if (Files.exists(path.resolve(Manifest.NAME))) {
            current = read(path);
        }
        if (base != null) {
            if (!base.equals(current)) {
                throw unusable(path, "another index has been saved to it since this one was read from there");
            }
            isSaved = true;
        }
        if (current != null) {
            nextSegment = current.nextSegment();
        }
        sweep();
    }

    /** Returns its real path. */
    Path path() {
        return path;
    }

    /**
     * Returns whether the directory has what has been saved to it, as far as names and lengths tell, and the lock. It
     * has not after somebody has removed it or emptied it.
     *
     * @throws IOException if that cannot be found out, or the manifest is damaged
     */
    boolean isThere() throws IOException {
        Path file = path.resolve(LOCK);
        if (!Files.exists(file) || !Objects.equals(key(file), lockedFile)) {
            return false;
        }
        if (isUnknown || current == null) {
            return true;
        }
        if (!Files.exists(path.resolve(Manifest.NAME)) || !current.equals(read(path))) {
            return false;
        }
        for (Manifest.Segment segment : current.segments()) {
            for (Manifest.Part part : segment.parts()) {
                Path saved = path.resolve(part.name());
                if (!Files.exists(saved) || Files.size(saved) != part.bytes()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Releases the lock. */
    void close() {
        try {
            lock.close();
        } catch (IOException e) {
            // The system releases it when the process ends.
        } finally {
            release(path);
        }
    }

    /**
     * Saves an index.
     *
     * @throws IOException if that fails; what was saved before is still there
     */
    void save(long index, VectorIndex.Metric metric, VectorIndex.Storage storage, int dimension) throws IOException {
        if (isUnknown) {
            Manifest found = read(path);
            isSaved &= found.equals(current);
            current = found;
            isUnknown = false;
        }
        long unsaved = isSaved ? Natives.indexUnsaved(index) : -1;
        List<Manifest.Segment> segments = new ArrayList<>();
        if (current != null && unsaved >= 0) {
            segments.addAll(current.segments().subList(0, kept(unsaved, Natives.indexSize(index))));
        }
        boolean isWhole = segments.isEmpty();
        boolean hasSucceeded = false;
        try {
            if (!isWhole) {
                for (Manifest.Segment merged : current.segments()
                        .subList(segments.size(), current.segments().size())) {
                    Natives.indexBeginSegment(index);
                    openParts(path, index, current, merged, Manifest.IDS, Manifest.TOMBSTONES);
                }
            }
            write(index, metric, storage, dimension, segments, isWhole);
            hasSucceeded = true;
        } finally {
            Natives.indexEndSave(index, hasSucceeded);
        }
        isSaved = true;
        try {
            sweep();
        } catch (IOException e) {
            // It is saved. What is left over is removed after the next save.
        }
    }

    /**
     * Returns how many of the segments stay as they are. The later ones are written anew together with what has
     * changed, if that is at least half as much, or all of them if a third of their vectors are gone: what a change
     * costs is in proportion to the logarithm of the size of the index.
     */
    private int kept(long unsaved, long size) {
        List<Manifest.Segment> all = current.segments();
        if (unsaved == 0) {
            return all.size();
        }
        long vectors = all.stream().mapToLong(Manifest.Segment::vectors).sum();
        if (vectors > size + size / 2 + unsaved) {
            return 0;
        }
        int kept = all.size();
        long together = unsaved;
        while (kept > 0 && weight(all.get(kept - 1)) <= 2 * together) {
            kept--;
            together += weight(all.get(kept));
        }
        return kept;
    }

    private static long weight(Manifest.Segment segment) {
        return segment.vectors() + segment.tombstones();
    }

    private void write(
            long index,
            VectorIndex.Metric metric,
            VectorIndex.Storage storage,
            int dimension,
            List<Manifest.Segment> segments,
            boolean isWhole)
            throws IOException {
        long[] counts = new long[5];
        Natives.indexBeginSave(index, isWhole, counts);
        long vectors = counts[0];
        long tombstones = counts[1];
        int codes = counts[4] > 0 ? Manifest.CODES_VERSION : 0;
        List<Manifest.Part> parts = new ArrayList<>();
        boolean isDone = false;
        try {
            if (vectors + tombstones > 0) {
                // Even if this fails, the name has been used.
                long number = nextSegment++;
                for (int kind : Manifest.Segment.kinds(vectors, tombstones, codes)) {
                    parts.add(writePart(index, kind, Manifest.Part.name(number, kind)));
                }
                segments.add(new Manifest.Segment(number, vectors, tombstones, codes, List.copyOf(parts)));
            }
            replaceManifest(new Manifest(metric, storage, dimension, counts[2], counts[3], nextSegment, segments));
            isDone = true;
        } finally {
            if (!isDone && !isUnknown) {
                parts.forEach(part -> remove(path.resolve(part.name())));
            }
        }
    }

    private Manifest.Part writePart(long index, int kind, String name) throws IOException {
        Path file = path.resolve(name);
        int checksum = Natives.indexWritePart(index, kind, file.toString());
        return new Manifest.Part(name, Files.size(file), checksum);
    }

    private void replaceManifest(Manifest next) throws IOException {
        if (current != null && next.numbered(current.nextSegment()).equals(current)) {
            return;
        }
        Path temporary = path.resolve(NEW_MANIFEST);
        try (FileChannel file = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(next.bytes());
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        LocalFile.force(path);
        isUnknown = true;
        LocalFile.rename(temporary, path.resolve(Manifest.NAME));
        LocalFile.force(path);
        current = next;
        isUnknown = false;
    }

    /**
     * Removes what the manifest does not name, as far as the system lets it. No new segment gets the name of what
     * stays.
     */
    private void sweep() throws IOException {
        Set<String> named = new HashSet<>();
        if (current != null) {
            for (Manifest.Segment segment : current.segments()) {
                segment.parts().forEach(part -> named.add(part.name()));
            }
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                boolean isPart = name.matches("segment-[0-9]{1,18}-(vectors|ids|tombstones|codes|bounds|centre)[.]npy");
                if (isPart) {
                    nextSegment = Math.max(nextSegment, Long.parseLong(name.split("-")[1]) + 1);
                }
                if (isPart && !named.contains(name) || name.equals(NEW_MANIFEST)) {
                    remove(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // Tried again when the directory is saved to again.
        }
    }
}
