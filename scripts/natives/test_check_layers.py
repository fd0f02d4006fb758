"""Tests of check_layers.py."""

from check_layers import check, check_files, imports, root_items

ROOT = "mod float;\npub use error::{Error, Result};\npub use linalg::{lu, qr};\n"


def problems(file, text):
    return check({"lib.rs": ROOT, file: text})[0]


def test_items_of_the_root_are_those_of_their_rooms():
    assert root_items(ROOT) == {"Error": "error", "Result": "error", "lu": "linalg", "qr": "linalg"}


def test_imports_of_every_form_are_seen():
    text = "use crate::{Error, memory::{self, Plain}};\n// use crate::index;\nfn f() { crate::npy::open(); $crate::java::run() }"
    assert imports(text) == ["Error", "memory", "memory", "npy", "java"]


def test_a_room_may_import_from_those_below():
    assert problems("linalg/lu.rs", "use crate::{Error, float};\nuse crate::blas::gemm;") == []
    assert problems("linalg/lu.rs", "use crate::linalg::scaling;") == []
    assert problems("index/store.rs", "use crate::{Error, memory as heap};") == []


def test_a_room_may_not_import_from_those_above():
    expected = ["matrix/view.rs: matrix imports from linalg, which is above it"]
    assert problems("matrix/view.rs", "use crate::linalg::lu;") == expected
    assert problems("matrix/view.rs", "use crate::lu;") == expected
    assert problems("matrix/view.rs", "fn f() { crate::lu::f() }") == expected


def test_every_room_has_a_layer():
    assert problems("gpu.rs", "") == ["gpu.rs: gpu is in no layer"]
    assert problems("float.rs", "use crate::gpu;") == ["float.rs: gpu is in no layer"]


def test_imports_between_rooms_are_counted():
    _, between = check({"lib.rs": ROOT, "linalg/a.rs": "use crate::float;", "linalg/b.rs": "use crate::float;"})
    assert between == {("linalg", "float"): 2}


def test_files_of_a_room_may_import_from_those_before_them():
    below = "use super::{filter::Queries, queue::Task};\nfn f() { super::tile::width() }\nmod tests { use super::*; }"
    assert check_files({"index/scan.rs": below, "index/handles.rs": "use super::Index;", "npy/number.rs": "use super::z;"}) == []
    above = "use super::scan;\nfn f() { super::search::search() }"
    expected = ["scan", "search"]
    assert check_files({"index/worker.rs": above}) == [
        f"index/worker.rs: imports from {other}, which is above it" for other in expected
    ]
    assert check_files({"index/scan.rs": "use super::Index;"}) == ["index/scan.rs: imports from mod, which is above it"]
    assert check_files({"index/codes/mod.rs": "use super::buffer::Buffer;", "index/codes/bound.rs": "use super::kernel;"}) == []
    above = {"index/codes/mod.rs": "use super::store::Snapshot;"}
    assert check_files(above) == ["index/codes/mod.rs: imports from store, which is above it"]
    assert check_files({"index/gpu.rs": ""}) == ["index/gpu.rs has no place among the files of its room"]
