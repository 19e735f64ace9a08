COPY --from=module --chmod=0644 nginx.conf /etc/nginx/nginx.conf
COPY --from=module --chmod=0644 test/backend.conf /app/test/

RUN set -eu; \
    chmod 0755 /app/test; \
    sed -i "s|@UPSTREAM@|$UPSTREAM|" /etc/nginx/nginx.conf

EXPOSE 8080
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=10s --timeout=5s CMD ["http-probe", "http://127.0.0.1:8080/healthz"]
CMD ["nginx"]
