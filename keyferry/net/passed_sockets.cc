// That LISTEN_FDS is set tells that nothing was read yet: the first call unsets it and keeps what
// it named, and each descriptor is handed out once.
#include "keyferry/net/passed_sockets.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <mutex>

#include <fcntl.h>
#include <unistd.h>

namespace keyferry::net {
namespace {

constexpr int kFirst = 3;  // SD_LISTEN_FDS_START
constexpr int kMost = 16;

std::optional<std::string_view> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string_view>(value);
}

std::optional<long> number_of(std::string_view text) {
  long value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t colon = text.find(':');
    parts.emplace_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

Error bad(const std::string& what) {
  return fail(Errc::invalid, "the sockets that the service manager passed: " + what);
}

Result<std::vector<PassedSocket>> read_environment() {
  auto sockets = parse_passed_sockets(variable("LISTEN_PID"), variable("LISTEN_FDS"),
                                      variable("LISTEN_FDNAMES"), ::getpid());
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  if (sockets) {
    for (const PassedSocket& socket : *sockets) ::fcntl(socket.fd, F_SETFD, FD_CLOEXEC);
  }
  return sockets;
}

}  // namespace

Result<std::vector<PassedSocket>> parse_passed_sockets(std::optional<std::string_view> listen_pid,
                                                       std::optional<std::string_view> listen_fds,
                                                       std::optional<std::string_view> names,
                                                       long pid) {
  std::vector<PassedSocket> sockets;
  if (!listen_pid || !listen_fds) return sockets;
  const auto owner = number_of(*listen_pid);
  const auto count = number_of(*listen_fds);
  if (!owner || !count || *count > kMost) {
    return bad("LISTEN_PID and LISTEN_FDS must be numbers, and the latter at most " +
               std::to_string(kMost));
  }
  if (*owner != pid || *count == 0) return sockets;
  const auto named = split(names.value_or(""));
  if (named.size() != static_cast<std::size_t>(*count)) {
    return bad("LISTEN_FDNAMES must name each of them (FileDescriptorName=api, admin)");
  }
  for (const std::string& name : named) {
    if (name != kApiSocket && name != kAdminSocket) {
      return bad("each must be named \"api\" or \"admin\" (FileDescriptorName=)");
    }
    const auto same = [&](const PassedSocket& other) { return other.name == name; };
    if (std::any_of(sockets.begin(), sockets.end(), same)) {
      return bad("two are named \"" + name + "\"; one [::] socket takes IPv4 too");
    }
    sockets.push_back({name, kFirst + static_cast<int>(sockets.size())});
  }
  return sockets;
}

Result<std::optional<Listener>> take_passed_socket(std::string_view name) {
  static std::mutex mutex;
  static std::vector<PassedSocket> passed;
  const std::lock_guard lock(mutex);
  if (variable("LISTEN_FDS")) {
    KF_TRY(passed, read_environment());
  }
  const auto found = std::find_if(passed.begin(), passed.end(),
                                  [&](const PassedSocket& socket) { return socket.name == name; });
  if (found == passed.end()) return std::optional<Listener>();
  process::UniqueFd fd(found->fd);
  passed.erase(found);
  auto listener = Listener::adopt(std::move(fd));
  if (!listener) {
    return in_context("the socket \"" + std::string(name) + "\" that the service manager passed",
                      listener.error());
  }
  return std::optional<Listener>(*std::move(listener));
}

}  // namespace keyferry::net
