// HTTPS as the wallet speaks it: retries of what was lost, no redirects, answers as JSON, errors in
// words.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <boost/json/object.hpp>

#include "keyferry/base/clock.h"
#include "keyferry/http/http_client.h"

namespace keyferry::client {

// Web sends requests. One thread.
class Web {
 public:
  // `say` tells the person, in one line, that a server makes the wallet wait.
  using Say = std::function<void(const std::string&)>;
  // `slow` hears once a call that `server` (its origin) has not answered for kSlow, counted from
  // the end of the wait where the call asks for one, and how long the call lasts in all at most.
  using Slow = std::function<void(const std::string& server, Duration most)>;
  Web(http::HttpClient& client, const Clock& clock, Say say = {}, Slow slow = {})
      : client_(client), clock_(clock), say_(std::move(say)), slow_(std::move(slow)) {}

  // send makes a call and, while the network fails or a proxy answers 502, 503 or 504, makes it
  // again: three times in all, after 0.2 and 1 s. The tries have the time of one call together (the
  // request's timeout, else kCall), so a server that drips octets cannot make it last longer. A 429
  // ("too many requests from your address", refused before anything was done) is waited out for as
  // long as Retry-After asks, 1 s at least and 5 s where it does not say; the waits of a Web are
  // kMostWait in all, and an answer that asks for more is returned at once. `make` builds the
  // request of each try, so that a proof is fresh and a request id stays the same. Redirects are
  // refused: forbidden with reason redirect. Errors: as HttpClient::send, with the server's origin
  // before the text.
  Result<http::Response> send(const std::function<http::ClientRequest()>& make);

  // While a Brief lives, each call of its Web is made once, a 429 is not waited out, and all calls
  // together last `most` (or what is left of a Brief around it); then they fail with network. For
  // what may be left undone.
  class Brief {
   public:
    explicit Brief(Web& web, Duration most = kBrief);
    ~Brief() { web_.brief_until_ = before_; }
    Brief(const Brief&) = delete;
    Brief& operator=(const Brief&) = delete;

   private:
    Web& web_;
    std::optional<std::chrono::steady_clock::time_point> before_;
  };

  static constexpr Duration kCall = std::chrono::seconds(30);
  static constexpr Duration kSlow = std::chrono::seconds(5);
  static constexpr Duration kBrief = std::chrono::seconds(10);
  static constexpr Duration kMostWait = std::chrono::minutes(2);

  // repeated says whether the last send() lost an answer before the one that it returned: then the
  // server may have carried the call out before, and the answer is that to a repetition.
  bool repeated() const { return repeated_; }

  // clock_difference is how far the last server's clock (codec::server_time) was ahead of ours
  // (negative: behind), 0 before any.
  Duration clock_difference() const { return difference_; }
  Time now() const { return clock_.now(); }

 private:
  Result<http::Response> send_patiently(const std::function<http::ClientRequest()>& make);
  Result<http::Response> send_once(http::ClientRequest request);
  bool wait_out(const http::Response& refused);
  void tell_slow(http::ClientRequest& request, Duration stated);
  void note_date(const http::Response& response);

  http::HttpClient& client_;
  const Clock& clock_;
  Duration difference_{0};
  Say say_;
  Slow slow_;
  bool told_slow_ = false;  // of the running call
  Duration wait_left_ = kMostWait;
  bool repeated_ = false;
  std::optional<std::chrono::steady_clock::time_point> brief_until_;
  Duration used_{0};  // by the tries of the running call
};

// retry_after reads that header as a whole number of seconds, a day at most; nothing otherwise.
std::optional<Duration> retry_after(const http::Response& response);

// json_of reads a 2xx answer's body as an object, whatever its media type says. Errors: invalid.
Result<boost::json::object> json_of(const http::Response& response);

// error_of turns an answer that is no success into an Error: of a problem document (RFC 9457) its
// `detail` and `error`, of an OAuth error object its `error_description` and, before that,
// `keyferry.error` and `error`, and where the body has none that of WWW-Authenticate (RFC 6750
// section 3, RFC 9449 section 9). Texts come out cleaned and at most 300 characters long, since
// they are shown on a terminal. That of a 429 says when to try again. Whatever a server calls
// malformed (400) is `forbidden`: it said no.
Error error_of(const http::Response& response);

// clock_words says how far off the clock is ("this machine's clock is 12 minutes behind"), or
// nothing where it is within a minute.
std::string clock_words(Duration difference);

}  // namespace keyferry::client
