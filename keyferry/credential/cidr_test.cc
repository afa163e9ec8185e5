#include "keyferry/credential/cidr.h"

#include <gtest/gtest.h>

namespace keyferry::credential {
namespace {

TEST(Cidr, IsMadeCanonical) {
  const std::pair<const char*, const char*> cases[] = {
      {"192.0.2.0/24", "192.0.2.0/24"},
      {"192.0.2.1", "192.0.2.1/32"},
      {"0.0.0.0/0", "0.0.0.0/0"},
      {"255.255.255.255", "255.255.255.255/32"},
      {"2001:DB8:0:0:0:0:0:0/32", "2001:db8::/32"},
      {"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1/128"},
      {"::/0", "::/0"},
      {"::1", "::1/128"},
      {"fe80::/10", "fe80::/10"}};
  for (const auto& [text, canonical] : cases) {
    ASSERT_TRUE(parse_cidr(text)) << text;
    EXPECT_EQ(*parse_cidr(text), canonical);
    EXPECT_EQ(*parse_cidr(canonical), canonical);
  }
}

TEST(Cidr, RefusesWhatIsNotExactlyANetwork) {
  for (const char* text : {"",
                           "/",
                           "/24",
                           "192.0.2.0/",
                           "192.0.2.0/33",
                           "192.0.2.0/024",
                           "192.0.2.0/-1",
                           "192.0.2.0/+8",
                           "192.0.2.0/24/24",
                           "192.0.2.1/24",
                           "192.0.2",
                           "192.0.2.0.0/24",
                           "192.0.02.0/24",
                           "256.0.0.0/8",
                           "0x7f.0.0.1",
                           "2130706433",
                           " 192.0.2.0/24",
                           "192.0.2.0/24 ",
                           "192.0.2.0 /24",
                           "2001:db8::/129",
                           "2001:db8::1/32",
                           "2001:db8::/032",
                           "fe80::1%eth0",
                           "::ffff:192.0.2.1",
                           "::ffff:c000:0201",
                           "::192.0.2.1",
                           ":::",
                           "1::2::3",
                           "web",
                           "*",
                           "any",
                           "192.0.2.0/24,10.0.0.0/8",
                           "192.0.2.*"}) {
    const Result<std::string> network = parse_cidr(text);
    ASSERT_FALSE(network) << text;
    EXPECT_EQ(network.error().code, Errc::invalid);
  }
  EXPECT_FALSE(parse_cidr(std::string_view("192.0.2.1\0", 10)));
}

TEST(Cidr, ContainmentIsByPrefix) {
  const std::pair<const char*, const char*> inside[] = {{"0.0.0.0/0", "192.0.2.1/32"},
                                                        {"192.0.2.0/24", "192.0.2.0/24"},
                                                        {"192.0.2.0/24", "192.0.2.128/25"},
                                                        {"10.0.0.0/8", "10.255.255.255/32"},
                                                        {"::/0", "2001:db8::/32"},
                                                        {"2001:db8::/33", "2001:db8:7fff::/48"},
                                                        {"::1/128", "::1/128"}};
  for (const auto& [outer, inner] : inside) EXPECT_TRUE(cidr_contains(outer, inner)) << inner;
  const std::pair<const char*, const char*> outside[] = {{"192.0.2.0/24", "192.0.2.0/23"},
                                                         {"192.0.2.0/24", "192.0.3.0/24"},
                                                         {"192.0.2.0/25", "192.0.2.128/25"},
                                                         {"0.0.0.0/0", "::/0"},
                                                         {"::/0", "0.0.0.0/0"},
                                                         {"2001:db8::/33", "2001:db8:8000::/48"},
                                                         {"::1/128", "::2/128"},
                                                         {"nonsense", "nonsense"}};
  for (const auto& [outer, inner] : outside) EXPECT_FALSE(cidr_contains(outer, inner)) << inner;
}

}  // namespace
}  // namespace keyferry::credential
