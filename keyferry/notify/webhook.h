// Telling a party by its webhook that something has changed, and nothing else: a POST without
// content of its own to the URL that the party gave. Never holds up whoever pushes.
//
//   POST URL                              Content-Type: application/json
//   Keyferry-Signature: t=UNIX_SECONDS,v1=HEX(HMAC-SHA-256(key, UNIX_SECONDS 0a URL 0a body))
//   body: {"event":"changed"}
//
// 2xx is delivered. 408, 425, 429, 5xx and network faults are tried again after some 1, 4, 16 and
// 64 s; everything else ends it, redirects too. Addresses that are not of the public Internet are
// refused when the connection is made, whatever the name resolved to before. A push that has not
// begun yet swallows later ones to the same URL; pushes that wait are lost when the program ends.
//
// One receiver is one address that was connected to, whatever names and ports lead there: an IPv4
// address, or the /64 of an IPv6 one (push_queue.h). Second attempts, and all calls of a receiver
// that lately failed or took long, go by a lane of their own, so that they do not hold up those
// that answer.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"
#include "keyferry/net/address.h"

namespace keyferry::notify {

struct WebhookOptions {
  SecretBytes key;
  std::vector<net::IpRange> allow;               // local addresses that may be called nevertheless
  std::optional<std::filesystem::path> ca_file;  // further trust anchors (PEM)
  std::size_t most_waiting = 10'000;             // more are dropped
  std::size_t most_waiting_per_receiver = 500;   // likewise
};

// parse_webhook_url checks a URL before anything is promised: https, at most 2048 octets, no user
// information, no fragment, and if its host is an address, one that may be called. Errors: invalid;
// forbidden (the address).
Result<std::string> parse_webhook_url(std::string_view url, const std::vector<net::IpRange>& allow);

// sign_push is the value of Keyferry-Signature.
std::string sign_push(ByteView key, Time now, std::string_view url);

// host_of_webhook is whom a URL of parse_webhook_url names, without port: an address as
// net::source_of counts it, or a name.
std::string host_of_webhook(const std::string& url);

// Webhooks is safe from any thread. It has threads of its own: five for calls, of which one
// receiver holds two at most, and three for the slow lane, one of which a receiver holds.
class Webhooks {
 public:
  // What became of a push, or of one attempt (retried): a label of metrics.
  enum class Outcome { delivered, retried, failed, refused, dropped };
  using Observer = std::function<void(Outcome)>;

  Webhooks(WebhookOptions options, const Clock& clock, Observer observer);
  ~Webhooks();

  // push returns at once.
  void push(std::string url);
  std::size_t waiting() const;
  const std::vector<net::IpRange>& allow() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyferry::notify
