// Fewer calls of the system for the same log.
#pragma once

namespace keyferry::sql {

// log_gatherer registers, once, and names a file system for sqlite3_open_v2 that is the default one
// but for write-ahead logs: their writes are gathered while they follow each other, and go out in
// one piece when SQLite syncs the log, reads it or asks anything else about it. SQLite writes each
// page as two pieces of its own.
//
// Only for connections with synchronous=FULL: these sync the log at every commit, before other
// connections may look at what was written. A write that fails is reported by the call that sent
// it.
const char* log_gatherer();

}  // namespace keyferry::sql
