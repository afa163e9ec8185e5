#include "keyferry/wallet/share_view.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "keyferry/codec/json.h"

namespace keyferry::wallet {
namespace {

const Time kNow = from_unix_seconds(1795000000);  // 2026-11-18T11:06:40Z

// The zone is part of what is shown.
class ShareViewTest : public testing::Test {
 protected:
  ShareViewTest() {
    setenv("TZ", "UTC0", 1);
    tzset();
  }
};

boost::json::object record(const std::string& id, const std::string& parent,
                           const std::string& state) {
  boost::json::object object = *codec::parse_json_object(R"({"kind":"ssh","mode":"immediate",
    "rights":{"logins":["deploy"],"hosts":["web"],"extensions":[]},
    "valid_from":"2026-11-18T11:00:00Z","valid_until":"2026-11-18T15:00:00Z",
    "link_until":"2026-11-18T13:06:40Z","depth":0,"pin_required":true,"pin_tries_left":5,
    "times":{"created":"2026-11-18T11:00:00Z","redeemed":"2026-11-18T11:05:00Z"}})");
  object["share"] = id;
  object["parent"] = parent;
  object["state"] = state;
  return object;
}

ShareView view(const std::string& id, const std::string& parent, const std::string& state) {
  return *parse_share_view(record(id, parent, state));
}

TEST_F(ShareViewTest, OpenOnesSayHowLongAndWhichTries) {
  EXPECT_EQ(show_share(view("aaaa", "own", "open"), kNow),
            "aaaa  deploy@web  open: can be taken until Wed 18 Nov 2026 13:06 UTC (2 h left), PIN "
            "with 5 tries left");
}

TEST_F(ShareViewTest, TakenOnesSayByWhom) {
  boost::json::object object = record("aaaa", "own", "redeemed");
  object["holder"] =
      boost::json::object{{"label", "Ada\u202e's\x1b[2J laptop"}, {"fingerprint", "SHA256:abc"}};
  EXPECT_EQ(show_share(*parse_share_view(object), kNow),
            "aaaa  deploy@web  taken Wed 18 Nov 2026 11:05 UTC by a wallet that calls itself "
            "\"Ada's[2J laptop\", key SHA256:abc, good until Wed 18 Nov 2026 15:00 UTC (3 h 53 min "
            "left)");
  object["holder"] = boost::json::object{{"fingerprint", "SHA256:abc"}};
  EXPECT_NE(show_share(*parse_share_view(object), kNow).find("by an unnamed wallet"),
            std::string::npos);
}

TEST_F(ShareViewTest, LockedOnesSayWhatToDo) {
  EXPECT_NE(show_share(view("aaaa", "own", "locked"), kNow).find("`keyferry rearm aaaa`"),
            std::string::npos);
}

TEST_F(ShareViewTest, TreeFollowsParents) {
  const std::vector<ShareView> shares = {view("aaaa", "own", "revoked"),
                                         view("bbbb", "aaaa", "revoked"),
                                         view("cccc", "own", "revoked")};
  const auto lines = show_tree(shares, "own", kNow);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[0].starts_with("├─ aaaa"));
  EXPECT_TRUE(lines[1].starts_with("│  └─ bbbb"));
  EXPECT_TRUE(lines[2].starts_with("└─ cccc"));
}

TEST_F(ShareViewTest, CircularParentsEnd) {
  const std::vector<ShareView> shares = {view("own", "cccc", "open"), view("aaaa", "own", "open"),
                                         view("cccc", "aaaa", "open")};
  EXPECT_EQ(show_tree(shares, "own", kNow).size(), 2U);
}

TEST_F(ShareViewTest, MalformedRecordsAreRefused) {
  for (const char* name : {"share", "kind", "state", "rights", "valid_until", "link_until"}) {
    boost::json::object object = record("aaaa", "own", "open");
    object.erase(name);
    EXPECT_FALSE(parse_share_view(object).has_value()) << name;
  }
  EXPECT_FALSE(parse_share_view(record("a b\x1b", "own", "open")).has_value());
  EXPECT_FALSE(parse_share_views({}).has_value());
}

TEST_F(ShareViewTest, StatesAreSorted) {
  for (const char* state : {"open", "claimed", "locked"}) {
    EXPECT_TRUE(is_open(view("aaaa", "own", state)));
    EXPECT_FALSE(is_over(view("aaaa", "own", state)));
  }
  for (const char* state : {"revoked", "ended", "expired", "refused"}) {
    EXPECT_TRUE(is_over(view("aaaa", "own", state)));
  }
  EXPECT_FALSE(is_over(view("aaaa", "own", "redeemed")));
}

}  // namespace
}  // namespace keyferry::wallet
