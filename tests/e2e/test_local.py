"""lif build --local: a module author's inner loop, with no server but Docker."""
import json
import os
import signal
import subprocess

import pytest

import factory as factories
import local

APP = "modules/app/tiny-api/1.0.0/fragment.Dockerfile"


@pytest.fixture(scope="module")
def base():
    digest = local.make_base()
    yield digest
    subprocess.run(["docker", "image", "rm", "--force",
                    f"{local.REGISTRY}/bases/busybox@{digest}"], capture_output=True, timeout=120,
                   check=False)


@pytest.fixture
def author(tmp_path, base):
    made = local.Author(tmp_path, base)
    yield made
    names = [f"build-{build}" for build in made.builds()] + ["tiny-api-linux-amd64"]
    subprocess.run(["docker", "image", "rm", *(f"{local.REGISTRY}/images:{name}" for name in names)],
                   capture_output=True, timeout=120, check=False)


def steps_run(build):
    """How many steps each layer ran, by module."""
    return {layer["module"]: layer["steps_run"] for layer in build["record"]["layers"]}


def test_a_build_is_built_and_tested_in_the_engine_and_marked_local(author):
    said = author.build("tiny-api")
    assert "compatible" in said and "3 passed" in said
    assert "no factory has recorded it" in said
    image = f"{local.REGISTRY}/images:tiny-api-linux-amd64"
    ran = factories.docker("run", "--rm", "--pull=never", image,
                           "cat", "/etc/settings", "/etc/notice", "/srv/index.html")
    assert ran.stdout == "colour=green\nauthorised users only\nhello\n"
    labels = json.loads(factories.docker("image", "inspect", "--format",
                                         "{{json .Config.Labels}}", image).stdout)
    assert labels["io.lif.local"] == "true" and labels["io.lif.manifest-id"] == "tiny-api"
    (build_id,) = author.builds()
    files = author.files({"directory": f".lif/local/{build_id}"})
    assert set(files) == {"record.json", "evidence.log", "build.log", "Dockerfile"}
    record = json.loads(files["record.json"])
    assert record["local"] is True and record["executor"] == "local"
    assert record["outcome"] == "OUTCOME_COMPATIBLE"
    assert "docker buildx build" in files["evidence.log"]
    assert "FROM " in files["Dockerfile"]
    assert author.working_files() == [] and os.listdir(author.temporary) == []


def test_a_build_has_an_sbom_where_there_is_a_scanner_and_else_says_that_it_has_none(author):
    # A trivy of this machine's must not answer.
    (author.directory / "bin").mkdir()
    (author.directory / "bin" / "trivy").symlink_to("/bin/false")
    path = f"{author.directory / 'bin'}:{author.env['PATH']}"
    without = author.build("tiny-api", env=dict(author.env, PATH=path))
    assert "no SBOM was made: " in without and "LIF_SBOM_SCANNER" in without
    (first,) = author.builds()
    assert "sbom.spdx.json" not in author.files({"directory": f".lif/local/{first}"})
    said = author.build("tiny-api", env=dict(author.env, LIF_SBOM_SCANNER=local.scanner()))
    assert "no SBOM" not in said
    files = author.files({"directory": f".lif/local/{author.builds()[-1]}"})
    document = json.loads(files["sbom.spdx.json"])
    assert document["spdxVersion"] == "SPDX-2.3" and document["name"] == "tiny-api-linux-amd64"
    assert "0 packages" in files["evidence.log"]  # the base has no package database
    broken = author.build("tiny-api", code=2, env=dict(author.env, LIF_SBOM_SCANNER="/bin/false"))
    assert "/bin/false ended with exit code 1" in broken
    wished = author.build("tiny-api", env=dict(author.env, LIF_NO_SBOM="true"))
    assert "no SBOM" not in wished


def test_json_is_that_of_a_factory_and_says_that_it_is_local(author):
    build = author.build_json("tiny-api")
    assert build["local"] is True and build["directory"].endswith(build["build_id"])
    assert build["record"]["outcome"] == "compatible"
    assert [test["name"] for test in build["record"]["tests"]] == [
        "settings-are-there", "serves-its-page", "is-not-root"]
    assert [layer["module"] for layer in build["record"]["layers"]] == [
        "", "notice@1.0.0", "settings@1.0.0", "tiny-api@1.0.0"]


def test_an_edit_runs_its_own_layer_and_those_above(author):
    author.edit(APP, "RUN echo", f"RUN echo {author.nonce} && echo")
    author.edit("modules/security/notice/1.0.0/fragment.Dockerfile", "users only",
                f"users only {author.nonce}")
    first = steps_run(author.build_json("tiny-api"))
    assert first["notice@1.0.0"] == 1 and first["tiny-api@1.0.0"] >= 1
    again = author.build_json("tiny-api")
    assert sum(steps_run(again).values()) == 0
    author.edit(APP, "mkdir -p /srv", "mkdir -p /srv/more")
    edited = steps_run(author.build_json("tiny-api"))
    assert edited["notice@1.0.0"] == 0 and edited["settings@1.0.0"] == 0
    assert edited["tiny-api@1.0.0"] >= 1
    (author.catalog / "modules/core/settings/1.0.0/files/settings").write_text(
        f"colour=green {author.nonce}\n")
    below = steps_run(author.build_json("tiny-api"))
    assert below["notice@1.0.0"] == 0
    assert below["settings@1.0.0"] == 1 and below["tiny-api@1.0.0"] >= 1


