#include "keyferry/issuer/router.h"

#include <functional>
#include <string>
#include <vector>

#include "keyferry/issuer/answers.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/net/problem.h"

namespace keyferry::issuer {
namespace {

using net::Reply;
using net::Request;
using net::Response;

// Route is one row: `*` in a path stands for one segment, handed to the endpoint.
struct Route {
  std::string_view method;
  std::string_view path;
  std::function<void(Service&, Request, std::string, Reply)> answer;
};

// at_once answers on the I/O thread: no SQL. on_worker hands over to a thread that may block.
template <class Endpoint>
auto at_once(Endpoint endpoint) {
  return [endpoint](Service& service, const Request&, const std::string&, const Reply& reply) {
    reply(endpoint(service));
  };
}
template <class Endpoint>
auto on_worker(Endpoint endpoint) {
  return [endpoint](Service& service, Request request, std::string id, Reply reply) {
    service.post(reply, [&service, endpoint, reply, request = std::move(request),
                         id = std::move(id)] { reply(endpoint(service, request, id)); });
  };
}
template <class Endpoint>
auto without_id(Endpoint endpoint) {
  return on_worker([endpoint](Service& service, const Request& request, const std::string&) {
    return endpoint(service, request);
  });
}

const std::vector<Route>& routes() {
  static const std::vector<Route> table{
      {"GET", "/.well-known/openid-credential-issuer", at_once(issuer_metadata)},
      {"GET", "/.well-known/oauth-authorization-server", at_once(oauth_metadata)},
      {"GET", "/openapi.yaml", at_once([](Service&) { return openapi_document(); })},
      {"GET", "/offers/*",
       on_worker([](Service& service, const Request&, const std::string& handle) {
         return read_offer(service, handle);
       })},
      {"POST", "/token", without_id(issue_token)},
      {"POST", "/nonce", at_once(issue_nonce)},
      {"POST", "/credential", without_id(issue_credential)},
      {"POST", "/notification", without_id(note_event)},
      {"POST", "/v1/credentials/renew", without_id(renew_credential)},
      {"POST", "/v1/shares", without_id(make_share)},
      {"GET", "/v1/shares", without_id(list_shares)},
      {"GET", "/v1/shares/*", read_share},
      {"DELETE", "/v1/shares/*", on_worker(revoke_share)},
      {"POST", "/v1/shares/*/pin", on_worker(rearm_share)},
      {"POST", "/v1/shares/*/offer", on_worker(offer_again)},
      {"POST", "/v1/shares/*/refuse", on_worker(refuse_share)},
      {"GET", "/v1/lists/*", read_list},
  };
  return table;
}

// base_path is the path of the issuer identifier: "" or "/base".
std::string_view base_path(std::string_view url) {
  const auto host = url.find("://");
  const auto slash = host == std::string_view::npos ? host : url.find('/', host + 3);
  return slash == std::string_view::npos ? std::string_view() : url.substr(slash);
}

std::string without_base(std::string path, std::string_view base) {
  if (base.empty()) return path;
  if (path.starts_with("/.well-known/") && path.ends_with(base)) {
    path.resize(path.size() - base.size());
  } else if (path.starts_with(base) && path.size() > base.size() && path[base.size()] == '/') {
    path.erase(0, base.size());
  }
  return path;
}

// match returns whether `path` fits and what stands for the star.
bool match(std::string_view pattern, std::string_view path, std::string& id) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == path;
  const auto tail = pattern.substr(star + 1);
  if (path.size() <= star + tail.size() || !path.starts_with(pattern.substr(0, star)) ||
      !path.ends_with(tail)) {
    return false;
  }
  id = path.substr(star, path.size() - star - tail.size());
  return id.find('/') == std::string::npos;
}

}  // namespace

void route(Service& service, Request request, Reply reply) {
  request.path = without_base(std::move(request.path), base_path(service.settings().url));
  if (request.method == "OPTIONS") return reply(preflight());
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::string allow;
  for (const Route& row : routes()) {
    std::string id;
    if (!match(row.path, request.path, id)) continue;
    if (row.method == method) {
      return row.answer(service, std::move(request), std::move(id), std::move(reply));
    }
    allow += (allow.empty() ? "" : ", ") + std::string(row.method);
  }
  if (allow.empty()) return reply(net::problem(fail(Errc::not_found, "there is nothing here")));
  Response response = net::problem(fail(Errc::invalid, "this path takes " + allow, "method"));
  response.status = 405;
  response.headers.set("Allow", allow);
  reply(std::move(response));
}

}  // namespace keyferry::issuer
