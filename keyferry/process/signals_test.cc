#include "keyferry/process/signals.h"

#include <csignal>
#include <pthread.h>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace keyferry::process {
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

}  // namespace
}  // namespace keyferry::process
