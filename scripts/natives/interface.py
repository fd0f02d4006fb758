"""What the library offers: the C functions, and the functions that Java finds by their names."""

C_FUNCTIONS = frozenset({"add", "multiply", "greet", "free_string"})


def is_ours(name):
    return name in C_FUNCTIONS or name.startswith("Java_")
