# Two scripts on perl-base, which is part of every Debian: no curl, and no library that would need
# security updates, for what a health check needs. --chmod: a mode that does not depend on the
# checkout's umask.
COPY --from=module --chmod=0755 http-probe with-service /usr/local/bin/
COPY --from=module --chmod=0644 HttpProbe.pm /usr/local/share/http-probe/
