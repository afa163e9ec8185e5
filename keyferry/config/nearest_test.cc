#include "keyferry/config/nearest.h"

#include <vector>

#include <gtest/gtest.h>

namespace keyferry::config {
namespace {

TEST(EditDistance, CountsTheFewestChanges) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("listne", "listen"), 2U);
}

TEST(Nearest, NamesTheClosestCandidate) {
  const std::vector<std::string> known{"listen.api", "listen.admin", "public.url", "tls.key"};
  EXPECT_EQ(nearest("listen.amdin", known), "listen.admin");
  EXPECT_EQ(nearest("tls.keys", known), "tls.key");
  EXPECT_EQ(nearest("relay.url", known), "public.url") << "the right key in the wrong table";
  EXPECT_EQ(nearest("x", {}), std::nullopt);
}

}  // namespace
}  // namespace keyferry::config
