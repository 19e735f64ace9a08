// Which path of the HTTP port answers what. Pure: sockets are HttpServer's.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace lif {

struct HttpRequest {
  std::string method;  // "GET"
  std::string path;    // decoded, without the query: "/api/v1/builds"
  std::string query;   // as sent, without "?"; "" when there is none
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Must be thread-safe. What it throws is answered as 500, without the exception's text.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

// Reading only: GET and HEAD. Build it, then answer from any number of threads.
class HttpRoutes {
 public:
  void Get(const std::string& path, HttpHandler handler);
  // All paths that begin with `prefix`, which ends in '/': "/api/v1/". The longest one wins, and an
  // exact path wins over it.
  void GetBelow(const std::string& prefix, HttpHandler handler);

  // 404 names the paths that there are, 405 the methods.
  HttpResponse Answer(const HttpRequest& request) const;

 private:
  const HttpHandler* Find(const std::string& path) const;

  std::map<std::string, HttpHandler> exact_;
  std::map<std::string, HttpHandler> below_;
};

}  // namespace lif
