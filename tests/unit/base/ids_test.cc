#include "common/base/ids.h"

#include <set>

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("ULIDs sort by time and never repeat", "[base]") {
  std::set<std::string> seen;
  std::string last;
  for (int i = 0; i < 1000; ++i) {
    std::string ulid = NewUlid(absl::FromUnixMillis(1469918176385 + i));
    CHECK(IsUlid(ulid));
    CHECK(seen.insert(ulid).second);
    CHECK(last < ulid);
    last = ulid;
  }
}

TEST_CASE("The time of a ULID is that of its specification", "[base]") {
  CHECK(NewUlid(absl::FromUnixMillis(1469918176385)).substr(0, 10) == "01ARYZ6S41");
  CHECK(NewUlid(absl::UnixEpoch()).substr(0, 10) == "0000000000");
}

TEST_CASE("What is a ULID", "[base]") {
  CHECK(IsUlid("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
  CHECK(IsUlid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
  for (const char* text : {"", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
                           "81ARZ3NDEKTSV4RRFFQ69G5FAV", "01arz3ndektsv4rrffq69g5fav",
                           "01ARZ3NDEKTSV4RRFFQ69G5FAI", "01ARZ3NDEKTSV4RRFFQ69G5FA/"}) {
    CAPTURE(text);
    CHECK_FALSE(IsUlid(text));
  }
}

TEST_CASE("What is a name", "[base]") {
  for (const std::string& text :
       {std::string("a"), std::string("0"), std::string("python-3.11_x"), std::string(100, 'a')}) {
    CAPTURE(text);
    CHECK(IsName(text));
  }
  for (const std::string& text :
       {std::string(), std::string(101, 'a'), std::string("-a"), std::string(".a"),
        std::string("A"), std::string("a/b"), std::string("a b"), std::string("a\n"),
        std::string("é"), std::string("a\0", 2)}) {
    CAPTURE(text);
    CHECK_FALSE(IsName(text));
  }
}

}  // namespace
}  // namespace lif
