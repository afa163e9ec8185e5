#include "keyferry/http/forwarded.h"

#include <gtest/gtest.h>

namespace keyferry::http {
namespace {

TrustedProxies trusting(std::initializer_list<std::string_view> texts) {
  TrustedProxies proxies;
  for (const std::string_view text : texts) EXPECT_TRUE(proxies.add(text)) << text;
  return proxies;
}

// A peer of "" calls by a unix socket.
Request request_from(std::string_view peer, std::initializer_list<std::string> forwarded) {
  Request request;
  request.peer = net::parse_ip(peer);
  request.source = request.peer ? net::source_of(*request.peer) : "local";
  for (const std::string& value : forwarded) request.headers.add("X-Forwarded-For", value);
  return request;
}

TEST(CountedSource, IsThePeerUnlessItIsTrusted) {
  const auto request = request_from("203.0.113.9", {"198.51.100.1"});
  EXPECT_EQ(counted_source(request, {}), "203.0.113.9");
  EXPECT_EQ(counted_source(request, trusting({"127.0.0.1"})), "203.0.113.9");
  EXPECT_EQ(counted_source(request, trusting({"203.0.113.9"})), "198.51.100.1");
}

TEST(CountedSource, OfOneSlash64IsTheSameInEverySpelling) {
  const auto proxies = trusting({"127.0.0.1"});
  for (const char* text :
       {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:0DB8:1:2:0:0:0:1", " 2001:db8:1:2::1\t"}) {
    EXPECT_EQ(counted_source(request_from("127.0.0.1", {text}), proxies), "2001:db8:1:2::/64")
        << text;
  }
  EXPECT_EQ(counted_source(request_from("127.0.0.1", {"::ffff:198.51.100.1"}), proxies),
            "198.51.100.1");
}

TEST(CountedSource, IsTheLastWordThatIsNoProxysOwnAddress) {
  const auto proxies = trusting({"10.0.0.0/8", "fd00::/8"});
  const auto source = [&](std::initializer_list<std::string> forwarded) {
    return counted_source(request_from("10.1.2.3", forwarded), proxies);
  };
  EXPECT_EQ(source({"192.0.2.1, 198.51.100.1"}), "198.51.100.1");
  EXPECT_EQ(source({"192.0.2.1, 198.51.100.1,10.9.9.9 , fd00::7"}), "198.51.100.1");
  EXPECT_EQ(source({"198.51.100.1", "10.9.9.9"}), "198.51.100.1");
  EXPECT_EQ(source({"192.0.2.1", "198.51.100.1"}), "198.51.100.1");
  EXPECT_EQ(source({"198.51.100.1,, "}), "198.51.100.1");
  EXPECT_EQ(source({"10.9.9.9"}), "10.1.2.3");
  EXPECT_EQ(source({}), "10.1.2.3");
}

TEST(CountedSource, IsThePeerWhereAnEntryIsNoAddress) {
  const auto proxies = trusting({"127.0.0.1"});
  for (const char* text : {"unknown", "198.51.100.1, host.example", "198.51.100.1, 192.0.2.1:80",
                           "[2001:db8::1]", "198.51.100.1;x", "fe80::1%eth0"}) {
    EXPECT_EQ(counted_source(request_from("127.0.0.1", {text}), proxies), "127.0.0.1") << text;
  }
}

TEST(CountedSource, BehindAUnixSocketNeedsTheWordUnix) {
  const auto request = request_from("", {"198.51.100.1"});
  EXPECT_EQ(counted_source(request, trusting({"127.0.0.1"})), "local");
  EXPECT_EQ(counted_source(request, trusting({"unix"})), "198.51.100.1");
  EXPECT_EQ(counted_source(request_from("127.0.0.1", {"198.51.100.1"}), trusting({"unix"})),
            "127.0.0.1");
}

TEST(TrustedProxies, AreAddressesAndNetworks) {
  TrustedProxies proxies;
  for (const std::string_view bad : {"", "localhost", "10.0.0.1/8", "10.0.0.0/33", "unix:"}) {
    EXPECT_FALSE(proxies.add(bad)) << bad;
  }
  EXPECT_TRUE(proxies.add("2001:DB8:0::1"));
  EXPECT_TRUE(proxies.trusts(*net::parse_ip("2001:db8::1")));
  EXPECT_FALSE(proxies.trusts(*net::parse_ip("2001:db8::2")));
}

}  // namespace
}  // namespace keyferry::http
