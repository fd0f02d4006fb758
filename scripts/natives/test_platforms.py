"""Compares with native/platforms.txt what has to be spelled out elsewhere. Java's part is in PlatformsTest."""

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import check_natives
import platforms
import pytest
import test_check_natives

ROOT = Path(__file__).resolve().parent.parent.parent
POM = "{http://maven.apache.org/POM/4.0.0}"
NAMES = [row.platform for row in platforms.rows()]


def script(*arguments):
    return subprocess.run([ROOT / "scripts" / "platforms", *arguments], capture_output=True, encoding="utf-8", check=False)


def test_the_bom_manages_the_jar_of_each_platform():
    bom = ElementTree.parse(ROOT / "java" / "bom" / "pom.xml")
    assert [element.text for element in bom.iter(f"{POM}classifier")] == NAMES


def test_the_gate_is_tested_with_each_platform():
    assert list(test_check_natives.TARGETS) == NAMES


def test_the_script_prints_the_rows():
    assert [tuple(line.split()) for line in script().stdout.splitlines()] == platforms.rows()
    assert [row["platform"] for row in json.loads(script("--json").stdout)] == NAMES
    assert json.loads(script("--json", "osx_64").stdout) == [platforms.rows_of(["osx_64"])[0]._asdict()]


def test_a_wrong_name_is_refused_with_the_known_ones():
    result = script("linux_64", "linux_6")
    assert result.returncode == 2
    assert result.stderr == f"unknown platform linux_6; known are: {' '.join(NAMES)}\n"
    with pytest.raises(SystemExit, match="unknown platform linux_6; known are: linux_64 "):
        platforms.rows_of(["linux_6"])


def test_a_platform_without_rules_is_refused():
    row = platforms.rows()[0]
    with pytest.raises(ValueError, match="no rules for linux_64: the processor riscv64 is not one of aarch64, x86_64"):
        check_natives.platform_of(row._replace(target="riscv64-unknown-linux-gnu"))
    with pytest.raises(ValueError, match="no rules for linux_64: the system unknown-freebsd is unknown"):
        check_natives.platform_of(row._replace(target="x86_64-unknown-freebsd"))
