RUN --mount=type=cache,target=/var/cache/machine \
    set -eu; \
    uname -m | tee /etc/machine; \
    touch "/var/cache/machine/$NONCE-$(uname -m)"; \
    cd /var/cache/machine; \
    ls | grep "^$NONCE-" > /etc/neighbours
