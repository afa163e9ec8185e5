// What verifiers install, and whether the audit log is whole.
#include <set>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/credential/kind.h"
#include "keyferry/credential/ssh_rights.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"
#include "keyferry/issuer/administrator.h"
#include "keyferry/issuer/render.h"
#include "keyferry/ledger/audit.h"

namespace keyferry::issuer {
namespace {

using boost::json::array;
using boost::json::object;

// logins_at collects the login names that live shares give on `host`.
std::set<std::string> logins_at(const std::vector<ledger::ShareRecord>& records,
                                const std::string& host, Time now) {
  std::set<std::string> logins;
  for (const auto& record : records) {
    const auto state = state_at(record.share, now);
    const bool over = state == authority::State::revoked || state == authority::State::ended ||
                      state == authority::State::expired || state == authority::State::refused;
    const auto* hosts = record.share.rights.texts("hosts");
    const auto* names = record.share.rights.texts("logins");
    if (over || hosts == nullptr || names == nullptr || !hosts->contains(host)) continue;
    logins.insert(names->begin(), names->end());
  }
  return logins;
}

// logins_admitted reads the logins that the administrator names for a host; nothing when none are
// named. Only these names are safe in the lines of an sshd_config.
Result<std::optional<std::set<std::string>>> logins_admitted(const object& command) {
  if (!command.contains("logins")) return std::nullopt;
  KF_TRY(auto names, codec::texts_member(command, "logins"));
  std::set<std::string> logins;
  for (const auto& name : names) {
    KF_TRY(auto login, credential::parse_ssh_login(name));
    logins.insert(std::move(login));
  }
  if (logins.empty()) return fail(Errc::invalid, "no login is named");
  return logins;
}

// trust_of_host is what sshd on one host needs; the program prints it as lines. With `logins` the
// answer repeats them, so that the program knows that this server understood.
Result<object> trust_of_host(const Administration& authority, const std::string& name,
                             const std::optional<std::set<std::string>>& admitted) {
  const Time now = authority.clock.now();
  std::vector<ledger::ShareRecord> records;
  KF_TRY(auto host, authority.ledger.transact(
                        [&](sql::Database& db) -> Result<std::optional<ledger::Host>> {
                          KF_TRY(records, ledger::list_shares(db, std::nullopt, now));
                          return ledger::find_host(db, name);
                        },
                        ledger::Space::none));
  if (!host) return fail(Errc::not_found, "no host is called " + name + "; host list shows them");
  object principals;
  for (const auto& login : admitted ? *admitted : logins_at(records, name, now)) {
    principals[login] = array{login + "@" + name};
  }
  object trust{{"host", name}, {"principals", std::move(principals)}};
  if (admitted) trust["logins"] = array(admitted->begin(), admitted->end());
  return trust;
}

array ca_lines(const Keys& keys) {
  array lines;
  for (const auto& line : ssh_ca_lines(keys)) lines.emplace_back(line);
  return lines;
}

// head_of_list reads the audit head out of a list's JWS, after checking our own signature on it.
Result<digest::Sha256> head_of_list(const Keys& keys, std::string_view compact) {
  KF_TRY(auto jws, crypto::parse_jws(compact, "keyferry-list+jwt"));
  if (!crypto::verify_jws(jws, keys.list.public_key())) {
    return fail(Errc::cannot_open, "this list was not signed by this authority's list key");
  }
  digest::Sha256 hash{};
  KF_TRY(auto head, codec::octets_member(jws.payload, "audit_head", hash.size()));
  std::copy(head.begin(), head.end(), hash.begin());
  return hash;
}

}  // namespace

//= spec:authority#5-trust
Result<object> administer_trust(const Administration& authority, const object& command) {
  KF_TRY(auto host, codec::optional_text_member(command, "host"));
  if (host) {
    KF_TRY(auto logins, logins_admitted(command));
    KF_TRY(auto trust, trust_of_host(authority, *host, logins));
    trust["ssh_ca_keys"] = ca_lines(authority.keys);
    return trust;
  }
  array lists;
  for (const credential::Kind* kind : credential::kinds()) lists.emplace_back(kind->list_name());
  return object{{"authority", authority.settings.url},
                {"list_keys", array{crypto::encode_jwk(authority.keys.list.public_key())}},
                {"ssh_ca_keys", ca_lines(authority.keys)},
                {"lists", std::move(lists)}};
}

Result<object> administer_audit(const Administration& authority, const object& command) {
  KF_TRY(auto compact, codec::optional_text_member(command, "jws"));
  digest::Sha256 seen{};
  if (compact) {
    KF_TRY(seen, head_of_list(authority.keys, *compact));
  }
  KF_TRY(auto head,
         authority.ledger.transact(
             [&](sql::Database& db) -> Result<ledger::AuditHead> {
               KF_TRY(auto verified, ledger::verify_audit(db));
               KF_TRY(bool held, ledger::audit_holds(db, seen));
               if (!held) {
                 return fail(
                     Errc::invalid,
                     "the head that this list names is not in the audit log: rows were cut off");
               }
               return verified;
             },
             ledger::Space::none));
  return object{{"rows", head.number}, {"head", encode_base64url(head.hash)}};
}

}  // namespace keyferry::issuer
