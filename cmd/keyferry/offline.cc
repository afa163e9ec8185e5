#include "offline.h"

#include <algorithm>

#include "keyferry/codec/rfc3339.h"
#include "keyferry/wallet/delegation_list.h"
#include "keyferry/wallet/sender_delegation.h"
#include "keyferry/wallet/show_time.h"

namespace keyferry::cli {

Result<Offline> load_offline(const keystore::Home& home) {
  Offline out;
  KF_TRY(out.locks, keystore::load_locks(home));
  KF_TRY(out.delegations, keystore::load_delegations(home));
  KF_TRY(out.made, keystore::load_signed(home));
  KF_TRY(out.lists, keystore::load_lists(home));
  KF_TRY(out.open, keystore::load_sender_records(home));
  std::erase_if(out.open, [&](const keystore::SenderRecord& sender) {
    const auto is_it = [&](const auto& one) { return one.share == sender.share; };
    return !wallet::is_delegation(sender) || std::any_of(out.made.begin(), out.made.end(), is_it);
  });
  return out;
}

boost::json::object open_json(const keystore::SenderRecord& sender) {
  return {{"share", sender.share},
          {"holding", sender.credential},
          {"rights", sender.rights},
          {"valid_until", codec::encode_rfc3339(sender.valid_until)},
          {"state", "open"}};
}

std::string open_line(const keystore::SenderRecord& sender) {
  return sender.share + "  from " + sender.credential + "  waits to be taken until " +
         wallet::show_time(sender.link_until);
}

void put_offline(const Offline& all, bool with_shares, boost::json::object& object) {
  boost::json::array locks, delegations, made;
  for (const auto& lock : all.locks) locks.push_back(wallet::lock_json(lock));
  for (const auto& held : all.delegations) delegations.push_back(wallet::delegation_json(held));
  for (const auto& one : all.made) made.push_back(wallet::signed_json(one, all.lists));
  for (const auto& sender : all.open) made.push_back(open_json(sender));
  object["locks"] = std::move(locks);
  object["delegations"] = std::move(delegations);
  if (with_shares) object["signed"] = std::move(made);
}

void print_offline(const Offline& all, bool with_shares, Time now) {
  for (const auto& lock : all.locks) print(wallet::show_lock_line(lock));
  for (const auto& held : all.delegations) print(wallet::show_delegation_line(held, now));
  if (!with_shares) return;
  for (const auto& one : all.made) print("   " + wallet::show_signed_line(one, all.lists, now));
  for (const auto& sender : all.open) print("   " + open_line(sender));
}

}  // namespace keyferry::cli
