// One parser for each kind of catalog file: YAML tree → model. They check what a file alone can
// tell; validate.h checks files against each other. Internal to common/catalog.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/catalog/field_reader.h"
#include "common/catalog/model.h"
#include "common/catalog/yaml_tree.h"

namespace lif {

struct CatalogHeader {
  int schema = 1;
  std::string name;
  CatalogVariables variables;
};

CatalogHeader ParseCatalogHeader(const YamlNode& root, FileContext* context);

// Where the base is pinned is also what update-base needs.
struct BaseSource {
  std::string image;   // repository
  std::string tag;     // "" when none is written
  std::string digest;  // "" when unpinned
  int line = 0;
};

struct ParsedBase {
  Base base;  // a platform that is not pinned has an empty digest
  std::map<Platform, BaseSource> sources;
};

// With `pinned`, a platform without a digest is a problem.
ParsedBase ParseBase(const YamlNode& root, bool pinned, FileContext* context);

// Without fragment and files.
Module ParseModule(const YamlNode& root, FileContext* context);

Template ParseTemplate(const YamlNode& root, FileContext* context);

// Platforms are empty when the file has none: what base and modules offer.
Manifest ParseManifest(const YamlNode& root, FileContext* context);

// Shared by the parsers.
std::vector<ImageTest> ReadTests(FieldReader* reader);
std::vector<Platform> ReadPlatforms(FieldReader* reader, const char* key);
std::vector<std::string> ReadCapabilities(FieldReader* reader, const char* key);
std::optional<Slot> ReadSlotName(const std::string& name, int line, const std::string& path,
                                 FileContext* context);
// "name@version"; problems are reported and leave both empty.
std::pair<std::string, std::string> SplitReference(const std::string& text, int line,
                                                   const std::string& path, FileContext* context);

const TextRule& NameRule();
const TextRule& VersionRule();
const TextRule& SummaryRule();
const TextRule& SafeValueRule();
const TextRule& ArgumentNameRule();

}  // namespace lif
