# Rendered by lif from a manifest; a change here is lost.
# manifest: web
# digest: 3cec56d94f596e6e952a5c2a5c3052abb4848e83f7b96ebef43b1b0aab7262a1
# platform: linux/amd64
# stitch: 1
FROM registry.test:5000/lif/debian@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa AS base

# service@1.0.0
FROM base AS image
LABEL io.lif.base="debian-12"
LABEL io.lif.manifest-id="web"
LABEL io.lif.modules=""
LABEL io.lif.template="service@1.0.0"
LABEL org.opencontainers.image.base.digest="sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
LABEL org.opencontainers.image.title="web"
