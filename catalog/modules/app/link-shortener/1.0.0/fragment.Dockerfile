# Dependencies before sources: BuildKit reuses the npm step as long as the lock file is the same, so
# that an edit of src/ costs seconds.
COPY --from=module --chmod=0644 package.json package-lock.json /app/

# npm is here for this one step. Debian's npm stands on some 400 packages; instead of being installed
# and purged they are unpacked on tmpfs, which is faster by minutes and leaves nothing behind: the
# layer holds node_modules alone.
#
# - npm ci installs what package-lock.json says, checks each package's hash and fails if the two files
#   disagree. The lock file names no registry (npm's omit-lockfile-registry-resolved), so each site
#   uses its own.
# - --ignore-scripts: what dependencies would like to run at install does not run.
RUN --mount=type=cache,target=/var/lib/apt \
    --mount=type=cache,target=/var/cache/apt \
    --mount=type=cache,target=/var/cache/npm \
    --mount=type=tmpfs,target=/var/log \
    --mount=type=tmpfs,target=/tmp \
    set -eu; \
    export HOME=/tmp; \
    mkdir -p /tmp/debs/partial /tmp/npm; \
    apt-get -o APT::Update::Error-Mode=any update; \
    apt-get -o Dir::Cache::archives=/tmp/debs install -y --no-install-recommends \
        --download-only npm; \
    for deb in /tmp/debs/*.deb; do dpkg-deb --extract "$deb" /tmp/npm; done; \
    cd /app; \
    NODE_PATH=/tmp/npm/usr/share/nodejs node /tmp/npm/usr/share/nodejs/npm/bin/npm-cli.js \
        ci --omit=dev --engine-strict --ignore-scripts --no-audit --no-fund --no-update-notifier \
        --cache=/var/cache/npm ${NPM_REGISTRY:+--registry="$NPM_REGISTRY"}

COPY --from=module src/ /app/src/
COPY --from=module test/ /app/test/
# Only what was just copied: a chmod of node_modules would store it a second time in this layer.
RUN chmod -R a+rX,go-w /app/src /app/test

EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s CMD ["http-probe", "http://127.0.0.1:8080/healthz"]
CMD ["node", "/app/src/main.js"]
