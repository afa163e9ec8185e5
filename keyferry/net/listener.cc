// A unix socket gets its mode before bind() shows it to others; a file left behind is told from one
// in use by connecting to it.
#include "keyferry/net/listener.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace keyferry::net {
namespace {

constexpr int kBacklog = 4096;

Error bad_address(std::string_view text) {
  return fail(Errc::invalid,
              "listen address \"" + std::string(text) +
                  "\" must be ADDRESS:PORT (as 127.0.0.1:8443, [::]:443) or unix:PATH");
}

std::string error_text(int error) {
  return std::strerror(error);
}

std::string encode(const IpAddress& ip, std::uint16_t port) {
  const std::string host = ip.is_v4() ? encode_ip(ip) : "[" + encode_ip(ip) + "]";
  return host + ":" + std::to_string(port);
}

struct SocketName {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketName name_of(const IpAddress& ip, std::uint16_t port) {
  SocketName name;
  if (ip.is_v4()) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    std::memcpy(&in.sin_addr, &ip.octets[12], 4);
    std::memcpy(&name.storage, &in, sizeof in);
    name.size = sizeof in;
    return name;
  }
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(port);
  std::memcpy(&in.sin6_addr, ip.octets.data(), 16);
  std::memcpy(&name.storage, &in, sizeof in);
  name.size = sizeof in;
  return name;
}

Result<SocketName> name_of(const std::string& path) {
  sockaddr_un un{};
  if (path.size() >= sizeof un.sun_path) {
    return fail(Errc::invalid, "socket path " + path + " is longer than 107 octets");
  }
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, path.data(), path.size());
  SocketName name;
  std::memcpy(&name.storage, &un, sizeof un);
  name.size = sizeof un;
  return name;
}

void set_option(int fd, int level, int option, int value) {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

bool read_option(int fd, int option, int& value) {
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0;
}

SocketName bound_name(int fd) {
  SocketName name;
  ::getsockname(fd, name.get(), &name.size);
  return name;
}

std::uint16_t bound_port(const SocketName& name) {
  sockaddr_in6 bound{};
  std::memcpy(&bound, &name.storage, sizeof bound);
  // sin_port and sin6_port lie at the same place.
  return ntohs(bound.sin6_port);
}

// unix_path is the path of a bound unix socket, "@NAME" of an abstract one.
std::string unix_path(const SocketName& name) {
  sockaddr_un un{};
  std::memcpy(&un, &name.storage, sizeof un);
  const std::size_t head = offsetof(sockaddr_un, sun_path);
  const std::size_t size = name.size > head ? name.size - head : 0;
  std::string path(un.sun_path, std::min(size, sizeof un.sun_path));
  if (!path.empty() && path.front() == '\0') {
    path.front() = '@';
  } else {
    path = path.c_str();  // ends at the first zero
  }
  return path;
}

// clear_stale removes the file of a unix socket that a killed program left behind.
Result<Done> clear_stale(const std::string& path, SocketName& name) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return Done{};
  if (!S_ISSOCK(info.st_mode)) {
    return fail(Errc::conflict, "address unix:" + path + " is taken by a file that is no socket");
  }
  const process::UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(probe.value(), name.get(), name.size) == 0 || errno != ECONNREFUSED) {
    return fail(Errc::conflict, "address unix:" + path + " is in use by another program");
  }
  ::unlink(path.c_str());
  return Done{};
}

Error bind_error(const std::string& address, int error) {
  if (error == EADDRINUSE) {
    return fail(Errc::conflict, "address " + address + " is in use by another program");
  }
  if (error == EADDRNOTAVAIL) {
    return fail(Errc::invalid, "address " + address + " is not an address of this machine");
  }
  return fail(Errc::io, "cannot listen on " + address + ": " + error_text(error));
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  ListenAddress address;
  if (text.starts_with("unix:")) {
    address.path = text.substr(5);
    if (address.path.empty() || address.path.find('\0') != std::string::npos) {
      return bad_address(text);
    }
    return address;
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_address(text);
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (problem != std::errc() || end != port.data() + port.size()) return bad_address(text);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  address.ip = parse_ip(host == "localhost" ? "127.0.0.1" : host);
  if (!address.ip || bracketed != (host.find(':') != std::string_view::npos)) {
    return bad_address(text);
  }
  return address;
}

Listener::Listener(process::UniqueFd fd, std::string address, bool is_private, std::string path)
    : fd_(std::move(fd)),
      address_(std::move(address)),
      private_(is_private),
      path_(std::move(path)) {}

Listener::~Listener() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<Listener> Listener::open(const ListenAddress& address, unsigned mode) {
  SocketName name;
  std::string text = "unix:" + address.path;
  if (address.ip) {
    name = name_of(*address.ip, address.port);
    text = encode(*address.ip, address.port);
  } else {
    KF_TRY(name, name_of(address.path));
    KF_TRY([[maybe_unused]] const Done cleared, clear_stale(address.path, name));
  }
  process::UniqueFd fd(
      ::socket(name.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.value() < 0) return bind_error(text, errno);
  if (address.ip) {
    set_option(fd.value(), SOL_SOCKET, SO_REUSEADDR, 1);
    // Accepted connections inherit it, which saves a call for each.
    set_option(fd.value(), IPPROTO_TCP, TCP_NODELAY, 1);
    if (!address.ip->is_v4()) set_option(fd.value(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  } else if (::fchmod(fd.value(), mode) != 0) {
    return bind_error(text, errno);
  }
  if (::bind(fd.value(), name.get(), name.size) != 0 || ::listen(fd.value(), kBacklog) != 0) {
    return bind_error(text, errno);
  }
  if (!address.ip) {
    // The mask of the process may have taken bits away that the setting grants.
    if (::chmod(address.path.c_str(), mode) != 0) return bind_error(text, errno);
    return Listener(std::move(fd), std::move(text), true, address.path);
  }
  text = encode(*address.ip, bound_port(bound_name(fd.value())));
  return Listener(std::move(fd), std::move(text), address.is_private(), {});
}

Result<Listener> Listener::adopt(process::UniqueFd fd) {
  int type = 0;
  int listens = 0;
  if (!read_option(fd.value(), SO_TYPE, type) || !read_option(fd.value(), SO_ACCEPTCONN, listens) ||
      type != SOCK_STREAM || listens == 0) {
    return fail(Errc::invalid, "is no stream socket that listens (Accept=no, ListenStream=)");
  }
  ::fcntl(fd.value(), F_SETFD, FD_CLOEXEC);
  ::fcntl(fd.value(), F_SETFL, ::fcntl(fd.value(), F_GETFL) | O_NONBLOCK);
  SocketName name = bound_name(fd.value());
  if (const std::optional<IpAddress> ip = ip_of(*name.get())) {
    set_option(fd.value(), IPPROTO_TCP, TCP_NODELAY, 1);
    return Listener(std::move(fd), encode(*ip, bound_port(name)), is_loopback(*ip), {});
  }
  if (name.storage.ss_family != AF_UNIX) {
    return fail(Errc::invalid, "is neither an IP nor a unix socket");
  }
  return Listener(std::move(fd), "unix:" + unix_path(name), true, {});
}

std::variant<Accepted, AcceptFailure> accept_one(int listener) {
  SocketName name;
  const int fd = ::accept4(listener, name.get(), &name.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    return Accepted{process::UniqueFd(fd), ip_of(*name.get())};
  }
  switch (errno) {
    case EAGAIN:
      return AcceptFailure::nobody;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return AcceptFailure::exhausted;
    default:
      return AcceptFailure::passing;
  }
}

}  // namespace keyferry::net
