COPY --from=module --chmod=0644 nginx.conf /etc/nginx/nginx.conf
COPY --from=module site/ /app/site/

# Directories that COPY creates are open to whoever the checkout's umask says: set modes in one place.
# The title is the one thing on the pages that a manifest chooses. Its value can hold nothing that
# means anything to sed or HTML: the factory allows letters, digits and a few signs in arguments.
RUN set -eu; \
    find /app/site -type d -exec chmod 0755 {} +; \
    find /app/site -type f -exec chmod 0644 {} +; \
    find /app/site -name '*.html' -exec sed -i "s|@SITE_TITLE@|$SITE_TITLE|g" {} +

EXPOSE 8080
# For nginx SIGQUIT is the graceful end: requests in flight finish. SIGTERM works too, at once.
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=10s --timeout=5s CMD ["http-probe", "http://127.0.0.1:8080/healthz"]
CMD ["nginx"]
