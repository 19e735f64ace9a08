# The templates of this catalog start every service under tini: process 1 has no default signal
# handlers, so that a program which installs none could only be killed.
RUN --mount=type=cache,target=/var/cache/apt \
    --mount=type=cache,target=/var/lib/apt \
    --mount=type=tmpfs,target=/var/log \
    --mount=type=tmpfs,target=/tmp \
    set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get -o APT::Update::Error-Mode=any update; \
    apt-get install -y --no-install-recommends tini; \
    rm -f /var/cache/ldconfig/aux-cache
