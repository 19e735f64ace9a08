#include "common/plan/shared_layers.h"

#include <algorithm>

#include "common/base/digest.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

std::vector<LayerKey> Chain(const std::vector<std::string>& words) {
  std::vector<LayerKey> chain = {{Sha256Hex("base"), "", ""}};
  for (const std::string& word : words) chain.push_back({Sha256Hex(word), "", ""});
  return chain;
}

TEST_CASE("a layer is shared when another manifest has it") {
  SharedLayers shared;
  shared.Add("web", Chain({"low", "web-app"}));
  CHECK_FALSE(shared.SharedBeyond("web", Sha256Hex("low")));
  shared.Add("api", Chain({"low", "api-app"}));
  CHECK(shared.SharedBeyond("web", Sha256Hex("low")));
  CHECK(shared.SharedBeyond("api", Sha256Hex("low")));
  CHECK_FALSE(shared.SharedBeyond("web", Sha256Hex("web-app")));
  CHECK_FALSE(shared.SharedBeyond("api", Sha256Hex("api-app")));
  CHECK(shared.layers() == 3);
}

TEST_CASE("a manifest that is not in the catalog shares with the one that is") {
  SharedLayers shared;
  shared.Add("web", Chain({"low"}));
  CHECK(shared.SharedBeyond("new", Sha256Hex("low")));
  CHECK_FALSE(shared.SharedBeyond("new", Sha256Hex("nothing")));
}

TEST_CASE("the base is no layer") {
  SharedLayers shared;
  shared.Add("web", Chain({}));
  shared.Add("api", Chain({}));
  CHECK(shared.layers() == 0);
  CHECK(shared.Owner(Sha256Hex("base")) == nullptr);
}

TEST_CASE("neither the order of adding nor adding twice shows") {
  std::vector<std::string> ids = {"a", "b", "c"};
  do {
    SharedLayers shared;
    for (int round = 0; round < 2; ++round) {
      for (const std::string& id : ids) {
        shared.Add(id, id == "c" ? Chain({"own"}) : Chain({"low", id}));
      }
    }
    CHECK(*shared.Owner(Sha256Hex("low")) == "a");
    CHECK(shared.SharedBeyond("a", Sha256Hex("low")));
    CHECK_FALSE(shared.SharedBeyond("c", Sha256Hex("own")));
    CHECK_FALSE(shared.SharedBeyond("b", Sha256Hex("b")));
    CHECK(shared.layers() == 4);
  } while (std::next_permutation(ids.begin(), ids.end()));
}

}  // namespace
}  // namespace lif
