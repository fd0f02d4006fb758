"""Prints Maven's settings with the repository "rehearsal" taken out of every mirror.

    settings.py SETTINGS.xml    the user's, which need not exist
"""

import sys
from pathlib import Path
from xml.etree import ElementTree


def without_mirror(text):
    settings = ElementTree.fromstring(text)
    for element in settings.iter():
        if element.tag.endswith("mirrorOf"):
            element.text = f"{(element.text or '').strip()},!rehearsal"
    return ElementTree.tostring(settings, encoding="unicode")


if __name__ == "__main__":
    file = Path(sys.argv[1])
    print(without_mirror(file.read_text(encoding="utf-8") if file.exists() else "<settings/>"))