def test_an_edit_that_leaves_the_size_alone_is_built(author):
    """BuildKit remembers files of a context by size and time; both may stay over an edit."""
    image = f"{local.REGISTRY}/images:tiny-api-linux-amd64"
    layers = []
    for colour in ("green 1", "green 2", "green 1"):
        (author.catalog / "modules/core/settings/1.0.0/files/settings").write_text(
            f"colour={colour} {author.nonce}\n")
        author.build("tiny-api")
        ran = factories.docker("run", "--rm", "--pull=never", image, "cat", "/etc/settings")
        assert ran.stdout == f"colour={colour} {author.nonce}\n"
        layers.append(json.loads(factories.docker(
            "image", "inspect", "--format", "{{json .RootFS.Layers}}", image).stdout))
    assert layers[0] == layers[2] and layers[0] != layers[1]
    stamps = factories.docker("run", "--rm", "--pull=never", image, "stat", "-c", "%Y",
                              "/etc/settings").stdout
    assert stamps == "1735689600\n"  # the base's epoch: the bytes of a layer tell no other time


def test_a_failing_run_names_module_line_command_and_exit_code(author):
    said = author.build("run-fails", code=1)
    assert "run-fails@1.0.0, fragment.Dockerfile line 4" in said
    assert "about to break" in said and "it broke" in said
    assert "exit code  42" in said
    (build_id,) = author.builds()
    assert f".lif/local/{build_id}/build.log" in said
    error = json.loads(author.files({"directory": f".lif/local/{build_id}"})[
        f"error-{build_id}.json"])
    assert error["class"] == "user" and error["fragment_line"] == 4 and error["exit_code"] == 42


def test_a_failing_test_is_incompatible_and_its_image_stays_to_look_at(author):
    build = author.build_json("test-fails", code=4)
    failure = build["record"]["failure"]
    assert failure["module"] == "test-fails@1.0.0" and failure["exit_code"] == 7
    assert "exit 7" in failure["command"] and "finds-fault" in failure["message"]
    said = author.build("test-fails", code=4)
    assert "test finds-fault of test-fails@1.0.0 ended with exit code 7" in said
    assert "looked for a reason" in said and "found none" in said
    image = f"{build['record']['repository']}@{build['record']['image_digest']}"
    ran = factories.docker("run", "--rm", "--pull=never", image, "cat", "/etc/notice")
    assert ran.stdout == "authorised users only\n"
    tagged = factories.docker("image", "inspect",
                              f"{local.REGISTRY}/images:test-fails-linux-amd64", check=False)
    assert tagged.returncode != 0


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_work_on_the_engine_and_leaves_nothing(author, stop):
    building = author.start("slow")
    try:
        factories.wait_until(author.running, 60, "the slow step runs")
        building.send_signal(stop)
        _, said = building.communicate(timeout=60)
    finally:
        building.kill()
        building.communicate()
    assert building.returncode == 130, said
    assert "nothing of it runs on" in said
    assert author.running() == []
    assert author.working_files() == [] and os.listdir(author.temporary) == []
    (build_id,) = author.builds()
    record = json.loads(author.files({"directory": f".lif/local/{build_id}"})["record.json"])
    assert record["outcome"] == "OUTCOME_CANCELLED"


def test_kill_9_ends_the_work_on_the_engine_too(author):
    building = author.start("slow")
    factories.wait_until(author.running, 60, "the slow step runs")
    building.kill()
    building.communicate(timeout=30)
    factories.wait_until(lambda: not author.running(), 10, "the step has ended")
    # The executor outlives the client for as long as it needs to clean up.
    factories.wait_until(lambda: author.working_files() == [], 30, "its files are gone")


def test_a_base_without_digest_is_refused_with_what_to_do(author):
    base = author.catalog / "bases/busybox.yaml"
    pinned = base.read_text()
    lines = [line for line in pinned.splitlines() if "digest:" not in line]
    base.write_text("\n".join(lines) + "\n")
    said = author.build("tiny-api", code=2)
    assert "base busybox of catalog is not pinned" in said
    assert "lif catalog update-base busybox" in said and "--base-from" in said
    # A pinned copy, as deploy/quickstart keeps one, answers for base and variables.
    copy = author.directory / "pinned"
    subprocess.run(["cp", "-r", author.catalog, copy], check=True)
    (copy / "bases/busybox.yaml").write_text(pinned)
    author.edit("catalog.yaml", f"registry: {local.REGISTRY}", "registry: registry.invalid/lif")
    assert "compatible" in author.build("tiny-api", "--base-from", "pinned")
    assert "compatible" in author.build("tiny-api", env=dict(author.env, LIF_BASE_FROM="pinned"))


def test_a_malformed_catalog_is_told_by_file_and_line(author):
    author.edit("manifests/tiny-api.yaml", "settings@1.0.0", "setings@1.0.0")
    said = author.build("tiny-api", code=2)
    assert "manifests/tiny-api.yaml:10" in said and "did you mean 'settings@1.0.0'" in said
    assert not (author.directory / ".lif").exists()


def test_an_engine_that_is_away_is_named(author):
    said = author.build("tiny-api", code=3, env=dict(author.env, DOCKER_HOST="unix:///nowhere"))
    assert "Docker does not answer" in said and "DOCKER_HOST" in said


def test_the_last_ten_builds_are_kept(author):
    state = author.directory / ".lif" / "local"
    old = [f"01AAAAAAAAAAAAAAAAAAAAAA{number:02d}" for number in range(12)]
    for build_id in old:
        (state / build_id).mkdir(parents=True)
    build = author.build_json("tiny-api")
    assert author.builds() == sorted(old[3:] + [build["build_id"]])


def test_what_goes_together_is_said(author):
    without = subprocess.run([local.LIF, "build", "--local", "--manifest-id", "x"], text=True,
                             capture_output=True, timeout=30, check=False)
    assert without.returncode == 2 and "--local needs --catalog" in without.stderr
    assert "--rerun" in author.build("tiny-api", "--rerun", "always", code=2)
