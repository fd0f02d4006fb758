package io.github.rustffi.spark;

import io.github.rustffi.Matrix;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one partition, in blocks that are worth a factorization each: small ones that follow one another are put
 * together, and those without rows are left out. All values are finite and all blocks have the same number of columns.
 */
final class Blocks implements Iterator<Matrix> {
    /** Values that a block has at least, unless there are no more rows. */
    private static final int FEW_VALUES = 1 << 16;

    /** Values that blocks are put together to at most. */
    private static final int MANY_VALUES = 1 << 27;

    private final int partition;
    private final Iterator<Matrix> blocks;
    private final String what;

    /** The numbers of rows of the blocks that the last one was put together from. */
    private final List<Integer> sizes = new ArrayList<>();

    private @Nullable Matrix next;
    private int columns = -1;
    private long rows;
    private int number;

    Blocks(int partition, Iterator<Matrix> blocks) {
        this(partition, blocks, "");
    }

    /** Takes, too, what comes before the word partition in messages. */
    Blocks(int partition, Iterator<Matrix> blocks, String what) {
        ExecutorThreads.prepare();
        this.partition = partition;
        this.blocks = blocks;
        this.what = what;
    }

    /** Computes something of all the blocks of a partition that has rows. */
    interface Compute<T> extends Serializable {
        T of(Blocks blocks);
    }

    /** Returns what is computed of the blocks of a partition, or what is wrong with them. */
    static <T extends Serializable> Part<T> compute(int partition, Iterator<Matrix> matrices, Compute<T> compute) {
        try {
            Blocks blocks = new Blocks(partition, matrices);
            if (!blocks.hasNext()) {
                return Part.empty(partition);
            }
            T value = compute.of(blocks);
            return new Part<>(partition, partition, blocks.rows, blocks.columns, 0, null, value);
        } catch (UnsuitableRowsException e) {
            return Part.unsuitable(partition, String.valueOf(e.getMessage()));
        }
    }

    /** Returns how many rows of how many columns are worth a factorization. */
    static int enoughRows(int columns) {
        if (columns == 0) {
            return 1;
        }
        // Eight times as many rows as columns: what is kept of a block for the next level is an eighth of it.
        long rows = Math.max(8L * columns, FEW_VALUES / columns);
        return (int) Math.max(1, Math.min(rows, MANY_VALUES / columns));
    }

    @Override
    public boolean hasNext() {
        while (next == null && blocks.hasNext()) {
            Matrix block = blocks.next();
            if (block == null) {
                throw new UnsuitableRowsException(
                        "block " + number + " of " + what + "partition " + partition + " is null");
            }
            if (block.rows() > 0) {
                next = checked(block);
            }
            number++;
        }
        return next != null;
    }

    /** Returns the next rows, as many as are worth a factorization unless they are the last ones. */
    @Override
    public Matrix next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        sizes.clear();
        int enough = enoughRows(columns);
        List<Matrix> together = new ArrayList<>();
        int count = 0;
        while (count < enough && hasNext()) {
            Matrix block = next;
            next = null;
            together.add(block);
            sizes.add(block.rows());
            count += block.rows();
        }
        return together.size() == 1 ? together.get(0) : Matrix.vstack(together.toArray(new Matrix[0]));
    }

    /** Returns the numbers of rows of the blocks that the last one was put together from. */
    int[] sizes() {
        return sizes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Returns the number of rows that have been read. */
    long rows() {
        return rows;
    }

    /** Returns the number of columns, or -1 if no row has been read. */
    int columns() {
        return columns;
    }

    private Matrix checked(Matrix block) {
        if (columns < 0) {
            columns = block.columns();
        }
        if (block.columns() != columns) {
            throw new UnsuitableRowsException("block " + number + " of " + what + "partition " + partition + " has "
                    + block.columns() + " columns, but those before have " + columns);
        }
        if (columns > 0 && !(block.maxAbs() <= Double.MAX_VALUE)) {
            throw notFinite(block);
        }
        rows += block.rows();
        return block;
    }

    private UnsuitableRowsException notFinite(Matrix block) {
        for (int i = 0; i < block.rows(); i++) {
            for (int j = 0; j < columns; j++) {
                double value = block.get(i, j);
                if (!Double.isFinite(value)) {
                    return new UnsuitableRowsException("row " + (rows + i) + ", column " + j + " of " + what
                            + "partition " + partition + " is not finite: " + value);
                }
            }
        }
        return new UnsuitableRowsException("a value of " + what + "partition " + partition + " is not finite");
    }
}
