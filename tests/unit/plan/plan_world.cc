#include "tests/unit/plan/plan_world.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/digest.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

constexpr char kBuildId[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

ChainLayer LayerOf(const std::string& words, const std::string& below) {
  const std::vector<std::string> parts = absl::StrSplit(words, ' ');
  REQUIRE(parts.size() >= 2);
  ChainLayer layer;
  absl::string_view slot = parts[0];
  layer.stable = absl::ConsumeSuffix(&slot, "!");
  layer.slot = ParseSlot(std::string(slot)).value();
  layer.module_ref = parts[1];
  for (size_t i = 2; i < parts.size(); ++i) {
    const std::pair<std::string, std::string> argument = absl::StrSplit(parts[i], '=');
    layer.args[argument.first] = argument.second;
  }
  // Whether a slot is stable is the template's business: it does not enter the layer.
  layer.layer_digest = Sha256Hex(
      absl::StrCat(layer.module_ref, absl::StrJoin(layer.args, ",", absl::PairFormatter("="))));
  layer.key = Sha256Hex(absl::StrCat(below, "/", layer.layer_digest));
  return layer;
}

std::vector<LayerKey> KeysOf(const Chain& chain) {
  std::vector<LayerKey> keys = {{Sha256Hex("base"), "", ""}};
  for (const ChainLayer& layer : chain.layers) {
    keys.push_back({layer.key, layer.layer_digest, layer.module_ref});
  }
  return keys;
}

std::string RandomModule(std::mt19937_64* random, const std::string& slot, int names,
                         int versions) {
  std::string words = absl::StrCat(slot, " ", slot.substr(0, 3), Pick(random, names), "@1.",
                                   Pick(random, versions), ".0");
  if (Pick(random, 4) == 0) absl::StrAppend(&words, " A=", Pick(random, 2));
  return words;
}

Stack RandomStack(std::mt19937_64* random) {
  // Two templates: one with stable slots, one without.
  const bool stable = Pick(random, 3) > 0;
  Stack stack;
  for (const auto& [slot, most] : {std::make_pair("security", 2), {"core", 2}, {"light", 3}}) {
    const int layers = Pick(random, most + 1);
    for (int i = 0; i < layers; ++i) {
      std::string words = RandomModule(random, slot, 2, 2);
      if (stable && std::string(slot) != "light") words.insert(words.find(' '), "!");
      stack.push_back(words);
    }
  }
  if (Pick(random, 10) > 0) stack.push_back(RandomModule(random, "app", 8, 3));
  return stack;
}

}  // namespace

const Stack kWeb = {"security! ca@1.0.0", "core! python3@1.0.0", "light tini@1.0.0",
                    "app web@1.0.0"};
const Stack kApi = {"security! ca@1.0.0", "core! python3@1.0.0", "light tini@1.0.0",
                    "app api@1.0.0"};

Plan World::Go() const {
  auto plan = MakePlan(input);
  INFO(plan.status().ToString());
  REQUIRE(plan.ok());
  return *std::move(plan);
}

const PlannedJob* FindJob(const Plan& plan, const std::string& job_id) {
  for (const PlannedJob& job : plan.jobs) {
    if (job.spec.job_id == job_id) return &job;
  }
  return nullptr;
}

int Pick(std::mt19937_64* random, int below) {
  return static_cast<int>((*random)() % static_cast<uint64_t>(below));
}

BuildToPlan MakeBuild(const std::string& manifest_id, const Stack& stack,
                      const std::string& platform, const std::vector<std::string>& capabilities) {
  BuildToPlan build;
  build.manifest_id = manifest_id;
  build.platform = *ParsePlatform(platform);
  build.requires_ = capabilities;
  build.reason = "nothing is recorded for its build key";
  build.chain.base = "debian-12";
  build.chain.base_image = "registry.test/debian@sha256:" + Sha256Hex("debian " + platform);
  build.chain.recipe_digest = Sha256Hex("recipe");
  std::string below = Sha256Hex(platform);
  for (const std::string& words : stack) {
    build.chain.layers.push_back(LayerOf(words, below));
    below = build.chain.layers.back().key;
  }
  build.build_key = Sha256Hex(absl::StrCat(manifest_id, "|", below));
  return build;
}

SharedLayers SharedBy(const std::vector<BuildToPlan>& builds) {
  SharedLayers shared;
  for (const BuildToPlan& build : builds) shared.Add(build.manifest_id, KeysOf(build.chain));
  return shared;
}

LedgerLayer RowFor(const BuildToPlan& build, int position, int64_t generation) {
  const ChainLayer& layer = build.chain.layers.at(position - 1);
  LedgerLayer row;
  row.layer_key = layer.key;
  row.generation = generation;
  row.build_id = kBuildId;
  row.platform = build.platform.ToString();
  row.module_ref = layer.module_ref;
  row.repository = "registry.test/lif/layers";
  row.digest = "sha256:" + Sha256Hex(absl::StrCat(layer.key, generation));
  row.diff_ids = {row.digest};
  row.duration = absl::Seconds(8);
  return row;
}

std::string TextOf(const PlannedJob& job) {
  const JobSpec& spec = job.spec;
  return absl::StrCat(std::string(JobKindName(spec.kind)), " ", spec.job_id, " ", spec.manifest_id,
                      " ", spec.platform, " ", spec.pool, " needs ", absl::StrJoin(spec.needs, ","),
                      " ", std::string(LayerUseName(job.use)), " ", job.first, "-", job.last,
                      " on ", job.below);
}

std::vector<std::string> TextsOf(const std::vector<PlannedJob>& jobs) {
  std::vector<std::string> texts;
  for (const PlannedJob& job : jobs) texts.push_back(TextOf(job));
  return texts;
}

std::vector<BuildToPlan> RandomCatalog(std::mt19937_64* random, int manifests) {
  std::vector<BuildToPlan> builds;
  for (int i = 0; i < manifests; ++i) {
    const Stack stack = RandomStack(random);
    const std::string id = absl::StrCat("m", Pick(random, 1000), "-", i);
    std::vector<std::string> capabilities;
    if (Pick(random, 8) == 0) capabilities = {"gpu"};
    for (const char* platform : {"linux/amd64", "linux/arm64"}) {
      builds.push_back(MakeBuild(id, stack, platform, capabilities));
    }
  }
  return builds;
}

void AddRandomHistory(std::mt19937_64* random, const std::vector<BuildToPlan>& catalog,
                      PlanInput* input) {
  for (const BuildToPlan& build : catalog) {
    for (const int position : CutPositions(build, *input->shared)) {
      const std::string& key = build.chain.layers[position - 1].key;
      if (input->ledger.count(key) + input->spent.count(key) + input->live.count(key) > 0) continue;
      const int64_t generation = 1 + Pick(random, 3);
      if (Pick(random, 3) == 0) input->ledger[key] = RowFor(build, position, generation);
      if (Pick(random, 6) == 0) input->spent[key] = {1 + Pick(random, 3), "it is gone"};
      if (Pick(random, 6) == 0) {
        input->live[key] = {1 + Pick(random, 4), kBuildId, Pick(random, 5) == 0};
      }
    }
    if (Pick(random, 10) == 0) input->live[build.build_key] = {1, kBuildId, Pick(random, 3) == 0};
  }
}

}  // namespace lif
