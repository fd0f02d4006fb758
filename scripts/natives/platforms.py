"""Reads native/platforms.txt, the list of the jar's platforms."""

import sys
from pathlib import Path
from typing import NamedTuple

LIST = Path(__file__).resolve().parent.parent.parent / "native" / "platforms.txt"


class Row(NamedTuple):
    platform: str
    target: str
    library: str
    builder: str
    runner: str


def rows(text=None):
    """The rows of the list."""
    lines = (LIST.read_text(encoding="utf-8") if text is None else text).splitlines()
    return [Row(*line.split()) for line in lines if not line.startswith("#")]


def rows_of(names):
    """The rows of these platforms."""
    known = {row.platform: row for row in rows()}
    for name in names:
        if name not in known:
            sys.exit(f"unknown platform {name}; known are: {' '.join(known)}")
    return [known[name] for name in names]
