// Writing a response as HTTP/1.1 octets. No I/O.
#pragma once

#include <cstddef>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include "keyferry/http/http.h"

namespace keyferry::http {

struct ResponseFrame {
  bool head = false;       // the request was HEAD: length, but no body
  bool keep_alive = true;  // another request may follow
  bool http10 = false;     // the client needs to be told so
  std::string_view date;   // encode_http_date
};

// append_response adds status line, headers and body to `out`. Content-Length, Date, Server and
// Connection are set here; the response's own Content-Length, Transfer-Encoding and Connection are
// left out. A header that would break the framing (a control character in it) turns the whole
// response into a 500 without detail.
// A shared body of more than kMostCopied octets is left to the caller to send right after `out`: it
// is returned. Nothing otherwise.
inline constexpr std::size_t kMostCopied = 16 * 1024;
std::shared_ptr<const std::string> append_response(std::string& out, const Response& response,
                                                   const ResponseFrame& frame);

// encode_http_date writes an IMF-fixdate ("Sun, 06 Nov 1994 08:49:37 GMT").
std::string encode_http_date(std::time_t time);

}  // namespace keyferry::http
