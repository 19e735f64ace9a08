# The shape of every apt step in this catalog, once with its reasons:
#
# - Cache mounts keep package lists and .deb files out of the layer and warm between builds. The
#   factory gives them an ID per trust domain, platform and module.
# - tmpfs mounts keep logs and temporary files, which hold dates, out of the layer: the same packages
#   give the same bytes.
# - Error-Mode=any: without it, apt-get update reports success when the mirror could not be reached.
# - aux-cache of ldconfig holds inode numbers, which no two machines share.
#
# Roots that the operator has put into the base's /usr/local/share/ca-certificates (a company's own
# CA) are taken up by the package when it is configured.
RUN --mount=type=cache,target=/var/cache/apt \
    --mount=type=cache,target=/var/lib/apt \
    --mount=type=tmpfs,target=/var/log \
    --mount=type=tmpfs,target=/tmp \
    set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get -o APT::Update::Error-Mode=any update; \
    apt-get install -y --no-install-recommends ca-certificates openssl; \
    rm -f /var/cache/ldconfig/aux-cache

# One name for all who look for the bundle; modules above may use it, for module.yaml provides it.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
