"""The files of the tree, as git knows them, with those that are new and not ignored."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(*patterns):
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    return [ROOT / name for name in sorted(set(listed)) if name and (ROOT / name).is_file()]


def relative(path):
    return str(path.relative_to(ROOT))


def sources():
    return files("*.cc", "*.h")


def scripts():
    """Shell scripts: by their ending or by their first line."""
    found = []
    for path in files("deploy", "tests", ".ci"):
        first = path.open("rb").readline()
        shebang = first.startswith(b"#!") and b"sh" in first
        if path.suffix == ".sh" or shebang:
            found.append(path)
    return found
