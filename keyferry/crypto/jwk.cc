// The key's own parser checks the point; this only moves octets, so every way to a key has the same
// checks.
#include "keyferry/crypto/jwk.h"

#include <algorithm>
#include <initializer_list>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/digest/hash.h"

namespace keyferry::crypto {
namespace {

constexpr std::size_t kCoordinateSize = 32;

// Coordinates are the two of a point, or the one octet string of Ed25519 and an empty `y`.
struct Coordinates {
  std::string x;
  std::string y;
};

Coordinates coordinates_of(const PublicKey& key) {
  const ByteView raw = key.raw();
  if (key.type() == KeyType::ed25519) return {encode_base64url(raw), ""};
  return {encode_base64url(raw.subspan(1, kCoordinateSize)),
          encode_base64url(raw.subspan(1 + kCoordinateSize))};
}

Result<Done> check_only(const boost::json::object& jwk,
                        std::initializer_list<std::string_view> names) {
  for (const auto& member : jwk) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return fail(Errc::invalid, "the JWK has a member that does not belong there");
    }
  }
  return Done{};
}

Result<KeyType> type_of(const boost::json::object& jwk) {
  const Error other = fail(Errc::invalid, "the JWK is neither an Ed25519 nor a P-256 key");
  KF_TRY(const std::string kty, codec::text_member(jwk, "kty"));
  if (kty != "OKP" && kty != "EC") return other;
  KF_TRY(const std::string crv, codec::text_member(jwk, "crv"));
  if (kty == "OKP" && crv == "Ed25519") return KeyType::ed25519;
  if (kty == "EC" && crv == "P-256") return KeyType::p256;
  return other;
}

}  // namespace

boost::json::object encode_jwk(const PublicKey& key) {
  const Coordinates coordinates = coordinates_of(key);
  if (key.type() == KeyType::ed25519) {
    return {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", coordinates.x}};
  }
  return {{"kty", "EC"}, {"crv", "P-256"}, {"x", coordinates.x}, {"y", coordinates.y}};
}

Result<PublicKey> parse_jwk(const boost::json::object& jwk) {
  if (jwk.contains("d")) return fail(Errc::invalid, "the JWK holds a private key");
  KF_TRY(const KeyType type, type_of(jwk));
  KF_TRY(const Bytes x, codec::octets_member(jwk, "x", kCoordinateSize));
  if (type == KeyType::ed25519) return PublicKey::parse(type, x);
  KF_TRY(const Bytes y, codec::octets_member(jwk, "y", kCoordinateSize));
  const std::uint8_t uncompressed = 0x04;
  return PublicKey::parse(type, concat({ByteView(&uncompressed, 1), x, y}));
}

Result<PublicKey> parse_jwk_exact(const boost::json::object& jwk) {
  KF_TRY(PublicKey key, parse_jwk(jwk));
  if (key.type() == KeyType::ed25519) {
    KF_TRY(check_only(jwk, {"kty", "crv", "x"}));
  } else {
    KF_TRY(check_only(jwk, {"kty", "crv", "x", "y"}));
  }
  return key;
}

std::string jwk_thumbprint(const PublicKey& key) {
  const Coordinates coordinates = coordinates_of(key);
  const std::string text = key.type() == KeyType::ed25519
                               ? R"({"crv":"Ed25519","kty":"OKP","x":")" + coordinates.x + R"("})"
                               : R"({"crv":"P-256","kty":"EC","x":")" + coordinates.x +
                                     R"(","y":")" + coordinates.y + R"("})";
  return encode_base64url(digest::sha256(bytes_of(text)));
}

}  // namespace keyferry::crypto
