// Every thread blocks the signals and one takes them by sigwait, so `reload` is an ordinary call
// and no handler.
#include "keyferry/process/signals.h"

#include <csignal>

#include <sys/resource.h>

#include "keyferry/process/supervisor.h"

namespace keyferry::process {
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
  while (sigwait(&set, &signal) == 0 && signal == SIGHUP) {
    notify_reloading();
    reload();
    notify_ready();
  }
  notify_stopping();
}

}  // namespace keyferry::process
