// What this wallet holds and has signed without any server: locks, rights to doors, and shares of
// these.
#pragma once

#include <string>
#include <vector>

#include "command.h"

#include "keyferry/keystore/delegation_record.h"
#include "keyferry/keystore/deny_store.h"
#include "keyferry/keystore/lock_record.h"
#include "keyferry/keystore/sender_record.h"

namespace keyferry::cli {

struct Offline {
  std::vector<keystore::LockRecord> locks;
  std::vector<keystore::DelegationRecord> delegations;
  std::vector<keystore::SignedRecord> made;
  std::vector<keystore::CarriedList> lists;
  std::vector<keystore::SenderRecord> open;  // links that nobody has taken yet
};

// load_offline reads them; no server is asked. Errors: io, invalid (a damaged record).
Result<Offline> load_offline(const keystore::Home& home);

// open_json and open_line show a share that nobody has taken yet; put_offline and print_offline
// show all, `with_shares` with what was signed.
boost::json::object open_json(const keystore::SenderRecord& sender);
std::string open_line(const keystore::SenderRecord& sender);
void put_offline(const Offline& all, bool with_shares, boost::json::object& object);
void print_offline(const Offline& all, bool with_shares, Time now);

}  // namespace keyferry::cli
