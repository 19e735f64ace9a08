"""What is in a registry, read from it: tags, manifests, configurations, layer blobs."""
import functools
import io
import json
import subprocess
import tarfile
import urllib.error
import urllib.request

MANIFESTS = ("application/vnd.oci.image.manifest.v1+json",
             "application/vnd.docker.distribution.manifest.v2+json")
INDICES = ("application/vnd.oci.image.index.v1+json",
           "application/vnd.docker.distribution.manifest.list.v2+json")


class Registry:
    """`repository_prefix` as the factory has it: "127.0.0.1:5000/lif". Content is kept by digest."""

    def __init__(self, repository_prefix):
        self.host, self.prefix = repository_prefix.split("/", 1)
        self.layer_files = functools.cache(self.read_layer)

    def ask(self, path, method="GET"):
        request = urllib.request.Request(f"http://{self.host}/v2/{path}", method=method)
        request.add_header("Accept", ", ".join(MANIFESTS + INDICES))
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.read(), reply.headers

    def tags(self, repository):
        """None yet: []."""
        try:
            body, _ = self.ask(f"{self.prefix}/{repository}/tags/list")
        except urllib.error.HTTPError as error:
            assert error.code == 404, error
            return []
        return json.loads(body)["tags"] or []

    def manifest(self, repository, reference):
        body, _ = self.ask(f"{self.prefix}/{repository}/manifests/{reference}")
        return json.loads(body)

    def digest(self, repository, reference):
        _, headers = self.ask(f"{self.prefix}/{repository}/manifests/{reference}", "HEAD")
        return headers["Docker-Content-Digest"]

    def images(self, repository, reference):
        """The manifests of one platform each that the reference stands for."""
        found = self.manifest(repository, reference)
        if found["mediaType"] in INDICES:
            return [self.manifest(repository, part["digest"]) for part in found["manifests"]]
        return [found]

    def config(self, repository, manifest):
        body, _ = self.ask(f"{self.prefix}/{repository}/blobs/{manifest['config']['digest']}")
        return json.loads(body)

    def read_layer(self, repository, digest):
        """Path → text of the small files in a layer blob."""
        body, _ = self.ask(f"{self.prefix}/{repository}/blobs/{digest}")
        if body[:4] == b"\x28\xb5\x2f\xfd":
            body = subprocess.run(["zstd", "--decompress", "--stdout"], input=body,
                                  capture_output=True, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:*") as archive:
            return {member.name: archive.extractfile(member).read().decode()
                    for member in archive if member.isfile() and member.size < 1024}

    def delete_manifest(self, repository, digest):
        self.ask(f"{self.prefix}/{repository}/manifests/{digest}", "DELETE")

    def delete_blob(self, repository, digest):
        self.ask(f"{self.prefix}/{repository}/blobs/{digest}", "DELETE")
