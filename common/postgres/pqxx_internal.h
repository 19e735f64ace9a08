// What differs between libpqxx 6.4 (Debian 12) and 7.x (Debian 13), in one place. Only for .cc
// files of common/postgres.
#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

namespace lif {

#if PQXX_VERSION_MAJOR >= 7

inline pqxx::result ExecWithParams(pqxx::transaction_base& transaction, const std::string& sql,
                                   const std::vector<std::optional<std::string>>& values) {
  pqxx::params params;
  for (const std::optional<std::string>& value : values) {
    if (value) {
      params.append(*value);
    } else {
      params.append();
    }
  }
#if PQXX_VERSION_MAJOR > 7 || PQXX_VERSION_MINOR >= 10
  return transaction.exec(sql, params);
#else
  return transaction.exec_params(sql, params);
#endif
}

#else

inline pqxx::result ExecWithParams(pqxx::transaction_base& transaction, const std::string& sql,
                                   const std::vector<std::optional<std::string>>& values) {
  std::vector<const char*> pointers;
  pointers.reserve(values.size());
  for (const std::optional<std::string>& value : values) {
    pointers.push_back(value ? value->c_str() : nullptr);
  }
  return transaction.exec_params(sql, pqxx::prepare::make_dynamic_params(pointers));
}

#endif

}  // namespace lif
