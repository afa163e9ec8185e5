// keyferry list: what this wallet holds, and the shares below it.
#include "command.h"
#include "offline.h"

#include "keyferry/codec/rfc3339.h"
#include "keyferry/keystore/sender_record.h"
#include "keyferry/wallet/delegation_list.h"
#include "keyferry/wallet/keep.h"
#include "keyferry/wallet/sender_delegation.h"
#include "keyferry/wallet/show_list.h"
#include "keyferry/wallet/show_time.h"
#include "keyferry/wallet/ssh_files.h"
#include "keyferry/wallet/tidy.h"

namespace keyferry::cli {
namespace {

// The shares below one credential, or why they cannot be told.
struct Below {
  std::vector<wallet::ShareView> shares;
  std::int64_t more = 0;  // further down, not shown
  std::optional<Error> error;
};

// shares_below also learns whether the credential itself is over; then nothing lies below it. It
// always asks: an earlier answer may have been wrong.
Below shares_below(wallet::Wallet& wallet, keystore::CredentialRecord& record) {
  Below below;
  auto holder = wallet::Holder::open(wallet, record);
  auto shares = holder ? holder->shares() : Result<wallet::ShareViews>(holder.error());
  if (holder) record = holder->record();
  if (!record.over.empty()) return below;
  if (shares) {
    below.shares = std::move(shares->shares);
    below.more = shares->more;
    std::erase_if(below.shares, [&](const auto& share) { return share.id == record.share; });
  } else {
    below.error = shares.error();
  }
  return below;
}

boost::json::object json_of(const keystore::Home& home, const keystore::CredentialRecord& record,
                            const Below* below) {
  boost::json::object object = wallet::credential_json(record);
  boost::json::array lines;
  for (const wallet::SshLine& line : wallet::ssh_lines(home, record)) {
    lines.push_back(
        boost::json::object{{"login", line.login}, {"host", line.host}, {"command", line.command}});
  }
  object["ssh"] = std::move(lines);
  if (below == nullptr) return object;
  if (below->error) {
    object["error"] = reason_of(*below->error);
    object["detail"] = below->error->detail;
    return object;
  }
  boost::json::array shares;
  for (const wallet::ShareView& share : below->shares) shares.push_back(share.raw);
  object["shares"] = std::move(shares);
  if (below->more > 0) object["more"] = below->more;
  return object;
}

void print_tree(const keystore::CredentialRecord& record, const Below& below, Time now) {
  if (below.error) {
    print("   shares unknown: " + below.error->detail);
    return;
  }
  for (const std::string& line : wallet::show_tree(below.shares, record.share, now)) print(line);
  if (below.more > 0) {
    print("   and " + std::to_string(below.more) + " more, made by those whom you shared it with");
  }
}

void tidy(wallet::Wallet& wallet, const std::vector<Below>& belows) {
  std::vector<wallet::ShareView> shares;
  for (const Below& below : belows) {
    shares.insert(shares.end(), below.shares.begin(), below.shares.end());
  }
  wallet::tidy_sent(wallet, shares);
}

Result<Done> list(Program& program, bool with_shares) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  wallet::Wallet& wallet = session->wallet();
  wallet::renew_due(wallet);
  KF_TRY(auto records, keystore::load_credentials(wallet.home));
  KF_TRY(const Offline offline, load_offline(wallet.home));
  if (records.empty() && offline.locks.empty() && offline.delegations.empty() && !program.json) {
    print("this wallet holds no credentials; `keyferry accept` takes one");
  }
  std::optional<Error> first;
  std::vector<Below> belows(with_shares ? records.size() : 0);
  for (std::size_t i = 0; i < belows.size(); ++i) {
    belows[i] = shares_below(wallet, records[i]);
    if (belows[i].error && !first) first = belows[i].error;
  }
  const auto lines = wallet::show_credentials(records, wallet.web.now());
  boost::json::array all;
  for (std::size_t i = 0; i < records.size(); ++i) {
    all.push_back(json_of(wallet.home, records[i], with_shares ? &belows[i] : nullptr));
    if (program.json) continue;
    print(lines[i]);
    if (with_shares) print_tree(records[i], belows[i], wallet.web.now());
  }
  if (program.json) {
    boost::json::object object{{"credentials", std::move(all)}};
    put_offline(offline, with_shares, object);
    print_json(object);
  } else {
    print_offline(offline, with_shares, wallet.web.now());
  }
  if (with_shares) tidy(wallet, belows);
  if (first) return *first;
  return Done{};
}

}  // namespace

void add_list(Program& program) {
  auto shares = std::make_shared<bool>(false);
  CLI::App* command =
      add_command(program, "list", "list the credentials held and the shares made from them",
                  {"keyferry list", "keyferry list --shares --json"});
  command->add_flag("--shares", *shares, "below each credential the shares made from it");
  command->callback(
      [&program, shares] { program.action = [shares](Program& p) { return list(p, *shares); }; });
}

}  // namespace keyferry::cli
