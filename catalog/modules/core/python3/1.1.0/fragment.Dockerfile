# tzdata is new in 1.1.0. Images that name python3 1.0.0 keep what they have: a version, once
# published, never changes.
RUN --mount=type=cache,target=/var/cache/apt \
    --mount=type=cache,target=/var/lib/apt \
    --mount=type=tmpfs,target=/var/log \
    --mount=type=tmpfs,target=/tmp \
    set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get -o APT::Update::Error-Mode=any update; \
    apt-get install -y --no-install-recommends python3 tzdata; \
    rm -f /var/cache/ldconfig/aux-cache

# Lines of a log appear when they are written, and nothing tries to write bytecode beside sources
# that the service may not change.
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
