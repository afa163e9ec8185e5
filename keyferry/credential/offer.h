// The OpenID4VCI 1.0 credential offer (pre-authorized code) and the URIs that carry it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/base/result.h"
#include "keyferry/credential/window.h"

namespace keyferry::credential {

inline constexpr std::string_view kPreAuthorizedGrant =
    "urn:ietf:params:oauth:grant-type:pre-authorized_code";

// TxCode says that a PIN is asked for and what it looks like.
struct TxCode {
  std::string input_mode = "numeric";    // or "text"
  std::optional<std::int64_t> length{};  // characters, 1 to 64
  std::string description{};             // at most 300 characters; empty: none
  friend bool operator==(const TxCode&, const TxCode&) = default;
};

// OfferTerms is what the authority says the offer is for (member `keyferry`): shown before taking,
// and held against the credential afterwards. `rights` is read by the kind's own code.
struct OfferTerms {
  std::string kind;
  boost::json::object rights{};
  Window window{};
  friend bool operator==(const OfferTerms&, const OfferTerms&) = default;
};

struct CredentialOffer {
  std::string issuer;  // issuer identifier, octet for octet
  std::vector<std::string> configuration_ids{};
  std::string pre_authorized_code{};  // a secret
  std::optional<TxCode> tx_code{};
  std::optional<OfferTerms> terms{};
  friend bool operator==(const CredentialOffer&, const CredentialOffer&) = default;
};

// parse_offer reads an offer object; members that it does not know are ignored, other grants too.
// The issuer is an https URL without user, query or fragment; at least one configuration id, at
// most 16, all different; a code of 1 to 1024 visible ASCII characters. Errors: invalid, the detail
// naming the member and never quoting the code.
Result<CredentialOffer> parse_offer(const boost::json::object& object);
boost::json::object encode_offer(const CredentialOffer& offer);

// OfferReference is an offer that has to be fetched (GET, application/json) from `url`, https.
struct OfferReference {
  std::string url;
  friend bool operator==(const OfferReference&, const OfferReference&) = default;
};

using OfferUri = std::variant<CredentialOffer, OfferReference>;

// parse_offer_uri reads `openid-credential-offer://?credential_offer=…` (percent-encoded JSON) and
// `openid-credential-offer://?credential_offer_uri=…` (percent-encoded https URL): exactly one of
// the two, once; other parameters are ignored; a `/` before the `?` and any case of the scheme are
// fine. It is mended like a share link: in brackets, quotes or sentence marks, broken over lines,
// with one space inside, in the middle of a message (64 KiB) that holds no other offer, with
// whatever codec::plain_text mends. Errors: invalid, too_large (over 16 KiB).
Result<OfferUri> parse_offer_uri(std::string_view text);

// encode_offer_uri writes such a URI; everything but unreserved characters is percent-encoded.
std::string encode_offer_uri(const CredentialOffer& offer);
std::string encode_offer_uri(const OfferReference& reference);

// is_offer_uri says whether the scheme begins a word of `text`, so that a reader can tell an offer
// from a share link.
bool is_offer_uri(std::string_view text);

}  // namespace keyferry::credential
