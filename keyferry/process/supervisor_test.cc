#include "keyferry/process/supervisor.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <pthread.h>

#include <gmock/gmock.h>
#include <sys/un.h>

#include "keyferry/http/server_test.h"
#include "keyferry/process/signals.h"

namespace keyferry::process {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;

// Manager stands for systemd: a datagram socket that $NOTIFY_SOCKET names ("@…": abstract).
class Manager {
 public:
  explicit Manager(const std::string& name) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(fd_.value(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() { ::unsetenv("NOTIFY_SOCKET"); }

  std::vector<std::string> heard() {
    std::vector<std::string> all;
    char text[256];
    ssize_t size = 0;
    while ((size = ::recv(fd_.value(), text, sizeof text, MSG_DONTWAIT)) >= 0) {
      all.emplace_back(text, static_cast<std::size_t>(size));
    }
    return all;
  }

 private:
  UniqueFd fd_;
};

TEST(Supervisor, HearsReadinessOnAPathAndOnAnAbstractName) {
  const http::ScratchDir dir;
  for (const std::string& name :
       {(dir.path() / "notify").string(), "@keyferry-test-" + std::to_string(::getpid())}) {
    Manager manager(name);
    notify_ready();
    EXPECT_THAT(manager.heard(), ElementsAre("READY=1")) << name;
  }
}

TEST(Supervisor, HearsReloadsAndTheEnd) {
  const http::ScratchDir dir;
  Manager manager(dir.path() / "notify");
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  block_signals();
  const pid_t self = ::getpid();
  ::kill(self, SIGHUP);
  serve_until_terminated([&] { ::kill(self, SIGTERM); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_THAT(manager.heard(), ElementsAre(MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"),
                                           "READY=1", "STOPPING=1"));
}

TEST(Supervisor, ItsAbsenceHarmsNothing) {
  ::unsetenv("NOTIFY_SOCKET");
  notify_ready();
  for (const std::string& name :
       {std::string(), std::string("/absent/folder/notify"), std::string(200, 'a')}) {
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    notify_ready();
    notify_stopping();
  }
  ::unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace keyferry::process
