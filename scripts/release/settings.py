"""Prints Maven's settings for a rehearsal of a release.

    settings.py SETTINGS.xml    the user's, which need not exist

The repository "rehearsal" is taken out of every mirror.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree


def for_rehearsal(text):
    settings = ElementTree.fromstring(text)
    namespace = settings.tag.removesuffix("settings")
    for element in settings.iter(f"{namespace}mirrorOf"):
        element.text = f"{(element.text or '').strip()},!rehearsal"
    ElementTree.register_namespace("", namespace.strip("{}"))  # Maven reads no prefixes
    return ElementTree.tostring(settings, encoding="unicode")


if __name__ == "__main__":
    file = Path(sys.argv[1])
    print(for_rehearsal(file.read_text(encoding="utf-8") if file.exists() else "<settings/>"))
