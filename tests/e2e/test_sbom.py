"""The list of an image's packages, against what the image itself says."""
import collections
import json

import pytest

import factory as factories

PLATFORM = ("--platform", "linux/amd64")

# Name and version of every package.json in the image.
LIST_NPM_PACKAGES = """
const fs = require('fs');
(function walk(folder) {
  for (const entry of fs.readdirSync(folder || '/', {withFileTypes: true})) {
    const path = folder + '/' + entry.name;
    if (['/proc', '/sys', '/dev'].includes(path)) continue;
    if (entry.isDirectory()) { try { walk(path); } catch {} }
    if (entry.name !== 'package.json') continue;
    try {
      const {name, version} = JSON.parse(fs.readFileSync(path));
      if (name && version) console.log(name, version);
    } catch {}
  }
})('');
"""


def sbom_of(factory, manifest_id):
    """Builds it; the document, parsed, and its table as lists of words."""
    factory.lif("build", "--manifest-id", manifest_id, *PLATFORM, "--wait")
    document = json.loads(factory.lif("sbom", "--manifest-id", manifest_id, "--output", "json"))
    table = factory.lif("sbom", "--manifest-id", manifest_id, *PLATFORM).splitlines()
    return document, [line.split() for line in table[1:]]


def packages_of(document):
    """type → [(name, version, arch)] of what has a package URL."""
    found = collections.defaultdict(list)
    for package in document["packages"]:
        for reference in package.get("externalRefs", []):
            if reference["referenceType"] == "purl":
                url = reference["referenceLocator"]
                qualifiers = dict(pair.split("=") for pair in url.partition("?")[2].split("&")
                                  if pair)
                found[url.removeprefix("pkg:").partition("/")[0]].append(
                    (package["name"], package["versionInfo"], qualifiers.get("arch", "")))
    return found


def recorded(factory, manifest_id, kind):
    return [tuple(row) for row in factory.query(
        "SELECT name, version, arch FROM packages JOIN records USING (build_id) "
        f"WHERE manifest_id = '{manifest_id}' AND generation = 1 AND type = '{kind}'")]


def inside(factory, manifest_id, *command):
    return factories.docker("run", "--rm", "--network=none", "--pull=always", "--entrypoint",
                            command[0], factory.tag(manifest_id), *command[1:]).stdout


@pytest.fixture(scope="module")
def node_service(factory):
    return sbom_of(factory, "node-service")


def test_the_packages_of_a_debian_image_are_those_that_dpkg_knows(factory, node_service):
    document, table = node_service
    listed = inside(factory, "node-service", "dpkg-query", "-W",
                    "-f", "${Package} ${Version} ${Architecture}\n").splitlines()
    known = sorted(tuple(line.split()) for line in listed)
    assert len(known) > 90
    assert sorted(packages_of(document)["deb"]) == known
    assert sorted(recorded(factory, "node-service", "deb")) == known
    assert sorted(tuple(row[1:4]) for row in table if row[0] == "deb") == known


def test_the_npm_packages_of_the_node_service_are_in_its_list(factory, node_service):
    document, _ = node_service
    lock = factories.ROOT / "catalog/modules/app/link-shortener/1.0.0/files/package-lock.json"
    locked = {(path.rpartition("node_modules/")[2], package["version"])
              for path, package in json.loads(lock.read_text())["packages"].items()
              if path and not package.get("dev")}
    npm = {(name, version) for name, version, _ in packages_of(document)["npm"]}
    assert len(locked) > 40
    assert locked <= npm, locked - npm
    rows = {(name, version) for name, version, _ in recorded(factory, "node-service", "npm")}
    assert rows == npm
    # And nothing that is not in the image: each is a package.json with that name and version.
    there = {tuple(line.split()) for line in
             inside(factory, "node-service", "node", "-e", LIST_NPM_PACKAGES).splitlines()}
    assert npm <= there, npm - there


def test_an_image_without_packages_has_a_list_without_packages(factory):
    document, table = sbom_of(factory, "tiny-api")
    assert document["spdxVersion"] == "SPDX-2.3"
    assert [p["primaryPackagePurpose"] for p in document["packages"]] == ["CONTAINER"]
    assert not packages_of(document) and table == []
    assert factory.query("SELECT count(*) FROM packages JOIN records USING (build_id) "
                         "WHERE manifest_id = 'tiny-api'") == [["0"]]
    said = factory.try_lif("sbom", "--manifest-id", "tiny-api").stderr
    assert said.startswith("0 packages in tiny-api linux/amd64, build ")


def test_the_same_image_has_the_same_document(factory):
    first, _ = sbom_of(factory, "tiny-api")
    factory.lif("build", "--manifest-id", "tiny-api", *PLATFORM, "--wait", "--rerun", "always")
    blobs = factory.query(
        "SELECT image, sha256 FROM artifacts JOIN records USING (build_id) "
        "WHERE manifest_id = 'tiny-api' AND name = 'sbom.spdx.json'")
    assert len(blobs) >= 2
    assert len({tuple(row) for row in blobs}) == 1
    digest = blobs[0][0].partition("@sha256:")[2]
    assert first["documentNamespace"].endswith(f"/tiny-api-linux-amd64-{digest}")


def test_an_image_that_failed_its_tests_keeps_its_list(factory):
    factory.lif("build", "--manifest-id", "test-fails", *PLATFORM, "--wait", code=4)
    ((build_id,),) = factory.query(
        "SELECT build_id FROM records WHERE kind = 'image' "
        "AND manifest_id = 'test-fails' AND generation = 1")
    said = factory.try_lif("sbom", build_id)
    assert said.returncode == 0, said.stderr
    refused = factory.try_lif("sbom", "--manifest-id", "test-fails")
    assert refused.returncode == 2
    assert "no image of manifest 'test-fails' has passed its tests" in refused.stderr


def test_a_build_without_an_image_has_no_list_and_says_so(factory):
    factory.try_lif("build", "--manifest-id", "run-fails", *PLATFORM, "--wait")
    ((build_id,), *_) = factory.query(
        "SELECT build_id FROM records WHERE kind = 'image' "
        "AND manifest_id = 'run-fails' ORDER BY generation")
    said = factory.try_lif("sbom", build_id)
    assert said.returncode == 2
    assert f"build {build_id} has no SBOM: it ended before it had an image" in said.stderr


@pytest.mark.parametrize("arguments,words", [
    (("01HZX0000000000000000000AA",), "01HZX0000000000000000000AA"),
    ((), "name one build"),
    (("--manifest-id", "no-such-thing"), "no-such-thing"),
])
def test_what_is_not_there_is_a_usage_error(factory, arguments, words):
    said = factory.try_lif("sbom", *arguments)
    assert said.returncode == 2 and words in said.stderr, said.stderr


def test_an_executor_without_a_scanner_does_not_start(factory):
    settings = (factory.state / "etc" / "executor-1.ini").read_text()
    state = factory.state / "data" / "no-scanner"
    config = factory.state / "etc" / "no-scanner.ini"
    config.touch(0o600)
    config.write_text("\n".join(
        line for line in settings.splitlines()
        if not line.startswith(("sbom-", "state-dir=", "executor-id="))))
    refused = factory.run_executor("--config", str(config), "--executor-id", "no-scanner",
                                   "--state-dir", str(state),
                                   "--sbom-scanner", "/nonexistent/trivy")
    assert refused.returncode == 2
    assert "/nonexistent/trivy" in refused.stderr and "--no-sbom" in refused.stderr
