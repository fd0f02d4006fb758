"""Gives check_bundle.py a good bundle, and one for each way in which a bundle can be unfit."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile

import check_bundle
import pytest

MODULES = {"rust-ffi-parent": "pom", "rust-ffi": "jar", "rust-ffi-bom": "pom"}
PLATFORMS = ["linux_64", "osx_arm64"]
FOLDER = "io/github/rustffi"
METADATA = {
    "description": "<description>D</description>",
    "url": "<url>U</url>",
    "licenses/license/name": "<licenses><license><name>N</name><url>U</url></license></licenses>",
    "developers/developer/name": "<developers><developer><name>N</name><organization>O</organization>"
    "<organizationUrl>U</organizationUrl></developer></developers>",
    "scm/connection": "<scm><connection>C</connection><developerConnection>D</developerConnection><url>U</url></scm>",
}
PARENT = "<parent><groupId>io.github.rustffi</groupId><artifactId>rust-ffi-parent</artifactId><version>1.2.3</version></parent>"


def pom(artifact, *elements):
    name = f"<modelVersion>4.0.0</modelVersion><artifactId>{artifact}</artifactId><name>N</name>"
    return f'<project xmlns="http://maven.apache.org/POM/4.0.0">{name}{"".join(elements)}</project>'.encode()


def coordinates(packaging="jar"):
    return f"<groupId>io.github.rustffi</groupId><version>1.2.3</version><packaging>{packaging}</packaging>"


def managed(*entries):
    dependencies = ""
    for artifact, classifier in entries:
        dependencies += "<dependency><groupId>io.github.rustffi</groupId><version>${project.version}</version>"
        dependencies += f"<artifactId>{artifact}</artifactId><classifier>{classifier}</classifier></dependency>"
    return f"<dependencyManagement><dependencies>{dependencies}</dependencies></dependencyManagement>"


MANAGED = [("rust-ffi", ""), ("rust-ffi", "linux_64"), ("rust-ffi", "osx_arm64")]


def artifacts(**replaced):
    """The files of a good bundle, but for signatures and checksums, with some replaced or, by None, left out."""
    files = {
        "rust-ffi-parent-1.2.3.pom": pom("rust-ffi-parent", coordinates("pom"), *METADATA.values()),
        "rust-ffi-bom-1.2.3.pom": pom("rust-ffi-bom", coordinates("pom"), *METADATA.values(), managed(*MANAGED)),
        "rust-ffi-1.2.3.pom": pom("rust-ffi", PARENT),
        "rust-ffi-1.2.3-cyclonedx.json": b"{}",
    }
    for classifier in ("", "-sources", "-javadoc", "-linux_64", "-osx_arm64"):
        files[f"rust-ffi-1.2.3{classifier}.jar"] = classifier.encode()
    files |= replaced
    return {f"{FOLDER}/{name.split('-1.2.3')[0]}/1.2.3/{name}": data for name, data in files.items() if data is not None}


def bundle(**replaced):
    """A whole bundle, whose signatures are the reversed contents."""
    files = artifacts(**replaced)
    for path, data in list(files.items()):
        files[f"{path}.asc"] = data[::-1]
        for checksum in check_bundle.CHECKSUMS:
            files[f"{path}.{checksum}"] = hashlib.new(checksum, data).hexdigest().encode()
    return files


def violations(files, version="1.2.3"):
    return check_bundle.check(files, version, MODULES, PLATFORMS, verifies=lambda signature, data: signature == data[::-1])


def test_accepts_a_good_bundle():
    assert violations(bundle()) == []


@pytest.mark.parametrize("ending", ["pom", "jar"])
@pytest.mark.parametrize("other", ["asc", *check_bundle.CHECKSUMS])
def test_refuses_a_file_without_its_signature_or_a_checksum(ending, other):
    files = bundle()
    path = f"{FOLDER}/rust-ffi/1.2.3/rust-ffi-1.2.3.{ending}"
    del files[f"{path}.{other}"]
    assert violations(files) == [f"{path}: there is no .{other}"]


@pytest.mark.parametrize("checksum", check_bundle.CHECKSUMS)
def test_refuses_the_checksum_of_another_file(checksum):
    files = bundle()
    path = f"{FOLDER}/rust-ffi/1.2.3/rust-ffi-1.2.3-sources.jar.{checksum}"
    files[path] = hashlib.new(checksum, b"another").hexdigest().encode()
    assert violations(files) == [f"{path}: is not the checksum of its file"]


def test_refuses_the_signature_of_another_file():
    files = bundle()
    path = f"{FOLDER}/rust-ffi/1.2.3/rust-ffi-1.2.3-linux_64.jar.asc"
    files[path] = b"another"
    assert violations(files) == [f"{path}: the signature does not verify"]


@pytest.mark.parametrize("kind", ["", "-sources", "-javadoc", "-osx_arm64"])
def test_refuses_a_bundle_without_a_jar(kind):
    name = f"rust-ffi-1.2.3{kind}.jar"
    assert violations(bundle(**{name: None})) == [f"{FOLDER}/rust-ffi/1.2.3/{name}: is missing"]


def test_refuses_what_does_not_belong_there():
    assert violations(bundle(**{"rust-ffi-1.2.3-linux_arm64.jar": b"?"})) == [
        f"{FOLDER}/rust-ffi/1.2.3/rust-ffi-1.2.3-linux_arm64.jar: does not belong there"
    ]
    assert violations(bundle(**{"rust-ffi-smoke-1.2.3-cyclonedx.json": b"{}"})) == [
        f"{FOLDER}/rust-ffi-smoke/1.2.3/rust-ffi-smoke-1.2.3-cyclonedx.json: does not belong there"
    ]


@pytest.mark.parametrize("missing", METADATA)
def test_refuses_a_pom_without_what_central_requires(missing):
    rest = [element for name, element in METADATA.items() if name != missing]
    found = violations(bundle(**{"rust-ffi-parent-1.2.3.pom": pom("rust-ffi-parent", coordinates("pom"), *rest)}))
    for artifact in ("rust-ffi-parent", "rust-ffi"):  # which has it from its parent
        assert f"{FOLDER}/{artifact}/1.2.3/{artifact}-1.2.3.pom: has no {missing}" in found


def test_refuses_a_pom_without_a_name():
    nameless = pom("rust-ffi", PARENT).replace(b"<name>N</name>", b"")
    assert violations(bundle(**{"rust-ffi-1.2.3.pom": nameless})) == [f"{FOLDER}/rust-ffi/1.2.3/rust-ffi-1.2.3.pom: has no name"]


def test_refuses_a_pom_with_a_directory_of_this_machine():
    replaced = pom("rust-ffi", PARENT, "<properties><a>/home/a</a></properties>")
    assert violations(bundle(**{"rust-ffi-1.2.3.pom": replaced})) == [
        f"{FOLDER}/rust-ffi/1.2.3/rust-ffi-1.2.3.pom: names the directory /home/a"
    ]


def test_refuses_a_bom_that_lacks_a_platform_or_has_a_parent():
    path = f"{FOLDER}/rust-ffi-bom/1.2.3/rust-ffi-bom-1.2.3.pom"
    lacking = pom("rust-ffi-bom", coordinates("pom"), *METADATA.values(), managed(*MANAGED[:2]))
    assert violations(bundle(**{"rust-ffi-bom-1.2.3.pom": lacking})) == [f"{path}: does not manage rust-ffi osx_arm64"]
    with_parent = pom("rust-ffi-bom", PARENT, "<packaging>pom</packaging>", managed(*MANAGED))
    (found,) = violations(bundle(**{"rust-ffi-bom-1.2.3.pom": with_parent}))
    assert found.startswith(f"{path}: has a parent")


def test_refuses_a_snapshot():
    assert "the version is 1.2.3-SNAPSHOT" in violations(bundle(), version="1.2.3-SNAPSHOT")


def test_signatures_are_verified_by_gpg(monkeypatch):
    home = tempfile.mkdtemp(prefix="gpg", dir="/tmp")
    monkeypatch.setenv("GNUPGHOME", home)
    gpg = ["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
    try:
        subprocess.run([*gpg, "--quick-generate-key", "test", "default", "default", "1d"], check=True, capture_output=True)
        signature = subprocess.run([*gpg, "--detach-sign", "--armor"], input=b"data", check=True, capture_output=True).stdout
        assert check_bundle.gpg_verifies(signature, b"data")
        assert not check_bundle.gpg_verifies(signature, b"date")
        assert not check_bundle.gpg_verifies(b"", b"data")
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], env=os.environ, check=False)
        shutil.rmtree(home)


def test_the_modules_of_this_project_are_those_that_are_deployed():
    version, modules = check_bundle.published_modules()
    assert version
    assert modules.items() >= MODULES.items()
    assert modules.keys() >= {"rust-ffi-text-store", "rust-ffi-langchain4j", "rust-ffi-spring-ai"}
    assert modules.keys() >= {"rust-ffi-netlib", "rust-ffi-spark"}
    assert not modules.keys() & {"rust-ffi-examples", "rust-ffi-smoke", "rust-ffi-benchmarks"}


def test_the_exit_code_tells_whether_there_is_a_violation(tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
        archive.writestr(f"{FOLDER}/rust-ffi/1.2.3/rust-ffi-1.2.3.jar", b"")
    assert check_bundle.main([str(tmp_path / "bundle.zip"), "linux_64"]) == 1
    assert "VIOLATION" in capsys.readouterr().out
