#include "common/log/redact.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("redact: passwords of URLs and connection strings are masked") {
  CHECK(RedactSecrets("redis://lif:s3cr3t@127.0.0.1:6379") == "redis://lif:***@127.0.0.1:6379");
  CHECK(RedactSecrets("postgresql://u:p@ss@h:5432/db?sslmode=require") ==
        "postgresql://u:***@h:5432/db?sslmode=require");
  CHECK(RedactSecrets("host=/run user=lif password=s3cr3t dbname=lif") ==
        "host=/run user=lif password=*** dbname=lif");
  CHECK(RedactSecrets("password = 'a b\\'c' dbname=lif") == "password = *** dbname=lif");
  CHECK(RedactSecrets("unix:///run/redis.sock?user=lif&password=x&db=0") ==
        "unix:///run/redis.sock?user=lif&password=***&db=0");
  CHECK(RedactSecrets("PASSWORD=abc") == "PASSWORD=***");
  CHECK(RedactSecrets("one redis://a:b@h/0 and two redis://c:d@h/1") ==
        "one redis://a:***@h/0 and two redis://c:***@h/1");
}

TEST_CASE("redact: what holds no password is left alone") {
  for (const char* text :
       {"", "http://127.0.0.1:7400/metrics", "redis://user@host:6379", "password",
        "wrong password for user lif", "password=", "a://", "://:@"}) {
    CHECK(RedactSecrets(text) == text);
    CHECK_FALSE(ContainsSecret(text));
  }
  CHECK(ContainsSecret("redis://lif:s@h"));
}

}  // namespace
}  // namespace lif
