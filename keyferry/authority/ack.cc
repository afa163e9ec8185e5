#include "keyferry/authority/ack.h"

#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"

namespace keyferry::authority {
namespace {

constexpr std::int64_t kMostNumber = std::int64_t{1} << 53;  // what every JSON reader keeps exactly
constexpr std::int64_t kLatestSeconds = 253402300799;        // the year 9999

}  // namespace

Result<Ack> parse_ack(std::string_view compact) {
  if (compact.size() > kAckSize) {
    return fail(Errc::invalid, "an acknowledgement has at most 2048 octets");
  }
  Ack ack;
  KF_TRY(ack.jws, crypto::parse_jws(compact, "keyferry-ack+jwt"));
  const auto& payload = ack.jws.payload;
  KF_TRY(ack.verifier, codec::text_member(payload, "verifier"));
  KF_TRY(ack.audience, codec::text_member(payload, "aud"));
  KF_TRY(ack.list, codec::text_member(payload, "list"));
  KF_TRY(ack.position.epoch, codec::integer_member(payload, "epoch", 1, kMostNumber));
  KF_TRY(ack.position.number, codec::integer_member(payload, "number", 1, kMostNumber));
  KF_TRY(auto issued, codec::integer_member(payload, "iat", 0, kLatestSeconds));
  ack.issued = from_unix_seconds(issued);
  return ack;
}

//= spec:authority#6-acknowledged
Result<bool> check_ack(const Ack& ack, const crypto::PublicKey& key, std::string_view issuer,
                       const ListPosition& current, const std::optional<AckedList>& last,
                       Time now) {
  if (ack.audience != issuer) {
    return fail(Errc::forbidden, "the acknowledgement is for another authority", "audience");
  }
  if (ack.position > current) {
    return fail(Errc::conflict, "the acknowledged list was never issued", "never_issued");
  }
  const Duration ahead = ack.issued - now;
  if (ahead > kAckSkew || ahead < -kAckSkew) {
    return fail(Errc::conflict, "iat does not fit the authority's clock", "stale");
  }
  if (last && ack.position == last->position && ack.issued == last->issued) return false;
  const bool newer = !last || ack.position > last->position || ack.issued > last->issued;
  if (!newer) return fail(Errc::conflict, "a newer acknowledgement came before", "stale");
  KF_TRY(crypto::verify_jws(ack.jws, key));
  return true;
}

Result<crypto::PublicKey> parse_verifier_key(const boost::json::object& set) {
  const auto* value = set.if_contains("keys");
  const auto* array = value ? value->if_array() : nullptr;
  if (array == nullptr) {
    return fail(Errc::invalid, "it must be the JWK Set that keyferry-verifier init prints");
  }
  std::optional<crypto::PublicKey> found;
  for (const auto& entry : *array) {
    const auto* jwk = entry.if_object();
    if (jwk == nullptr) return fail(Errc::invalid, "member \"keys\" must hold JSON Web Keys");
    KF_TRY(auto use, codec::optional_text_member(*jwk, "use"));
    if (use && *use != "sig") continue;
    if (found) return fail(Errc::invalid, "it holds more than one key for signatures");
    KF_TRY(found, crypto::parse_jwk(*jwk));
  }
  if (!found || found->type() != crypto::KeyType::p256) {
    return fail(Errc::invalid, "it holds no P-256 key for signatures");
  }
  return *std::move(found);
}

}  // namespace keyferry::authority
