# Rendered by lif from a manifest; a change here is lost.
# manifest: web
# digest: 6393dd71631314bc2ac42a530c7e8a03204402e3da896399eda50bdfb90e2a61
# platform: linux/arm64
# stitch: 1
FROM registry.test:5000/lif/debian@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb AS base

# certificates@1.0.0
FROM base AS security-certificates
USER 0:0
WORKDIR /
SHELL ["/bin/sh", "-c"]
ARG VERSION="20230311"
# Roots of trust.
RUN --mount=type=cache,id=lif/blue/linux-arm64/certificates/var/cache/apt,target=/var/cache/apt,sharing=locked \
    # comments stay
    --mount=type=tmpfs,target=/tmp,size=1048576 \
    apt-get install -y ca-certificates=$VERSION
ENV SSL_CERT_FILE=/etc/ssl/ca.crt

# node@1.0.0
FROM security-certificates AS core-node
USER 0:0
WORKDIR /
SHELL ["/bin/sh", "-c"]
ARG TARGETARCH="arm64"
# Arguments of lower modules end here.
ARG VERSION=""
SHELL ["/bin/bash", "-euc"]
RUN --mount=type=secret,id=npm-token,target=/run/secrets/npm-token,required=true,mode=0400 --network=none install-node $TARGETARCH
USER node
WORKDIR /srv

# web-app@1.0.0
FROM core-node AS app-web-app
USER 0:0
WORKDIR /
SHELL ["/bin/sh", "-c"]
ARG PORT="3000"
ARG TITLE="Field Notes"
# Arguments of lower modules end here.
ARG TARGETARCH="" VERSION=""
COPY --from=module-web-app --chmod=0644 app.js /srv/
RUN <<EOF
set -e
echo "port $PORT" > /srv/port
EOF
ENV PORT=$PORT
CMD node /srv/app.js

# service@1.0.0
FROM app-web-app AS image
ENV GREETING="a \"b\" \$HOME \\ c"
ENV LANG="C.UTF-8"
WORKDIR /srv
USER 10001:10001
EXPOSE 8080/tcp
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["/bin/sh", "-c", "node /srv/app.js"]
LABEL io.lif.base="debian-12"
LABEL io.lif.manifest-id="web"
LABEL io.lif.modules="certificates@1.0.0 node@1.0.0 web-app@1.0.0"
LABEL io.lif.template="service@1.0.0"
LABEL org.example.team="platform"
LABEL org.opencontainers.image.base.digest="sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
LABEL org.opencontainers.image.title="web"
