// SQLite's result codes as ours.
#pragma once

#include "keyferry/base/error.h"

struct sqlite3;

namespace keyferry::sql {

// error_of renders the last error of `db`: conflict (a constraint), storage_full (any write that
// failed: disk, quota, file size limit), unavailable (busy, locked), io (the rest). The detail is
// SQLite's own words, which name tables and columns but never values, and the extended code.
Error error_of(sqlite3* db);

// is_full says whether an errno means that there is no room.
bool is_full(int system_errno);

}  // namespace keyferry::sql
