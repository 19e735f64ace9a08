COPY --from=module --chmod=0755 build-project /usr/local/bin/
COPY --from=module example/ /app/example/

ENV BUILD_TYPE=$BUILD_TYPE

# The tool proves itself where it is made: the layer exists only if the example builds and passes its
# tests. All that comes of it is on tmpfs and leaves nothing behind.
RUN --mount=type=tmpfs,target=/tmp \
    set -eu; \
    chmod -R a+rX,go-w /app/example; \
    TMPDIR=/tmp build-project /app/example /tmp/out; \
    /tmp/out/bin/greet factory | grep -x 'Hello, factory!'

CMD ["build-project", "/src", "/out"]
