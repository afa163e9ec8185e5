// Routes are kept in order while they are added, so the first that matches is the right one; a path
// is split before it is decoded, so an escaped slash stays inside its segment.
#include "keyferry/http/router.h"

#include <algorithm>
#include <chrono>

#include "keyferry/base/error.h"
#include "keyferry/http/form.h"
#include "keyferry/http/problem.h"

namespace keyferry::http {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

bool is_name(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

struct Route {
  std::string pattern;
  std::vector<std::string_view> segments;  // of pattern
  std::vector<std::pair<std::string, RouteHandler>> methods;

  const RouteHandler* handler_of(std::string_view method) const {
    const auto found = std::find_if(methods.begin(), methods.end(),
                                    [&](const auto& entry) { return entry.first == method; });
    if (found != methods.end()) return &found->second;
    return method == "HEAD" ? handler_of("GET") : nullptr;
  }

  std::string allow() const {
    std::string list = "OPTIONS";
    for (const auto& [method, handler] : methods) list += ", " + method;
    if (handler_of("GET") != nullptr && list.find("HEAD") == std::string::npos) list += ", HEAD";
    return list;
  }

  bool matches(const std::vector<std::string_view>& path) const {
    if (path.size() != segments.size()) return false;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (is_name(segments[i]) ? path[i].empty() : path[i] != segments[i]) return false;
    }
    return true;
  }

  // Nothing when an escape in the path is malformed.
  std::optional<PathParts> parts_of(const std::vector<std::string_view>& path) const {
    std::vector<std::pair<std::string_view, std::string>> parts;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (!is_name(segments[i])) continue;
      Result<std::string> value = percent_decode(path[i]);
      if (!value) return std::nullopt;
      parts.emplace_back(segments[i].substr(1, segments[i].size() - 2), *std::move(value));
    }
    return PathParts(std::move(parts));
  }

  // more_fixed orders routes so that a fixed segment is tried before a {name}.
  static bool more_fixed(const std::unique_ptr<Route>& a, const std::unique_ptr<Route>& b) {
    return std::lexicographical_compare(
        a->segments.begin(), a->segments.end(), b->segments.begin(), b->segments.end(),
        [](std::string_view x, std::string_view y) { return is_name(x) < is_name(y); });
  }
};

Response unknown_path() {
  return problem(fail(Errc::not_found, "nothing is found at this address"));
}

}  // namespace

struct Router::Table {
  std::vector<std::unique_ptr<Route>> routes;
  std::optional<Cors> cors;
  Observer observer;

  const Route* find(const std::vector<std::string_view>& path) const {
    const auto found = std::find_if(routes.begin(), routes.end(),
                                    [&](const auto& route) { return route->matches(path); });
    return found == routes.end() ? nullptr : found->get();
  }

  // watched adds what every answer gets to the reply of one request.
  static Reply watched(std::shared_ptr<const Table> table, const Route* route, const Reply& reply) {
    if (!table->cors && !table->observer) return reply;
    const auto begun = std::chrono::steady_clock::now();
    return reply.through([table = std::move(table), route, begun](Response answer) {
      if (table->cors) {
        answer.headers.add("Access-Control-Allow-Origin", "*");
        if (!table->cors->expose_headers.empty()) {
          answer.headers.add("Access-Control-Expose-Headers", table->cors->expose_headers);
        }
      }
      if (table->observer) {
        table->observer(
            route == nullptr ? std::string_view() : route->pattern, answer.status,
            std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begun));
      }
      return answer;
    });
  }

  Response options(const Route& route, const Request& request) const {
    Response answer;
    answer.status = 204;
    answer.headers.add("Allow", route.allow());
    //= spec:authority#2-cors
    if (cors && request.headers.find("Access-Control-Request-Method")) {
      answer.headers.add("Access-Control-Allow-Methods", route.allow());
      answer.headers.add("Access-Control-Allow-Headers", cors->allow_headers);
      // A day; browsers cut it to what they like.
      answer.headers.add("Access-Control-Max-Age", "86400");
    }
    return answer;
  }

  static void serve(const std::shared_ptr<const Table>& table, Request request, Reply reply) {
    const std::vector<std::string_view> path = split(request.path);
    const Route* route = table->find(path);
    const Reply answer = watched(table, route, std::move(reply));
    if (route == nullptr) return answer(unknown_path());
    const RouteHandler* handler = route->handler_of(request.method);
    if (handler == nullptr && request.method == "OPTIONS") {
      return answer(table->options(*route, request));
    }
    if (handler == nullptr) {
      Response refusal =
          status_problem(405, "method_not_allowed", "this address takes only " + route->allow());
      refusal.headers.add("Allow", route->allow());
      return answer(std::move(refusal));
    }
    std::optional<PathParts> parts = route->parts_of(path);
    if (!parts) return answer(unknown_path());
    (*handler)(std::move(request), *std::move(parts), answer);
  }
};

const std::string& PathParts::part(std::string_view name) const {
  const auto found = std::find_if(parts_.begin(), parts_.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  require(found != parts_.end(), "the pattern of a route has the part that its handler asks for");
  return found->second;
}

Router::Router() : table_(std::make_shared<Table>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(std::string_view method, std::string_view pattern, RouteHandler handler) {
  require(pattern.starts_with('/'), "a route's pattern begins with /");
  auto& routes = table_->routes;
  auto found = std::find_if(routes.begin(), routes.end(),
                            [&](const auto& route) { return route->pattern == pattern; });
  if (found == routes.end()) {
    auto route = std::make_unique<Route>();
    route->pattern = pattern;
    route->segments = split(route->pattern);
    found = routes.insert(std::upper_bound(routes.begin(), routes.end(), route, Route::more_fixed),
                          std::move(route));
  }
  auto& methods = (*found)->methods;
  require(std::none_of(methods.begin(), methods.end(),
                       [&](const auto& entry) { return entry.first == method; }),
          "a route is added once");
  methods.emplace_back(method, std::move(handler));
}

void Router::set_cors(Cors cors) {
  table_->cors = std::move(cors);
}

void Router::set_observer(Observer observer) {
  table_->observer = std::move(observer);
}

Handler Router::handler() && {
  return [table = std::shared_ptr<const Table>(std::move(table_))](Request request, Reply reply) {
    Table::serve(table, std::move(request), std::move(reply));
  };
}

}  // namespace keyferry::http
