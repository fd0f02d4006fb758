package io.github.rustffi;

import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/** The cleaner of what has to be closed on the other side. */
final class Cleaning {
    private static volatile @Nullable Cleaner cleaner;

    private Cleaning() {}

    /** Returns the cleaner, whose thread may be refused: the next caller asks for it again. */
    static Cleaner cleaner() {
        Cleaner made = cleaner;
        if (made == null) {
            synchronized (Cleaning.class) {
                made = cleaner;
                if (made == null) {
                    made = Cleaner.create();
                    cleaner = made;
                }
            }
        }
        return made;
    }
}
