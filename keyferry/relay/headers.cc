// The Mailbox-* headers are read with all(), so that one that comes twice is never taken by its
// first value.
#include "keyferry/relay/headers.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/base/secret.h"
#include "keyferry/digest/hash.h"

namespace keyferry::relay {
namespace {

constexpr std::size_t kMostRequestIdOctets = 128;
constexpr std::size_t kClaimKeyOctets = 32;
constexpr std::chrono::seconds kMostWait(25);

bool equals_without_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Any number of digits: more than the limit is the limit.
std::optional<Duration> parse_seconds(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::chrono::seconds seconds(0);
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    seconds =
        std::min<std::chrono::seconds>(seconds * 10 + std::chrono::seconds(c - '0'), kMostWait);
  }
  return seconds;
}

Error claim_fault(std::string_view fault) {
  return fail(Errc::unauthorized, "header Mailbox-Device-Claim " + std::string(fault),
              "device_claim");
}

}  // namespace

//= spec:tigress#A-06
Result<std::optional<std::string>> parse_request_id(const http::Headers& headers) {
  const auto values = headers.all(kRequestIdHeader);
  if (values.empty()) return std::optional<std::string>();
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f; };
  const std::string_view value = values.front();
  if (values.size() > 1 || value.empty() || value.size() > kMostRequestIdOctets ||
      !std::all_of(value.begin(), value.end(), visible)) {
    return fail(Errc::invalid,
                "header Mailbox-Request-ID must be one value of 1 to 128 visible ASCII "
                "characters: send a UUID",
                "request_id");
  }
  return std::optional(std::string(value));
}

//= spec:tigress#CLM-01
//= spec:tigress#CLM-04
//= spec:tigress#A-32
Result<DeviceClaim> parse_device_claim(const http::Headers& headers) {
  const auto values = headers.all(kDeviceClaimHeader);
  if (values.empty()) return claim_fault("is missing: send the UUID that this device made");
  if (values.size() > 1) return claim_fault("was sent more than once");
  const auto uuid = parse_uuid(values.front());
  if (!uuid) return claim_fault("is not a UUID");
  return DeviceClaim{*uuid};
}

std::optional<mailbox::ClaimKeyHash> hash_claim_key(const http::Headers& headers) {
  const auto values = headers.all(kClaimKeyHeader);
  if (values.empty()) return std::nullopt;
  auto key = parse_base64url(values.front());
  const bool good = values.size() == 1 && key && key->size() == kClaimKeyOctets;
  // Longer than any key, so that no octets sent in place of a key can pass for one.
  const auto hash = good ? digest::sha256(ByteView(*key))
                         : digest::sha256({bytes_of("this is not a claim key of 32 octets: "),
                                           bytes_of(values.front())});
  if (key) wipe(*key);
  return mailbox::ClaimKeyHash{hash};
}

std::optional<mailbox::Condition> parse_condition_header(const http::Headers& headers,
                                                         std::string_view name) {
  return mailbox::parse_condition(headers.all(name));
}

//= spec:tigress#A-34
std::optional<Duration> parse_wait(const http::Headers& headers) {
  constexpr std::string_view kWait = "wait=";
  for (std::string_view value : headers.all("Prefer")) {
    while (!value.empty()) {
      std::string_view wish = value.substr(0, value.find_first_of(",;"));
      value.remove_prefix(std::min(wish.size() + 1, value.size()));
      while (!wish.empty() && is_blank(wish.front())) wish.remove_prefix(1);
      while (!wish.empty() && is_blank(wish.back())) wish.remove_suffix(1);
      if (!equals_without_case(wish.substr(0, kWait.size()), kWait)) continue;
      if (const auto wait = parse_seconds(wish.substr(kWait.size()))) return wait;
    }
  }
  return std::nullopt;
}

//= spec:tigress#TRN-03
Result<Done> check_type(const http::Headers& headers, std::string_view type) {
  const auto value = headers.find("Content-Type").value_or("");
  std::string_view sent = value.substr(0, value.find(';'));
  while (!sent.empty() && is_blank(sent.back())) sent.remove_suffix(1);
  if (equals_without_case(sent, type)) return Done{};
  return fail(Errc::unsupported_media,
              "this call takes a body of Content-Type " + std::string(type));
}

Result<Done> check_json_body(const http::Headers& headers) {
  return check_type(headers, "application/json");
}

}  // namespace keyferry::relay
