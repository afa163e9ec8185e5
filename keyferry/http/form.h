// application/x-www-form-urlencoded and percent-encoding, strictly.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "keyferry/base/result.h"
#include "keyferry/http/http.h"

namespace keyferry::http {

// Form holds the fields of a body or a query in order, each name once.
class Form {
 public:
  // parse reads "a=b&c=d": '+' is a space, %XX an octet, a name without '=' has an empty value,
  // nothing between two '&' is skipped. Errors: invalid (a malformed escape, text that is not UTF-8
  // or holds a NUL, a name given twice or empty, more than 64 fields); the detail names no value.
  static Result<Form> parse(std::string_view text);

  std::optional<std::string_view> find(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// encode_form writes fields so that parse reads the same.
std::string encode_form(const std::vector<std::pair<std::string, std::string>>& fields);

// percent_encode leaves the unreserved characters of RFC 3986 (letters, digits, "-._~") and escapes
// all others.
std::string percent_encode(std::string_view text);

// percent_decode reads %XX; '+' stays. Errors: invalid (a malformed escape).
Result<std::string> percent_decode(std::string_view text);

// is_media_type is true when the message's Content-Type is `type` ("application/json"), without
// regard to case and parameters.
bool is_media_type(const Headers& headers, std::string_view type);

}  // namespace keyferry::http
