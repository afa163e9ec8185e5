// Reading one HTTP/1.1 request from octets, strictly: anything that two programs might read
// differently (request smuggling) is refused. No I/O. Beast does the grammar; this adds the rules.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "keyferry/http/http.h"

namespace keyferry::http {

struct RequestLimits {
  std::size_t max_header = 16 * 1024;  // octets of request line and headers
  std::size_t max_body = 256 * 1024;   // octets of the decoded body
};

// RequestParser reads one request; reset() makes it ready for the next one of the connection.
class RequestParser {
 public:
  enum class Progress { more, complete, refused };
  struct Step {
    Progress progress;
    std::size_t used;  // octets of `data` that are done with
  };

  explicit RequestParser(RequestLimits limits);
  ~RequestParser();

  // feed reads on. With `more`, call again with the unused octets and at least one more behind
  // them. Refused is final: the connection must answer refusal() and close.
  Step feed(std::string_view data);
  void reset();

  // After the header: the client waits for "100 Continue" before it sends the body.
  bool wants_continue() const;
  // After complete: may another request follow on the connection?
  bool keep_alive() const;
  bool is_http10() const;
  // take gives the request away (source and secure are the caller's to fill in).
  Request take();
  // refusal is the problem document for what was wrong.
  Response refusal() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyferry::http
