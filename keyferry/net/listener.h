// Where a server listens: reading the setting, binding it, accepting from it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "keyferry/base/result.h"
#include "keyferry/net/address.h"
#include "keyferry/net/source_slots.h"
#include "keyferry/process/unique_fd.h"

namespace keyferry::net {

// ListenAddress is "HOST:PORT" (an address, "[v6]" in brackets, or localhost) or "unix:PATH".
struct ListenAddress {
  std::optional<IpAddress> ip;  // absent: a unix socket
  std::uint16_t port = 0;
  std::string path;

  // true where no other machine can connect.
  bool is_private() const { return !ip || is_loopback(*ip); }
};

// parse_listen_address. Errors: invalid.
Result<ListenAddress> parse_listen_address(std::string_view text);

// Listener is a bound socket that listens, not blocking. A unix socket's file goes when it dies.
class Listener {
 public:
  // open. "[::]" takes IPv4 too. The file of a unix socket that nobody listens on any more is
  // replaced; its mode is `mode` from the first moment. Errors: conflict (in use), invalid, io.
  static Result<Listener> open(const ListenAddress& address, unsigned mode);
  // adopt takes a socket that another program bound and listens on (socket activation); the file of
  // a unix socket stays when this object dies. Errors: invalid, it is no stream socket that
  // listens, or neither IP nor unix.
  static Result<Listener> adopt(process::UniqueFd fd);
  Listener(Listener&&) noexcept = default;
  Listener& operator=(Listener&&) noexcept = default;
  ~Listener();

  // take_fd gives the socket away; the file of a unix socket still goes with this object.
  process::UniqueFd take_fd() { return std::move(fd_); }
  // address is what is bound, with the real port ("127.0.0.1:40123", "unix:/run/x.sock").
  const std::string& address() const { return address_; }
  // is_private is true where no other machine can connect.
  bool is_private() const { return private_; }

 private:
  Listener(process::UniqueFd fd, std::string address, bool is_private, std::string path);
  process::UniqueFd fd_;
  std::string address_;
  bool private_ = false;
  std::string path_;  // to unlink
};

// Accepted is a new connection, not blocking, with its other end (nothing on a unix socket).
struct Accepted {
  process::UniqueFd fd;
  std::optional<IpAddress> peer;
  SourceSlots::Slot slot{};  // its place among the connections of its source
};

enum class AcceptFailure { nobody, passing, exhausted };

// accept_one takes one waiting connection. nobody: none waits; passing: that one failed, go on;
// exhausted: no descriptors or memory, pause.
std::variant<Accepted, AcceptFailure> accept_one(int listener);

}  // namespace keyferry::net
