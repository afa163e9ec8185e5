// Whose acknowledgements of lists count.
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/ssh_rights.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/issuer/administrator.h"

namespace keyferry::issuer {
namespace {

using boost::json::array;
using boost::json::object;

Result<std::string> name_of(const object& command) {
  KF_TRY(auto name, codec::text_member(command, "name"));
  return credential::parse_ssh_host(name);
}

object render_heard(const ledger::HeardVerifier& heard, Time now) {
  const Duration ago = std::max(now - heard.heard, Duration(0));
  return {{"name", heard.list},
          {"epoch", heard.said.position.epoch},
          {"number", heard.said.position.number},
          {"taken", codec::encode_rfc3339(heard.taken)},
          {"heard", codec::encode_rfc3339(heard.heard)},
          {"heard_ago", std::chrono::floor<std::chrono::seconds>(ago).count()}};
}

}  // namespace

Result<object> administer_verifier_add(const Administration& authority, const object& command) {
  KF_TRY(auto name, name_of(command));
  KF_TRY(auto set, codec::object_member(command, "keys"));
  auto key = authority::parse_verifier_key(*set);
  if (!key) return in_context("verifier key", key.error());
  KF_TRY(auto replace, codec::optional_bool_member(command, "replace"));
  const std::string thumbprint = crypto::jwk_thumbprint(*key);
  KF_TRY(ledger::add_verifier(authority.ledger, {name, *std::move(key), thumbprint},
                              replace.value_or(false), authority.clock.now()));
  return object{{"name", name}, {"thumbprint", thumbprint}};
}

Result<object> administer_verifier_list(const Administration& authority, const object&) {
  const Time now = authority.clock.now();
  array verifiers;
  for (const auto& one : authority.lists.acks.recorded()) {
    array lists;
    for (const auto& heard : one.lists) lists.emplace_back(render_heard(heard, now));
    verifiers.emplace_back(
        object{{"name", one.name}, {"thumbprint", one.thumbprint}, {"lists", std::move(lists)}});
  }
  return object{{"verifiers", std::move(verifiers)}};
}

Result<object> administer_verifier_remove(const Administration& authority, const object& command) {
  KF_TRY(auto name, name_of(command));
  KF_TRY(ledger::remove_verifier(authority.ledger, name, authority.clock.now()));
  return object{{"name", name}};
}

}  // namespace keyferry::issuer
