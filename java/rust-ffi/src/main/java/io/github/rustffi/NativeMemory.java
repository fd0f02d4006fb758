package io.github.rustffi;

import io.github.rustffi.internal.Figures;
import io.github.rustffi.internal.Natives;

/**
 * The memory that this library takes outside of the Java heap, in bytes.
 *
 * <p>Pieces of 128 KiB and more are counted. The stacks of the library's threads are not, nor are files that an index
 * has mapped into memory. The figures are read one after another while other threads compute.
 *
 * <p>Operators find them in JMX, under {@code io.github.rustffi:type=NativeMemory}, as long as a {@link VectorIndex} is
 * open. A program without one asks for them with {@link #registerMBean()}.
 *
 * <pre>{@code
 * NativeMemory.current().keptBytes(); // about 27 million after a product of two 1000 x 1000 matrices
 * }</pre>
 *
 * @param workspaceBytes what calls that are running compute in
 * @param keptBytes what earlier calls computed in, kept for later ones: at most 128 MiB
 * @param indexBytes what the vectors of all indexes and their codes take, with what is left over for further ones; as
 *     soon as such a piece is freed it may be kept
 */
public record NativeMemory(long workspaceBytes, long keptBytes, long indexBytes) {
    /**
     * Returns the memory that is taken now.
     *
     * @return the memory
     * @throws UnsatisfiedLinkError as {@link NativeLibrary#load()} does
     */
    public static NativeMemory current() {
        NativeLibrary.load();
        return new NativeMemory(Natives.workspaceBytes(), Natives.keptBytes(), Natives.indexBytesInUse());
    }

    /**
     * Returns the greatest that {@link #workspaceBytes} has been since {@link #resetPeak()}, or since the library was
     * loaded: what to plan for beside the Java heap.
     *
     * <pre>{@code
     * NativeMemory.resetPeak();
     * a.svd();
     * long bytes = NativeMemory.peakWorkspaceBytes(); // of all calls in between, those of other threads included
     * }</pre>
     *
     * @return the bytes
     * @throws UnsatisfiedLinkError as {@link NativeLibrary#load()} does
     */
    public static long peakWorkspaceBytes() {
        NativeLibrary.load();
        return Natives.peakWorkspaceBytes();
    }

    /**
     * Begins to look for {@link #peakWorkspaceBytes()} anew, with what calls that are running use now.
     *
     * @throws UnsatisfiedLinkError as {@link NativeLibrary#load()} does
     */
    public static void resetPeak() {
        NativeLibrary.load();
        Natives.resetPeak();
    }

    /**
     * Returns the sum of the three.
     *
     * @return the bytes
     */
    public long totalBytes() {
        return workspaceBytes + keptBytes + indexBytes;
    }

    /**
     * Shows the figures in JMX until {@link #unregisterMBean()} is called, whether an index is open or not. Does
     * nothing where that has been asked for already. A thread of the library's does it, soon after this method has
     * returned.
     *
     * <p>Until then the platform's server holds on to the class loader of this class.
     *
     * @throws UnsatisfiedLinkError as {@link NativeLibrary#load()} does
     */
    public static void registerMBean() {
        NativeLibrary.load();
        Figures.ask(true);
    }

    /**
     * Takes back {@link #registerMBean()}: the figures leave JMX, soon after this method has returned, or else with the
     * last index. Does nothing where they have not been asked for.
     *
     * @throws UnsatisfiedLinkError as {@link NativeLibrary#load()} does
     */
    public static void unregisterMBean() {
        NativeLibrary.load();
        Figures.ask(false);
    }
}
