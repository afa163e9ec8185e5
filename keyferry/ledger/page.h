// The shares below a holder, page by page.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keyferry/authority/id.h"
#include "keyferry/base/clock.h"
#include "keyferry/ledger/record.h"

namespace keyferry::ledger {

inline constexpr int kMostOnPage = 200;

// PageWish says which shares; the conditions hold together.
struct PageWish {
  int limit = kMostOnPage;
  std::optional<authority::ShareId> after;        // the last one that was seen
  std::optional<authority::ShareId> children_of;  // right below that share or the caller's own
  bool live = false;                              // can be taken, or is held
  std::string id_prefix;                          // empty: any
};

struct Page {
  std::vector<ShareRecord> records;
  std::int64_t more = 0;  // how many fit the wish and come behind these
};

// page_below returns the next `limit` shares below the caller that fit, oldest first. Ids that do
// not lie below the caller match nothing. Errors: forbidden (`revoked`, `ended`, `expired`: the
// caller itself may not act any more).
Result<Page> page_below(sql::Database& db, const authority::ShareId& caller, const PageWish& wish,
                        Time now);

}  // namespace keyferry::ledger
