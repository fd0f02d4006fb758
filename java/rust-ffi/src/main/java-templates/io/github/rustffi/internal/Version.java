package io.github.rustffi.internal;

/** The version of this jar. */
public final class Version {
    /** The version of this jar, and of the only native library that it loads. */
    public static final String OF_JAR = "${project.version}";

    private Version() {}
}
