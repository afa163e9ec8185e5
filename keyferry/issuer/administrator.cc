#include "keyferry/issuer/administrator.h"

#include <array>
#include <limits>

#include "keyferry/codec/host.h"
#include "keyferry/codec/json.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/credential/ssh_rights.h"
#include "keyferry/issuer/render.h"
#include "keyferry/ledger/page.h"
#include "keyferry/ledger/shares.h"

namespace keyferry::issuer {
namespace {

using boost::json::object;

// parse_keys takes lines of public keys and keeps type and key, without the comment.
Result<std::vector<std::string>> parse_keys(const object& command, std::string_view name) {
  std::vector<std::string> keys;
  if (!command.contains(name)) return keys;
  KF_TRY(auto lines, codec::texts_member(command, name));
  for (const auto& line : lines) {
    auto key = credential::parse_authorized_line(line);
    if (!key) return in_context("host key", key.error());
    keys.push_back(credential::authorized_line(*key, ""));
  }
  return keys;
}

Result<object> host_add(const Administration& authority, const object& command) {
  ledger::Host host;
  KF_TRY(auto name, codec::text_member(command, "name"));
  KF_TRY(host.name, credential::parse_ssh_host(name));
  KF_TRY(const auto address, codec::text_member(command, "address"));
  KF_TRY(const codec::Host where, codec::parse_host(address));
  host.address = where.text;
  KF_TRY(auto port, codec::integer_member(command, "port", 1, 65535));
  host.port = static_cast<int>(port);
  KF_TRY(host.host_keys, parse_keys(command, "host_keys"));
  KF_TRY(host.host_cas, parse_keys(command, "host_cas"));
  if (host.host_keys.empty() && host.host_cas.empty()) {
    return fail(Errc::invalid, "a host needs its host key (--key FILE) or its host CA (--ca FILE)");
  }
  KF_TRY(auto replace, codec::optional_bool_member(command, "replace"));
  KF_TRY(ledger::add_host(authority.ledger, host, replace.value_or(false), authority.clock.now()));
  return render_host(host);
}

Result<object> host_list(const Administration& authority, const object&) {
  KF_TRY(auto hosts, authority.ledger.transact(ledger::all_hosts, ledger::Space::none));
  boost::json::array array;
  for (const auto& host : hosts) array.emplace_back(render_host(host));
  return object{{"hosts", std::move(array)}};
}

// after_member is where a page begins.
Result<std::optional<authority::ShareId>> after_member(const object& command) {
  KF_TRY(const auto text, codec::optional_text_member(command, "after"));
  if (!text) return std::optional<authority::ShareId>();
  KF_TRY(auto id, authority::ShareId::parse(*text));
  return std::optional(std::move(id));
}

// A page holds the ledger for a moment only. An older program asks without `limit`, and wants all.
Result<object> list(const Administration& authority, const object& command) {
  const Time now = authority.clock.now();
  KF_TRY(const auto limit,
         codec::optional_integer_member(command, "limit", 1, ledger::kMostOnPage));
  KF_TRY(const auto after, after_member(command));
  const int most = limit ? static_cast<int>(*limit) : std::numeric_limits<int>::max();
  KF_TRY(auto records, authority.ledger.transact(
                           [&](sql::Database& db) -> Result<std::vector<ledger::ShareRecord>> {
                             KF_TRY(auto shares, ledger::shares_after(db, after, most));
                             return ledger::records_of(db, std::move(shares));
                           },
                           ledger::Space::none));
  boost::json::array array;
  for (const auto& record : records) array.emplace_back(render_record(record, now));
  object answer;
  // A full page may be the last one; then the next is empty.
  if (limit && array.size() == static_cast<std::size_t>(most)) {
    answer["next"] = array.back().get_object().at("share");
  }
  answer["shares"] = std::move(array);
  return answer;
}

Result<object> revoke(const Administration& authority, const object& command) {
  KF_TRY(auto revoked, administer_revoke(authority, command));
  return render_revoked(authority.settings, revoked, authority.lists, authority.clock.now());
}

Result<object> backup(const Administration& authority, const object& command) {
  KF_TRY(auto path, codec::text_member(command, "path"));
  if (path.empty() || path.front() != '/') {
    return fail(Errc::invalid, "the path of a backup must be absolute");
  }
  if (std::filesystem::exists(path)) {
    return fail(Errc::conflict, path + " exists; a backup never overwrites a file", "exists");
  }
  KF_TRY(authority.ledger.backup_to(path));
  return object{{"backup", path}};
}

struct Command {
  std::string_view name;
  Result<object> (*run)(const Administration&, const object&);
};
constexpr std::array<Command, 12> kCommands{{{"host_add", host_add},
                                             {"host_list", host_list},
                                             {"verifier_add", administer_verifier_add},
                                             {"verifier_list", administer_verifier_list},
                                             {"verifier_remove", administer_verifier_remove},
                                             {"share", administer_share},
                                             {"list", list},
                                             {"revoke", revoke},
                                             {"rearm", administer_rearm},
                                             {"trust", administer_trust},
                                             {"audit", administer_audit},
                                             {"backup", backup}}};

}  // namespace

Result<ledger::Revoked> administer_revoke(const Administration& authority, const object& command) {
  KF_TRY(auto text, codec::text_member(command, "share"));
  KF_TRY(auto id, authority::ShareId::parse(text));
  return authority.ledger.transact(
      [&](sql::Database& db) {
        return ledger::revoke_share(db, std::nullopt, id, authority.clock.now());
      },
      ledger::Space::reserve);
}

Result<object> administer(const Administration& authority, const object& command) {
  KF_TRY(auto name, codec::text_member(command, "command"));
  for (const Command& known : kCommands) {
    if (known.name == name) return known.run(authority, command);
  }
  return fail(Errc::invalid, "this server knows no such command; is it an older version?");
}

}  // namespace keyferry::issuer
