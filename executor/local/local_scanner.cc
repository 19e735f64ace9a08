#include "executor/local/local_scanner.h"

#include "absl/strings/str_cat.h"

namespace lif {
namespace {

constexpr char kUsual[] = "trivy";

}  // namespace

absl::StatusOr<LocalScanner> OpenLocalScanner(ProcessRunner& runner, const LocalOptions& options,
                                              const std::string& scratch, std::stop_token stop) {
  LocalScanner scanner;
  if (options.no_sbom) return scanner;
  const bool named = !options.sbom_scanner.empty();
  auto trivy = std::make_unique<TrivySbomGenerator>(
      runner, TrivyOptions{named ? options.sbom_scanner : kUsual, options.sbom_java_index});
  const absl::Status works = trivy->Check(scratch, std::move(stop));
  if (works.ok()) {
    scanner.generator = std::move(trivy);
    return scanner;
  }
  if (named || absl::IsCancelled(works)) return works;
  scanner.remark = absl::StrCat("no SBOM was made: ", works.message(),
                                "\nhere the flag is the environment's LIF_SBOM_SCANNER or "
                                "LIF_NO_SBOM=true; quickstart's .lif/bin/lif sets it");
  return scanner;
}

}  // namespace lif
