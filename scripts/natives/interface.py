"""What the library offers: the C functions, and the functions that Java finds by their names."""

C_FUNCTIONS = frozenset({"add", "multiply", "greet", "free_string"})

# What the JVM looks for, whatever the classes.
JVM_FUNCTIONS = frozenset({"JNI_OnUnload"})


def is_ours(name):
    return name in C_FUNCTIONS or name in JVM_FUNCTIONS or name.startswith("Java_")
