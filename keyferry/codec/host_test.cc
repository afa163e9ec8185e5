#include "keyferry/codec/host.h"

#include <random>

#include <arpa/inet.h>
#include <gtest/gtest.h>

namespace keyferry::codec {
namespace {

TEST(Host, HasOneSpelling) {
  for (const auto& [text, want] : std::initializer_list<std::pair<const char*, const char*>>{
           {"web", "web"},
           {"WEB.Example", "web.example"},
           {"xn--bcher-kva.example", "xn--bcher-kva.example"},
           {"1.2.3.4.example", "1.2.3.4.example"},
           {"10.0.0.5", "10.0.0.5"},
           {"2001:DB8:0:0::0:1", "2001:db8::1"},
           {"::FFFF:10.0.0.5", "::ffff:10.0.0.5"},
           {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
           {"::", "::"}}) {
    ASSERT_TRUE(parse_host(text)) << text;
    EXPECT_EQ(parse_host(text)->text, want);
  }
  EXPECT_EQ(parse_host("::1")->kind, Host::Kind::ipv6);
  EXPECT_EQ(parse_host("127.0.0.1")->kind, Host::Kind::ipv4);
  EXPECT_EQ(parse_host("a1")->kind, Host::Kind::name);
}

TEST(Host, WhatIsNoneIsRefused) {
  for (const std::string& text : {std::string(),
                                  std::string("."),
                                  std::string(".."),
                                  std::string("a..b"),
                                  std::string(".a"),
                                  std::string("a."),
                                  std::string("-a"),
                                  std::string("a-"),
                                  std::string("a-.b"),
                                  std::string("a b"),
                                  std::string("a_b"),
                                  std::string("a/b"),
                                  std::string("*"),
                                  std::string("a\0b", 3),
                                  std::string("b\u00FCcher"),
                                  std::string("\xFF"),
                                  std::string(64, 'a'),
                                  std::string(254, 'a'),
                                  std::string("a@b"),
                                  std::string("[::1]"),
                                  std::string("10.0.0.5:22"),
                                  std::string("fe80::1%eth0"),
                                  std::string(":::"),
                                  std::string("1::2::3"),
                                  std::string("::1\0", 4)}) {
    EXPECT_FALSE(parse_host(text)) << text;
  }
  std::string longest(63, 'a');
  longest += "." + longest + "." + longest + "." + std::string(61, 'a');
  EXPECT_TRUE(parse_host(longest));
  EXPECT_FALSE(parse_host(longest + "a"));
}

// What getaddrinfo would take for an address, and a person for a name or another address.
TEST(Host, OldSpellingsOfIpv4AreRefusedByName) {
  for (const char* text :
       {"127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "127.0.0.0x1", "010.0.0.5",
        "10.0.0.05", "10.0.0.256", "10.0.0.5.6", "1", "0", "0x", "web.0", "10.0.0.0X1F"}) {
    ASSERT_FALSE(parse_host(text)) << text;
    EXPECT_NE(parse_host(text).error().detail.find("four decimal numbers"), std::string::npos)
        << text;
  }
  for (const char* text : {"0xg", "a.0x1g", "1a", "web.0a"}) EXPECT_TRUE(parse_host(text)) << text;
}

TEST(Host, Ipv6IsWrittenAsInetNtopWritesIt) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::array<unsigned char, 16> octets{};
    for (auto& octet : octets) octet = random() % 3 == 0 ? static_cast<unsigned char>(random()) : 0;
    std::array<char, INET6_ADDRSTRLEN> want{};
    inet_ntop(AF_INET6, octets.data(), want.data(), want.size());
    std::string spelled;
    for (std::size_t i = 0; i < 16; i += 2) {
      std::array<char, 8> part{};
      std::snprintf(part.data(), part.size(), "%04X", octets[i] * 256 + octets[i + 1]);
      spelled += (i > 0 ? ":" : "") + std::string(part.data());
    }
    EXPECT_EQ(parse_host(spelled)->text, want.data()) << spelled;
  }
}

TEST(HostPort, IsReadAndWritten) {
  for (const auto& [text, want] : std::initializer_list<std::pair<const char*, const char*>>{
           {"web", "web"},
           {"Web:2222", "web:2222"},
           {"10.0.0.5:22", "10.0.0.5:22"},
           {"2001:DB8::1", "[2001:db8::1]"},
           {"[2001:db8::1]", "[2001:db8::1]"},
           {"[::1]:65535", "[::1]:65535"}}) {
    ASSERT_TRUE(parse_host_port(text)) << text;
    EXPECT_EQ(parse_host_port(text)->encode(), want);
  }
  for (const char* text :
       {"", ":22", "web:", "web:0", "web:65536", "web:022222", "web:+22", "web:-1", "web:22x",
        "web:22:33", "10.0.0.5:22:33", "[::1", "[::1]22", "[::1]:", "[web]:22", "[10.0.0.5]:22",
        "[]:22", "::1:x", "[::1]:22:33"}) {
    EXPECT_FALSE(parse_host_port(text)) << text;
  }
}

TEST(Host, KnowsWhatIsThisMachine) {
  for (const char* text : {"localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "0::1"}) {
    EXPECT_TRUE(parse_host(text)->is_loopback()) << text;
  }
  for (const char* text :
       {"localhost.example", "10.0.0.1", "128.0.0.1", "::2", "127.0.0.1.example"}) {
    EXPECT_FALSE(parse_host(text)->is_loopback()) << text;
  }
}

}  // namespace
}  // namespace keyferry::codec
