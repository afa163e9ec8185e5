// Contents of the messages of the confirmed conversation, format keyferry.share.v1 (transfer.md
// section 3), as values. parse_* refuses what is missing or wrongly typed (reason `damaged`) and
// ignores unknown members.
#pragma once

#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"
#include "keyferry/crypto/cpace.h"
#include "keyferry/crypto/key.h"
#include "keyferry/crypto/x25519.h"
#include "keyferry/digest/hash.h"

namespace keyferry::transfer {

inline constexpr std::string_view kShareFormat = "keyferry.share.v1";

struct CodeOffer {
  ByteArray<16> sid{};
  crypto::CpaceShare y{};
};

// Handshake is what an invite of either format says of the sender's half of the keys.
struct Handshake {
  crypto::X25519Public key{};  // ephemeral
  digest::Sha256 commit{};     // to Ns
  std::optional<CodeOffer> code;
};
boost::json::object encode_handshake(const Handshake& handshake);
Result<Handshake> parse_handshake(const boost::json::object& object);

struct Invite {
  std::string authority;  // issuer identifier, exact octets
  std::string kind;
  boost::json::object rights;
  std::string share;
  Time expires{};
  std::optional<std::string> note;  // cleaned, at most 200 code points: quoted when shown
  Handshake handshake;
};
boost::json::object encode_invite(const Invite& invite);
Result<Invite> parse_invite(const boost::json::object& content);

struct Request {
  crypto::X25519Public key{};
  ByteArray<32> nonce{};
  std::optional<crypto::CpaceShare> y;  // present iff the invite had a code
  Bytes sealed;                         // of RequestSecret, under K_request
};
boost::json::object encode_request(const Request& request);
Result<Request> parse_request(const boost::json::object& content);

struct RequestSecret {
  crypto::PublicKey jwk;
  std::string label;  // cleaned, at most 64 code points
};
boost::json::object encode_request_secret(const RequestSecret& secret);
Result<RequestSecret> parse_request_secret(const boost::json::object& object);

struct Grant {
  boost::json::object credential_offer;  // by value
  std::string share;
};
boost::json::object encode_grant(const Grant& grant);
Result<Grant> parse_grant(const boost::json::object& object);

struct Outcome {
  bool redeemed = false;
  std::string reason;  // why it failed
};
boost::json::object encode_outcome(const Outcome& outcome);
Result<Outcome> parse_outcome(const boost::json::object& object);

struct Cancel {
  std::string reason;  // one of the words of transfer.md; an unknown one reads as "other"
  std::string text;    // cleaned, at most 200 code points
};
boost::json::object encode_cancel(const Cancel& cancel);
Result<Cancel> parse_cancel(const boost::json::object& content);

// seal_inside seals a JSON object under a key that seals nothing else; open_inside undoes it. The
// plaintext follows the rules of the envelope's. Errors: cannot_open, invalid (reason `damaged`).
Bytes seal_inside(const SecretBytes& key, const boost::json::object& object);
Result<boost::json::object> open_inside(const SecretBytes& key, ByteView sealed);

// sealed_member reads the member `sealed` of a grant or done.
Result<Bytes> sealed_member(const boost::json::object& content);

}  // namespace keyferry::transfer
