# Rendered by lif from a manifest; a change here is lost.
# manifest: web
# digest: 6393dd71631314bc2ac42a530c7e8a03204402e3da896399eda50bdfb90e2a61
# platform: linux/amd64
# stitch: 1
FROM registry.test:5000/lif/debian@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa AS base

# certificates@1.0.0
FROM base AS security-certificates
USER 0:0
WORKDIR /
SHELL ["/bin/sh", "-c"]
ARG VERSION="20230311"
# Roots of trust.
RUN --mount=type=cache,id=lif/default/linux-amd64/certificates/var/cache/apt,target=/var/cache/apt,sharing=locked \
    # comments stay
    --mount=type=tmpfs,target=/tmp,size=1048576 \
    apt-get install -y ca-certificates=$VERSION
ENV SSL_CERT_FILE=/etc/ssl/ca.crt
