// Single values of the ledger.
#pragma once

#include <cstdint>
#include <string_view>

#include "keyferry/sql/database.h"

namespace keyferry::ledger {

inline constexpr std::string_view kHighestSerial = "highest_serial";
inline constexpr std::string_view kEpoch = "epoch";        // of the lists; 1 unless restored
inline constexpr std::string_view kUnmerged = "unmerged";  // 1 after restore, until merged

// number_setting returns `fallback` where nothing is stored. Errors: io (it is no number).
// set_number stores one in place of what was there.
Result<std::int64_t> number_setting(sql::Database& db, std::string_view name,
                                    std::int64_t fallback);
Result<Done> set_number(sql::Database& db, std::string_view name, std::int64_t value);

}  // namespace keyferry::ledger
