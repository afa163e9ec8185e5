// From method and path to a handler.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "keyferry/base/clock.h"
#include "keyferry/http/http.h"

namespace keyferry::http {

// PathParts are the values of a pattern's {names}, percent-decoded.
class PathParts {
 public:
  explicit PathParts(std::vector<std::pair<std::string_view, std::string>> parts)
      : parts_(std::move(parts)) {}
  // part returns the value of `name`, which the pattern must have.
  const std::string& part(std::string_view name) const;

 private:
  std::vector<std::pair<std::string_view, std::string>> parts_;
};

using RouteHandler = std::function<void(Request, PathParts, Reply)>;

// Cors lets web pages of any origin call, without credentials (no cookie or client certificate).
struct Cors {
  std::string allow_headers;   // "content-type, dpop": what a page may send
  std::string expose_headers;  // "etag, retry-after": what it may read besides the simple ones
};

// Router is filled at start-up and then only read.
class Router {
 public:
  // Observer is told of each answer: the pattern of its route ("" for an unknown path), the status,
  // and how long the answer took. Called from the thread that replies.
  using Observer = std::function<void(std::string_view pattern, int status, Duration took)>;

  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // add makes `handler` answer `method` on `pattern`: "/v1/shares/{id}/pin". {name} stands for one
  // whole, non-empty segment; a fixed segment goes before a {name}. A handler of GET answers HEAD
  // too, unless HEAD has its own. Adding the same method and pattern twice is a broken promise.
  void add(std::string_view method, std::string_view pattern, RouteHandler handler);
  // set_cors adds Access-Control-Allow-Origin: * and the exposed headers to every answer, and
  // answers preflight requests (OPTIONS on a known path), which reach no handler.
  void set_cors(Cors cors);
  void set_observer(Observer observer);

  // handler is for HttpServer::start; it keeps the routes alive. Unknown path: 404 problem
  // `not_found`; known path, other method: 405 problem `method_not_allowed` with Allow; OPTIONS on
  // a known path: 204 with Allow.
  Handler handler() &&;

 private:
  struct Table;
  std::shared_ptr<Table> table_;
};

}  // namespace keyferry::http
