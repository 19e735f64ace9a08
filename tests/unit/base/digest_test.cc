#include "common/base/digest.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("SHA-256 of the examples of FIPS 180-4", "[base]") {
  CHECK(Sha256Hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(Sha256Hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("Streaming gives the digest of the whole", "[base]") {
  Sha256Stream stream;
  stream.Update("a");
  stream.Update("");
  stream.Update("bc");
  CHECK(stream.FinishHex() == Sha256Hex("abc"));
}

TEST_CASE("What is 64 hexadecimal digits", "[base]") {
  CHECK(IsSha256Hex(std::string(64, 'a')));
  CHECK_FALSE(IsSha256Hex(std::string(63, 'a')));
  CHECK_FALSE(IsSha256Hex(std::string(65, 'a')));
  CHECK_FALSE(IsSha256Hex(std::string(64, 'A')));
  CHECK_FALSE(IsSha256Hex(std::string(64, 'g')));
}

TEST_CASE("An OCI digest is sha256 and 64 digits, else the error says so", "[base]") {
  CHECK(CheckOciDigest("sha256:" + std::string(64, '0')).ok());
  for (const std::string& text :
       {std::string(), std::string(64, '0'), std::string("sha256:0"),
        "sha512:" + std::string(64, '0'), "sha256:" + std::string(64, 'F')}) {
    absl::Status status = CheckOciDigest(text);
    CHECK(absl::IsInvalidArgument(status));
    CHECK(std::string(status.message())
              .find("is not a digest; write sha256: and 64 lower-case "
                    "hexadecimal digits") != std::string::npos);
  }
}

TEST_CASE("Canonical values are netstrings", "[base]") {
  CanonicalEncoder encoder("tag.v1");
  encoder.Add("").Add("café").AddInt(-30).AddList({"a", "bb"}).AddMap({{"k", "v"}, {"B", ""}});
  CHECK(encoder.bytes() == "6:tag.v1,0:,5:café,3:-30,1:2,1:a,2:bb,1:2,1:B,0:,1:k,1:v,");
  CHECK(encoder.Sha256() == Sha256Hex(encoder.bytes()));
}

TEST_CASE("No two sequences of values have one canonical form", "[base]") {
  CHECK(CanonicalEncoder("t").Add("ab").Add("c").bytes() !=
        CanonicalEncoder("t").Add("a").Add("bc").bytes());
  CHECK(CanonicalEncoder("t").AddList({"a"}).AddList({}).bytes() !=
        CanonicalEncoder("t").AddList({}).AddList({"a"}).bytes());
  CHECK(CanonicalEncoder("t").Add("1:a,").bytes() != CanonicalEncoder("t").AddList({"a"}).bytes());
}

}  // namespace
}  // namespace lif
