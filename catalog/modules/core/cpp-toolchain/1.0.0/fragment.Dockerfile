# Tools that many builds share sit in the core slot: they change with the distribution, not with the
# projects. Libraries are in light (see light/cpp-libs).
RUN --mount=type=cache,target=/var/cache/apt \
    --mount=type=cache,target=/var/lib/apt \
    --mount=type=tmpfs,target=/var/log \
    --mount=type=tmpfs,target=/tmp \
    set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get -o APT::Update::Error-Mode=any update; \
    apt-get install -y --no-install-recommends \
        g++ cmake ninja-build pkg-config make git; \
    rm -f /var/cache/ldconfig/aux-cache

# Programs find the compiler by these names, and messages are in one language wherever they are read.
ENV CC=gcc CXX=g++ CMAKE_GENERATOR=Ninja LC_ALL=C.UTF-8
