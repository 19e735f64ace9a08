#include "common/http/http_routes.h"

#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace lif {
namespace {

constexpr int kNotFound = 404;
constexpr int kNotAllowed = 405;
constexpr int kInternal = 500;

HttpResponse Refusal(int status, std::string text) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

}  // namespace

void HttpRoutes::Get(const std::string& path, HttpHandler handler) {
  exact_[path] = std::move(handler);
}

void HttpRoutes::GetBelow(const std::string& prefix, HttpHandler handler) {
  below_[prefix] = std::move(handler);
}

const HttpHandler* HttpRoutes::Find(const std::string& path) const {
  const auto exact = exact_.find(path);
  if (exact != exact_.end()) return &exact->second;
  const HttpHandler* best = nullptr;
  size_t length = 0;
  for (const auto& [prefix, handler] : below_) {
    if (prefix.size() >= length && path.compare(0, prefix.size(), prefix) == 0) {
      best = &handler;
      length = prefix.size();
    }
  }
  return best;
}

HttpResponse HttpRoutes::Answer(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    return Refusal(kNotAllowed, "this port answers GET and HEAD only\n");
  }
  const HttpHandler* handler = Find(request.path);
  if (handler == nullptr) {
    std::vector<std::string> paths;
    for (const auto& [path, unused] : exact_) paths.push_back(path);
    for (const auto& [prefix, unused] : below_) paths.push_back(prefix);
    return Refusal(kNotFound,
                   absl::StrCat("nothing is here; there is ", absl::StrJoin(paths, ", "), "\n"));
  }
  try {
    return (*handler)(request);
  } catch (const std::exception&) {
    return Refusal(kInternal, "the answer could not be made\n");
  }
}

}  // namespace lif
