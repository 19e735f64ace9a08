"""Turns the lines of status.sh (stdin) into the JSON of `deploy/quickstart status --json`."""
import json
import os
import sys


def main():
    sections = {"": [], "dsn": [], "redis": []}
    current = ""
    for line in sys.stdin.read().splitlines():
        if line.startswith("="):
            current = line[1:]
        else:
            sections[current].append(line.split("|"))
    components = {
        name: {"pid": None if pid == "-" else int(pid), "health": health, "address": address,
               "http": http}
        for name, pid, health, address, http in sections[""]
    }
    state = os.environ["LIF_STATE"]
    print(json.dumps({
        "components": components,
        "server": os.environ["LIF_SERVER"],
        "postgres": dict(sections["dsn"]),
        "redis": dict(sections["redis"]),
        "registry": os.environ["LIF_REGISTRY"],
        "docker_host": os.environ["LIF_DOCKER"],
        "state_dir": state,
        "log_dir": os.path.join(state, "log"),
        "client": os.path.join(state, "bin", "lif"),
    }, indent=2))


main()
