// The YAML reader, and the parser of each kind of catalog file on what it read.
#include "common/catalog/yaml_tree.h"

#include "common/catalog/file_parsers.h"
#include "tests/fuzz/problem_rules.h"

namespace lif {

void FuzzOne(std::string_view input) {
  std::vector<Problem> problems;
  YamlNode root;
  const bool good = ParseYaml(input, &root, &problems);
  FuzzRequire(good == problems.empty(), "what can't be read has a problem, and nothing else");
  RequireGoodProblems(problems, input);
  if (!good) return;
  const CatalogVariables variables = {{"registry", "registry.test/lif"}, {"python", "python3"}};
  const auto read = [&](auto parse) {
    std::vector<Problem> found;
    FileContext context;
    context.file = "f.yaml";
    context.variables = &variables;
    context.problems = &found;
    parse(root, &context);
    RequireGoodProblems(found, input);
  };
  read([](const YamlNode& node, FileContext* context) { ParseCatalogHeader(node, context); });
  read([](const YamlNode& node, FileContext* context) { ParseBase(node, true, context); });
  read([](const YamlNode& node, FileContext* context) { ParseModule(node, context); });
  read([](const YamlNode& node, FileContext* context) { ParseTemplate(node, context); });
  read([](const YamlNode& node, FileContext* context) { ParseManifest(node, context); });
}

}  // namespace lif
