"""Sums the junit files of a run: prints each failing test with its message, then the totals.

A test binary that crashed, or that failed without saying which test did, counts as one failure.
"""
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

TAIL_LINES = 40


def read_suite(path):
    """Returns (passed, [(test, message)]) of one junit file."""
    passed, failures = 0, []
    for case in ElementTree.parse(path).iter("testcase"):
        name = f"{case.get('classname', '')}: {case.get('name', '')}"
        problems = case.findall("failure") + case.findall("error")
        if problems:
            failures.append((name, "\n".join(message_of(problem) for problem in problems)))
        elif case.find("skipped") is not None:
            failures.append((name, "skipped: a test either runs or is not there"))
        else:
            passed += 1
    return passed, failures


def message_of(problem):
    message, text = problem.get("message", "").strip(), (problem.text or "").strip()
    # pytest repeats its message inside the text, Catch2 does not.
    if message.split("\n")[0] in text:
        return text
    return f"{message}\n{text}"


def tail(path):
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-TAIL_LINES:])


def read_run(code_file):
    """One binary or pytest run: its junit file, its exit code and what it printed."""
    name = code_file.stem
    code = int(code_file.read_text())
    passed, failures = 0, []
    try:
        passed, failures = read_suite(code_file.with_suffix(".xml"))
    except (OSError, ElementTree.ParseError) as error:
        code = code or f"no results: {error}"
    if code != 0 and not failures:
        output = tail(code_file.with_suffix(".out"))
        failures.append((name, f"ended with {code}\n{output}"))
    return passed, failures


def main():
    passed, failed = 0, 0
    for code_file in sorted(pathlib.Path(sys.argv[1]).glob("*.code")):
        good, failures = read_run(code_file)
        passed += good
        failed += len(failures)
        for test, message in failures:
            print(f"\nFAILED {test}\n" + "\n".join("  " + line for line in message.splitlines()))
    if passed + failed == 0:
        print("\nno test has that name")
        failed = 1
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
