package io.github.rustffi.spark;

import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;

/** The numbers in a column of a data set: a vector, an array of numbers, or a number. */
final class Values {
    private Values() {}

    /** Returns the values, or null if there is something else; the array may be the row's own. */
    static double @Nullable [] doubles(Row row, int column) {
        return doubles(row.get(column));
    }

    static double @Nullable [] doubles(@Nullable Object value) {
        if (value instanceof Vector vector) {
            return vector.toArray();
        }
        if (value instanceof org.apache.spark.mllib.linalg.Vector vector) {
            return vector.toArray();
        }
        if (value instanceof Number number) {
            return new double[] {number.doubleValue()};
        }
        if (value instanceof Seq<?> sequence) {
            double[] values = new double[sequence.length()];
            for (int i = 0; i < values.length; i++) {
                if (!(sequence.apply(i) instanceof Number number)) {
                    return null;
                }
                values[i] = number.doubleValue();
            }
            return values;
        }
        return null;
    }

    /** Returns the values rounded to floats, or null if there is something else. */
    static float @Nullable [] floats(@Nullable Object value) {
        double[] doubles = doubles(value);
        if (doubles == null) {
            return null;
        }
        float[] floats = new float[doubles.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) doubles[i];
        }
        return floats;
    }

    /** Returns what messages call a value that is not one or more numbers. */
    static String describe(Row row, int column) {
        Object value = row.get(column);
        if (value == null) {
            return "null";
        }
        return value instanceof Seq<?>
                ? "an array that is not of numbers"
                : "a " + value.getClass().getSimpleName();
    }
}
