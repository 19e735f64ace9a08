#include "common/postgres/conninfo.h"

#include <string>

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("both forms of a connection string are read") {
  auto words = ConnInfo::Parse("host=db.example port=5433 dbname=lif user=me password='a b'");
  REQUIRE(words.ok());
  CHECK(words->Get("password") == "a b");
  CHECK(words->Describe() == "database lif at db.example:5433 as me");
  auto uri = ConnInfo::Parse("postgresql://me:a%20b@db.example:5433/lif");
  REQUIRE(uri.ok());
  CHECK(uri->Get("password") == "a b");
  CHECK(uri->Describe() == words->Describe());
}

TEST_CASE("defaults do not override, and quoting survives the way there and back") {
  auto info = ConnInfo::Parse("connect_timeout=3 password='it\\'s \\\\'");
  REQUIRE(info.ok());
  info->SetDefault("connect_timeout", "9");
  info->SetDefault("application_name", "it's \\ me");
  auto again = ConnInfo::Parse(info->ToDsn());
  REQUIRE(again.ok());
  CHECK(again->Get("connect_timeout") == "3");
  CHECK(again->Get("application_name") == "it's \\ me");
  CHECK(again->Get("password") == info->Get("password"));
}

TEST_CASE("what can't be read is refused without repeating the secret") {
  for (const std::string& text :
       {std::string("host='open password=hush"), std::string("nonsense=1 password=hush"),
        std::string("host=a\0password=hush", 20)}) {
    auto info = ConnInfo::Parse(text);
    REQUIRE_FALSE(info.ok());
    CHECK(info.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(std::string(info.status().message()).find("hush") == std::string::npos);
  }
}

TEST_CASE("a socket without a host is named") {
  CHECK(ConnInfo::Parse("dbname=lif")->Describe() == "database lif at the local socket");
  CHECK(ConnInfo::Parse("host=/run/x dbname=lif")->Describe() == "database lif at /run/x");
}

}  // namespace
}  // namespace lif
