"""What holds for every file of the tree."""
import re
import subprocess

import pytest
import tree

MAX_LINES = 300
# Generated or tabular files whose length says nothing about their design.
LONG_BY_NATURE = re.compile(r"\.(json|md|proto|svg|sql|golden)$|/(golden|testdata|data)/")
# A path of somebody's machine, or the host of a mirror or hub. Written in parts, so that this
# file passes its own check.
MACHINE = re.compile("|".join([
    r"(?<![\w.])/(?:wor" r"k|roo" r"t|hom" r"e)/[\w.-]+/[\w.-]+",
    r"/tmp/li" r"f/",
    r"deb\.debian" r"\.org", r"registry-1\.docker" r"\.io", r"ghcr" r"\.io", r"quay" r"\.io",
    r"registry\.npmjs" r"\.org",
]))


def text_of(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_machine_paths_and_no_mirror_hosts():
    found = [f"{tree.relative(path)}:{number}: {line.strip()[:100]}"
             for path in tree.files() for number, line in enumerate(text_of(path).split("\n"), 1)
             if MACHINE.search(line)]
    assert not found, "\n".join(found)


def test_files_are_short():
    long = [f"{tree.relative(path)}: {text_of(path).count(chr(10))} lines"
            for path in tree.files()
            if not LONG_BY_NATURE.search(tree.relative(path))
            and text_of(path).count("\n") > MAX_LINES]
    assert not long, "\n".join(long)


def test_no_unfinished_marks():
    mark = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    found = [f"{tree.relative(path)}: {mark.search(text_of(path)).group()}"
             for path in tree.files() if mark.search(text_of(path))]
    assert not found, "\n".join(found)


def test_sources_are_formatted():
    sources = [str(path) for path in tree.sources()]
    result = subprocess.run(["clang-format", "--dry-run", "--ferror-limit=1", *sources],
                            cwd=tree.ROOT, capture_output=True, text=True)
    unformatted = sorted({line.split(":")[0] for line in result.stderr.split("\n")
                          if "clang-format-violations" in line})
    assert not unformatted, "run clang-format -i on: " + " ".join(unformatted)


@pytest.mark.parametrize("script", tree.scripts(), ids=tree.relative)
def test_shellcheck(script):
    result = subprocess.run(["shellcheck", "-x", "-P", "SCRIPTDIR", str(script)],
                            cwd=tree.ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
