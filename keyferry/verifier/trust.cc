#include "keyferry/verifier/trust.h"

#include "keyferry/codec/json.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/crypto/jwk.h"

namespace keyferry::verifier {
namespace {

Result<std::vector<crypto::PublicKey>> parse_list_keys(const boost::json::object& object) {
  const auto* value = object.if_contains("list_keys");
  const auto* array = value ? value->if_array() : nullptr;
  if (!array || array->empty())
    return fail(Errc::invalid, "member \"list_keys\" must be a list of at least one key");
  std::vector<crypto::PublicKey> keys;
  for (const auto& entry : *array) {
    const auto* jwk = entry.if_object();
    if (!jwk) return fail(Errc::invalid, "member \"list_keys\" must hold JSON Web Keys");
    KF_TRY(auto key, crypto::parse_jwk(*jwk));
    if (key.type() != crypto::KeyType::ed25519)
      return fail(Errc::invalid, "member \"list_keys\" holds a key that is not Ed25519");
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

Result<Trust> parse_trust(std::string_view text) {
  KF_TRY(auto object, codec::parse_json_object(text));
  Trust trust;
  KF_TRY(trust.authority, codec::text_member(object, "authority"));
  KF_TRY(trust.list_keys, parse_list_keys(object));
  KF_TRY(auto lines, codec::texts_member(object, "ssh_ca_keys"));
  for (const std::string& line : lines) {
    KF_TRY(auto key, credential::parse_authorized_line(line));
    trust.ssh_ca_keys.push_back(std::move(key));
  }
  KF_TRY(trust.lists, codec::texts_member(object, "lists"));
  if (trust.lists.empty()) return fail(Errc::invalid, "member \"lists\" names no list");
  return trust;
}

}  // namespace keyferry::verifier
