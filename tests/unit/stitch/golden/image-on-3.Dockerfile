# Rendered by lif from a manifest; a change here is lost.
# manifest: web
# digest: 6393dd71631314bc2ac42a530c7e8a03204402e3da896399eda50bdfb90e2a61
# platform: linux/amd64
# stitch: 1
FROM registry.test:5000/lif/layers@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc AS app-web-app

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
