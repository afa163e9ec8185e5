#include "keyferry/net/signals.h"

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace keyferry::net {
namespace {

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ignore_broken_pipes();
  ignore_file_size_limit();
  // 1 and not 0: the kernel runs a core_pattern that is a pipe (systemd-coredump) at 0 all the
  // same.
  constexpr rlimit kNoCore{1, 1};
  ::setrlimit(RLIMIT_CORE, &kNoCore);
}

void ignore_broken_pipes() {
  struct sigaction current{};
  sigaction(SIGPIPE, nullptr, &current);
  if (current.sa_handler == SIG_DFL) std::signal(SIGPIPE, SIG_IGN);
}

void ignore_file_size_limit() {
  std::signal(SIGXFSZ, SIG_IGN);
}

void serve_until_terminated(const std::function<void()>& reload) {
  const sigset_t set = watched();
  int signal = 0;
  while (sigwait(&set, &signal) == 0 && signal == SIGHUP) reload();
}

void notify_ready() {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(path);
  if (length == 0 || length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  // systemd writes an abstract socket with a leading @.
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  constexpr std::string_view kReady = "READY=1";
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  [[maybe_unused]] const ssize_t sent = ::sendto(fd, kReady.data(), kReady.size(), MSG_NOSIGNAL,
                                                 reinterpret_cast<const sockaddr*>(&address), size);
  ::close(fd);
}

}  // namespace keyferry::net
