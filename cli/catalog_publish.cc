// lif catalog publish: straight into PostgreSQL, with the publisher's own role; the control plane
// can't write.
#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/catalog_problems.h"
#include "cli/commands.h"
#include "cli/error_text.h"
#include "cli/text.h"
#include "common/base/status_macros.h"
#include "common/blobs/file_blob_store.h"
#include "common/catalog/catalog_loader.h"
#include "common/postgres/postgres_pool.h"
#include "common/postgres_catalog/catalog_publisher.h"

namespace lif {
namespace {

nlohmann::ordered_json CountJson(const PublishResult::Count& count) {
  return {{"published", count.published}, {"unchanged", count.unchanged}};
}

std::string ResultJson(const PublishResult& result) {
  const nlohmann::ordered_json json = {{"published", result.published()},
                                       {"unchanged", result.unchanged()},
                                       {"bases", CountJson(result.bases)},
                                       {"base_platforms", CountJson(result.base_platforms)},
                                       {"modules", CountJson(result.modules)},
                                       {"templates", CountJson(result.templates)},
                                       {"manifests", CountJson(result.manifests)},
                                       {"blobs_stored", result.blobs_stored}};
  return json.dump(2) + "\n";
}

// "published 3 manifests and 2 modules; 14 were there already"
std::string ResultText(const PublishResult& result) {
  const std::pair<const PublishResult::Count*, const char*> kinds[] = {
      {&result.manifests, "manifest"},
      {&result.modules, "module"},
      {&result.templates, "template"},
      {&result.bases, "base"},
      {&result.base_platforms, "base platform"}};
  std::vector<std::string> fresh;
  for (const auto& [count, noun] : kinds) {
    if (count->published > 0) fresh.push_back(CountText(count->published, noun));
  }
  if (fresh.empty()) {
    return absl::StrCat("nothing is new: all ", result.unchanged(), " were published already\n");
  }
  return absl::StrCat(
      "published ", absl::StrJoin(fresh, ", "),
      result.unchanged() > 0 ? absl::StrCat("; ", result.unchanged(), " were there already") : "",
      "\n");
}

class CatalogPublishCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"catalog", "publish"}; }
  std::string Summary() const override {
    return "Check a catalog and publish what is new in it; what is published never changes";
  }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "DIR", .help = "Directory with catalog.yaml", .required = true},
                 &directory_);
    options->Add({.name = "--publisher-dsn",
                  .value = "DSN",
                  .help = "PostgreSQL as lif_publisher; LIF_POSTGRES_DSN is read when it is unset",
                  .env = "LIF_PUBLISHER_DSN",
                  .secret = true},
                 &dsn_);
    options->Add({.name = "--blob-dir",
                  .value = "DIR",
                  .help = "The factory's blobs, for the files of modules",
                  .env = "LIF_BLOB_DIR",
                  .required = true},
                 &blob_dir_);
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    LIF_ASSIGN_OR_RETURN(const std::string dsn, Dsn(context));
    LIF_ASSIGN_OR_RETURN(const LoadedCatalog loaded, LoadCatalog(directory_));
    const Terminal& terminal = context.terminal;
    if (!loaded.problems.empty()) {
      if (context.json()) terminal.out(CatalogReportJson(loaded));
      terminal.err(RenderProblems(loaded.problems, terminal.err_style) + "nothing was published\n");
      return ExitCode::kFailed;
    }
    const absl::StatusOr<PublishResult> result = Publish(loaded, dsn);
    if (absl::IsAlreadyExists(result.status())) {
      // The command line is right, and the catalog is not: as with problems that a check finds.
      terminal.err(ErrorText(result.status(), terminal.err_style));
      return ExitCode::kFailed;
    }
    LIF_RETURN_IF_ERROR(result.status());
    terminal.out(context.json() ? ResultJson(*result) : ResultText(*result));
    return ExitCode::kOk;
  }

 private:
  absl::StatusOr<std::string> Dsn(const CliContext& context) const {
    if (!dsn_.empty()) return dsn_;
    const auto other = context.environment("LIF_POSTGRES_DSN");
    if (other && !other->empty()) return *other;
    return absl::InvalidArgumentError(
        "no database is named\ngive the connection string of the role lif_publisher in "
        "LIF_PUBLISHER_DSN");
  }

  absl::StatusOr<PublishResult> Publish(const LoadedCatalog& loaded, const std::string& dsn) const {
    std::map<std::string, std::string> paths;  // by sha256
    for (const CatalogBlob& blob : loaded.blobs) paths[blob.sha256] = blob.path;
    PostgresOptions options;
    options.dsn = dsn;
    options.application_name = "lif catalog publish";
    options.max_connections = 1;
    options.statement_timeout = absl::Minutes(2);
    PostgresPool pool(options);
    FileBlobStore blobs(blob_dir_);
    const PublishRequest request{loaded.catalog, [&paths](const Module&, const ModuleFile& file) {
                                   const auto found = paths.find(file.sha256);
                                   return found == paths.end() ? std::string() : found->second;
                                 }};
    return CatalogPublisher(pool, blobs).Publish(request);
  }

  std::string directory_;
  std::string dsn_;
  std::string blob_dir_;
};

}  // namespace

std::unique_ptr<Command> MakeCatalogPublishCommand() {
  return std::make_unique<CatalogPublishCommand>();
}

}  // namespace lif
