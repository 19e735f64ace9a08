// lif catalog check
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/catalog_problems.h"
#include "cli/commands.h"
#include "cli/text.h"
#include "common/base/status_macros.h"
#include "common/catalog/catalog_loader.h"

namespace lif {
namespace {

class CatalogCheckCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"catalog", "check"}; }
  std::string Summary() const override {
    return "Check a catalog's directory; lists every problem with its file and line";
  }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "DIR", .help = "Directory with catalog.yaml", .required = true},
                 &directory_);
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    LIF_ASSIGN_OR_RETURN(const LoadedCatalog loaded, LoadCatalog(directory_));
    const Terminal& terminal = context.terminal;
    if (context.json()) {
      terminal.out(CatalogReportJson(loaded));
    } else if (loaded.problems.empty()) {
      terminal.out(absl::StrCat(terminal.out_style.Paint(Tone::kGood, terminal.out_style.Tick()),
                                " ", directory_, ": ", CatalogCounts(loaded.catalog), "\n"));
    } else {
      terminal.out(RenderProblems(loaded.problems, terminal.out_style));
    }
    return loaded.problems.empty() ? ExitCode::kOk : ExitCode::kFailed;
  }

 private:
  std::string directory_;
};

}  // namespace

std::unique_ptr<Command> MakeCatalogCheckCommand() {
  return std::make_unique<CatalogCheckCommand>();
}

}  // namespace lif
