// Refusals in the words of OAuth (RFC 6749, RFC 9449) and OpenID4VCI, for the endpoints that those
// specifications name. The /v1 calls refuse with an Error instead (base/error.h).
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "keyferry/base/error.h"

namespace keyferry::authority {

// Refusal is the answer {"error", "error_description", "keyferry"?: {"error", "tries_left"?}}.
struct Refusal {
  std::string error;        // the specification's word: "invalid_grant"
  std::string description;  // for people: lower case, no full stop, no secret
  std::string keyferry{};   // our finer word where there is one: "wrong_pin"; else empty
  std::optional<int> tries_left{};
  // Seconds after which to try again (429); absent: no rate limit.
  std::optional<int> retry_after{};

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// Verdict<T> is what a rule decides when a refusal is as ordinary as a success; a Result around it
// fails only when the ledger cannot answer.
template <class T>
using Verdict = std::variant<T, Refusal>;

// refused returns the refusal of a verdict, or nothing.
template <class T>
const Refusal* refused(const Verdict<T>& verdict) {
  return std::get_if<Refusal>(&verdict);
}

}  // namespace keyferry::authority
