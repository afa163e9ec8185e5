// `typ` is checked before the payload is decoded, and the signature covers the octets as they came,
// never what they would be encoded to again.
#include "keyferry/crypto/jws.h"

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"

namespace keyferry::crypto {
namespace {

constexpr std::size_t kMostOctets = 16 * 1024;

std::string_view algorithm_of(KeyType type) {
  return type == KeyType::ed25519 ? "EdDSA" : "ES256";
}

Result<boost::json::object> parse_part(std::string_view part, const char* doing) {
  const auto octets = parse_base64url(part);
  if (!octets) return in_context(doing, octets.error());
  auto object = codec::parse_json_object(text_of(*octets));
  if (!object) return in_context(doing, object.error());
  return object;
}

Result<Done> check_header(const boost::json::object& header, std::string_view typ) {
  const boost::json::value* found = header.if_contains("typ");
  if (found == nullptr || !found->is_string() || found->get_string() != typ) {
    return fail(Errc::invalid, "the JWS must have the type " + std::string(typ));
  }
  if (header.contains("crit")) {
    return fail(Errc::invalid, "the JWS demands an extension that does not exist here");
  }
  return Done{};
}

}  // namespace

std::string sign_jws(boost::json::object header, const boost::json::object& payload,
                     const PrivateKey& key) {
  header["alg"] = algorithm_of(key.type());
  std::string compact = encode_base64url(bytes_of(codec::encode_json(header))) + "." +
                        encode_base64url(bytes_of(codec::encode_json(payload)));
  const Bytes signature = key.sign(bytes_of(compact));
  return compact + "." + encode_base64url(signature);
}

Result<Jws> parse_jws(std::string_view compact, std::string_view typ) {
  if (compact.size() > kMostOctets) return fail(Errc::invalid, "the JWS is longer than 16 KiB");
  const std::size_t first = compact.find('.');
  const std::size_t last = compact.rfind('.');
  if (first == last || compact.find('.', first + 1) != last) {
    return fail(Errc::invalid, "a compact JWS has three parts");
  }
  KF_TRY(boost::json::object header, parse_part(compact.substr(0, first), "JWS header"));
  KF_TRY(check_header(header, typ));
  KF_TRY(boost::json::object payload,
         parse_part(compact.substr(first + 1, last - first - 1), "JWS payload"));
  const auto signature = parse_base64url(compact.substr(last + 1));
  if (!signature) return in_context("JWS signature", signature.error());
  return Jws{std::move(header), std::move(payload), copy_of(bytes_of(compact.substr(0, last))),
             *signature};
}

Result<Done> verify_jws(const Jws& jws, const PublicKey& key) {
  const boost::json::value* alg = jws.header.if_contains("alg");
  // The key decides the algorithm; the header may only agree (RFC 8725 section 3.1).
  if (alg == nullptr || !alg->is_string() || alg->get_string() != algorithm_of(key.type()) ||
      !key.verify(jws.signing_input, jws.signature)) {
    return fail(Errc::cannot_open, "the signature of the JWS does not fit the key");
  }
  return Done{};
}

}  // namespace keyferry::crypto
