package io.github.rustffi.examples;

import io.github.rustffi.Cholesky;
import io.github.rustffi.Matrix;
import io.github.rustffi.Vectors;
import java.util.Random;

/** Follows a thing that moves in the plane, by noisy measurements of its place: a Kalman filter. */
public final class KalmanFilter {
    /** The state is the place and the velocity: the place goes on by the velocity, in each of the two directions. */
    private static final Matrix STEP = Matrix.of(2, 2, 1, 1, 0, 1).kronecker(Matrix.identity(2));

    /** What is measured of the state: the place. */
    private static final Matrix MEASURED = Matrix.hstack(Matrix.identity(2), Matrix.zeros(2, 2));

    private static final Matrix PROCESS_NOISE = Matrix.diagonal(0, 0, 0.01, 0.01);
    private static final Matrix MEASUREMENT_NOISE = Matrix.identity(2).times(4);

    private double[] state = new double[4];
    private Matrix covariance = Matrix.identity(4).times(100);

    private KalmanFilter() {}

    /**
     * Runs the example.
     *
     * @param args nothing
     */
    public static void main(String[] args) {
        Random random = new Random(1);
        KalmanFilter filter = new KalmanFilter();
        double[] truth = {0, 0, 1, 0.5};
        double measuredError = 0;
        double filteredError = 0;
        int steps = 100;
        for (int i = 0; i < steps; i++) {
            double[] push = PROCESS_NOISE
                    .map(Math::sqrt)
                    .times(Matrix.gaussian(4, 1, random))
                    .column(0);
            truth = Vectors.plus(STEP.times(truth), push);
            double[] place = MEASURED.times(truth);
            double[] measurement =
                    Vectors.plus(place, Matrix.gaussian(1, 2, random).times(2).row(0));
            filter.predict();
            filter.update(measurement);
            measuredError += Vectors.squaredDistance(measurement, place);
            filteredError += Vectors.squaredDistance(MEASURED.times(filter.state), place);
        }
        System.out.printf("off by %.2f as measured%n", Math.sqrt(measuredError / steps));
        System.out.printf("off by %.2f as filtered%n", Math.sqrt(filteredError / steps));
    }

    private void predict() {
        state = STEP.times(state);
        covariance = STEP.times(covariance).timesTranspose(STEP).plus(PROCESS_NOISE);
    }

    private void update(double[] measurement) {
        double[] surprise = Vectors.minus(measurement, MEASURED.times(state));
        Matrix cross = MEASURED.times(covariance);
        Cholesky surpriseCovariance =
                cross.timesTranspose(MEASURED).plus(MEASUREMENT_NOISE).cholesky();
        Matrix gain = surpriseCovariance.solve(cross).transpose();
        state = Vectors.plus(state, gain.times(surprise));
        // Joseph's form, which keeps the covariance positive.
        Matrix rest = Matrix.identity(4).minus(gain.times(MEASURED));
        covariance = rest.times(covariance)
                .timesTranspose(rest)
                .plus(gain.times(MEASUREMENT_NOISE).timesTranspose(gain));
    }
}
