# The sample site goes: an image serves what its app module brings, or nothing.
RUN --mount=type=cache,target=/var/cache/apt \
    --mount=type=cache,target=/var/lib/apt \
    --mount=type=tmpfs,target=/var/log \
    --mount=type=tmpfs,target=/tmp \
    set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get -o APT::Update::Error-Mode=any update; \
    apt-get install -y --no-install-recommends nginx-light; \
    rm -rf /etc/nginx/sites-enabled/default /var/www/html; \
    rm -f /var/cache/ldconfig/aux-cache
