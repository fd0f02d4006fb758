"""Tests of settings.py."""

from xml.etree import ElementTree

from settings import without_mirror


def test_the_rehearsal_is_taken_out_of_every_mirror():
    text = """<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0"><mirrors>
        <mirror><id>a</id><url>A</url><mirrorOf>*</mirrorOf></mirror>
        <mirror><id>b</id><url>B</url><mirrorOf> central,!other </mirrorOf></mirror></mirrors></settings>"""
    settings = ElementTree.fromstring(without_mirror(text))
    assert [element.text for element in settings.iterfind(".//{*}mirrorOf")] == ["*,!rehearsal", "central,!other,!rehearsal"]
    assert [element.text for element in settings.iterfind(".//{*}url")] == ["A", "B"]


def test_settings_without_mirrors_stay_as_they_are():
    assert without_mirror("<settings />") == "<settings />"
