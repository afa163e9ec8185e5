#include "keyferry/codec/web_url.h"

#include <gtest/gtest.h>

namespace keyferry::codec {
namespace {

TEST(WebUrl, OriginLeavesOutTheDefaultPort) {
  EXPECT_EQ(parse_web_url("https://Auth.Example:443/a/b?c=d")->origin, "https://auth.example");
  EXPECT_EQ(parse_web_url("https://auth.example:8444")->origin, "https://auth.example:8444");
  EXPECT_EQ(parse_web_url("https://auth.example/a/b?c=d")->path, "/a/b");
  EXPECT_EQ(parse_web_url("https://auth.example/a/b?c=d")->query, "c=d");
  EXPECT_EQ(parse_web_url("https://[2001:DB8::1]:1/")->origin, "https://[2001:db8::1]:1");
  EXPECT_EQ(parse_web_url("http://127.0.0.1:8444/x")->origin, "http://127.0.0.1:8444");
}

TEST(WebUrl, AHostThatBeginsLikeAnAddressIsItself) {
  const auto url = parse_web_url("https://127.0.0.1.nip.example/a");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "127.0.0.1.nip.example");
  EXPECT_EQ(url->path, "/a");
  EXPECT_EQ(parse_web_url("https://10.0.0.5:8444")->host, "10.0.0.5");
}

TEST(WebUrl, RefusesWhatIsNotPlainHttps) {
  for (const char* text : {"",
                           "auth.example",
                           "http://auth.example",
                           "ftp://auth.example",
                           "https://",
                           "https://user@auth.example",
                           "https://auth.example#x",
                           "https://auth.example/a b",
                           "https://auth.example:x",
                           "https://auth.example:",
                           "https://auth.example\\@evil.example",
                           "https://auth.example\n",
                           "javascript:alert(1)",
                           "http://127.0.0.1.evil\x01",
                           "https://[2001:DB8::1M:443",
                           "https://[2001:db8::1",
                           "https://2001:db8::1",
                           "https://[::1]x",
                           "https://[::1%25eth0]",
                           "https://[v1.x]",
                           "https://a_b.example",
                           "https://a%2fb.example",
                           "https://auth.example:0",
                           "https://auth.example:65536",
                           "https:/auth.example",
                           "https:auth"}) {
    EXPECT_FALSE(parse_web_url(text)) << text;
  }
}

TEST(WebUrl, PlainHttpIsForThisMachineAlone) {
  for (const char* text :
       {"http://127.0.0.1:8444/x", "http://127.9.9.9", "http://[::1]:80", "http://LocalHost:1"}) {
    EXPECT_TRUE(parse_web_url(text)) << text;
  }
  for (const char* text : {"http://127.0.0.1.evil.example", "http://127.evil.example",
                           "http://localhost.evil.example", "http://[::2]", "http://10.0.0.1"}) {
    EXPECT_FALSE(parse_web_url(text)) << text;
  }
}

}  // namespace
}  // namespace keyferry::codec
