# Rendered by lif from a manifest; a change here is lost.
# manifest: web
# digest: 6393dd71631314bc2ac42a530c7e8a03204402e3da896399eda50bdfb90e2a61
# platform: linux/amd64
# stitch: 1
FROM registry.test:5000/lif/layers@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc AS security-certificates

# node@1.0.0
FROM security-certificates AS core-node
USER 0:0
WORKDIR /
SHELL ["/bin/sh", "-c"]
ARG TARGETARCH="amd64"
# Arguments of lower modules end here.
ARG VERSION=""
SHELL ["/bin/bash", "-euc"]
RUN --mount=type=secret,id=npm-token,target=/run/secrets/npm-token,required=true,mode=0400 --network=none install-node $TARGETARCH
USER node
WORKDIR /srv
