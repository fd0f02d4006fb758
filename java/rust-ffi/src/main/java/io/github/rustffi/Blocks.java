package io.github.rustffi;

import java.util.Objects;

/** A matrix put together of blocks. */
final class Blocks {
    private Blocks() {}

    static Matrix hstack(Matrix[] blocks) {
        Objects.requireNonNull(blocks, "blocks");
        return put(new Matrix[][] {blocks}, false);
    }

    static Matrix vstack(Matrix[] blocks) {
        Objects.requireNonNull(blocks, "blocks");
        Matrix[][] bands = new Matrix[blocks.length][];
        for (int i = 0; i < blocks.length; i++) {
            bands[i] = new Matrix[] {blocks[i]};
        }
        return put(bands, false);
    }

    static Matrix block(Matrix[][] blocks) {
        Objects.requireNonNull(blocks, "blocks");
        return put(blocks, true);
    }

    /** Puts bands one below the other, each of blocks side by side. */
    private static Matrix put(Matrix[][] bands, boolean isGrid) {
        long rows = 0;
        long columns = bands.length == 0 ? 0 : width(bands, 0, isGrid);
        for (int i = 0; i < bands.length; i++) {
            long width = width(bands, i, isGrid);
            if (width != columns) {
                throw new IllegalArgumentException("matrix shapes do not agree: " + height(bands[0]) + "x" + columns
                        + " vstack " + height(bands[i]) + "x" + width);
            }
            rows += height(bands[i]);
        }
        double[] values = Matrix.newValues(rows, columns);
        int from = 0;
        for (Matrix[] band : bands) {
            int left = from;
            for (Matrix block : band) {
                for (int i = 0, to = left; i < block.rows(); i++, to += (int) columns) {
                    System.arraycopy(block.values(), i * block.columns(), values, to, block.columns());
                }
                left += block.columns();
            }
            from += height(band) * (int) columns;
        }
        return new Matrix((int) rows, (int) columns, values);
    }

    /** Returns the number of columns of a band, whose blocks have to agree in their rows. */
    private static long width(Matrix[][] bands, int index, boolean isGrid) {
        Matrix[] band = bands[index];
        if (band == null) {
            throw new NullPointerException("blocks[" + index + "]");
        }
        long width = 0;
        for (int j = 0; j < band.length; j++) {
            if (band[j] == null) {
                // Of a single row or column of blocks one index tells the place.
                String place = isGrid ? index + "][" + j : Integer.toString(Math.max(index, j));
                throw new NullPointerException("blocks[" + place + "]");
            }
            if (band[j].rows() != band[0].rows()) {
                throw Matrix.disagree(band[0].shape(), "hstack", band[j].shape());
            }
            width += band[j].columns();
        }
        return width;
    }

    private static int height(Matrix[] band) {
        return band.length == 0 ? 0 : band[0].rows();
    }
}
