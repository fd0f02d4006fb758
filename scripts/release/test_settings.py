"""Tests of settings.py."""

from xml.etree import ElementTree

from settings import for_rehearsal

SETTINGS = """<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0">
  <mirrors>
    <mirror><id>a</id><url>A</url><mirrorOf>*</mirrorOf></mirror>
    <mirror><id>b</id><url>B</url><mirrorOf> central,!other </mirrorOf></mirror>
  </mirrors>
  <servers><server><id>a</id><password>P</password></server></servers>
</settings>"""


def texts(settings, path):
    return [element.text for element in ElementTree.fromstring(settings).iterfind(path)]


def test_the_rehearsal_is_taken_out_of_every_mirror():
    settings = for_rehearsal(SETTINGS)
    assert texts(settings, ".//{*}mirrorOf") == ["*,!rehearsal", "central,!other,!rehearsal"]
    assert texts(settings, ".//{*}url") == ["A", "B"]
    assert settings.startswith('<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0">')


def test_the_rest_stays():
    assert texts(for_rehearsal(SETTINGS), ".//{*}password") == ["P"]
    assert for_rehearsal("<settings />") == "<settings />"
