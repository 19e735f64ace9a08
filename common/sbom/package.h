// A software package in an image, as its SBOM lists it.
#pragma once

#include <compare>
#include <string>

namespace lif {

struct Package {
  std::string type;     // of its purl: "deb", "npm", "pypi", …
  std::string name;     // "zlib1g", "@fastify/error"
  std::string version;  // "1:1.2.13.dfsg-1", with the epoch; "" unknown
  std::string arch;     // "amd64", "all"; "" where packages of the type have none
  std::string purl;     // package URL: "pkg:deb/debian/zlib1g@1.2.13.dfsg-1?arch=amd64&epoch=1"

  // By type, name, version, arch, purl.
  auto operator<=>(const Package&) const = default;
};

}  // namespace lif
