#include "keyferry/authority/create.h"

#include <gtest/gtest.h>

#include "keyferry/authority/samples_test.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"

namespace keyferry::authority {
namespace {

using boost::json::array;
using boost::json::object;
using std::chrono::hours;

const ServerKeys kKeys = server_keys();

std::string at(Duration later) {
  return codec::encode_rfc3339(kNow + later);
}

Result<Share> root(object body) {
  body.emplace("kind", "ssh");
  body.emplace("rights", object{{"logins", array{"ada"}}, {"hosts", array{"web"}}});
  KF_TRY(auto wish, parse_wish(body));
  return make_root_share(kKeys, wish, share_id(9), kNow);
}

Result<Share> child(const Path& above, object body) {
  body.emplace("kind", "ssh");
  KF_TRY(auto wish, parse_wish(body));
  return make_child_share(kKeys, above, wish, share_id(9), kNow);
}

Path holders(std::size_t length) {
  Path path = live_path(length);
  path.back().state = State::redeemed;
  return path;
}

std::string reason(const Result<Share>& made) {
  return made ? "made" : std::string(reason_of(made.error()));
}

TEST(Create, RootTakesDefaultsAndAnEnd) {
  const auto share = root({{"valid_for", 3600}});
  ASSERT_TRUE(share) << share.error().detail;
  EXPECT_FALSE(share->parent);
  EXPECT_EQ(share->window.from, kNow);
  EXPECT_EQ(share->window.until, kNow + hours(1));
  EXPECT_EQ(share->link_until, kNow + hours(1));
  EXPECT_EQ(share->depth, 0);
  EXPECT_EQ(*share->rights.texts("extensions"), std::set<std::string>{"permit-pty"});
  EXPECT_EQ(reason(root({})), "window");
}

TEST(Create, OfferLivesAtMostADayWithoutPinAndTwoWithOne) {
  EXPECT_EQ(root({{"valid_for", 864000}})->link_until, kNow + hours(24));
  EXPECT_EQ(root({{"valid_for", 864000}, {"pin", "123456"}})->link_until, kNow + hours(48));
  EXPECT_EQ(reason(root({{"valid_for", 864000}, {"link_for", 86401}})), "window");
  EXPECT_EQ(reason(root({{"valid_for", 864000}, {"link_for", 172801}, {"pin", "123456"}})),
            "window");
  EXPECT_EQ(reason(root({{"valid_for", 3600}, {"link_for", 3601}})), "window");
  EXPECT_EQ(reason(root({{"valid_for", 3600}, {"link_until", at(hours(-1))}})), "window");
  EXPECT_EQ(root({{"valid_for", 864000}, {"link_for", 60}})->link_until,
            kNow + std::chrono::seconds(60));
}

TEST(Create, ConfirmedShareLivesTwoDaysWithoutPinAndHasNoCodeYet) {
  Path above = holders(1);
  above.back().window.until = kNow + hours(100);
  const auto share = child(above, {{"mode", "confirmed"}});
  ASSERT_TRUE(share) << share.error().detail;
  EXPECT_EQ(share->mode, Mode::confirmed);
  EXPECT_EQ(share->code_number, 0u);
  EXPECT_EQ(share->link_until, kNow + hours(48));
  EXPECT_EQ(child(above, {})->link_until, kNow + hours(24));
  EXPECT_EQ(reason(root({{"valid_for", 3600}, {"mode", "confirmed"}})), "mode");
}

TEST(Create, PastAndAbsurdWindowsAreRefused) {
  EXPECT_EQ(reason(root({{"valid_until", at(hours(-1))}})), "window");
  EXPECT_EQ(reason(root({{"valid_until", at(Duration(0))}})), "window");
  EXPECT_EQ(reason(root({{"valid_from", at(hours(2))}, {"valid_until", at(hours(1))}})), "window");
  EXPECT_EQ(reason(root({{"valid_until", "9999-12-31T23:59:59Z"}})), "window");
  EXPECT_EQ(reason(root({{"valid_from", "2000-01-01T00:00:00Z"}, {"valid_until", at(hours(1))}})),
            "window");
  EXPECT_EQ(reason(root({{"valid_from", at(-hours(2))}, {"valid_until", at(hours(1))}})), "window");
  EXPECT_TRUE(root({{"valid_from", at(-std::chrono::minutes(5))}, {"valid_until", at(hours(1))}}));
}

TEST(Create, FormFaultsAreInvalid) {
  const std::vector<object> bad{{{"valid_for", 0}},
                                {{"valid_for", "4h"}},
                                {{"valid_for", -5}},
                                {{"valid_for", 60}, {"valid_until", at(hours(1))}},
                                {{"valid_for", 60}, {"link_for", 5}, {"link_until", at(hours(1))}},
                                {{"valid_until", "tomorrow"}},
                                {{"valid_for", 60}, {"depth", 17}},
                                {{"valid_for", 60}, {"depth", -1}},
                                {{"valid_for", 60}, {"depth", "1"}},
                                {{"valid_for", 60}, {"pin", "12345"}},
                                {{"valid_for", 60}, {"pin", 123456}},
                                {{"valid_for", 60}, {"mode", "live"}},
                                {{"valid_for", 60}, {"mode", 1}},
                                {{"valid_for", 60}, {"rights", array()}},
                                {{"valid_for", 60}, {"wall_time", {{"zone", "\n"}}}},
                                {{"valid_for", 60}, {"kind", 5}}};
  for (const auto& body : bad) {
    EXPECT_EQ(reason(root(body)), "invalid") << codec::encode_json(body);
  }
  EXPECT_EQ(reason(root({{"valid_for", 60}, {"kind", "x509"}})), "unknown_kind");
}

//= spec:authority#2-pin test
TEST(Create, PinIsKeptOnlyAsAMacUnderTheServersKey) {
  const auto share = root({{"valid_for", 60}, {"pin", "123456"}});
  ASSERT_TRUE(share->pin);
  EXPECT_EQ(share->pin->mac, pin_mac(kKeys, share->id, "123456"));
  EXPECT_NE(share->pin->mac, pin_mac(server_keys(50), share->id, "123456"));
  EXPECT_NE(share->pin->mac, pin_mac(kKeys, share_id(2), "123456"));
  EXPECT_EQ(share->pin->tries_left, 5);
}

//= spec:authority#4-attenuate test
TEST(Create, ChildCopiesWhatItDoesNotSay) {
  const Path above = holders(1);
  const auto share = child(above, {});
  ASSERT_TRUE(share) << share.error().detail;
  EXPECT_EQ(share->parent, above.back().id);
  EXPECT_EQ(share->rights, above.back().rights);
  EXPECT_EQ(share->window.until, above.back().window.until);
  EXPECT_EQ(share->depth, 0);
}

TEST(Create, NothingWiderThanTheParentIsMade) {
  const Path above = holders(2);
  EXPECT_EQ(reason(child(above, {{"valid_until", at(hours(10))}})), "made");
  const std::vector<object> wider{{{"valid_until", at(hours(10) + std::chrono::seconds(1))}},
                                  {{"valid_from", at(hours(-1))}},
                                  {{"rights", {{"logins", array{"root"}}}}},
                                  {{"rights", {{"hosts", array{"web", "mail"}}}}},
                                  {{"rights", {{"extensions", array{"permit-agent-forwarding"}}}}},
                                  {{"depth", 2}}};
  for (const auto& body : wider) {
    EXPECT_EQ(reason(child(above, body)), "wider_than_parent") << codec::encode_json(body);
  }
  EXPECT_EQ(reason(child(above, {{"rights", {{"uses", 3}}}})), "right_not_enforceable");
  EXPECT_EQ(reason(child(above, {{"rights", {{"logins", array{"-x"}}}}})), "invalid");
}

TEST(Create, DepthCountsDownToNothing) {
  Path above = holders(1);
  EXPECT_EQ(above.back().depth, 3);
  for (int depth : {2, 1, 0}) {
    auto share = child(above, {{"depth", depth}});
    ASSERT_TRUE(share) << share.error().detail;
    share->state = State::redeemed;
    above.push_back(*std::move(share));
  }
  EXPECT_EQ(reason(child(above, {})), "depth_used_up");
}

//= spec:authority#3-path test
TEST(Create, DeadHolderOrAncestorMakesNothing) {
  for (std::size_t dead = 0; dead < 3; ++dead) {
    for (State state : {State::revoked, State::ended, State::expired, State::refused, State::open,
                        State::claimed, State::locked}) {
      Path above = holders(3);
      above[dead].state = state;
      EXPECT_NE(reason(child(above, {})), "made") << dead << encode_state(state);
    }
    Path above = holders(3);
    above[dead].state = State::revoked;
    EXPECT_EQ(reason(child(above, {})), "revoked");
    above[dead].state = State::redeemed;
    above[dead].window.until = kNow;
    EXPECT_EQ(reason(child(above, {})), "ended");
  }
}

TEST(Create, WallTimeIsKept) {
  const auto share =
      root({{"valid_for", 60},
            {"wall_time", {{"zone", "Europe/Berlin"}, {"until", "18:00"}, {"other", "x"}}}});
  ASSERT_TRUE(share->wall_time);
  EXPECT_EQ(*share->wall_time, (object{{"zone", "Europe/Berlin"}, {"until", "18:00"}}));
}

}  // namespace
}  // namespace keyferry::authority
