// What `keyferry list` shows of locks and delegations. Pure but for what is passed in.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/keystore/delegation_record.h"
#include "keyferry/keystore/deny_store.h"

namespace keyferry::wallet {

// delegation_window is "until WHEN", "from WHEN until WHEN" or "over since WHEN".
std::string delegation_window(const keystore::DelegationRecord& record, Time now);

// open_commands is what opens each of its doors, one line each.
std::vector<std::string> open_commands(const keystore::DelegationRecord& record);

// One line each: name, doors, how long; and the same as --json lists it.
std::string show_delegation_line(const keystore::DelegationRecord& record, Time now);
std::string show_lock_line(const keystore::LockRecord& lock);
boost::json::object delegation_json(const keystore::DelegationRecord& record);
boost::json::object lock_json(const keystore::LockRecord& lock);

// Of what this wallet signed, with the locks that have not shown that they know of a denial.
std::string show_signed_line(const keystore::SignedRecord& record,
                             const std::vector<keystore::CarriedList>& lists, Time now);
boost::json::object signed_json(const keystore::SignedRecord& record,
                                const std::vector<keystore::CarriedList>& lists);

}  // namespace keyferry::wallet
