// Signals of a server program, as calls on a thread of its own.
#pragma once

#include <functional>

namespace keyferry::process {

// serve_until_terminated blocks: SIGHUP calls `reload`, SIGTERM and SIGINT end it. The service
// manager hears of both (supervisor.h). Call block_signals() first thing in main, before any thread
// starts; it also forbids core files, for a server's memory holds its clients' claims and tokens.
void block_signals();
void serve_until_terminated(const std::function<void()>& reload);

// ignore_broken_pipes makes a write to a connection that the peer has closed an error instead of
// the end of the program. Servers and HttpClient call it; a handler that the program set itself
// stays.
void ignore_broken_pipes();

// ignore_file_size_limit makes a write beyond RLIMIT_FSIZE an error of that write (EFBIG) instead
// of the end of the program, so that it can say so and leave the old file. block_signals does it
// too.
void ignore_file_size_limit();

}  // namespace keyferry::process
