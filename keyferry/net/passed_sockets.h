// Sockets that the service manager bound and passed at the start (socket activation, as systemd
// does it): the descriptors from 3 on, described by three variables of the environment.
//
// | variable       | holds                                                                        |
// |----------------|------------------------------------------------------------------------------|
// | LISTEN_PID     | the process that they are for; for another one there are none                |
// | LISTEN_FDS     | how many, decimal                                                            |
// | LISTEN_FDNAMES | their names, parted by ":"                                                   |
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keyferry/base/result.h"
#include "keyferry/net/listener.h"

namespace keyferry::net {

// The names that servers know: where wallets and verifiers call, and the admin address.
inline constexpr std::string_view kApiSocket = "api";
inline constexpr std::string_view kAdminSocket = "admin";

struct PassedSocket {
  std::string name;
  int fd = -1;
};

// parse_passed_sockets reads the three variables (nothing: not set) for the process `pid`. Errors:
// invalid: a number that is none or over 16, fewer or more names than sockets, a name that is not
// known or comes twice.
Result<std::vector<PassedSocket>> parse_passed_sockets(std::optional<std::string_view> listen_pid,
                                                       std::optional<std::string_view> listen_fds,
                                                       std::optional<std::string_view> names,
                                                       long pid);

// take_passed_socket gives the socket passed under `name` to this process, ready to accept and
// closed to programs that this one starts; nothing if none was passed or it was taken before. The
// first call reads the environment and takes the variables out of it, so call before other threads
// run that read it. Errors: invalid, as above, or what was passed is no stream socket that listens.
// Thread-safe.
Result<std::optional<Listener>> take_passed_socket(std::string_view name);

}  // namespace keyferry::net
