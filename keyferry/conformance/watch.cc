// Secrets are learned from each request before its answer is searched for them, as plain text.
#include "keyferry/conformance/watch.h"

#include <algorithm>

#include "keyferry/codec/json.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

constexpr std::size_t kShortest = 16;  // what is shorter stands in an answer by chance

std::string what(const Call& call, const Answer& answer) {
  return (is_create(call) ? "Create" : call.method) + " (" + std::to_string(answer.status) + ")";
}

std::string whole(const Answer& answer) {
  std::string out = answer.body;
  for (const auto& [name, value] : answer.headers.entries()) out += '\n' + name + ": " + value;
  return out;
}

std::optional<std::string> text_at(const object& body, std::string_view of, std::string_view name) {
  const auto inner = codec::object_member(body, of);
  if (!inner) return std::nullopt;
  const auto text = codec::text_member(**inner, name);
  return text && text->size() >= kShortest ? std::optional(*text) : std::nullopt;
}

// is_sound says that a relay has to echo the id as it is, if it echoes one.
bool is_sound(const std::optional<std::string>& id) {
  return id && id->size() <= 128 &&
         std::all_of(id->begin(), id->end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string path_of(const Call& call, const Answer& answer) {
  if (!is_create(call)) return call.path.substr(0, call.path.find('?'));
  const auto made = answer.json();
  const auto link = made ? codec::text_member(*made, "urlLink") : Result<std::string>("");
  return link ? "/v1/m/" + id_of(*link) : std::string();
}

}  // namespace

void Watch::see(const Call& call, const Answer& answer) {
  if (!cookie_ && answer.headers.find("Set-Cookie")) cookie_ = call.method;
  if (!broke_ && answer.status >= 500 && answer.status != 501) broke_ = what(call, answer);
  const auto echo = answer.headers.find("Mailbox-Request-ID");
  if (!wrong_echo_ && echo && is_sound(call.request_id) && *echo != *call.request_id) {
    wrong_echo_ = what(call, answer) + " echoes an id that is not the request's";
  }
  learn(call, answer);
  if (!given_away_) look_for_secrets(call, answer);
}

void Watch::learn(const Call& call, const Answer& answer) {
  Known& box = boxes_[path_of(call, answer)];
  if (call.claim) box.claims.insert(*call.claim);
  if (const auto shown = call.more.find("Mailbox-Claim-Key")) secrets_.emplace(*shown);
  if (!call.body) return;
  const auto body = codec::parse_json_object(*call.body, {1024 * 1024, 16});
  if (!body) return;
  if (const auto data = text_at(*body, "payload", "data")) box.payloads.insert(*data);
  if (const auto token = text_at(*body, "notificationToken", "tokenData")) secrets_.insert(*token);
}

void Watch::look_for_secrets(const Call& call, const Answer& answer) {
  const std::string text = whole(answer);
  const auto holds = [&](const std::string& secret) { return text.find(secret) != text.npos; };
  for (const std::string& secret : secrets_) {
    if (holds(secret)) given_away_ = what(call, answer) + " shows a token or a claim key";
  }
  const Known& box = boxes_[path_of(call, answer)];
  for (const std::string& claim : box.claims) {
    if (claim.size() < kShortest || claim == call.claim) continue;
    if (holds(claim)) given_away_ = what(call, answer) + " shows another device's claim";
  }
  if (call.method == "POST" && !is_create(call) && answer.success()) return;
  for (const std::string& data : box.payloads) {
    if (holds(data)) given_away_ = what(call, answer) + " shows a payload";
  }
}

}  // namespace keyferry::conformance
