"""Checks what the crate uses of the crate `jni`: types, the function table, and the macro that compares signatures.

All else of `jni` looks up classes by name, through class loaders that may be anybody's, or makes calls of its own between two
of ours. Arrays are lent in one place.

    python3 check_jni.py DIRECTORY
"""

import re
import sys
from pathlib import Path

ALLOWED = re.compile(
    r"jni::(sys(::\w+)*|native_method|NativeMethod|EnvUnowned|refs::Reference"
    r"|objects::(JObject|JClass|JString|JByteBuffer|JPrimitiveArray|TypeArray))"
)
LENDS = re.compile(r"\bGetPrimitiveArrayCritical\b")


def paths(text):
    """Returns the paths into `jni` that are named in a Rust source, those of a `use` one by one."""
    text = re.sub(r"//[^\n]*", "", text)
    found = []
    for use in re.findall(r"\buse (jni::[^;]+);", text):
        found += expanded(re.sub(r"\s+", "", use))
    rest = re.sub(r"\buse jni::[^;]+;", "", text)
    return found + re.findall(r"(?<![:\w])jni(?:::\w+)+", rest)


def expanded(use):
    """Returns the paths of a `use`: a::{b,c::{d}} is a::b and a::c::d."""
    head, brace, tail = use.partition("{")
    if not brace:
        return [head]
    parts, depth, part = [], 0, ""
    for character in tail[: tail.rindex("}")] + ",":
        if character == "," and depth == 0:
            if part:
                parts += expanded(head + part)
            part = ""
        else:
            depth += {"{": 1, "}": -1}.get(character, 0)
            part += character
    return parts


def problems(sources):
    """Returns what is wrong with sources, given by name and text."""
    found, lends = [], []
    for name, text in sources:
        found += [f"{name}: {path} is not to be used" for path in paths(text) if not ALLOWED.fullmatch(path)]
        lends += [name] * len(LENDS.findall(re.sub(r"//[^\n]*", "", text)))
    if len(lends) != 1:
        found.append(f"arrays are lent in {len(lends)} places, not in 1: {', '.join(lends)}")
    return found


def main():
    directory = Path(sys.argv[1])
    found = problems((str(file), file.read_text()) for file in sorted(directory.rglob("*.rs")))
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
