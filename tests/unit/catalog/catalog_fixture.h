// A small catalog on disk that has no problem, for tests to spoil.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/catalog/catalog_loader.h"
#include "tests/support/temporary_directory.h"

namespace lif {

class CatalogFixture {
 public:
  CatalogFixture();

  // Writes a file; directories are made.
  void Write(const std::string& file, const std::string& text) const;
  // Replaces the first `from` in a file; a test that names what is not there fails by exception.
  void Replace(const std::string& file, const std::string& from, const std::string& to) const;
  void Remove(const std::string& file) const;

  LoadedCatalog Load() const;
  // What is wrong with the catalog, one line each.
  std::vector<std::string> Problems() const;

  std::string Path(const std::string& file) const { return directory_.path() + "/" + file; }
  const std::string& path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};

inline constexpr char kPython[] = "modules/core/python3/1.0.0/module.yaml";
inline constexpr char kPythonFragment[] = "modules/core/python3/1.0.0/fragment.Dockerfile";
inline constexpr char kApp[] = "modules/app/web-app/2.0.0/module.yaml";
inline constexpr char kAppFragment[] = "modules/app/web-app/2.0.0/fragment.Dockerfile";
inline constexpr char kTemplate[] = "templates/service/1.0.0.yaml";
inline constexpr char kManifest[] = "manifests/web.yaml";
inline constexpr char kBase[] = "bases/debian-12.yaml";

}  // namespace lif
