#include "keyferry/keystore/notify_url.h"

#include <set>

#include <gtest/gtest.h>

namespace keyferry::keystore {
namespace {

TEST(NotifyUrl, IsHttpsWithoutUserQueryAndFragment) {
  EXPECT_EQ(check_notify_url("https://push.example/me/").value(), "https://push.example/me");
  EXPECT_EQ(check_notify_url("https://push.example").value(), "https://push.example");
  EXPECT_TRUE(check_notify_url("https://[2001:db8::1]:8443/x"));
  for (const std::string& wrong :
       {std::string("http://push.example/"), std::string("push.example"), std::string(),
        std::string("https://a@push.example/"), std::string("https://push.example/?x=1"),
        std::string("https://push.example/#x"), std::string("https:///x"),
        std::string("https://push.example/a b"),
        "https://push.example/" + std::string(1900, 'x')}) {
    const auto checked = check_notify_url(wrong);
    ASSERT_FALSE(checked) << wrong;
    EXPECT_EQ(checked.error().reason, "usage");
  }
}

//= spec:tigress#NTF-03 test
//= spec:tigress#NTF-04 test
TEST(NotifyUrl, EachShareHasAnAddressThatNothingElseTells) {
  const std::string base = "https://push.example/me";
  std::set<std::string> all;
  for (int i = 0; i < 1000; ++i) all.insert(draw_notify_url(base));
  EXPECT_EQ(all.size(), 1000u);
  for (const std::string& url : all) {
    ASSERT_EQ(url.size(), base.size() + 23);
    EXPECT_EQ(notify_base(url), base);
    EXPECT_TRUE(check_notify_url(url));
  }
}

//= spec:tigress#NTF-06 test
TEST(NotifyUrl, IsKnownAgainWholeOrByItsLastPart) {
  const std::string drawn = draw_notify_url("https://push.example/me");
  const std::string part = drawn.substr(drawn.size() - 22);
  EXPECT_TRUE(is_notify_part(drawn, drawn));
  EXPECT_TRUE(is_notify_part(drawn, part));
  for (const std::string& other :
       {std::string(), part.substr(1), part + "x", "/" + part,
        std::string("https://push.example/me"), draw_notify_url("https://push.example/me")}) {
    EXPECT_FALSE(is_notify_part(drawn, other)) << other;
  }
  EXPECT_FALSE(is_notify_part("", ""));
  EXPECT_FALSE(is_notify_part("", part));
}

}  // namespace
}  // namespace keyferry::keystore
