#include "keyferry/net/address.h"

#include <gtest/gtest.h>

namespace keyferry::net {
namespace {

IpAddress ip(std::string_view text) {
  const auto address = parse_ip(text);
  EXPECT_TRUE(address) << text;
  return address.value_or(IpAddress{});
}

TEST(IpAddress, ReadsLiteralsOnly) {
  EXPECT_EQ(encode_ip(ip("192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(encode_ip(ip("2001:DB8:0::1")), "2001:db8::1");
  EXPECT_EQ(encode_ip(ip("::ffff:10.0.0.1")), "10.0.0.1");
  for (const std::string_view bad : std::initializer_list<std::string_view>{
           "", "localhost", "1.2.3", "1.2.3.4.5", "01.2.3.4", "0x7f000001", "2130706433", "[::1]",
           "fe80::1%eth0", "1.2.3.4 ", std::string_view("::1\0x", 5)}) {
    EXPECT_FALSE(parse_ip(bad)) << bad;
  }
}

TEST(Source, IsTheAddressOrItsSlash64) {
  EXPECT_EQ(source_of(ip("192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(source_of(ip("::ffff:192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(source_of(ip("64:ff9b::192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(source_of(ip("2001:db8:1:2:3:4:5:6")), "2001:db8:1:2::/64");
  EXPECT_EQ(source_of(ip("2001:db8:1:2:ffff::")), "2001:db8:1:2::/64");
  EXPECT_NE(source_of(ip("2001:db8:1:3::")), source_of(ip("2001:db8:1:2::")));
  EXPECT_EQ(source_of(ip("::1")), "::/64");
}

TEST(Special, CoversWhatIsNotThePublicInternet) {
  for (const std::string_view text : {"0.0.0.0",
                                      "0.1.2.3",
                                      "10.0.0.1",
                                      "10.255.255.255",
                                      "100.64.0.0",
                                      "100.127.255.255",
                                      "127.0.0.1",
                                      "127.255.0.1",
                                      "169.254.169.254",
                                      "172.16.0.1",
                                      "172.31.255.255",
                                      "192.0.0.8",
                                      "192.0.2.1",
                                      "192.88.99.1",
                                      "192.168.1.1",
                                      "198.18.0.1",
                                      "198.19.255.255",
                                      "198.51.100.1",
                                      "203.0.113.9",
                                      "224.0.0.1",
                                      "239.1.1.1",
                                      "240.0.0.1",
                                      "255.255.255.255",
                                      "::",
                                      "::1",
                                      "::ffff:127.0.0.1",
                                      "::127.0.0.1",
                                      "64:ff9b::127.0.0.1",
                                      "64:ff9b::10.0.0.1",
                                      "64:ff9b:1::1",
                                      "fe80::1",
                                      "febf::1",
                                      "fec0::1",
                                      "fc00::1",
                                      "fdff::1",
                                      "ff02::1",
                                      "2001::1",
                                      "2001:db8::1",
                                      "2002:7f00:1::",
                                      "2002:a00:1::1",
                                      "100::1",
                                      "3fff::1",
                                      "5f00::1"}) {
    EXPECT_TRUE(is_special(ip(text))) << text;
  }
  for (const std::string_view text : {"1.1.1.1",
                                      "9.255.255.255",
                                      "11.0.0.0",
                                      "100.63.255.255",
                                      "100.128.0.0",
                                      "126.255.255.255",
                                      "128.0.0.1",
                                      "169.253.0.1",
                                      "172.15.0.1",
                                      "172.32.0.1",
                                      "192.167.0.1",
                                      "192.169.0.1",
                                      "198.17.0.1",
                                      "198.20.0.1",
                                      "223.255.255.255",
                                      "2606:4700::1111",
                                      "2a00::1",
                                      "2001:200::1",
                                      "2001:4860:4860::8888",
                                      "64:ff9b::8.8.8.8",
                                      "2002:808:808::1",
                                      "::ffff:8.8.8.8",
                                      "3fff:1000::1"}) {
    EXPECT_FALSE(is_special(ip(text))) << text;
  }
}

TEST(Loopback, IsTheWholeBlockInBothFamilies) {
  EXPECT_TRUE(is_loopback(ip("127.0.0.1")));
  EXPECT_TRUE(is_loopback(ip("127.9.9.9")));
  EXPECT_TRUE(is_loopback(ip("::1")));
  EXPECT_TRUE(is_loopback(ip("::ffff:127.0.0.1")));
  EXPECT_FALSE(is_loopback(ip("::")));
  EXPECT_FALSE(is_loopback(ip("0.0.0.0")));
  EXPECT_FALSE(is_loopback(ip("::2")));
}

bool in_range(std::string_view range, std::string_view address) {
  return contains(*parse_ip_range(range), *parse_ip(address));
}

TEST(IpRange, HoldsWhatItsPrefixSays) {
  EXPECT_TRUE(in_range("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(in_range("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(in_range("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(in_range("172.16.0.0/12", "172.32.0.0"));
  EXPECT_TRUE(in_range("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(in_range("127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(in_range("fd00::/8", "fd12::1"));
  EXPECT_FALSE(in_range("fd00::/8", "fe80::1"));
  EXPECT_TRUE(in_range("0.0.0.0/0", "192.0.2.1"));
  EXPECT_FALSE(in_range("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(in_range("::/0", "192.0.2.1"));
}

TEST(IpRange, RefusesWhatIsNone) {
  for (std::string_view text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/-1",
                                "10.0.0.0/8 ", "10.0.0.1/8", "fd00::/129", "x/8", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(parse_ip_range(text)) << text;
  }
}

}  // namespace
}  // namespace keyferry::net
