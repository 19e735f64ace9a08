# Libraries from Debian rather than from a language's own registry: they get security updates with
# the base, need no compiler, and the package list of the image tells the whole truth.
RUN --mount=type=cache,target=/var/cache/apt \
    --mount=type=cache,target=/var/lib/apt \
    --mount=type=tmpfs,target=/var/log \
    --mount=type=tmpfs,target=/tmp \
    set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get -o APT::Update::Error-Mode=any update; \
    apt-get install -y --no-install-recommends python3-flask gunicorn; \
    rm -f /var/cache/ldconfig/aux-cache
