#include "keyferry/client/authority_messages.h"

#include <cctype>

#include "keyferry/codec/json.h"

namespace keyferry::client {

std::string form_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (std::isalnum(octet) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[octet >> 4];
      out += kHex[octet & 15];
    }
  }
  return out;
}

http::ClientRequest form_post(const std::string& url, std::string body) {
  http::ClientRequest request;
  request.method = "POST";
  request.url = url;
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("Accept", "application/json");
  request.body = std::move(body);
  return request;
}

http::ClientRequest json_post(const std::string& url, const boost::json::object& body) {
  http::ClientRequest request;
  request.method = "POST";
  request.url = url;
  request.headers.set("Content-Type", "application/json");
  request.headers.set("Accept", "application/json");
  request.body = codec::encode_json(body);
  return request;
}

Result<boost::json::object> object_of(const http::Response& response) {
  auto object = json_of(response);
  if (object) return object;
  return fail(Errc::network, "the answer was cut off or is not the authority's");
}

Error refusal_of(const http::Response& response) {
  Error error = error_of(response);
  if (error.reason.empty() && error.code != Errc::too_many) error.code = Errc::unavailable;
  return error;
}

Result<Access> parse_access(const http::Response& response) {
  KF_TRY(const boost::json::object object, object_of(response));
  Access access;
  KF_TRY(access.token, codec::text_member(object, "access_token"));
  KF_TRY(const std::string type, codec::text_member(object, "token_type"));
  access.dpop = type == "DPoP" || type == "dpop";
  return access;
}

// An authority that is not ours has one word for a wrong PIN and for a code that is over
// (OpenID4VCI 1.0 section 6.3).
Error token_error(Error error, bool with_pin) {
  if (error.reason == "wrong_pin") {
    error.code = Errc::unauthorized;
    error.detail += "; nothing was lost: ask the sender for the right PIN and try again";
  } else if (error.reason == "locked") {
    error.code = Errc::forbidden;
    error.detail =
        "this share is locked after five wrong PINs; nothing was taken. The sender unlocks it with "
        "`keyferry rearm` and tells you a new PIN, and sends a new link unless the two of you "
        "compared words or a code: then this link goes on";
  } else if (error.reason == "pin_required") {
    error.code = Errc::invalid;
    error.detail = "this share asks for a PIN: give the one the sender told you (--pin)";
  } else if (error.reason == "invalid_grant" && with_pin) {
    error.detail =
        "the authority refuses this code with this PIN: the PIN may be wrong, or the share was "
        "used, taken back, or ran out; nothing was taken";
  } else if (error.reason == "unknown_code" || error.reason == "invalid_grant") {
    error.code = Errc::not_found;
    error.reason = "unknown_code";
    error.detail =
        "the authority no longer takes this share: it was used, taken back, or ran out. Ask the "
        "sender for a new one; nothing was taken with it now";
  }
  return error;
}

}  // namespace keyferry::client
