#include "tests/unit/stitch/stitch_fixture.h"

namespace lif {

Module TestModule(Slot slot, const std::string& name, const std::string& fragment) {
  Module module;
  module.name = name;
  module.version = "1.0.0";
  module.slot = slot;
  module.summary = "Module " + name;
  module.platforms = {{"linux", "amd64"}, {"linux", "arm64"}};
  module.fragment = fragment;
  return module;
}

void Push(ResolvedManifest* manifest, const Module& module) {
  manifest->manifest.modules[module.slot].push_back({module.name, module.version, {}});
  manifest->stack.push_back({module, module.args});
}

ResolvedManifest EmptyManifest() {
  ResolvedManifest manifest;
  manifest.manifest.id = "web";
  manifest.manifest.summary = "The web";
  manifest.manifest.template_name = "service";
  manifest.manifest.template_version = "1.0.0";
  manifest.manifest.base = "debian-12";
  manifest.manifest.platforms = {{"linux", "amd64"}, {"linux", "arm64"}};
  manifest.image_template.name = "service";
  manifest.image_template.version = "1.0.0";
  for (Slot slot : {Slot::kSecurity, Slot::kCore, Slot::kLight, Slot::kApp}) {
    manifest.image_template.slots.push_back({slot, false, false});
  }
  manifest.base.name = "debian-12";
  manifest.base.epoch = 1767225600;
  manifest.base.platforms[{"linux", "amd64"}] = {"registry.test:5000/lif/debian",
                                                 "sha256:" + std::string(64, 'a')};
  manifest.base.platforms[{"linux", "arm64"}] = {"registry.test:5000/lif/debian",
                                                 "sha256:" + std::string(64, 'b')};
  return manifest;
}

ResolvedManifest FullManifest() {
  ResolvedManifest manifest = EmptyManifest();
  Module certificates = TestModule(Slot::kSecurity, "certificates",
                                   "# Roots of trust.\n"
                                   "RUN --mount=type=cache,target=/var/cache/apt \\\n"
                                   "    # comments stay\n"
                                   "    --mount=type=tmpfs,target=/tmp,size=1048576 \\\n"
                                   "    apt-get install -y ca-certificates=$VERSION\n"
                                   "ENV SSL_CERT_FILE=/etc/ssl/ca.crt\n");
  certificates.args = {{"VERSION", "20230311"}};
  certificates.provides = {"SSL_CERT_FILE"};
  Push(&manifest, certificates);

  Module node = TestModule(Slot::kCore, "node",
                           "SHELL [\"/bin/bash\", \"-euc\"]\n"
                           "RUN --mount=type=secret,target=/run/secrets/npm-token,mode=0400 "
                           "--network=none install-node $TARGETARCH\n"
                           "USER node\n"
                           "WORKDIR /srv\n");
  node.secrets = {{"npm-token", "2"}};
  Push(&manifest, node);

  Module app = TestModule(Slot::kApp, "web-app",
                          "COPY --from=module --chmod=0644 app.js /srv/\n"
                          "RUN <<EOF\n"
                          "set -e\n"
                          "echo \"port $PORT\" > /srv/port\n"
                          "EOF\n"
                          "ENV PORT=$PORT\n"
                          "CMD node /srv/app.js");
  app.args = {{"PORT", "8080"}, {"TITLE", "Field Notes"}};
  app.files = {{"app.js", std::string(64, '1'), 10, false}};
  Push(&manifest, app);
  manifest.stack.back().args["PORT"] = "3000";

  ImageConfig& config = manifest.image_template.config;
  config.user = "10001:10001";
  config.workdir = "/srv";
  config.entrypoint = {{"/usr/bin/tini", "--"}};
  config.env = {{"GREETING", "a \"b\" $HOME \\ c"}, {"LANG", "C.UTF-8"}};
  config.labels = {{"org.example.team", "platform"}};
  config.expose = {"8080/tcp"};
  return manifest;
}

RenderOptions Amd64() {
  return {{"linux", "amd64"}, Recipe()};
}

std::string TextOrError(const ResolvedManifest& manifest, const RenderOptions& options) {
  auto rendered = RenderDockerfile(manifest, options);
  return rendered.ok() ? rendered->text : std::string(rendered.status().message());
}

}  // namespace lif
