#include "executor/spool_codec.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "tests/contracts/record_store_contract.h"
#include "tests/contracts/test_record.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("Output that is no UTF-8 and times that are unknown fit into the spool", "[spool]") {
  SpoolDocument document;
  document.record = TestRecord(1, "a");
  document.record.failure.message = "bad \xff byte";
  document.record.failure.exit_code = std::nullopt;
  document.record.submitted = absl::InfinitePast();
  document.log_tail = {"\xc3"};
  const auto read = DecodeSpoolDocument(EncodeSpoolDocument(document));
  INFO(read.status().ToString());
  REQUIRE(read.ok());
  CHECK(read->record.failure.message == "bad \xef\xbf\xbd byte");
  CHECK_FALSE(read->record.failure.exit_code.has_value());
  CHECK(read->record.submitted == absl::InfinitePast());
  CHECK(read->log_tail == std::vector<std::string>{"\xef\xbf\xbd"});
}

TEST_CASE("A result that was spooled before layers had jobs is read as an image's", "[spool]") {
  SpoolDocument document;
  document.record = TestRecord(1, "a");
  document.record.layers.clear();
  const std::string bytes = EncodeSpoolDocument(document);
  nlohmann::json json = nlohmann::json::parse(bytes.substr(bytes.find('\n') + 1));
  json["version"] = 1;
  json.erase("layer");
  for (const char* key : {"kind", "base_image", "image_size", "bytes_pushed", "bytes_pulled",
                          "bytes_unpacked", "saved_layers", "saved_us"}) {
    json["record"].erase(key);
  }
  const std::string text = json.dump();
  const auto read = DecodeSpoolDocument(absl::StrCat(Sha256Hex(text), "\n", text));
  INFO(read.status().ToString());
  REQUIRE(read.ok());
  CHECK(read->record.build_id == document.record.build_id);
  CHECK(read->record.kind == JobKind::kImage);
  CHECK(read->record.image_size == 0);
  CHECK_FALSE(read->layer.has_value());
}

TEST_CASE("A result of another version, or of another shape, is refused in words", "[spool]") {
  const auto decode = [](std::string text) {
    return DecodeSpoolDocument(absl::StrCat(Sha256Hex(text), "\n", text)).status();
  };
  CHECK(absl::IsDataLoss(decode("{\"version\": 3}")));
  CHECK(std::string(decode("{\"version\": 3}").message()).find("version 3") != std::string::npos);
  for (const char* text :
       {"", "{", "[]", "null", "{}", "{\"version\": 1}", "{\"version\": \"1\"}"}) {
    INFO(text);
    CHECK(absl::IsDataLoss(decode(text)));
  }
  CHECK(absl::IsDataLoss(DecodeSpoolDocument("").status()));
  CHECK(absl::IsDataLoss(DecodeSpoolDocument("{\"version\": 1}").status()));
}

}  // namespace
}  // namespace lif
