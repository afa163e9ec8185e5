// What requests carry: tokens, proofs, bodies, conditions.
#pragma once

#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "keyferry/http/form.h"
#include "keyferry/issuer/service.h"
#include "keyferry/ledger/access.h"

namespace keyferry::issuer {

// parse_form reads application/x-www-form-urlencoded. Errors: invalid (another Content-Type, and as
// http::Form).
Result<http::Form> parse_form(const http::Request& request);

// parse_body reads a JSON object. Errors: unsupported_media, too_large, invalid.
Result<boost::json::object> parse_body(const http::Request& request);

// read_dpop checks the DPoP header of a request to `url`, if there is one.
std::optional<authority::Verdict<authority::DpopProof>> read_dpop(
    Service& service, const http::Request& request, const std::string& url,
    std::optional<std::string> access_token);

// Idempotency-Key names a request whose answer may be lost, of 1 to 255 characters.
inline constexpr std::string_view kIdempotencyKey = "Idempotency-Key";
inline constexpr std::size_t kMostIdempotencyKey = 255;

// Bearing is what the Authorization header holds.
struct Bearing {
  std::string token;
  bool dpop = false;  // scheme DPoP; else Bearer
};
// read_authorization. Refusals: invalid_token.
authority::Verdict<Bearing> read_authorization(const http::Request& request);

// HolderCall is a kind of call under /v1: its name, by which each holder's calls are counted
// (Service::gate), unless the endpoint counts them itself, and what it needs of the disk.
struct HolderCall {
  std::string_view name;
  ledger::Space space = ledger::Space::usual;
  bool counted = true;
};

// read_access reads token and proof of a call under /v1, which both have to be there. Refusals:
// invalid_token, invalid_dpop_proof.
authority::Verdict<ledger::Access> read_access(Service& service, const http::Request& request,
                                               const HolderCall& call);

// wait_wish is N of `Prefer: wait=N`, at most 25 s; nothing without.
std::optional<Duration> wait_wish(const http::Request& request);
// matches says whether If-None-Match names `etag` (with its quotes; codec::names) or is `*`.
bool matches(const http::Request& request, std::string_view etag);

// with_nonce adds a fresh DPoP-Nonce header.
http::Response with_nonce(Service& service, http::Response response);

}  // namespace keyferry::issuer
