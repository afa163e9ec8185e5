// A chain is checked again each time it is shown, so that a damaged one reads as damaged and not as
// a right.
#include "keyferry/wallet/delegation_list.h"

#include "keyferry/base/base64.h"
#include "keyferry/base/hex.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/keystore/delegation_record.h"
#include "keyferry/wallet/delegation_words.h"
#include "keyferry/wallet/deny.h"
#include "keyferry/wallet/show_time.h"

namespace keyferry::wallet {
namespace {

Time instant_of(std::uint32_t seconds) {
  return Time{} + std::chrono::seconds(seconds);
}

boost::json::array doors_json(const std::vector<Bytes>& doors) {
  boost::json::array out;
  for (const Bytes& door : doors) {
    out.push_back(boost::json::object{{"id", encode_base64url(door)},
                                      {"lock", encode_hex(keystore::lock_id_of(door))},
                                      {"name", keystore::door_name(door)}});
  }
  return out;
}

// The locks that may still let a denied link in.
std::vector<std::string> not_told(const keystore::SignedRecord& record,
                                  const std::vector<keystore::CarriedList>& lists) {
  const auto rights = transfer::parse_delegation_rights(record.rights);
  if (!record.denied || !rights) return {};
  for (const keystore::CarriedList& list : lists) {
    if (keystore::denies(list.list, record)) return locks_behind(list, rights->doors);
  }
  return {};
}

}  // namespace

std::string delegation_window(const keystore::DelegationRecord& record, Time now) {
  const auto chain = delegation::check_chain(record.links, record.owner);
  if (!chain) return "damaged: " + chain.error().detail;
  const Time from = instant_of(chain->effective.nbf), until = instant_of(chain->effective.exp);
  if (until <= now) return "over since " + show_time(until);
  return (from > now ? "from " + show_time(from) + " " : "") + "until " + show_time(until);
}

std::vector<std::string> open_commands(const keystore::DelegationRecord& record) {
  std::vector<std::string> out;
  const auto chain = delegation::check_chain(record.links, record.owner);
  if (!chain) return out;
  const auto& doors = chain->effective.rights.doors;
  for (const Bytes& door : doors) {
    out.push_back("keyferry open " + record.name +
                  (doors.size() > 1 ? "/" + keystore::door_name(door) : ""));
  }
  return out;
}

std::string show_delegation_line(const keystore::DelegationRecord& record, Time now) {
  const auto chain = delegation::check_chain(record.links, record.owner);
  const std::string doors = chain ? doors_title(chain->effective.rights.doors) : "?";
  return record.name + "  " + doors + "  " + delegation_window(record, now);
}

std::string show_lock_line(const keystore::LockRecord& lock) {
  std::string doors;
  for (const Bytes& door : lock.doors)
    doors += (doors.empty() ? "" : ", ") + keystore::door_name(door);
  return lock.name + "  your lock " + encode_hex(ByteView(lock.doors.front()).first(4)) +
         "  doors: " + doors;
}

boost::json::object delegation_json(const keystore::DelegationRecord& record) {
  boost::json::object out{{"name", record.name},
                          {"persona", record.persona},
                          {"kind", transfer::kDelegationKind},
                          {"taken", codec::encode_rfc3339(record.taken)},
                          {"links", std::int64_t(record.links.size())},
                          {"owner", encode_hex(delegation::thumbprint_of(record.owner))}};
  const auto chain = delegation::check_chain(record.links, record.owner);
  if (!chain) {
    out["error"] = chain.error().reason;
    out["detail"] = chain.error().detail;
    return out;
  }
  out["id"] = encode_base64url(chain->ids.back());
  out["rights"] = transfer::encode_delegation_rights(chain->effective.rights);
  out["doors"] = doors_json(chain->effective.rights.doors);
  out["valid_from"] = codec::encode_rfc3339(instant_of(chain->effective.nbf));
  out["valid_until"] = codec::encode_rfc3339(instant_of(chain->effective.exp));
  boost::json::array commands;
  for (const std::string& line : open_commands(record)) commands.emplace_back(line);
  out["open"] = std::move(commands);
  return out;
}

boost::json::object lock_json(const keystore::LockRecord& lock) {
  return {{"name", lock.name},
          {"persona", lock.persona},
          {"lock", encode_hex(keystore::lock_id_of(lock.doors.front()))},
          {"zone", lock.zone},
          {"doors", doors_json(lock.doors)},
          {"addresses", keystore::encode_addresses(lock.addresses)}};
}

std::string show_signed_line(const keystore::SignedRecord& record,
                             const std::vector<keystore::CarriedList>& lists, Time now) {
  std::string out = record.share + "  from " + record.holding + "  to " +
                    (record.label.empty() ? "somebody" : "\"" + record.label + "\"");
  if (record.expires <= now) return out + "  over since " + show_time(record.expires);
  if (!record.denied) return out + "  until " + show_time(record.expires);
  const auto behind = not_told(record, lists);
  out += "  taken back";
  if (!behind.empty()) out += ", but not yet known to lock";
  for (const std::string& lock : behind) out += " " + lock.substr(0, 8);
  return out;
}

boost::json::object signed_json(const keystore::SignedRecord& record,
                                const std::vector<keystore::CarriedList>& lists) {
  boost::json::array behind;
  for (const std::string& lock : not_told(record, lists)) behind.emplace_back(lock);
  return {{"share", record.share},
          {"holding", record.holding},
          {"label", record.label},
          {"id", encode_base64url(record.id)},
          {"rights", record.rights},
          {"valid_until", codec::encode_rfc3339(record.expires)},
          {"state", record.denied ? "revoked" : "signed"},
          {"locks_behind", std::move(behind)}};
}

}  // namespace keyferry::wallet
