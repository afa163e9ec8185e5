#include "keyferry/net/signals.h"

#include <csignal>
#include <cstdlib>
#include <pthread.h>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keyferry/net/server_test.h"

namespace keyferry::net {
namespace {

TEST(Signals, HupReloadsAndTermEnds) {
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  block_signals();
  for (const int last : {SIGTERM, SIGINT}) {
    int reloads = 0;
    const pid_t self = ::getpid();
    ::kill(self, SIGHUP);
    serve_until_terminated([&] {
      ++reloads;
      ::kill(self, reloads < 2 ? SIGHUP : last);
    });
    EXPECT_EQ(reloads, 2);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Signals, ACrashLeavesNoCoreFile) {
  const pid_t child = ::fork();
  if (child == 0) {
    block_signals();
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    ::_exit(limit.rlim_cur == 1 && limit.rlim_max == 1 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Signals, ReadinessGoesToTheNotifySocket) {
  const ScratchDir dir;
  const std::string path = dir.path() / "notify";
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd.value(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  notify_ready();
  ::unsetenv("NOTIFY_SOCKET");
  char text[32] = "";
  EXPECT_EQ(::recv(fd.value(), text, sizeof text, MSG_DONTWAIT), 7);
  EXPECT_EQ(std::string(text), "READY=1");
  notify_ready();
}

}  // namespace
}  // namespace keyferry::net
