#!/usr/bin/env python3
"""Computes identities as docs/identity.md describes them, with nothing but the standard library.

Without arguments it compares every vector of tests/unit/catalog/vectors.json. `--write` puts the
values computed here into that file; the C++ tests then hold the program to them.
"""
import hashlib
import json
import pathlib
import sys

VECTORS = pathlib.Path(__file__).parent / "catalog" / "vectors.json"


def net(value):
    data = value if isinstance(value, bytes) else str(value).encode()
    return str(len(data)).encode() + b":" + data + b","


def nets(*values):
    return b"".join(net(value) for value in values)


def flag(value):
    return net(1 if value else 0)


def sequence(items, encode=net):
    return net(len(items)) + b"".join(encode(item) for item in items)


def mapping(entries):
    ordered = sorted(entries.items(), key=lambda entry: entry[0].encode())
    return net(len(ordered)) + b"".join(nets(key, value) for key, value in ordered)


def optional(value, encode=net):
    return net(0) if value is None else net(1) + encode(value)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def recipe_digest(recipe, epoch):
    return sha256(nets("lif.recipe.v1", recipe["stitch_version"], recipe["network"],
                       recipe["engine"], epoch, recipe["compression"]))


def layer_digest(module, args):
    files = sorted(module["files"], key=lambda file: file["path"].encode())
    secrets = sorted(module["secrets"], key=lambda secret: secret["id"].encode())
    return sha256(
        nets("lif.layer.v1", module["fragment"])
        + sequence(files, lambda f: nets(f["path"], f["sha256"]) + flag(f["executable"]))
        + mapping(args)
        + sequence(secrets, lambda s: nets(s["id"], s["version"])))


def encode_tests(items):
    return sequence(items, lambda test: (
        net(test["name"]) + sequence(test["run"]) + optional(test["expect_stdout"])
        + nets(test["timeout_ms"], test["network"])))


def module_digest(module, args):
    return sha256(
        nets("lif.module.v1", layer_digest(module, args), module["name"], module["version"],
             module["slot"], module["summary"])
        + mapping(module["args"]) + sequence(module["platforms"]) + sequence(module["requires"])
        + mapping(module["needs"]) + mapping(module["conflicts"]) + sequence(module["provides"])
        + encode_tests(module["tests"]))


def template_digest(template):
    config = template["config"]
    return sha256(
        nets("lif.template.v1", template["name"], template["version"], template["summary"])
        + sequence(template["slots"],
                   lambda s: net(s["slot"]) + flag(s["required"]) + flag(s["stable"]))
        + optional(config["user"]) + optional(config["workdir"])
        + optional(config["entrypoint"], sequence) + optional(config["command"], sequence)
        + mapping(config["env"]) + mapping(config["labels"]) + sequence(config["expose"])
        + encode_tests(template["tests"]))


def base_digest(base):
    platforms = sorted(base["platforms"].items())
    return sha256(
        nets("lif.base.v1", base["name"], base["epoch"])
        + sequence(platforms, lambda p: nets(p[0], p[1]["image"], p[1]["digest"])))


def stack(catalog):
    """Modules with their resolved arguments, bottom first."""
    modules = {(module["name"], module["version"]): module for module in catalog["modules"]}
    for slot in catalog["template"]["slots"]:
        for use in catalog["manifest"]["modules"].get(slot["slot"], []):
            module = modules[use["name"], use["version"]]
            yield module, {**module["args"], **use["args"]}


def identify(vector):
    catalog, recipe, platform = vector["catalog"], vector["recipe"], vector["platform"]
    manifest, base = catalog["manifest"], catalog["base"]
    used = list(stack(catalog))
    recipe_hash = recipe_digest(recipe, base["epoch"])
    image = base["platforms"][platform]["digest"]
    keys = [sha256(nets("lif.layerkey.base.v1", recipe_hash, image, platform,
                        recipe["trust_domain"]))]
    for module, args in used:
        keys.append(sha256(nets("lif.layerkey.v1", keys[-1], layer_digest(module, args))))
    modules = [module_digest(module, args) for module, args in used]
    capabilities = sorted(set(manifest["requires"]).union(*(m["requires"] for m, _ in used)))
    template = template_digest(catalog["template"])
    return {
        "recipe_digest": recipe_hash,
        "template_digest": template,
        "base_digest": base_digest(base),
        "module_digests": modules,
        "layer_keys": keys,
        "manifest_digest": sha256(
            nets("lif.manifest.v1", manifest["id"], manifest["summary"], template,
                 base_digest(base))
            + sequence(modules) + sequence(manifest["platforms"])
            + sequence(manifest["requires"])),
        "build_key": sha256(
            nets("lif.build.v1", manifest["id"], template) + sequence(modules)
            + sequence(capabilities) + nets(image, platform, recipe_hash,
                                            recipe["trust_domain"])),
        # An index of the base's own images: what it is computed from are a name and digests.
        "index_key": sha256(
            nets("lif.index.v1", manifest["id"])
            + sequence(sorted(base["platforms"].items()),
                       lambda p: nets(p[0], p[1]["digest"]))),
    }


def load():
    return json.loads(VECTORS.read_text(encoding="utf-8"))


def failures():
    """(vector, field, expected, computed) of everything that differs."""
    for vector in load():
        computed = identify(vector)
        for field, value in computed.items():
            if vector.get("expected", {}).get(field) != value:
                yield vector["name"], field, vector.get("expected", {}).get(field), value


def test_identity_vectors():
    """For pytest, which runs this file beside the unit tests."""
    assert len(load()) >= 5
    assert list(failures()) == []


def main():
    if sys.argv[1:] == ["--write"]:
        vectors = load()
        for vector in vectors:
            vector["expected"] = identify(vector)
        VECTORS.write_text(json.dumps(vectors, indent=1, ensure_ascii=False) + "\n", "utf-8")
    failed = list(failures())
    for name, field, expected, computed in failed:
        print(f"{name}: {field} is {computed}, not {expected}")
    total = sum(len(identify(vector)) for vector in load())
    print(f"{total - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
