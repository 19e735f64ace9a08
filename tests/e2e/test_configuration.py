"""docs/configuration.md and docs/cli.md against what the programs say; where values come from."""
import os
import re
import subprocess

import cli_reference
import factory as factories
import pytest

BINARIES = factories.ROOT / "build" / "release"
DOCS = factories.ROOT / "docs"
# A row: | `name` | `LIF_NAME` | default | text |
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (?:`(LIF_[A-Z0-9_]+)`)? *\| ([^|]*?) *\| (.*) \|$",
                 re.MULTILINE)
FLAG = re.compile(r"^  (?:-\w, )?--([a-z0-9-]+)")
ENVIRONMENT = re.compile(r"[(;] ?env (LIF_[A-Z0-9_]+)")
GENERAL = {"help", "version"}


def run(program, *arguments, env=None):
    binary = os.path.join(os.environ.get("LIF_BUILD", BINARIES), "bin", program)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LIF_")}
    return subprocess.run([binary, *arguments], env={**clean, **(env or {})}, text=True,
                          capture_output=True, timeout=60, check=False)


def options_in(help_text):
    """{flag: environment variable or None} of a --help."""
    options, current = {}, None
    for line in help_text.splitlines():
        match = FLAG.match(line)
        if match:
            current = match.group(1)
            options[current] = line
        elif current and line.startswith("      "):
            options[current] += " " + line.strip()
        else:
            current = None
    return {flag: (ENVIRONMENT.search(text) or [None, None])[1]
            for flag, text in options.items()}


def section(text, title):
    return re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text,
                     re.MULTILINE | re.DOTALL).group(1)


def documented(title):
    text = section((DOCS / "configuration.md").read_text(), title)
    return {name: env or None for name, env, _, _ in ROW.findall(text)}


@pytest.mark.parametrize("program", ["lif-controlplane", "lif-executor"])
def test_every_setting_of_a_daemon_is_documented_and_nothing_else(program):
    said = options_in(run(program, "--help").stdout)
    assert len(said) > 15
    for name in GENERAL:
        del said[name]
    written = documented("Both daemons")
    assert not written.keys() & documented(program).keys()
    written.update(documented(program))
    assert written == said


def test_every_option_of_the_command_line_is_documented():
    assert cli_reference.PAGE.read_text() == cli_reference.reference(), (
        "an option changed: run tests/e2e/cli_reference.py as it says, and tell of it in cli.md")


def test_the_guide_of_the_command_line_names_nothing_that_is_not_there():
    said = set()
    for _, text in cli_reference.all_commands():
        said |= options_in(text).keys()
    assert len(said) > 15
    guide = (DOCS / "cli.md").read_text()
    named = re.findall(r"lif [a-z -]*?--([a-z][a-z0-9-]+)|`--([a-z][a-z0-9-]+)", guide)
    assert sorted({one or other for one, other in named} - said) == []


@pytest.mark.parametrize("program", ["lif", "lif-controlplane", "lif-executor", "lif-migrate"])
def test_the_version_tells_the_commit(program):
    said = run(program, "--version")
    assert said.returncode == 0
    assert re.fullmatch(rf"{program} \d+\.\d+\.\d+( \(commit [0-9a-f]{{12}}\))?\n", said.stdout)


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path):
    """Told apart by which bad value is refused first."""
    config = tmp_path / "lif.ini"
    config.write_text("[executor]\nlease = from-the-file\n")
    config.chmod(0o600)
    in_file = ("--config", str(config))
    needed = {"LIF_POSTGRES_DSN": "host=127.0.0.1 port=1", "LIF_REDIS_URL": "redis://127.0.0.1:1",
              "LIF_BLOB_DIR": str(tmp_path), "LIF_REGISTRY": "127.0.0.1:1/lif",
              "LIF_SLOTS": "0"}  # refused, once all else is right
    environment = {"LIF_LEASE": "from-the-environment"}

    def refused(*arguments, env=None):
        said = run("lif-executor", *arguments, env={**needed, **(env or {})})
        assert said.returncode == 2, said.stderr
        return said.stderr

    assert "'from-the-file'" in refused(*in_file)
    assert "'from-the-environment'" in refused(*in_file, env=environment)
    assert "'from-the-flag'" in refused(*in_file, "--lease", "from-the-flag", env=environment)
    # A good value in the better place hides the bad one.
    hidden = refused(*in_file, "--lease", "10s", env=environment)
    assert "from-the" not in hidden and "--slots 0" in hidden


@pytest.mark.parametrize("program", ["lif-controlplane", "lif-executor"])
def test_the_http_port_stays_on_the_machine_unless_told_in_words(program):
    needed = {"LIF_POSTGRES_DSN": "host=127.0.0.1 port=1", "LIF_REDIS_URL": "redis://127.0.0.1:1",
              "LIF_BLOB_DIR": "/nonexistent", "LIF_REGISTRY": "127.0.0.1:1/lif"}
    said = run(program, "--http-listen", "0.0.0.0:0", env=needed)
    assert said.returncode == 2
    assert "say --insecure-http-listen" in said.stderr


def test_each_log_level_writes_what_is_as_severe(factory):
    """A control plane that can't listen tells it at every level; its log is what differs."""
    config = (factory.state / "etc" / "controlplane.ini").read_text()
    quiet = factory.state / "etc" / "levels.ini"
    quiet.write_text("\n".join(line for line in config.splitlines()
                               if not line.startswith(("listen", "http-listen"))))
    quiet.chmod(0o644)  # which is worth a warning
    seen = {}
    for level in ("debug", "info", "warn", "error", "off"):
        said = run("lif-controlplane", "--config", str(quiet), "--log-level", level,
                   "--listen", factory.info["server"], "--http-listen", "127.0.0.1:0")
        assert said.returncode == 1
        assert "can't listen on" in said.stderr
        seen[level] = {found for found in ("DEBUG", "INFO", "WARN", "ERROR")
                       if re.search(rf"Z {found} ", said.stderr)}
    assert seen["info"] == seen["debug"] - {"DEBUG"} == {"INFO", "WARN"}
    assert seen["warn"] == {"WARN"}
    assert seen["error"] == seen["off"] == set()
