#include "keyferry/net/listener.h"

#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "keyferry/http/server_test.h"

namespace keyferry::net {
namespace {

using ::testing::HasSubstr;

TEST(ListenAddress, ReadsAddressesAndPaths) {
  EXPECT_EQ(parse_listen_address("127.0.0.1:8443")->port, 8443);
  EXPECT_EQ(encode_ip(*parse_listen_address("localhost:0")->ip), "127.0.0.1");
  EXPECT_EQ(encode_ip(*parse_listen_address("[::]:443")->ip), "::");
  EXPECT_EQ(parse_listen_address("unix:/run/x.sock")->path, "/run/x.sock");
  EXPECT_TRUE(parse_listen_address("unix:x")->is_private());
  EXPECT_TRUE(parse_listen_address("[::1]:1")->is_private());
  EXPECT_FALSE(parse_listen_address("0.0.0.0:1")->is_private());
  EXPECT_FALSE(parse_listen_address("[::]:1")->is_private());
}

TEST(ListenAddress, RefusesTheRest) {
  for (const std::string_view bad :
       {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:8x",
        "127.0.0.1: 8", "::1:80", "[127.0.0.1]:80", "example.com:80", "unix:", "[]:80", "80"}) {
    const auto address = parse_listen_address(bad);
    ASSERT_FALSE(address) << bad;
    EXPECT_EQ(address.error().code, Errc::invalid);
    EXPECT_THAT(address.error().detail, HasSubstr("must be ADDRESS:PORT"));
  }
}

TEST(Listener, AUnixSocketHasItsModeAndGoesWithTheListener) {
  const http::ScratchDir dir;
  const std::string path = dir.path() / "s";
  const mode_t mask = ::umask(0);
  {
    const auto listener = Listener::open(*parse_listen_address("unix:" + path), 0620);
    ASSERT_TRUE(listener) << listener.error().detail;
    EXPECT_EQ(listener->address(), "unix:" + path);
    struct stat info{};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0620u);
    const auto second = Listener::open(*parse_listen_address("unix:" + path), 0600);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_THAT(second.error().detail, HasSubstr("is in use by another program"));
  }
  ::umask(mask);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Listener, AStaleUnixSocketIsReplacedAnotherFileIsNot) {
  const http::ScratchDir dir;
  const std::string path = dir.path() / "s";
  {
    const process::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd.value(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ASSERT_TRUE(std::filesystem::exists(path));
  EXPECT_TRUE(Listener::open(*parse_listen_address("unix:" + path), 0600));

  std::ofstream(path) << "precious";
  const auto refused = Listener::open(*parse_listen_address("unix:" + path), 0600);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_EQ(std::filesystem::file_size(path), 8u);
}

TEST(Listener, SaysWhyItCannot) {
  const auto longer = Listener::open(*parse_listen_address("unix:/" + std::string(108, 'a')), 0600);
  ASSERT_FALSE(longer);
  EXPECT_THAT(longer.error().detail, HasSubstr("longer than 107 octets"));
  const auto absent = Listener::open(*parse_listen_address("unix:/absent/folder/s"), 0600);
  ASSERT_FALSE(absent);
  EXPECT_THAT(absent.error().detail,
              HasSubstr("cannot listen on unix:/absent/folder/s: No such file"));
  const auto foreign = Listener::open(*parse_listen_address("192.0.2.1:0"), 0600);
  ASSERT_FALSE(foreign);
  EXPECT_THAT(foreign.error().detail, HasSubstr("is not an address of this machine"));
}

}  // namespace
}  // namespace keyferry::net
