# Every fragment starts as root in /, and its files/ directory is --from=module. Modes are set here:
# they depend on no one's umask. Root owns the code; the service only reads it.
COPY --from=module --chmod=0644 text_api.py gunicorn.conf.py /app/
COPY --from=module --chmod=0644 tests/ /app/tests/
COPY --from=module --chmod=0755 text-api /usr/local/bin/

# Bytecode that is checked by nothing: the usual kind stores the source's time of modification, which
# is rewritten when the layer is exported.
RUN chmod 0755 /app/tests; \
    python3 -m compileall -q --invalidation-mode unchecked-hash /app

# The argument becomes a default that an operator can still change with `docker run --env`.
ENV WEB_CONCURRENCY=$WORKERS

EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["http-probe", "http://127.0.0.1:8080/healthz"]

# ENTRYPOINT (tini) comes from the template; the app slot says what it starts.
CMD ["text-api"]
