# Rendered by lif from a manifest; a change here is lost.
# manifest: web
# digest: 6393dd71631314bc2ac42a530c7e8a03204402e3da896399eda50bdfb90e2a61
# platform: linux/amd64
# stitch: 1
FROM registry.test:5000/lif/layers@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc AS core-node

# web-app@1.0.0
FROM core-node AS app-web-app
USER 0:0
WORKDIR /
SHELL ["/bin/sh", "-c"]
ARG PORT="3000"
ARG TITLE="Field Notes"
# Arguments of lower modules end here.
ARG TARGETARCH="" VERSION=""
COPY --from=module-web-app --chmod=0644 app.js /srv/
RUN <<EOF
set -e
echo "port $PORT" > /srv/port
EOF
ENV PORT=$PORT
CMD node /srv/app.js

# service@1.0.0
FROM app-web-app AS image
ENV GREETING="a \"b\" \$HOME \\ c"
ENV LANG="C.UTF-8"
WORKDIR /srv
USER 10001:10001
EXPOSE 8080/tcp
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["/bin/sh", "-c", "node /srv/app.js"]
LABEL io.lif.base="debian-12"
LABEL io.lif.manifest-id="web"
LABEL io.lif.modules="certificates@1.0.0 node@1.0.0 web-app@1.0.0"
LABEL io.lif.template="service@1.0.0"
LABEL org.example.team="platform"
LABEL org.opencontainers.image.base.digest="sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
LABEL org.opencontainers.image.title="web"
