// read_* says what is wrong; the parse_* around it adds the reason `damaged`, for all faults in one
// place.
#include "keyferry/transfer/confirmed_messages.h"

#include <algorithm>
#include <array>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"
#include "keyferry/crypto/aead.h"
#include "keyferry/crypto/jwk.h"

namespace keyferry::transfer {
namespace {

constexpr std::size_t kMostLabel = 64;
constexpr std::size_t kMostText = 200;
constexpr std::array<std::string_view, 12> kReasons{"user",    "refused", "words",     "code",
                                                    "expired", "order",   "reflected", "misplaced",
                                                    "damaged", "version", "offer",     "other"};

// damaged gives every parse error of a message the reason of its Abort.
template <class T>
Result<T> damaged(Result<T> result) {
  if (result) return result;
  Error error = result.error();
  error.reason = "damaged";
  return error;
}

template <std::size_t N>
Result<ByteArray<N>> array_member(const boost::json::object& object, std::string_view name) {
  KF_TRY(const Bytes bytes, codec::octets_member(object, name, N));
  ByteArray<N> out{};
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

Result<Handshake> read_handshake(const boost::json::object& object) {
  Handshake handshake;
  KF_TRY(const std::string suite, codec::text_member(object, "suite"));
  if (suite != "X25519") return fail(Errc::invalid, "member \"suite\" must be \"X25519\"");
  KF_TRY(handshake.key, array_member<32>(object, "key"));
  KF_TRY(handshake.commit, array_member<32>(object, "commit"));
  KF_TRY(const boost::json::object* code, codec::optional_object_member(object, "code"));
  if (code == nullptr) return handshake;
  CodeOffer offer;
  KF_TRY(offer.sid, array_member<16>(*code, "sid"));
  KF_TRY(offer.y, array_member<32>(*code, "y"));
  handshake.code = offer;
  return handshake;
}

Result<Invite> read_invite(const boost::json::object& content) {
  Invite invite;
  KF_TRY(invite.authority, codec::text_member(content, "authority"));
  KF_TRY(invite.kind, codec::text_member(content, "kind"));
  KF_TRY(const boost::json::object* rights, codec::object_member(content, "rights"));
  invite.rights = *rights;
  KF_TRY(invite.share, codec::text_member(content, "share"));
  KF_TRY(const std::string expires, codec::text_member(content, "expires"));
  KF_TRY(invite.expires, codec::parse_rfc3339(expires));
  KF_TRY(const std::optional<std::string> note, codec::optional_text_member(content, "note"));
  if (note) {
    KF_TRY(invite.note, codec::label(*note, kMostText));
  }
  KF_TRY(const boost::json::object* handshake, codec::object_member(content, "handshake"));
  KF_TRY(invite.handshake, read_handshake(*handshake));
  return invite;
}

Result<Request> read_request(const boost::json::object& content) {
  Request request;
  KF_TRY(request.key, array_member<32>(content, "key"));
  KF_TRY(request.nonce, array_member<32>(content, "nonce"));
  if (content.contains("y")) {
    KF_TRY(request.y, array_member<32>(content, "y"));
  }
  KF_TRY(request.sealed, codec::octets_member(content, "sealed", 0));
  return request;
}

Result<RequestSecret> read_request_secret(const boost::json::object& object) {
  KF_TRY(const boost::json::object* jwk, codec::object_member(object, "jwk"));
  KF_TRY(crypto::PublicKey key, crypto::parse_jwk_exact(*jwk));
  KF_TRY(const std::string typed, codec::text_member(object, "label"));
  KF_TRY(std::string label, codec::label(typed, kMostLabel));
  return RequestSecret{std::move(key), std::move(label)};
}

Result<Grant> read_grant(const boost::json::object& object) {
  Grant grant;
  KF_TRY(const boost::json::object* offer, codec::object_member(object, "credential_offer"));
  grant.credential_offer = *offer;
  KF_TRY(grant.share, codec::text_member(object, "share"));
  return grant;
}

Result<Outcome> read_outcome(const boost::json::object& object) {
  KF_TRY(const std::string outcome, codec::text_member(object, "outcome"));
  if (outcome != "redeemed" && outcome != "failed") {
    return fail(Errc::invalid, "member \"outcome\" must be \"redeemed\" or \"failed\"");
  }
  KF_TRY(const std::optional<std::string> reason, codec::optional_text_member(object, "reason"));
  KF_TRY(std::string clean, codec::label(reason.value_or(""), kMostText));
  return Outcome{outcome == "redeemed", std::move(clean)};
}

Result<Cancel> read_cancel(const boost::json::object& content) {
  KF_TRY(std::string reason, codec::text_member(content, "reason"));
  if (std::ranges::find(kReasons, reason) == kReasons.end()) reason = "other";
  KF_TRY(const std::optional<std::string> text, codec::optional_text_member(content, "text"));
  KF_TRY(std::string clean, codec::label(text.value_or(""), kMostText));
  return Cancel{std::move(reason), std::move(clean)};
}

}  // namespace

boost::json::object encode_handshake(const Handshake& handshake) {
  boost::json::object object{{"suite", "X25519"},
                             {"key", encode_base64url(handshake.key)},
                             {"commit", encode_base64url(handshake.commit)}};
  if (handshake.code) {
    object["code"] = boost::json::object{{"sid", encode_base64url(handshake.code->sid)},
                                         {"y", encode_base64url(handshake.code->y)}};
  }
  return object;
}

Result<Handshake> parse_handshake(const boost::json::object& object) {
  return damaged(read_handshake(object));
}

boost::json::object encode_invite(const Invite& invite) {
  boost::json::object content{{"authority", invite.authority},
                              {"kind", invite.kind},
                              {"rights", invite.rights},
                              {"share", invite.share},
                              {"expires", codec::encode_rfc3339(invite.expires)}};
  if (invite.note) content["note"] = *invite.note;
  content["handshake"] = encode_handshake(invite.handshake);
  return content;
}

Result<Invite> parse_invite(const boost::json::object& content) {
  return damaged(read_invite(content));
}

boost::json::object encode_request(const Request& request) {
  boost::json::object content{{"key", encode_base64url(request.key)},
                              {"nonce", encode_base64url(request.nonce)}};
  if (request.y) content["y"] = encode_base64url(*request.y);
  content["sealed"] = encode_base64url(request.sealed);
  return content;
}

Result<Request> parse_request(const boost::json::object& content) {
  return damaged(read_request(content));
}

boost::json::object encode_request_secret(const RequestSecret& secret) {
  return {{"jwk", crypto::encode_jwk(secret.jwk)}, {"label", secret.label}};
}

Result<RequestSecret> parse_request_secret(const boost::json::object& object) {
  return damaged(read_request_secret(object));
}

boost::json::object encode_grant(const Grant& grant) {
  return {{"credential_offer", grant.credential_offer}, {"share", grant.share}};
}

Result<Grant> parse_grant(const boost::json::object& object) {
  return damaged(read_grant(object));
}

boost::json::object encode_outcome(const Outcome& outcome) {
  boost::json::object object{{"outcome", outcome.redeemed ? "redeemed" : "failed"}};
  if (!outcome.reason.empty()) object["reason"] = outcome.reason;
  return object;
}

Result<Outcome> parse_outcome(const boost::json::object& object) {
  return damaged(read_outcome(object));
}

boost::json::object encode_cancel(const Cancel& cancel) {
  boost::json::object content{{"reason", cancel.reason}};
  if (!cancel.text.empty()) content["text"] = cancel.text;
  return content;
}

Result<Cancel> parse_cancel(const boost::json::object& content) {
  return damaged(read_cancel(content));
}

Bytes seal_inside(const SecretBytes& key, const boost::json::object& object) {
  std::string text = codec::encode_json(object);
  Bytes sealed = crypto::aead_seal(key, bytes_of(text));
  wipe(text);
  return sealed;
}

Result<boost::json::object> open_inside(const SecretBytes& key, ByteView sealed) {
  KF_TRY(Bytes opened, damaged(crypto::aead_open(key, sealed)));
  const SecretBytes plaintext(std::move(opened));
  return damaged(codec::parse_json_object(text_of(plaintext.expose()), {32768, 8}));
}

Result<Bytes> sealed_member(const boost::json::object& content) {
  return damaged(codec::octets_member(content, "sealed", 0));
}

}  // namespace keyferry::transfer
