// HTTPS as the wallet speaks it: retries of what was lost, no redirects, answers as JSON, errors in
// words.
#pragma once

#include <functional>
#include <string>

#include <boost/json/object.hpp>

#include "keyferry/base/clock.h"
#include "keyferry/net/http_client.h"

namespace keyferry::wallet {

// Web sends requests. One thread.
class Web {
 public:
  Web(net::HttpClient& client, const Clock& clock) : client_(client), clock_(clock) {}

  // send makes a call and, while the network fails or a proxy answers 502, 503 or 504, makes it
  // again: three times in all, after 0.2 and 1 s. `make` builds the request of each try, so that a
  // proof is fresh and a request id stays the same. Redirects are refused: forbidden with reason
  // redirect. Errors: as HttpClient::send.
  Result<net::Response> send(const std::function<net::ClientRequest()>& make);

  // clock_difference is how far the last server's Date header was ahead of our clock (negative:
  // behind), 0 before any.
  Duration clock_difference() const { return difference_; }
  Time now() const { return clock_.now(); }

 private:
  Result<net::Response> send_once(const net::ClientRequest& request);
  void note_date(const net::Response& response);

  net::HttpClient& client_;
  const Clock& clock_;
  Duration difference_{0};
};

// json_of reads a 2xx answer's body as an object, whatever its media type says. Errors: invalid.
Result<boost::json::object> json_of(const net::Response& response);

// error_of turns an answer that is no success into an Error: of a problem document (RFC 9457) its
// `detail` and `error`, of an OAuth error object its `error_description` and, before that,
// `keyferry.error` and `error`. Texts come out cleaned and at most 300 characters long, since they
// are shown on a terminal. Whatever a server calls malformed (400) is `forbidden`: it said no.
Error error_of(const net::Response& response);

// clock_words says how far off the clock is ("this machine's clock is 12 minutes behind"), or
// nothing where it is within a minute.
std::string clock_words(Duration difference);

}  // namespace keyferry::wallet
