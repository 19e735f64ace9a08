"""Was each layer executed once? Judged by what lies in the registry, not by what the factory says it did.

Each layer of the test catalogs holds a UUID that its RUN made up. The ledger and the records name
(layer key, generation) for each layer of an image; whatever image shows such a layer must show the
same UUID and the same diffID. A layer that has no row in the ledger is an image job's own: it has
generation 0 in the records, and a later image of the same layer may execute it again.
"""
import collections
import dataclasses


@dataclasses.dataclass(frozen=True)
class Sighting:
    """A layer of an image, as the image shows it."""
    layer_key: str
    generation: int
    module: str
    uuid: str
    diff_id: str
    blob: str
    where: str


def violations(sightings):
    """What contradicts "each (layer key, generation) was executed once", in words; [] when nothing does."""
    found = []
    by_layer = collections.defaultdict(list)
    by_uuid = collections.defaultdict(set)
    for seen in sightings:
        if seen.generation > 0:
            by_layer[seen.layer_key, seen.generation].append(seen)
        by_uuid[seen.uuid].add(seen.layer_key)
    for (key, generation), all_seen in by_layer.items():
        for what in ("uuid", "diff_id"):
            shown = {getattr(seen, what): seen.where for seen in all_seen}
            if len(shown) > 1:
                found.append(f"{all_seen[0].module} {key[:12]}.{generation} has "
                             f"{len(shown)} of {what}: {shown}")
    found += [f"UUID {uuid} is in layers of {len(keys)} keys"
              for uuid, keys in by_uuid.items() if len(keys) > 1]
    return found


def look(factory, registry, prefix):
    """Every layer of every image of the manifests and layers whose names begin with `prefix`."""
    return look_at_ledger(factory, registry, prefix) + look_at_records(factory, registry, prefix)


def look_at_ledger(factory, registry, prefix):
    rows = factory.query("SELECT layer_key, generation, module_ref, manifest_digest, below_key, "
                         "below_generation, repository FROM layers")
    layers = {(row[0], int(row[1])): row for row in rows}
    found = []
    for row in layers.values():
        if not row[2].startswith(prefix):
            continue
        chain, at = [], row
        while at:
            chain.insert(0, (at[0], int(at[1]), at[2]))
            at = layers[at[4], int(at[5])] if at[4] else None
        found += look_at_image(registry, row[6].rsplit("/", 1)[1], row[3], chain)
    return found


def look_at_records(factory, registry, prefix):
    """Images by their records, and by the tags that show them to users."""
    rows = factory.query(
        "SELECT r.image, l.layer_key, l.layer_generation, l.module_ref FROM records r "
        "JOIN record_layers l USING (build_id) WHERE r.kind = 'image' AND l.position > 0 "
        f"AND r.image <> '' AND r.manifest_id LIKE '{prefix}%' ORDER BY r.build_id, l.position")
    images = collections.defaultdict(list)
    for image, key, generation, module in rows:
        # Several records may have one image: a rerun whose bytes are the same.
        if (key, int(generation), module) not in images[image]:
            images[image].append((key, int(generation), module))
    found = []
    for image, chain in images.items():
        found += look_at_image(registry, *image.rsplit("/", 1)[1].split("@"), chain)
    recorded = {image.split("@")[1] for image in images}
    for tag in registry.tags("images"):
        if tag.startswith(prefix) and "-linux-" in tag:
            assert registry.digest("images", tag) in recorded, f"{tag} is no recorded image"
    return found


def look_at_image(registry, repository, digest, chain):
    """`chain`: (key, generation, name@version) of each module, bottom first."""
    (manifest,) = registry.images(repository, digest)
    diff_ids = registry.config(repository, manifest)["rootfs"]["diff_ids"]
    blobs = [layer["digest"] for layer in manifest["layers"]]
    assert len(blobs) == len(diff_ids), f"{repository}@{digest}"
    # Modules have one RUN and so one layer each, on top of the base's.
    own = list(zip(blobs, diff_ids))[-len(chain):]
    found = []
    for (blob, diff_id), (key, generation, module) in zip(own, chain):
        name = module.split("@")[0]
        files = registry.layer_files(repository, blob)
        uuid = files[f"layers/{name}"].split()[0]
        found.append(Sighting(key, generation, name, uuid, diff_id, blob,
                              f"{repository}@{digest[:19]}"))
    return found
