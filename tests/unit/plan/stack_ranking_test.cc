#include "common/plan/stack_ranking.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

const Platform kAmd64{"linux", "amd64"};
const Platform kArm64{"linux", "arm64"};

// Layers named by their keys; those in capitals are stable.
Chain ChainOf(const std::string& layers) {
  Chain chain;
  for (const char c : layers) {
    ChainLayer layer;
    layer.key = std::string(1, c);
    layer.stable = c >= 'A' && c <= 'Z';
    chain.layers.push_back(layer);
  }
  return chain;
}

std::string Keys(const Chain& chain) {
  std::string keys;
  for (const ChainLayer& layer : chain.layers) keys += layer.key;
  return keys;
}

TEST_CASE("stacks end with the topmost stable layer, and the least manifest stands for them") {
  StackCollector collector;
  collector.Add("web", kAmd64, "k1", ChainOf("ABx"));
  collector.Add("api", kAmd64, "k2", ChainOf("ABy"));
  collector.Add("tool", kAmd64, "k3", ChainOf("AxCy"));
  collector.Add("none", kAmd64, "k4", ChainOf("xy"));
  const std::vector<Stack> stacks = collector.Take();
  REQUIRE(stacks.size() == 2);
  CHECK(stacks[0].key == "B");
  CHECK(Keys(stacks[0].chain) == "AB");
  CHECK(stacks[0].manifests == 2);
  CHECK(stacks[0].manifest_id == "api");
  CHECK(stacks[0].build_key == "k2");
  CHECK(Keys(stacks[1].chain) == "AxC");
  CHECK(collector.Take().empty());
}

TEST_CASE("stacks rank by manifests times cost, then by platform and key") {
  StackCollector collector;
  collector.Add("a", kAmd64, "k", ChainOf("D"));
  collector.Add("b", kAmd64, "k", ChainOf("D"));
  collector.Add("c", kArm64, "k", ChainOf("A"));
  collector.Add("d", kAmd64, "k", ChainOf("C"));
  collector.Add("e", kAmd64, "k", ChainOf("BE"));
  const auto ranked = RankStacks(collector.Take(), [](const Stack&, const ChainLayer& layer) {
    return layer.key == "E" ? absl::Seconds(30) : absl::Seconds(10);
  });
  REQUIRE(ranked.size() == 4);
  CHECK(ranked[0].stack.key == "E");
  CHECK(ranked[0].cost == absl::Seconds(40));
  CHECK(ranked[1].stack.key == "D");
  CHECK(ranked[1].rank == absl::Seconds(20));
  CHECK(ranked[2].stack.key == "C");
  CHECK(ranked[3].stack.key == "A");
}

}  // namespace
}  // namespace lif
