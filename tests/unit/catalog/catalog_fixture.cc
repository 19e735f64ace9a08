#include "tests/unit/catalog/catalog_fixture.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "common/base/file_util.h"

namespace lif {
namespace {

const std::map<std::string, std::string>& Files() {
  static const std::string kAmd64(64, 'a');
  static const std::string kArm64(64, 'b');
  static const std::map<std::string, std::string> kFiles = {
      {"catalog.yaml",
       "schema: 1\n"
       "name: test\n"
       "variables:\n"
       "  registry: registry.test/lif\n"
       "  python: python3-minimal\n"},
      {"bases/debian-12.yaml",
       "# The base of all.\n"
       "name: debian-12\n"
       "epoch: 1767225600\n"
       "platforms:\n"
       "  linux/amd64:\n"
       "    image: ${{ registry }}/debian:12\n"
       "    digest: sha256:" +
           kAmd64 +
           "\n"
           "  linux/arm64:\n"
           "    image: ${{ registry }}/debian:12\n"
           "    digest: sha256:" +
           kArm64 + "\n"},
      {"modules/security/certificates/1.0.0/module.yaml",
       "name: certificates\n"
       "version: 1.0.0\n"
       "slot: security\n"
       "summary: Roots of trust\n"
       "provides: [SSL_CERT_FILE]\n"},
      {"modules/security/certificates/1.0.0/fragment.Dockerfile",
       "RUN apt-get install -y ca-certificates\n"
       "ENV SSL_CERT_FILE=/etc/ssl/ca.crt\n"},
      {"modules/core/python3/1.0.0/module.yaml",
       "name: python3\n"
       "version: 1.0.0\n"
       "slot: core\n"
       "summary: Python\n"
       "args:\n"
       "  PACKAGES: ${{ python }}\n"
       "needs:\n"
       "  certificates: ^1.0.0\n"},
      {"modules/core/python3/1.0.0/fragment.Dockerfile",
       "RUN apt-get install -y $PACKAGES\n"
       "ENV REQUESTS_CA_BUNDLE=$SSL_CERT_FILE\n"},
      {"modules/app/web-app/2.0.0/module.yaml",
       "name: web-app\n"
       "version: 2.0.0\n"
       "slot: app\n"
       "summary: The app\n"
       "args:\n"
       "  PORT: 8080\n"
       "tests:\n"
       "  - name: answers\n"
       "    run: [python3, /srv/app.py, --check]\n"
       "    expect_stdout: ok\n"
       "    timeout: 1500ms\n"
       "    network: loopback\n"},
      {"modules/app/web-app/2.0.0/fragment.Dockerfile",
       "COPY --from=module app.py /srv/\n"
       "ENV PORT=$PORT\n"
       "CMD [\"python3\", \"/srv/app.py\"]\n"},
      {"modules/app/web-app/2.0.0/files/app.py", "print('ok')\n"},
      {"templates/service/1.0.0.yaml",
       "name: service\n"
       "version: 1.0.0\n"
       "summary: A service\n"
       "slots:\n"
       "  - {slot: security, required: true, stable: true}\n"
       "  - {slot: core, required: true, stable: true}\n"
       "  - {slot: app, required: true}\n"
       "config:\n"
       "  user: \"10001:10001\"\n"
       "  expose: [8080]\n"},
      {"manifests/web.yaml",
       "id: web\n"
       "summary: The web\n"
       "template: service@1.0.0\n"
       "base: debian-12\n"
       "modules:\n"
       "  security:\n"
       "    - certificates@1.0.0\n"
       "  core:\n"
       "    - python3@1.0.0\n"
       "  app:\n"
       "    - module: web-app@2.0.0\n"
       "      args: {PORT: 3000}\n"},
  };
  return kFiles;
}

}  // namespace

CatalogFixture::CatalogFixture() {
  for (const auto& [file, text] : Files()) Write(file, text);
}

void CatalogFixture::Write(const std::string& file, const std::string& text) const {
  std::filesystem::create_directories(std::filesystem::path(Path(file)).parent_path());
  std::ofstream(Path(file), std::ios::binary) << text;
}

void CatalogFixture::Replace(const std::string& file, const std::string& from,
                             const std::string& to) const {
  std::string text = *ReadFile(Path(file), 1 << 20);
  size_t at = text.find(from);
  if (at == std::string::npos) throw std::invalid_argument(file + " has no " + from);
  Write(file, text.replace(at, from.size(), to));
}

void CatalogFixture::Remove(const std::string& file) const {
  std::filesystem::remove_all(Path(file));
}

LoadedCatalog CatalogFixture::Load() const {
  return *LoadCatalog(path());
}

std::vector<std::string> CatalogFixture::Problems() const {
  std::vector<std::string> messages;
  for (const Problem& problem : Load().problems) messages.push_back(problem.ToString());
  return messages;
}

}  // namespace lif
