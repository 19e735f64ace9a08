"""docs/catalog.md, followed to the letter: the module that it has readers write, built and run."""
import json
import re
import shutil
import urllib.request

import pytest

import factory as factories

GUIDE = factories.ROOT / "docs" / "catalog.md"
FILE_OF_THE_GUIDE = re.compile(
    r"^`((?:modules|manifests)/[^`\n]+)`,[^\n]*\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def followed(factory, tmp_path):
    """A copy of the published catalog with the files that the guide shows."""
    catalog = tmp_path / "mycatalog"
    shutil.copytree(factory.state / "catalog", catalog)
    files = FILE_OF_THE_GUIDE.findall(GUIDE.read_text(encoding="utf-8"))
    assert len(files) == 4, [name for name, _ in files]
    for name, text in files:
        (catalog / name).parent.mkdir(parents=True, exist_ok=True)
        (catalog / name).write_text(text, encoding="utf-8")
    return catalog


def test_the_guides_module_becomes_an_image_that_serves(factory, followed):
    factory.lif("catalog", "check", str(followed))
    factory.lif("catalog", "publish", str(followed))
    factory.lif("build", "--manifest-id", "quotes", "--platform", "linux/amd64", "--wait")
    container = factories.docker("run", "-d", "--rm", "-p", "127.0.0.1::8080", "--read-only",
                                 "--tmpfs", "/tmp", factory.tag("quotes")).stdout.strip()
    try:
        port = factories.docker("port", container, "8080").stdout.strip().rsplit(":", 1)[1]
        answer = factories.wait_until(lambda: fetch(f"http://127.0.0.1:{port}/"), 30,
                                      "the container answers HTTP")
        assert json.loads(answer)["quote"].startswith("Simplicity")
    finally:
        factories.docker("rm", "-f", container)


def test_the_guides_loop_needs_no_server(factory, followed, tmp_path):
    said = factory.lif("build", "--local", "--catalog", str(followed), "--manifest-id", "quotes",
                       "--state-dir", str(tmp_path / "results"), "--server", "127.0.0.1:1")
    try:
        assert "compatible" in said and "17 passed" in said
    finally:
        names = [f"lif.local/images:{name}" for name in (
            "quotes-linux-amd64", *(f"build-{path.name}" for path in
                                    (tmp_path / "results").glob("*") if len(path.name) == 26))]
        factories.docker("image", "rm", *names, check=False)


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return reply.read()
    except OSError:
        return None


def test_the_guides_module_renders_without_a_server(factory, followed, tmp_path):
    factory.lif("render", "--catalog", str(followed), "--manifest-id", "quotes",
                "--output", str(tmp_path / "rendered"))
    dockerfile = (tmp_path / "rendered" / "Dockerfile").read_text(encoding="utf-8")
    assert 'CMD ["quotes"]' in dockerfile
    assert (tmp_path / "rendered" / "build.sh").stat().st_mode & 0o100
