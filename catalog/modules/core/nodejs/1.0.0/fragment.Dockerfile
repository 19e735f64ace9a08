# Only the runtime. npm is a build tool with some 400 Debian packages behind it: an app module takes
# it for the one step that needs it (see app/link-shortener).
RUN --mount=type=cache,target=/var/cache/apt \
    --mount=type=cache,target=/var/lib/apt \
    --mount=type=tmpfs,target=/var/log \
    --mount=type=tmpfs,target=/tmp \
    set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get -o APT::Update::Error-Mode=any update; \
    apt-get install -y --no-install-recommends nodejs; \
    rm -f /var/cache/ldconfig/aux-cache

# Node.js carries roots of its own; this adds the system's, so that a company's CA in the base is
# trusted here as by every other program.
ENV NODE_ENV=production NODE_EXTRA_CA_CERTS=$SSL_CERT_FILE
