"""Gives the notices crates with and without the text of their licence."""

import importlib.machinery
import importlib.util
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parent.parent / "notices"
loader = importlib.machinery.SourceFileLoader("notices", str(PATH))
notices = importlib.util.module_from_spec(importlib.util.spec_from_loader("notices", loader))
loader.exec_module(notices)

MIT = "Copyright (c) somebody\n\nPermission is hereby granted, free of\ncharge, to any person obtaining a copy of it"


@pytest.fixture
def crate(tmp_path):
    def make(name, files, **fields):
        folder = tmp_path / name
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        package = {"name": name, "version": "1.0.0", "license": "MIT", "repository": f"https://example.org/{name}", "authors": []}
        return package | {"manifest_path": str(folder / "Cargo.toml")} | fields

    return make


def standard(licence, holders):
    return f"standard {licence} of {', '.join(holders)}"


def test_a_crates_own_text_is_taken(crate):
    package = crate("own", {"LICENSE": MIT, "lib.rs": "", "COPYING.EIGEN": "another"})
    assert notices.texts_of(package, [package], standard) == [("COPYING.EIGEN", "another"), ("LICENSE", MIT)]


def test_the_text_of_the_same_repository_is_taken(crate):
    package = crate("part", {}, repository="https://example.org/whole")
    whole = crate("whole", {"LICENSE": MIT}, repository="https://example.org/whole/")
    assert notices.texts_of(package, [package, whole], standard) == [("LICENSE of whole 1.0.0", MIT)]


def test_texts_of_other_licences_do_not_stand_for_the_declared_one(crate):
    package = crate("faer", {"COPYING.EIGEN": "another"}, authors=["A <a@example.org>"])
    texts = [("COPYING.EIGEN", "another"), ("MIT", "standard MIT of A <a@example.org>")]
    assert notices.texts_of(package, [package], standard) == texts


def test_a_crate_without_authors_has_the_authors_of_the_crate(crate):
    package = crate("anonymous", {}, license="Apache-2.0/MIT")
    assert notices.texts_of(package, [package], standard) == [("MIT", "standard MIT of the authors of anonymous")]


@pytest.mark.parametrize("licence", ["GPL-2.0-only", "MIT AND Zlib", "", None])
def test_a_licence_without_a_known_text_is_refused(crate, licence):
    package = crate("refused", {}, license=licence)
    with pytest.raises(SystemExit, match="notices: refused 1.0.0 "):
        notices.texts_of(package, [package], standard)


def test_rusts_text_names_the_holders():
    text = notices.text_of_rust("MIT", ["A <a@example.org>", "B"])
    assert "Copyright (c) A, B\n" in text
    assert "<" not in text


def test_a_text_that_rust_lacks_is_refused():
    with pytest.raises(SystemExit, match="notices: there is no .*Zlib.txt"):
        notices.text_of_rust("Zlib")
