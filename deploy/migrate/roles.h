// The roles of the factory (design.md §2), and what only a superuser can give and take.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/postgres/sql.h"

namespace lif {

// lif_owner first.
const std::vector<std::string>& FactoryRoles();

// Passwords by role: lines "lif_owner=…" of a file that only its owner may read; '#' comments.
// PERMISSION_DENIED when others may read it.
absl::StatusOr<std::map<std::string, std::string>> ReadPasswords(const std::string& path);
// From variables LIF_PASSWORD_OWNER, LIF_PASSWORD_CONTROLPLANE, … through `environment`, which
// answers "" for what is not set. What the file says wins.
void AddPasswords(const std::function<std::string(const std::string&)>& environment,
                  std::map<std::string, std::string>& passwords);

struct SessionPowers {
  std::string user;
  bool superuser = false;
};
absl::StatusOr<SessionPowers> ReadPowers(SqlSession& session);

// As a superuser: makes the roles that are missing, sets the passwords given, makes sessions of the
// control plane read-only, hands the database to lif_owner, and takes from PUBLIC what would let a
// reader write (large objects). Idempotent. Answers what it made, for people.
absl::StatusOr<std::vector<std::string>> EnsureRoles(
    SqlSession& session, const std::map<std::string, std::string>& passwords);

}  // namespace lif
