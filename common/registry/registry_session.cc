#include "common/registry/registry_session.h"

#include <curl/curl.h>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr size_t kMaxBody = 8 << 20;  // a manifest is at most 4 MiB for every registry we know of
constexpr char kAccept[] =
    "Accept: application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json";

size_t TakeBody(char* data, size_t size, size_t count, void* to) {
  auto* body = static_cast<std::string*>(to);
  if (body->size() + size * count > kMaxBody) return 0;  // ends the transfer
  body->append(data, size * count);
  return size * count;
}

int AskStopped(void* token, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<std::stop_token*>(token)->stop_requested() ? 1 : 0;
}

absl::Status Failure(CURLcode code, const std::string& url) {
  const std::string text = absl::StrCat("asking ", url, ": ", curl_easy_strerror(code));
  if (code == CURLE_ABORTED_BY_CALLBACK) return absl::CancelledError(text);
  if (code == CURLE_OPERATION_TIMEDOUT) return absl::DeadlineExceededError(text);
  return absl::UnavailableError(text);
}

// "" when the answer has none.
std::string HeaderOf(CURL* curl, const char* name) {
  curl_header* found = nullptr;
  if (curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return "";
  return found->value;
}

struct FreeHeaders {
  void operator()(curl_slist* headers) const { curl_slist_free_all(headers); }
};

absl::Status Refusal(long status, const std::string& url) {
  const std::string text = absl::StrCat(url, " answered ", status);
  if (status == 401 || status == 403) return absl::UnauthenticatedError(text);
  if (status == 429 || status >= 500) return absl::UnavailableError(text);
  return absl::UnimplementedError(text);
}

}  // namespace

struct RegistrySession::Handle {
  CURL* curl = curl_easy_init();
  curl_slist* headers = curl_slist_append(nullptr, kAccept);
  std::stop_token stop;
  ~Handle() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
  }
};

RegistrySession::RegistrySession(ImageReference image, const Options& options)
    : image_(std::move(image)),
      options_(options),
      scheme_(options.insecure ? "http" : "https"),
      handle_(std::make_unique<Handle>()) {
  handle_->stop = options_.stop;
}

RegistrySession::~RegistrySession() = default;

std::string RegistrySession::UrlOf(const std::string& path) const {
  return absl::StrCat(scheme_, "://", image_.registry, "/v2/", image_.repository, "/", path);
}

absl::StatusOr<RegistrySession::Reply> RegistrySession::Ask(const char* method,
                                                            const std::string& url,
                                                            const Manifest* content) {
  CURL* curl = handle_->curl;
  if (curl == nullptr) return absl::ResourceExhaustedError("no memory for an HTTP request");
  Reply reply;
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
  const bool wants_body = std::string_view(method) == "GET";
  curl_easy_setopt(curl, CURLOPT_NOBODY, std::string_view(method) == "HEAD" ? 1L : 0L);
  if (std::string_view(method) == "POST") curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, 0L);
  std::unique_ptr<curl_slist, FreeHeaders> type;
  if (content != nullptr) {
    type.reset(curl_slist_append(nullptr, ("Content-Type: " + content->type).c_str()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, content->bytes.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(content->bytes.size()));
  }
  std::string unread;
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, TakeBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, wants_body ? &reply.body : &unread);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, type != nullptr ? type.get() : handle_->headers);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.deadline)));
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, AskStopped);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &handle_->stop);
  if (options_.insecure) {
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) return Failure(code, url);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
  reply.type = HeaderOf(curl, "Content-Type");
  reply.location = HeaderOf(curl, "Location");
  return reply;
}

absl::StatusOr<RegistrySession::Manifest> RegistrySession::FetchManifest() {
  const std::string path =
      absl::StrCat("manifests/", image_.digest.empty() ? image_.tag : image_.digest);
  LIF_ASSIGN_OR_RETURN(Reply reply, Ask("GET", UrlOf(path)));
  if (reply.status == 400 && options_.insecure && scheme_ == "http") {
    // "Client sent an HTTP request to an HTTPS server."
    scheme_ = "https";
    LIF_ASSIGN_OR_RETURN(reply, Ask("GET", UrlOf(path)));
  }
  if (reply.status == 200) return Manifest{std::move(reply.body), std::move(reply.type)};
  if (reply.status == 404) {
    return absl::NotFoundError(absl::StrCat(image_.ToString(), " is not in the registry"));
  }
  return Refusal(reply.status, UrlOf(path));
}

absl::StatusOr<std::string> RegistrySession::GetManifest() {
  LIF_ASSIGN_OR_RETURN(Manifest manifest, FetchManifest());
  return std::move(manifest.bytes);
}

absl::Status RegistrySession::Tag(const std::string& tag) {
  LIF_ASSIGN_OR_RETURN(const Manifest manifest, FetchManifest());
  // The tag would be of what was sent.
  if ("sha256:" + Sha256Hex(manifest.bytes) != image_.digest) {
    return absl::DataLossError(
        absl::StrCat("the registry answered another manifest than ", image_.ToString()));
  }
  const std::string url = UrlOf("manifests/" + tag);
  LIF_ASSIGN_OR_RETURN(const Reply reply, Ask("PUT", url, &manifest));
  return reply.status == 201 ? absl::OkStatus() : Refusal(reply.status, url);
}

absl::StatusOr<bool> RegistrySession::HasBlob(const std::string& digest) {
  const std::string url = UrlOf("blobs/" + digest);
  LIF_ASSIGN_OR_RETURN(const Reply reply, Ask("HEAD", url));
  // Registries whose blobs lie elsewhere answer where.
  if (reply.status == 200 || (reply.status >= 300 && reply.status < 400)) return true;
  if (reply.status == 404) return false;
  return Refusal(reply.status, url);
}

absl::StatusOr<bool> RegistrySession::MountBlob(const std::string& digest,
                                                const std::string& from_repository) {
  const std::string url =
      UrlOf(absl::StrCat("blobs/uploads/?mount=", digest, "&from=", from_repository));
  LIF_ASSIGN_OR_RETURN(const Reply reply, Ask("POST", url));
  if (reply.status == 201) return true;
  if (reply.status != 202) return Refusal(reply.status, url);
  // It opened an upload instead: there is nothing to mount. We leave none open.
  if (absl::StartsWith(reply.location, "http")) (void)Ask("DELETE", reply.location);
  if (absl::StartsWith(reply.location, "/")) {
    (void)Ask("DELETE", absl::StrCat(scheme_, "://", image_.registry, reply.location));
  }
  return false;
}

}  // namespace lif
