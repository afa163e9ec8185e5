// What a server tells the service manager that started it (systemd, Type=notify): one datagram to
// the socket that $NOTIFY_SOCKET names, a path or "@" and an abstract name. Without the variable,
// or if nobody listens there, nothing happens: serving does not depend on being watched.
#pragma once

namespace keyferry::process {

// notify_ready: "READY=1", the program serves. Also ends a reload.
void notify_ready();
// notify_reloading: "RELOADING=1" with MONOTONIC_USEC, which managers since systemd 253 compare.
void notify_reloading();
// notify_stopping: "STOPPING=1", no new work is begun.
void notify_stopping();

}  // namespace keyferry::process
