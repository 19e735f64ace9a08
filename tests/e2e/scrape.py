"""Reading a daemon's HTTP port."""
import json
import re
import subprocess
import urllib.error
import urllib.request

SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
# Loopback is never behind a proxy, whatever the environment says.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(address, path):
    """(status, text) of a GET."""
    try:
        with OPENER.open(address + path, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def readyz(address):
    status, text = get(address, "/readyz")
    return status, json.loads(text)


class Scrape:
    """The samples of one /metrics, or of several added up."""

    def __init__(self, *addresses):
        self.samples = {}
        self.text = ""
        for address in addresses:
            status, text = get(address, "/metrics")
            assert status == 200, text
            self.text += text
            for line in text.splitlines():
                if not line.startswith("#"):
                    name, labels, value = SAMPLE.match(line).groups()
                    key = (name, frozenset(LABEL.findall(labels or "")))
                    self.samples[key] = self.samples.get(key, 0) + float(value)

    def sum(self, name, **labels):
        """Of all series of that name that have these labels."""
        wanted = set(labels.items())
        return sum(value for (series, has), value in self.samples.items()
                   if series == name and wanted <= has)

    def names(self):
        return {name for name, _ in self.samples}


def promtool(*arguments, stdin=None):
    """The finished process of Prometheus' own checker."""
    return subprocess.run(["promtool", *arguments], input=stdin, text=True, capture_output=True,
                          timeout=60, check=False)
