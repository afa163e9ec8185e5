// HTTP messages as plain values: what a server's handler gets and gives, and what the client sends.
// No socket, no Beast: rules and endpoints include this and compile fast.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "keyferry/base/bytes.h"
#include "keyferry/base/clock.h"
#include "keyferry/net/address.h"

namespace keyferry::http {

// Headers keep their order; names compare without case.
class Headers {
 public:
  void add(std::string name, std::string value);
  // set replaces every header of that name.
  void set(std::string name, std::string value);
  // find returns the first value, or nothing. all counts and returns every one.
  std::optional<std::string_view> find(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& entries() const { return entries_; }

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

struct Request {
  std::string method;
  std::string
      path;  // as sent, without query; not percent-decoded; begins with '/'; base path cut off
  std::string query;  // without '?'
  Headers headers;
  std::string body;
  // source is the client's address for rate limits only ("192.0.2.7", "2001:db8::/64" already cut
  // to the prefix that counts as one source): never stored, never logged.
  std::string source;
  bool secure = false;  // came over TLS
  // peer is the other end of the connection, for telling a proxy of ours (forwarded.h): as little
  // stored and logged as source. Nothing on a unix socket.
  std::optional<net::IpAddress> peer{};
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  // shared is the body in place of `body` where many answers have the same: its octets are kept
  // once, however many readers are slow.
  std::shared_ptr<const std::string> shared{};

  std::string_view content() const { return shared ? std::string_view(*shared) : body; }
};

// Reply sends the answer of one request. Call it exactly once, from any thread, now or later; if
// the client has gone meanwhile the answer is dropped. A Reply that dies uncalled answers 500.
class Reply {
 public:
  using Sender = std::function<void(Response)>;
  using Watcher = std::function<void(std::function<void()>)>;
  explicit Reply(Sender sender, Watcher watcher = nullptr);
  void operator()(Response response) const;

  // when_gone calls `gone` once, from an I/O thread, if the client ends its side of the connection
  // before the answer; noticed within a second. Who has only ended its sending still gets an
  // answer, so end what waits by answering. Before operator(), and once per request; without a
  // connection (tests) `gone` is never called. `gone` is dropped with the answer.
  void when_gone(std::function<void()> gone) const;

  // through is a Reply whose answer passes `change` on its way to this one; when_gone works through
  // it too.
  Reply through(std::function<Response(Response)> change) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Handler answers requests. It runs on an I/O thread: it must not block (not on a disk sync
// either); long work goes to a store's writer or a WorkerPool, which calls the Reply when done.
using Handler = std::function<void(Request, Reply)>;

// text_response and json_response set Content-Type; json also `Cache-Control: no-store`.
Response text_response(int status, std::string body,
                       std::string content_type = "text/plain; charset=utf-8");
Response json_response(int status, std::string body);

// reason_phrase is the standard text of a status ("Not Found").
std::string_view reason_phrase(int status);

}  // namespace keyferry::http
