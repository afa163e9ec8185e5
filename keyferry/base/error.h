// The one error vocabulary. A function that can fail for an expected reason returns Result<T>
// (result.h); what an Errc means to an HTTP client stands in the table of `about`, and only
// http/problem renders it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <boost/assert/source_location.hpp>

namespace keyferry {

enum class Errc {
  invalid,              // the caller sent something malformed or out of range
  unauthorized,         // wrong, missing or foreign claim, token, signature or key
  forbidden,            // known, but not allowed to do this
  not_found,            // unknown, expired or deleted: never told apart
  conflict,             // the state does not allow it, or changed meanwhile
  precondition_failed,  // If-Match named another version
  too_large,            // over a stated size limit
  unsupported_media,    // a Content-Type that the call does not take
  unprocessable,        // well-formed, but contradicts an earlier call (Idempotency-Key)
  too_many,             // rate limit
  cannot_open,          // AEAD or signature failure; no finer split on purpose
  network,              // the peer could not be reached or broke off
  unavailable,          // a store or service cannot answer now; try again
  storage_full,         // no room to keep it
  io,                   // a file cannot be read or written
  internal,             // unmapped: 500 without detail
};

// Error says what went wrong.
//
// `detail` is for people: lower case, no full stop, what is wrong and what to do. It never holds a
// secret, a claim, a PIN, a token or a whole id. `reason` is for programs: the word of the
// specification (`claimed`, `invalid_grant`, …); empty means the name of the code.
struct Error {
  Errc code = Errc::internal;
  std::string detail;
  std::string reason;

  friend bool operator==(const Error&, const Error&) = default;
};

// ErrcInfo is a row of the table that docs/errors.md repeats (a test compares them).
struct ErrcInfo {
  Errc code;
  std::string_view name;
  int http_status;
};

// about returns the row of `code`; error_table all rows in the order of the enumeration.
const ErrcInfo& about(Errc code);
std::span<const ErrcInfo> error_table();

// reason_of returns error.reason or, if that is empty, the name of its code.
std::string_view reason_of(const Error& error);

// Called by boost::system::result when value() is used on an error: a broken promise of ours.
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

// require ends the process with `promise` on standard error when `kept` is false, in release builds
// too. For our own mistakes only, never for input.
void require(bool kept, const char* promise);

}  // namespace keyferry
