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
#include "keyferry/http/http.h"
#include "keyferry/net/address.h"

namespace keyferry::http {

struct ClientOptions {
  std::optional<std::filesystem::path> ca_file;  // extra trust anchors (PEM), besides the system's
  // false takes any certificate of any name. Only for judging a server of one's own.
  bool check_certificate = true;
  // false: a connection to a loopback, link-local, private, unique-local or other special address
  // is refused after name resolution (so a name that points there is refused too).
  bool allow_local = false;
  std::vector<net::IpRange> allow;  // of those addresses, these are connected to nevertheless
  Duration connect_timeout{10'000};
  Duration timeout{30'000};                // of the whole call; a long poll sets its own
  std::optional<Duration> keepalive;       // asks an idle peer this often whether it lives
  std::size_t max_response = 1024 * 1024;  // octets of the body
  // A kept connection that was idle for longer is closed and not used again: its server may be
  // about to close it, and then the request is lost. Whole seconds, at least one.
  Duration max_idle{100'000};
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
  std::function<bool(const net::IpAddress&)> may_connect = {};
  // Called about once a second, and where octets come more often, while the call lasts, with the
  // time since its begin. Must not call the client.
  std::function<void(Duration)> waiting = {};
  // true: where a kept connection ends before the first octet of the answer, the request goes out
  // once more on a new one. Only for what may be carried out twice and carries no proof that is
  // good once: the server may have acted on the first.
  bool repeatable = false;
};

// HttpClient keeps connections alive between calls. One thread at a time; cancel() from any thread.
// HTTP/1.1 alone: with HTTP/2 a server or proxy can have the library send a request again
// (REFUSED_STREAM, GOAWAY, HTTP_1_1_REQUIRED).
class HttpClient {
 public:
  explicit HttpClient(ClientOptions options);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;

  // send makes one call. Any status is a success of the call. The request goes out once, unless it
  // is `repeatable`: after an error the server may have carried it out all the same (was_sent).
  // http:// is refused unless the host is a loopback address and local addresses are allowed.
  // Errors: network (with curl's words: name resolution, refused, TLS, time-out), too_large,
  // forbidden (address policy), unavailable (may_connect kept all addresses from being called),
  // invalid (URL).
  Result<Response> send(const ClientRequest& request);

  // was_sent says whether any of the last call's request may have left: without, the server has
  // certainly not carried it out (name, connection or TLS failed, or the call was refused here).
  bool was_sent() const;

  // cancel makes a running and every later send() return network "cancelled".
  void cancel();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyferry::http
