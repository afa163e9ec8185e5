// What a ledger copied from a backup needs before it may be served.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "keyferry/ledger/ledger.h"

namespace keyferry::ledger {

// mark_restored begins a new epoch, marks the ledger as not merged, and expires every share that
// was not redeemed yet: its code may have been redeemed, or its PIN tried, after the backup was
// made.
//
//= spec:authority#3-backups
Result<Done> mark_restored(Ledger& ledger, Time now);

// SeenList is what a verifier's newest list says: all of it stays revoked for ever. highest_serial
// is the highest that was ever issued, as far as list and statement tell.
struct SeenList {
  std::int64_t epoch = 0;
  std::int64_t number = 0;
  std::string name;
  std::uint64_t highest_serial = 0;
  struct Section {
    std::string ca;  // thumbprint
    std::vector<std::uint64_t> serials;
    std::vector<std::string> key_ids;
  };
  std::vector<Section> sections;
};

// merge_list takes the union: shares that it names are revoked with everything below them, what the
// ledger does not know is listed from now on; epoch and serials go on above what it shows.
Result<Done> merge_list(Ledger& ledger, const SeenList& list, Time now);

// mark_merged lets the ledger be served. `accepted`: without a list, the loss is accepted.
Result<Done> mark_merged(Ledger& ledger, bool accepted, Time now);

}  // namespace keyferry::ledger
