// Outgoing HTTPS (libcurl): no redirects, bounded answers, own address policy.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "keyferry/base/result.h"
#include "keyferry/net/address.h"
#include "keyferry/net/http.h"

namespace keyferry::net {

struct ClientOptions {
  std::optional<std::filesystem::path> ca_file;  // extra trust anchors (PEM), besides the system's
  // false takes any certificate of any name. Only for judging a server of one's own.
  bool check_certificate = true;
  // false: a connection to a loopback, link-local, private, unique-local or other special address
  // is refused after name resolution (so a name that points there is refused too).
  bool allow_local = false;
  std::vector<IpRange> allow;  // of those addresses, these are connected to nevertheless
  Duration connect_timeout{10'000};
  Duration timeout{30'000};                // of the whole call; a long poll sets its own
  std::optional<Duration> keepalive;       // asks an idle peer this often whether it lives
  std::size_t max_response = 1024 * 1024;  // octets of the body
  std::string user_agent = "keyferry";
  // Every connection goes to this Unix socket, whatever host the URL names (http://localhost/…).
  std::optional<std::filesystem::path> unix_socket;
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  std::optional<Duration> timeout;
  std::optional<bool> allow_local;  // overrides the client's
  // Asked for each address that a new connection would go to, if the policy lets it; false keeps it
  // from being called. Must not call the client.
  std::function<bool(const IpAddress&)> may_connect = {};
};

// HttpClient keeps connections alive between calls. One thread at a time; cancel() from any thread.
class HttpClient {
 public:
  explicit HttpClient(ClientOptions options);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;

  // send makes one call. Any status is a success of the call. http:// is refused unless the host is
  // a loopback address and local addresses are allowed. Errors: network (with curl's words: name
  // resolution, refused, TLS, time-out), too_large, forbidden (address policy), unavailable
  // (may_connect kept all addresses from being called), invalid (URL).
  Result<Response> send(const ClientRequest& request);

  // cancel makes a running and every later send() return network "cancelled".
  void cancel();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyferry::net
