package io.github.rustffi;

import java.util.Arrays;
import java.util.Random;

/** Values to test with: seeded ones, and the strangest that a double can have. */
final class Values {
    private static final double[] SPECIAL = {
        0.0,
        -0.0,
        1.0,
        -1.0,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        Double.MIN_NORMAL,
        Double.MAX_VALUE,
        -Double.MAX_VALUE,
        Math.ulp(1.0),
        1 - Math.ulp(1.0) / 2,
        1e154,
        1e-154,
        1e300,
        1e-300
    };
    private static final double[] NOT_FINITE = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};

    private Values() {}

    /** Returns values from -1 to 1. */
    static double[] doubles(long seed, int length) {
        return new Random(seed).doubles(length, -1, 1).toArray();
    }

    /** Returns the same values as {@link #doubles(long, int)}, rounded. */
    static float[] floats(long seed, int length) {
        return floats(doubles(seed, length));
    }

    static float[] floats(double... doubles) {
        float[] floats = new float[doubles.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) doubles[i];
        }
        return floats;
    }

    static double[] doubles(float... floats) {
        double[] doubles = new double[floats.length];
        Arrays.setAll(doubles, i -> floats[i]);
        return doubles;
    }

    /** Returns normally distributed values. */
    static double[] gaussian(long seed, int length) {
        Random random = new Random(seed);
        double[] values = new double[length];
        Arrays.setAll(values, i -> random.nextGaussian());
        return values;
    }

    /** Returns whole numbers from -10 to 10. */
    static double[] whole(long seed, int length) {
        Random random = new Random(seed);
        double[] values = new double[length];
        Arrays.setAll(values, i -> random.nextInt(21) - 10);
        return values;
    }

    /** Returns finite values of one kind: special, some of them special, of any magnitude, -1, 0 and 1, or normal. */
    static double[] finite(Random random, int length) {
        int kind = random.nextInt(5);
        double[] values = new double[length];
        Arrays.setAll(values, i -> finiteOne(random, kind));
        return values;
    }

    private static double finiteOne(Random random, int kind) {
        double special = SPECIAL[random.nextInt(SPECIAL.length)];
        return switch (kind) {
            case 0 -> special;
            case 1 -> random.nextInt(4) == 0 ? special : random.nextGaussian();
            case 2 -> Math.scalb(random.nextGaussian(), random.nextInt(2000) - 1000);
            case 3 -> random.nextInt(3) - 1;
            default -> random.nextGaussian();
        };
    }

    static double notFinite(Random random) {
        return NOT_FINITE[random.nextInt(NOT_FINITE.length)];
    }

    /** Returns values of which a third is not finite, and some are special. */
    static double[] any(Random random, int length) {
        double[] values = new double[length];
        Arrays.setAll(values, i -> random.nextInt(3) == 0 ? notFinite(random) : finiteOne(random, 1));
        return values;
    }
}
