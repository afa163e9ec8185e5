// GET /v1/lists/{name} and {name}.jws: public, cacheable by ETag, waiting for the next list.
#include <charconv>

#include "keyferry/http/problem.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/requests.h"
#include "keyferry/issuer/waiting.h"

namespace keyferry::issuer {
namespace {

constexpr std::string_view kJws = ".jws";
constexpr std::string_view kAckHeader = "Keyferry-Ack";

std::string etag_of(const PublishedList& list) {
  return "\"" + std::to_string(list.number.epoch) + "-" + std::to_string(list.number.number) + "\"";
}

// All answers share the list's octets: of 400 KB and thousands of slow readers a copy each is GBs.
http::Response render(const std::shared_ptr<const PublishedList>& list, bool jws) {
  http::Response response;
  response.shared = std::shared_ptr<const std::string>(list, jws ? &list->jws : &list->bytes);
  response.headers.set("Content-Type", jws ? "application/jwt" : "application/octet-stream");
  response.headers.set("ETag", etag_of(*list));
  response.headers.set("Keyferry-List", "epoch=" + std::to_string(list->number.epoch) +
                                            ", number=" + std::to_string(list->number.number));
  response.headers.set("Cache-Control", "no-cache");
  return response;
}

http::Response not_modified(const std::string& etag) {
  http::Response response;
  response.status = 304;
  response.headers.set("ETag", etag);
  response.headers.set("Cache-Control", "no-cache");
  return response;
}

http::Response unknown() {
  return http::problem(fail(Errc::not_found, "there is no such list, or not any more"));
}

std::optional<std::int64_t> wanted_number(const http::Request& request) {
  constexpr std::string_view name = "number=";
  const auto at = request.query.find(name);
  if (at == std::string::npos || (at > 0 && request.query[at - 1] != '&')) return std::nullopt;
  std::int64_t number = 0;
  const std::string_view text = std::string_view(request.query).substr(at + name.size());
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return -1;
  return number;
}

// note_ack takes the acknowledgement of a poll, if it carries one, and says what became of it. The
// poll itself is answered whatever it was: lists are public.
std::string_view note_ack(Service& service, const http::Request& request,
                          const PublishedList& list) {
  const auto acks = request.headers.all(kAckHeader);
  if (acks.empty()) return {};
  if (acks.size() > 1) return "refused";
  const auto noted = service.acks().note(acks.front(), list, service.now());
  if (!noted) return noted.error().code == Errc::not_found ? "unknown" : "refused";
  if (*noted) service.waiters().wake(std::string(kAcksTopic));
  return "accepted";
}

}  // namespace

//= spec:authority#6-long-poll
void read_list(Service& service, http::Request request, std::string name, http::Reply reply) {
  const bool jws = name.ends_with(kJws);
  if (jws) name.resize(name.size() - kJws.size());
  if (const auto number = wanted_number(request)) {
    const auto list = service.lists().numbered(name, *number);
    return reply(list ? render(list, jws) : unknown());
  }
  const auto list = service.lists().current(name);
  if (!list) return reply(unknown());
  if (const auto verdict = note_ack(service, request, *list); !verdict.empty()) {
    reply = reply.through([verdict](http::Response response) {
      response.headers.set(std::string(kAckHeader), std::string(verdict));
      return response;
    });
  }
  const std::string etag = etag_of(*list);
  if (!matches(request, etag)) return reply(render(list, jws));
  const auto wait = wait_wish(request);
  if (!wait) return reply(not_modified(etag));
  if (!hold_wait(service, service.source_of(request), service.settings().waits_per_source, reply)) {
    return reply(not_modified(etag));
  }
  answer_when_changed(
      service, std::string(kListsTopic), *wait,
      [&service, name, jws, etag]() -> std::optional<http::Response> {
        const auto now = service.lists().current(name);
        if (!now || etag_of(*now) == etag) return std::nullopt;
        return render(now, jws);
      },
      [etag] { return not_modified(etag); }, std::move(reply));
}

}  // namespace keyferry::issuer
