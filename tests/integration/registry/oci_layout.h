// A tiny image as an OCI layout directory (OCI image-layout 1.0.0), made by hand.
#pragma once

#include <string>
#include <vector>

namespace lif {

struct OciLayout {
  std::string directory;
  std::string digest;                  // of what index.json names
  std::vector<std::string> manifests;  // digest of each architecture's image manifest
};

// One architecture makes a single image, more an index; `content` is the layer's bytes.
OciLayout WriteOciLayout(const std::string& directory, const std::vector<std::string>& arches,
                         const std::string& content);

}  // namespace lif
