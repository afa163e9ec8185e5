#include "keyferry/sql/sqlite_error.h"

#include <cerrno>

#include <sqlite3.h>

#include "keyferry/base/result.h"

namespace keyferry::sql {
namespace {

Errc code_of(int extended) {
  // SQLite says FULL for ENOSPC only and forgets the errno of other failed writes: a quota
  // (EDQUOT) and a file size limit (EFBIG) come out as IOERR_WRITE.
  if (extended == SQLITE_IOERR_WRITE) return Errc::storage_full;
  switch (extended & 0xff) {
    case SQLITE_CONSTRAINT:
      return Errc::conflict;
    case SQLITE_FULL:
      return Errc::storage_full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::unavailable;
    default:
      return Errc::io;
  }
}

}  // namespace

bool is_full(int system_errno) {
  return system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG;
}

Error error_of(sqlite3* db) {
  const int extended = sqlite3_extended_errcode(db);
  return fail(code_of(extended),
              std::string(sqlite3_errmsg(db)) + " (sqlite " + std::to_string(extended) + ")");
}

}  // namespace keyferry::sql
