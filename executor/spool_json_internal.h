// The record and the ledger's row of a spooled result as JSON. What reads throws std::exception
// when the document is not of that shape. Internal to spool_codec.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "common/records/layer_ledger.h"
#include "common/records/record.h"

namespace lif::spool_json {

using Json = nlohmann::json;

// Unix microseconds; null for a time that is not known.
Json TimeJson(absl::Time time);
absl::Time TimeOf(const Json& json);

Json RecordJson(const Record& record);
// `version` of the document: what came with a later one has its default.
Record RecordOf(const Json& json, int version);

Json LedgerJson(const std::optional<LedgerLayer>& layer);
std::optional<LedgerLayer> LedgerOf(const Json& json);

template <typename T, typename ToJson>
Json ListJson(const std::vector<T>& items, ToJson to_json) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(to_json(item));
  return list;
}

template <typename T>
std::vector<T> ListOf(const Json& json, T (*of)(const Json&)) {
  std::vector<T> items;
  for (const Json& item : json) items.push_back(of(item));
  return items;
}

}  // namespace lif::spool_json
