"""Checks that each room of the crate imports from the rooms below it only, and counts the imports between rooms; and that so
do the files of a room whose files are in an order.

An item that is imported through the root of the crate counts as one of the room that defines it.

    python3 check_layers.py DIRECTORY
"""

import re
import sys
from collections import Counter
from pathlib import Path

from check_jni import expanded

# From the ground up.
LAYERS = [
    "random",  # of the tests alone
    "error",
    "float",
    "parallel",
    "simd",
    "memory",
    "matrix",
    "vector",
    "blas",
    "linalg",
    "file",
    "csv",
    "npy",
    "index",
    "tutorial",
    "c",
    "java",
]


# The files of rooms that are in an order, from the ground up. The module itself is above all of them but the last ones.
FILES = {
    "index": [
        "metric",
        "buffer",
        "half",
        "stored",
        "codes",
        "read_order",
        "tile",
        "ids",
        "request",
        "store",
        "filter",
        "shortlist",
        "threshold",
        "queue",
        "worker",
        "scan",
        "search",
        "progress",
        "mod",
        "saved",
        "handles",
    ],
}


def code(text):
    """Returns a Rust source without its comments."""
    return re.sub(r"//[^\n]*", "", text)


def root_items(text):
    """Returns the room that defines each item of the root, from the text of `lib.rs`."""
    items = {}
    for use in re.findall(r"\bpub use ([^;]+);", code(text)):
        for path in expanded(re.sub(r"\s+", "", use)):
            items[path.split("::")[-1]] = path.split("::")[0]
    return items


def imports(text):
    """Returns the first part of every path into the crate that a source names."""
    text = code(text)
    found = []
    for use in re.findall(r"\buse (crate::[^;]+);", text):
        found += expanded(re.sub(r"\s+as\s+\w+|\s+", "", use))
    rest = re.sub(r"\buse crate::[^;]+;", "", text)
    found += re.findall(r"(?<![\w$])\$?crate::\w+", rest)
    return [path.removeprefix("$").split("::")[1] for path in found]


def room_of(file):
    """Returns the room that a file belongs to, by its path below `src`."""
    return Path(file).parts[0].removesuffix(".rs")


def neighbours(text):
    """Returns the first part of every path into the room that a source of its files names."""
    text = code(text)
    found = []
    for use in re.findall(r"\buse (super::[^;]+);", text):
        found += expanded(re.sub(r"\s+as\s+\w+|\s+", "", use))
    rest = re.sub(r"\buse super::[^;]+;", "", text)
    found += re.findall(r"(?<![\w$])super::\w+", rest)
    return [path.split("::")[1] for path in found]


def check_files(sources):
    """Returns which files import from one above them in their room, given sources by path and text."""
    problems = []
    for file, text in sources.items():
        order = FILES.get(room_of(file))
        if order is None:
            continue
        parts = Path(file).parts
        if len(parts) > 2 and parts[-1] != "mod.rs":
            # Belongs to a folder, which has one place: what it imports from there is the folder's own.
            continue
        name = Path(parts[1]).stem
        if name not in order:
            problems.append(f"{file} has no place among the files of its room")
            continue
        for other in neighbours(text):
            # What is no file is defined in the module itself, or above in the same file.
            other = other if other in order else "mod" if other[0].isupper() else name
            if order.index(other) > order.index(name):
                problems.append(f"{file}: imports from {other}, which is above it")
    return problems


def check(sources):
    """Returns what is wrong, and how often each room imports from each other one, given sources by path and text."""
    items = root_items(sources["lib.rs"])
    problems, between = [], Counter()
    for file, text in sources.items():
        room = room_of(file)
        if room == "lib":
            continue
        if room not in LAYERS:
            problems.append(f"{file}: {room} is in no layer")
            continue
        for name in imports(text):
            other = items.get(name, name)
            if other == room:
                continue
            if other not in LAYERS:
                problems.append(f"{file}: {name} is in no layer")
            elif LAYERS.index(other) > LAYERS.index(room):
                problems.append(f"{file}: {room} imports from {other}, which is above it")
            else:
                between[room, other] += 1
    return problems, between


def main():
    directory = Path(sys.argv[1])
    sources = {str(file.relative_to(directory)): file.read_text() for file in sorted(directory.rglob("*.rs"))}
    problems, between = check(sources)
    problems += check_files(sources)
    for problem in problems:
        print(f"check_layers: {problem}", file=sys.stderr)
    print(f"{len(LAYERS)} rooms, {len(between)} pairs of them with {sum(between.values())} imports")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
