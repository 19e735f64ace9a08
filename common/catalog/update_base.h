// Copies a catalog with the digests of a base put in: `lif catalog update-base NAME --into DIR`.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/platform.h"
#include "common/catalog/model.h"

namespace lif {

// What a base asks the registry for.
struct BaseReference {
  std::string image;  // repository, variables resolved
  std::string tag;    // "latest" when none is written
};

// The references of base `name` in catalog `directory`, by platform.
// NOT_FOUND with near matches; INVALID_ARGUMENT when its file is malformed.
absl::StatusOr<std::map<Platform, BaseReference>> ReadBaseReferences(const std::string& directory,
                                                                     const std::string& name);

struct BaseUpdate {
  std::string source;                          // catalog to copy from
  std::string target;                          // made when missing; may be `source`
  std::string name;                            // of the base
  std::map<Platform, BasePlatform> platforms;  // what to write
};

// Copies source to target (files that are there are replaced, others stay) and writes image and
// digest of each given platform into target's bases/<name>.yaml. Platforms of the file that are not
// given are taken out; comments and all other files stay byte by byte. INVALID_ARGUMENT when no
// platform is given or a digest is malformed, NOT_FOUND when the base is not there.
absl::Status UpdateBase(const BaseUpdate& update);

// The text of a base file with `platforms` in place of its own. Pure.
absl::StatusOr<std::string> RewriteBase(const std::string& text,
                                        const std::map<Platform, BasePlatform>& platforms);

}  // namespace lif
