"""Packs a root file system (tar) as an OCI layout directory: oci_layout.py ARCH TAR DIR.

Pure: the same archive gives the same digests, on any machine, whenever it is packed.
"""
import gzip
import hashlib
import json
import os
import shutil
import sys

CHUNK = 1 << 20
EPOCH = "1970-01-01T00:00:00Z"


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def add_file(layout, path):
    """Moves a file into the layout; returns its descriptor's digest and size."""
    digest, size = sha256_of(path), os.path.getsize(path)
    os.replace(path, os.path.join(layout, "blobs", "sha256", digest))
    return {"digest": f"sha256:{digest}", "size": size}


def add_json(layout, value):
    path = os.path.join(layout, "new")
    with open(path, "w", encoding="utf-8") as out:
        json.dump(value, out, sort_keys=True, separators=(",", ":"))
    return add_file(layout, path)


def compress(tar, path):
    with open(tar, "rb") as source, open(path, "wb") as out:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=3, fileobj=out, mtime=0) as packed:
            shutil.copyfileobj(source, packed, CHUNK)


def pack(arch, tar, layout):
    shutil.rmtree(layout, ignore_errors=True)
    os.makedirs(os.path.join(layout, "blobs", "sha256"))
    layer_path = os.path.join(layout, "layer")
    compress(tar, layer_path)
    layer = add_file(layout, layer_path)
    config = add_json(layout, {
        "architecture": arch, "os": "linux", "created": EPOCH,
        "config": {
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "Cmd": ["/bin/sh"],
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256_of(tar)}"]},
        "history": [{"created": EPOCH, "created_by": "root file system"}],
    })
    kind = "application/vnd.oci.image."
    manifest = add_json(layout, {
        "schemaVersion": 2, "mediaType": kind + "manifest.v1+json",
        "config": {"mediaType": kind + "config.v1+json", **config},
        "layers": [{"mediaType": kind + "layer.v1.tar+gzip", **layer}],
    })
    index = {"schemaVersion": 2,
             "manifests": [{"mediaType": kind + "manifest.v1+json", **manifest}]}
    with open(os.path.join(layout, "index.json"), "w", encoding="utf-8") as out:
        json.dump(index, out)
    with open(os.path.join(layout, "oci-layout"), "w", encoding="utf-8") as out:
        json.dump({"imageLayoutVersion": "1.0.0"}, out)
    return manifest["digest"]


print(pack(sys.argv[1], sys.argv[2], sys.argv[3]))
