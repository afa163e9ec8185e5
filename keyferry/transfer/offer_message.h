// The one message of the immediate conversation (transfer.md section 3): an OpenID4VCI offer by
// value, sealed under the link's secret.
#pragma once

#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"
#include "keyferry/transfer/envelope.h"

namespace keyferry::transfer {

inline constexpr std::string_view kOfferFormat = "keyferry.offer.v1";
inline constexpr std::string_view kGenericOfferFormat =
    "digitalwallet.generic.authorizationToken";  // read as the above (FMT-02)

struct OfferMessage {
  boost::json::object credential_offer;  // OpenID4VCI offer object, by value
  std::optional<std::string> note;       // the sender's words: quoted when shown, never more
  ByteArray<16> transfer{};              // random, new per transfer
};

// encode_offer_message writes the plaintext. Errors: too_large; invalid (a note over 200 code
// points or with control or bidirectional characters).
Result<Bytes> encode_offer_message(const OfferMessage& message);

// parse_offer_message reads an opened plaintext. The note comes out cleaned and cut to 200 code
// points. Errors: invalid with a reason: `version` (newer format: keyferry.*), `format` (a format
// that this wallet cannot take), `reflected` (our own side's message), `order` (not a first
// message), `damaged`. The receiver gives the mailbox back on any of them.
//
//= spec:tigress#FMT-02
Result<OfferMessage> parse_offer_message(ByteView plaintext);

}  // namespace keyferry::transfer
