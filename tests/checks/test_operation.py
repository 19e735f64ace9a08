"""What operators install: units of systemd, rules of Prometheus."""
import re
import shutil
import subprocess

import pytest
import tree

SYSTEMD = tree.ROOT / "deploy" / "systemd"
PROMETHEUS = tree.ROOT / "deploy" / "prometheus"
SERIES = re.compile(r"\blif_[a-z]+(?:_[a-z]+)*_(?:total|seconds|bytes|info|jobs|letters|sampled|threads|fds|busy|slots|draining|up)(?:_(?:bucket|count|sum))?\b|\blif_(?:ready|slots|executors|queue_jobs)\b")
UNITS = {"lif-controlplane.service": "lif-controlplane.service",
         "lif-executor@.service": "lif-executor@amd64.service"}


def run(*command):
    return subprocess.run([str(word) for word in command], text=True, capture_output=True,
                          timeout=60, check=False)


@pytest.mark.parametrize("file,unit", UNITS.items())
def test_systemd_accepts_the_unit(file, unit, tmp_path):
    # It looks whether the programs are there, which are not installed on a machine that tests.
    text = (SYSTEMD / file).read_text()
    assert "ExecStart=/usr/bin/lif-" in text
    (tmp_path / unit).write_text(text.replace("ExecStart=/usr/bin/lif-controlplane ",
                                              "ExecStart=/bin/true ")
                                 .replace("ExecStart=/usr/bin/lif-executor ",
                                          "ExecStart=/bin/true "))
    verified = run("systemd-analyze", "verify", "--man=no", tmp_path / unit)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


def test_systemd_would_tell(tmp_path):
    bad = tmp_path / "bad.service"
    bad.write_text("[Service]\nExecStart=/bin/true\nRestartPreventsExitStatus=2\n")
    assert "RestartPreventsExitStatus" in run("systemd-analyze", "verify", bad).stderr


def test_users_and_directories_can_be_made(tmp_path):
    """In a root of their own; owners are numbers there."""
    (tmp_path / "etc").mkdir()
    made = run("systemd-sysusers", f"--root={tmp_path}", SYSTEMD / "lif.sysusers.conf")
    assert made.returncode == 0, made.stderr
    users = (tmp_path / "etc" / "passwd").read_text()
    assert "lif-controlplane:" in users and "lif-executor:" in users
    assert "\nlif:" in "\n" + (tmp_path / "etc" / "group").read_text()
    lines = [line.split() for line in (SYSTEMD / "lif.tmpfiles.conf").read_text().splitlines()
             if line and not line.startswith("#")]
    assert all(len(line) == 6 and line[0] == "d" for line in lines)
    assert {line[3] for line in lines} <= {"root", "lif-executor", "lif-controlplane"}


def test_prometheus_accepts_the_alerts(tmp_path):
    for name in ("alerts.yaml", "prometheus.yaml"):
        shutil.copy(PROMETHEUS / name, tmp_path)
    checked = run("promtool", "check", "config", tmp_path / "prometheus.yaml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tested = run("promtool", "test", "rules", PROMETHEUS / "alerts.test.yaml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_alerts_and_documents_name_series_that_exist():
    """A series is named where it is made; a page that names another one is out of date."""
    made = set()
    for path in tree.files("common", "controlplane", "executor"):
        if path.suffix == ".cc":
            made |= series_in(path.read_text())
    assert len(made) > 30
    for page in (tree.ROOT / "docs" / "metrics.md", PROMETHEUS / "alerts.yaml"):
        assert sorted(series_in(page.read_text()) - made) == [], page
    undocumented = made - series_in((tree.ROOT / "docs" / "metrics.md").read_text())
    assert sorted(undocumented) == []


def series_in(text):
    """Names without what Prometheus adds to those of histograms, nor of a family of names."""
    found = set()
    for name in SERIES.findall(text):
        for ending in ("_bucket", "_count", "_sum"):
            name = name.removesuffix(ending)
        found.add(name)
    return found
