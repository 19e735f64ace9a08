# Clients alone: no server is in the image, so none can be started by mistake.
RUN --mount=type=cache,target=/var/cache/apt \
    --mount=type=cache,target=/var/lib/apt \
    --mount=type=tmpfs,target=/var/log \
    --mount=type=tmpfs,target=/tmp \
    set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get -o APT::Update::Error-Mode=any update; \
    apt-get install -y --no-install-recommends postgresql-client-15 redis-tools sqlite3; \
    rm -f /var/cache/ldconfig/aux-cache

# Histories would be written to a home directory that a service does not have.
ENV PSQL_HISTORY=/dev/null REDISCLI_HISTFILE=/dev/null
