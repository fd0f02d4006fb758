"""Reads a bundle for Maven Central and refuses what Central would, or what a release must not have.

    check_bundle.py BUNDLE.zip PLATFORM...

What the bundle has to hold follows from the modules in pom.xml, also those of its profiles: each that does not set
maven.deploy.skip, with a signature and checksums for every file, with sources and javadoc for every jar, and with all that
Central requires of a POM, which may come from the parent. Of rust-ffi it has to hold the jars of the platforms given. Signatures
are verified by gpg, with its own keys. Prints every violation; the exit code is 1 if there is one.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent.parent
GROUP = "io.github.rustffi"
POM = "{http://maven.apache.org/POM/4.0.0}"
CHECKSUMS = ("md5", "sha1", "sha256", "sha512")
# https://central.sonatype.org/publish/requirements/
OWN = ("modelVersion", "artifactId", "name")
OWN_OR_OF_PARENT = (
    ("groupId",),
    ("version",),
    ("description",),
    ("url",),
    ("licenses", "license", "name"),
    ("licenses", "license", "url"),
    ("developers", "developer", "name"),
    ("developers", "developer", "organization"),
    ("developers", "developer", "organizationUrl"),
    ("scm", "connection"),
    ("scm", "developerConnection"),
    ("scm", "url"),
)


def text(pom, *path):
    """The text of an element, or the empty string."""
    return (pom.findtext("/".join(POM + tag for tag in path)) or "").strip()


def published_modules(root=ROOT):
    """The version of the project, and the packaging of each artifact that is published."""
    parent = ElementTree.parse(root / "pom.xml").getroot()
    modules = {text(parent, "artifactId"): "pom"}
    for module in parent.iterfind(f".//{POM}modules/{POM}module"):
        pom = ElementTree.parse(root / module.text / "pom.xml").getroot()
        if text(pom, "properties", "maven.deploy.skip") != "true":
            modules[text(pom, "artifactId")] = text(pom, "packaging") or "jar"
    return text(parent, "version"), modules


def gpg_verifies(signature, data):
    """Whether a detached signature is that of the data, by a key that gpg has."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data"
        file.write_bytes(data)
        file.with_suffix(".asc").write_bytes(signature)
        command = ["gpg", "--batch", "--quiet", "--verify", file.with_suffix(".asc"), file]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def check_files(files, verifies):
    """What is wrong with the checksums and the signatures of the files, given as a map from path to contents."""
    for path, data in files.items():
        ending = path.rsplit(".", 1)[-1]
        if ending in CHECKSUMS:
            of = path.removesuffix(f".{ending}")
            if of not in files:
                yield f"{path}: there is no {of}"
            elif data.decode("ascii", "replace").strip() != hashlib.new(ending, files[of]).hexdigest():
                yield f"{path}: is not the checksum of its file"
        elif ending == "asc":
            of = path.removesuffix(".asc")
            if of not in files:
                yield f"{path}: there is no {of}"
            elif not verifies(data, files[of]):
                yield f"{path}: the signature does not verify"
        else:
            for other in ("asc", *CHECKSUMS):
                if f"{path}.{other}" not in files:
                    yield f"{path}: there is no .{other}"


def check_pom(path, pom, parents):
    """What Central would miss in a POM. Each artifact's POM is in parents."""
    for tag in OWN:
        if not text(pom, tag):
            yield f"{path}: has no {tag}"
    parent = parents.get(text(pom, "parent", "artifactId"))
    for element in OWN_OR_OF_PARENT:
        if not text(pom, *element) and (parent is None or not text(parent, *element)):
            yield f"{path}: has no {'/'.join(element)}"
    packaging = text(pom, "packaging") or "jar"
    if packaging == "pom" and "-bom" in path and pom.find(f"{POM}parent") is not None:
        yield f"{path}: has a parent, whose own dependencyManagement would be imported with it"
    for element in pom.iter():
        if (element.text or "").strip().startswith("/"):
            yield f"{path}: names the directory {element.text.strip()}"


def check_bom(path, pom, version, modules, platforms):
    """Whether a BOM manages each jar that is published, and nothing else."""
    managed = set()
    for entry in pom.iterfind(f"{POM}dependencyManagement/{POM}dependencies/{POM}dependency"):
        managed.add((text(entry, "artifactId"), text(entry, "classifier")))
        if text(entry, "groupId") != GROUP or text(entry, "version") not in (version, "${project.version}"):
            yield f"{path}: manages {text(entry, 'groupId')}:{text(entry, 'artifactId')}:{text(entry, 'version')}"
    wanted = {(artifact, "") for artifact, packaging in modules.items() if packaging == "jar"}
    wanted |= {("rust-ffi", platform) for platform in platforms}
    for artifact, classifier in sorted(wanted - managed):
        yield f"{path}: does not manage {artifact} {classifier}".rstrip()


def wanted_files(version, modules, platforms):
    """The files that the bundle has to hold, but for signatures and checksums."""
    for artifact, packaging in modules.items():
        stem = f"{GROUP.replace('.', '/')}/{artifact}/{version}/{artifact}-{version}"
        yield f"{stem}.pom"
        if packaging == "jar":
            yield from (f"{stem}.jar", f"{stem}-sources.jar", f"{stem}-javadoc.jar")
        if artifact == "rust-ffi":
            yield f"{stem}-cyclonedx.json"
            yield from (f"{stem}-{platform}.jar" for platform in platforms)


def check(files, version, modules, platforms, verifies=gpg_verifies):
    """All that is wrong with the files of a bundle, given as a map from path to contents."""
    violations = []
    if version.endswith("-SNAPSHOT"):
        violations.append(f"the version is {version}")
    wanted = set(wanted_files(version, modules, platforms))
    violations += [f"{path}: is missing" for path in sorted(wanted - files.keys())]
    artifacts = {path: data for path, data in files.items() if not path.endswith((".asc", *(f".{c}" for c in CHECKSUMS)))}
    surplus = {path for path in artifacts.keys() - wanted if not path.endswith(("-cyclonedx.json", "-cyclonedx.xml"))}
    folders = {path.rsplit("/", 1)[0] for path in wanted}
    surplus |= {path for path in artifacts if path.rsplit("/", 1)[0] not in folders}
    violations += [f"{path}: does not belong there" for path in sorted(surplus)]
    violations += check_files(files, verifies)
    poms = {}
    for path, data in artifacts.items():
        if path.endswith(".pom"):
            poms[path] = ElementTree.fromstring(data)
    by_artifact = {text(pom, "artifactId"): pom for pom in poms.values()}
    for path, pom in poms.items():
        violations += check_pom(path, pom, by_artifact)
        if text(pom, "artifactId") == "rust-ffi-bom":
            violations += check_bom(path, pom, version, modules, platforms)
    return violations


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    bundle, *platforms = arguments
    with zipfile.ZipFile(bundle) as archive:
        files = {entry: archive.read(entry) for entry in archive.namelist() if not entry.endswith("/")}
    violations = check(files, *published_modules(), platforms)
    count = defaultdict(int)
    for path in files:
        count[path.split("/")[-3]] += 1
    print(f"{Path(bundle).name}: " + ", ".join(f"{files} files of {artifact}" for artifact, files in sorted(count.items())))
    for violation in violations:
        print(f"  VIOLATION {violation}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
