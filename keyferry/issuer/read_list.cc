// GET /v1/lists/{name} and {name}.jws: public, cacheable by ETag, waiting for the next list.
#include <charconv>

#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/requests.h"
#include "keyferry/issuer/waiting.h"
#include "keyferry/net/problem.h"

namespace keyferry::issuer {
namespace {

constexpr std::string_view kJws = ".jws";

std::string etag_of(const PublishedList& list) {
  return "\"" + std::to_string(list.number.epoch) + "-" + std::to_string(list.number.number) + "\"";
}

net::Response render(const PublishedList& list, bool jws) {
  net::Response response = net::text_response(200, jws ? list.jws : list.bytes,
                                              jws ? "application/jwt" : "application/octet-stream");
  response.headers.set("ETag", etag_of(list));
  response.headers.set("Keyferry-List", "epoch=" + std::to_string(list.number.epoch) +
                                            ", number=" + std::to_string(list.number.number));
  response.headers.set("Cache-Control", "no-cache");
  return response;
}

net::Response not_modified(const std::string& etag) {
  net::Response response;
  response.status = 304;
  response.headers.set("ETag", etag);
  response.headers.set("Cache-Control", "no-cache");
  return response;
}

net::Response unknown() {
  return net::problem(fail(Errc::not_found, "there is no such list, or not any more"));
}

std::optional<std::int64_t> wanted_number(const net::Request& request) {
  constexpr std::string_view name = "number=";
  const auto at = request.query.find(name);
  if (at == std::string::npos || (at > 0 && request.query[at - 1] != '&')) return std::nullopt;
  std::int64_t number = 0;
  const std::string_view text = std::string_view(request.query).substr(at + name.size());
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return -1;
  return number;
}

}  // namespace

//= spec:authority#6-long-poll
void read_list(Service& service, net::Request request, std::string name, net::Reply reply) {
  const bool jws = name.ends_with(kJws);
  if (jws) name.resize(name.size() - kJws.size());
  if (const auto number = wanted_number(request)) {
    const auto list = service.lists().numbered(name, *number);
    return reply(list ? render(*list, jws) : unknown());
  }
  const auto list = service.lists().current(name);
  if (!list) return reply(unknown());
  const std::string etag = etag_of(*list);
  if (!matches(request, etag)) return reply(render(*list, jws));
  const auto wait = wait_wish(request);
  if (!wait) return reply(not_modified(etag));
  const std::string source = net::counted_source(request, service.settings().trusted_proxies);
  if (!hold_wait(service, source, service.settings().waits_per_source, reply)) {
    return reply(not_modified(etag));
  }
  answer_when_changed(
      service, "lists", *wait,
      [&service, name, jws, etag]() -> std::optional<net::Response> {
        const auto now = service.lists().current(name);
        if (!now || etag_of(*now) == etag) return std::nullopt;
        return render(*now, jws);
      },
      not_modified(etag), std::move(reply));
}

}  // namespace keyferry::issuer
