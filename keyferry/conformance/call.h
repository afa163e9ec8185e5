// One request to a relay, and its answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "keyferry/base/result.h"
#include "keyferry/http/http.h"

namespace keyferry::conformance {

// Call is one request, complete; a check changes what it wants to get wrong.
struct Call {
  std::string method;
  std::string path;  // below the relay's URL: "/v1/m", with query if any
  std::optional<std::string> claim;
  std::optional<std::string> request_id;
  std::optional<std::string> body;
  std::string content_type = "application/json";  // sent with a body; empty: none
  http::Headers more;
};

struct Answer {
  int status = 0;
  http::Headers headers;
  std::string body;

  bool success() const { return status >= 200 && status < 300; }
  // Without parameters, in lower case: "application/json"; empty if there is none.
  std::string media_type() const;
  // json is the body as an object. Errors: conflict (the body is no JSON object).
  Result<boost::json::object> json() const;
  // said is what a person reads: "200", "401 (claimed)".
  std::string said() const;
};

// is_create says that the call makes a mailbox.
bool is_create(const Call& call);

// id_of is the last part of a share link's path: without query and fragment.
std::string id_of(std::string_view link);

}  // namespace keyferry::conformance
