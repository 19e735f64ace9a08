"""Writes docs/cli-options.md, all that `lif --help` and `lif COMMAND --help` say:

    LIF_BUILD=build/dev /usr/bin/python3 tests/e2e/cli_reference.py
"""
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "cli-options.md"
HEAD = """# Every option of `lif`

What `--help` says of each command; [cli.md](cli.md) shows what they do. Written by
`tests/e2e/cli_reference.py`, and compared with the program by the tests.
"""


def help_of(*command):
    binary = os.path.join(os.environ.get("LIF_BUILD", ROOT / "build" / "release"), "bin", "lif")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LIF_")}
    return subprocess.run([binary, *command, "--help"], env=clean, text=True,
                          capture_output=True, timeout=60, check=True).stdout


def commands_in(help_text):
    match = re.search(r"^Commands:\n(.*?)\n\n", help_text, re.MULTILINE | re.DOTALL)
    return re.findall(r"^  ([a-z-]+)  ", match.group(1), re.MULTILINE) if match else []


def all_commands(path=()):
    """Each command of lif with its help, the general one first."""
    text = help_of(*path)
    yield path, text
    for name in commands_in(text):
        yield from all_commands((*path, name))


def reference():
    parts = [HEAD]
    for path, text in all_commands():
        if path:  # what holds everywhere is told once
            text = re.sub(r"^Everywhere:\n.*?(?:\n\n|\Z)", "", text, flags=re.MULTILINE | re.DOTALL)
        parts.append(f"## {' '.join(('lif', *path))}\n\n```\n{text.strip()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(reference())
