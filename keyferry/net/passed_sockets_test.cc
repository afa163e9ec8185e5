#include "keyferry/net/passed_sockets.h"

#include <cstdlib>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include "keyferry/http/server_test.h"

namespace keyferry::net {
namespace {

using ::testing::HasSubstr;

TEST(PassedSockets, AreNumberedFromThreeInTheOrderOfTheirNames) {
  const auto sockets = parse_passed_sockets("42", "2", "admin:api", 42);
  ASSERT_TRUE(sockets) << sockets.error().detail;
  ASSERT_EQ(sockets->size(), 2u);
  EXPECT_EQ((*sockets)[0].name, "admin");
  EXPECT_EQ((*sockets)[0].fd, 3);
  EXPECT_EQ((*sockets)[1].name, "api");
  EXPECT_EQ((*sockets)[1].fd, 4);
}

TEST(PassedSockets, AreNoneWithoutTheVariablesAndForAnotherProcess) {
  EXPECT_TRUE(parse_passed_sockets({}, {}, {}, 42)->empty());
  EXPECT_TRUE(parse_passed_sockets("42", {}, {}, 42)->empty());
  EXPECT_TRUE(parse_passed_sockets({}, "1", "api", 42)->empty());
  EXPECT_TRUE(parse_passed_sockets("41", "1", "api", 42)->empty());
  EXPECT_TRUE(parse_passed_sockets("41", "1", "unknown", 42)->empty());
  EXPECT_TRUE(parse_passed_sockets("42", "0", {}, 42)->empty());
}

TEST(PassedSockets, WhatIsNotUnderstoodIsRefused) {
  struct Case {
    std::string_view pid, count, names, said;
  };
  for (const Case& bad : {Case{"x", "1", "api", "must be numbers"},
                          {"42", "", "api", "must be numbers"},
                          {"42", "-1", "api", "must be numbers"},
                          {"42", "17", "api", "at most 16"},
                          {"42", "99999999999999999999", "api", "must be numbers"},
                          {"42", "2", "api", "must name each"},
                          {"42", "1", "api:admin", "must name each"},
                          {"42", "1", "", "must be named \"api\" or \"admin\""},
                          {"42", "1", "unknown", "must be named \"api\" or \"admin\""},
                          {"42", "1", "keyferry-relay.socket", "must be named"},
                          {"42", "2", "api:api", "two are named \"api\""}}) {
    const auto sockets = parse_passed_sockets(bad.pid, bad.count, bad.names, 42);
    ASSERT_FALSE(sockets) << bad.count << " " << bad.names;
    EXPECT_EQ(sockets.error().code, Errc::invalid);
    EXPECT_THAT(sockets.error().detail, HasSubstr(bad.said));
  }
}

// in_child runs `body` in a process of its own with `fd` as descriptor 3; returns its exit code.
template <class Body>
int in_child(int fd, Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (fd == 3) {
      ::fcntl(3, F_SETFD, 0);
    } else {
      ::dup2(fd, 3);
    }
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_FDNAMES", "api", 1);
    ::_exit(body());
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(PassedSockets, OneIsTakenOnceAndHiddenFromPrograms) {
  auto bound = Listener::open(*parse_listen_address("127.0.0.1:0"), 0600);
  ASSERT_TRUE(bound);
  const std::string address = bound->address();
  const process::UniqueFd fd = bound->take_fd();
  EXPECT_EQ(in_child(fd.value(),
                     [&] {
                       const auto admin = take_passed_socket(kAdminSocket);
                       if (!admin || *admin) return 1;
                       if (std::getenv("LISTEN_FDS") != nullptr) return 2;
                       const auto api = take_passed_socket(kApiSocket);
                       if (!api || !*api || (*api)->address() != address) return 3;
                       if (::fcntl(3, F_GETFD) != FD_CLOEXEC) return 4;
                       if (!(*api)->is_private()) return 5;
                       const auto again = take_passed_socket(kApiSocket);
                       return again && !*again ? 0 : 6;
                     }),
            0);
}

TEST(PassedSockets, ADescriptorThatDoesNotListenIsRefused) {
  const process::UniqueFd datagram(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const process::UniqueFd unbound(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const process::UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  for (const int fd : {datagram.value(), unbound.value(), file.value()}) {
    EXPECT_EQ(in_child(fd,
                       [] {
                         const auto api = take_passed_socket(kApiSocket);
                         const std::string_view said = "no stream socket that listens";
                         return !api && api.error().detail.find(said) != std::string::npos ? 0 : 1;
                       }),
              0);
  }
}

TEST(PassedSockets, APlainOneThatOthersCanReachIsRefused) {
  auto bound = Listener::open(*parse_listen_address("0.0.0.0:0"), 0600);
  ASSERT_TRUE(bound);
  const process::UniqueFd fd = bound->take_fd();
  EXPECT_EQ(in_child(fd.value(),
                     [] {
                       http::ServerOptions options;
                       options.listen = "127.0.0.1:0";
                       options.socket_name = kApiSocket;
                       const auto server = http::HttpServer::start(
                           options, [](const http::Request&, const http::Reply&) {});
                       const std::string_view said = "plain HTTP on 0.0.0.0:";
                       return !server && server.error().detail.starts_with(said) ? 0 : 1;
                     }),
            0);
}

TEST(PassedSockets, TheFileOfAUnixSocketStaysForTheNextStart) {
  const http::ScratchDir dir;
  const std::string path = dir.path() / "s";
  auto bound = Listener::open(*parse_listen_address("unix:" + path), 0600);
  ASSERT_TRUE(bound);
  {
    auto adopted = Listener::adopt(bound->take_fd());
    ASSERT_TRUE(adopted) << adopted.error().detail;
    EXPECT_EQ(adopted->address(), "unix:" + path);
    EXPECT_TRUE(adopted->is_private());
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace keyferry::net
