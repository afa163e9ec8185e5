// What a wallet writes to an authority, and how it reads the answers (docs/authority.md). Pure.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "keyferry/client/web.h"
#include "keyferry/http/http_client.h"

namespace keyferry::client {

// Access is an access token and how it is shown.
struct Access {
  std::string token;
  bool dpop = false;
};

std::string form_encoded(std::string_view text);
http::ClientRequest form_post(const std::string& url, std::string body);
http::ClientRequest json_post(const std::string& url, const boost::json::object& body);

// object_of reads an answer of the 2xx kind. Errors: network (no object: it was cut off, or comes
// from somebody between).
Result<boost::json::object> object_of(const http::Response& response);

// refusal_of is error_of for the answers of an authority. One without its own word is that of a
// proxy and leaves open what the authority did: unavailable.
Error refusal_of(const http::Response& response);

Result<Access> parse_access(const http::Response& response);

// token_error says what the person is told when a code (with a PIN) is not exchanged.
Error token_error(Error error, bool with_pin);

}  // namespace keyferry::client
