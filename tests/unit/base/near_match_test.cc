#include "common/base/near_match.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

using Names = std::vector<std::string>;

TEST_CASE("Near names come best first, then by alphabet", "[base]") {
  const Names slots = {"security", "core", "light", "app"};
  CHECK(NearMatches("cor", slots) == Names{"core"});
  CHECK(NearMatches("ocre", slots) == Names{"core"});  // two letters swapped
  CHECK(NearMatches("secruity", slots) == Names{"security"});
  CHECK(NearMatches("database", slots).empty());
  CHECK(NearMatches("", slots).empty());
  CHECK(NearMatches("bat", {"cat", "bat", "bar", "hat"}) == Names{"bat", "bar", "cat"});
  CHECK(NearMatches("bat", {"cat", "bat", "bar", "hat"}, 1) == Names{"bat"});
  CHECK(NearMatches("bt", {"bat", "bat"}) == Names{"bat"});  // once, however often it is offered
}

TEST_CASE("Words without end match nothing and cost nothing", "[base]") {
  CHECK(NearMatches(std::string(1000000, 'a'), {std::string(1000000, 'a')}).empty());
  CHECK(NearMatches("a", {std::string(1000000, 'a')}).empty());
}

TEST_CASE("Near names are told as a question", "[base]") {
  CHECK(DidYouMean("cor", {"core", "light"}) == "; did you mean 'core'?");
  CHECK(DidYouMean("bat", {"bat", "bar", "cat"}) == "; did you mean 'bat', 'bar' or 'cat'?");
  CHECK(DidYouMean("bat", {"bar", "cat"}) == "; did you mean 'bar' or 'cat'?");
  CHECK(DidYouMean("x-y-z", {"core"}).empty());
}

}  // namespace
}  // namespace lif
