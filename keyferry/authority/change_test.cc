#include "keyferry/authority/change.h"

#include <gtest/gtest.h>

#include "keyferry/authority/revoke.h"
#include "keyferry/authority/samples_test.h"

namespace keyferry::authority {
namespace {

const ServerKeys kKeys = server_keys();
constexpr State kAll[] = {State::open,    State::claimed, State::redeemed, State::ended,
                          State::expired, State::refused, State::locked,   State::revoked};

Share in_state(State state) {
  Share share = root_share();
  share.state = state;
  if (state == State::locked) share.pin = PinState{pin_mac(kKeys, share.id, "111111"), 0};
  return share;
}

Share confirmed(State state = State::open) {
  Share share = in_state(state);
  share.mode = Mode::confirmed;
  share.code_number = 0;
  return share;
}

const GrantWish kBo{std::string(43, 'A'), "Bo's laptop"};
const GrantWish kMallory{std::string(43, 'Q'), std::nullopt};

std::string reason(const Result<Share>& changed) {
  return changed ? "changed" : std::string(reason_of(changed.error()));
}

TEST(Rearm, OnlyALockedShareGetsANewPinAndCode) {
  for (State state : kAll) {
    const auto share = rearm(kKeys, in_state(state), "222222", false, kNow);
    EXPECT_EQ(share.has_value(), state == State::locked) << encode_state(state);
  }
  const auto share = rearm(kKeys, in_state(State::locked), "222222", false, kNow);
  EXPECT_EQ(share->state, State::open);
  EXPECT_EQ(share->pin->tries_left, kPinTries);
  EXPECT_EQ(share->pin->mac, pin_mac(kKeys, share->id, "222222"));
  EXPECT_EQ(share->code_number, 2u);
  EXPECT_EQ(share->rearms_left, 2);
}

//= spec:authority#2-grant test
TEST(Grant, FirstOneFixesTheKeyForEver) {
  const auto first = grant(confirmed(), kBo, kNow);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->state, State::claimed);
  EXPECT_EQ(first->times.claimed, kNow);
  EXPECT_EQ(first->code_number, 1u);
  EXPECT_EQ(bound_key(*first), kBo.thumbprint);
  EXPECT_EQ(first->holder->label, "Bo's laptop");
  EXPECT_EQ(reason(grant(*first, kMallory, kNow)), "already_granted");
  const auto again = grant(*first, {kBo.thumbprint, "another label"}, kNow + Duration(1));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->code_number, 2u) << "the older code is dead";
  EXPECT_EQ(again->times.claimed, kNow);
  EXPECT_EQ(again->holder->label, "Bo's laptop");
}

TEST(Grant, OnlyWhatWaitsForItIsGranted) {
  EXPECT_EQ(reason(grant(in_state(State::open), kBo, kNow)), "not_confirmed");
  for (State state : kAll) {
    const auto granted = grant(confirmed(state), kBo, kNow);
    if (state == State::open || state == State::claimed) {
      EXPECT_TRUE(granted);
    } else {
      EXPECT_EQ(reason(granted), encode_state(state));
    }
  }
  Share share = *grant(confirmed(), kBo, kNow);
  EXPECT_EQ(reason(grant(share, kBo, share.link_until)), "expired");
  for (State state : {State::locked, State::redeemed}) {
    share.state = state;
    EXPECT_EQ(reason(grant(share, kMallory, kNow)), "already_granted");
    EXPECT_EQ(reason(grant(share, kBo, kNow)), encode_state(state));
  }
}

TEST(Grant, FormIsAThumbprintAndALabelMadeSafe) {
  const std::string thumbprint(43, 'A');
  const auto wish = parse_grant({{"thumbprint", thumbprint}, {"label", "Bo's \u202ephone"}});
  ASSERT_TRUE(wish);
  EXPECT_EQ(wish->label, "Bo's phone");
  EXPECT_EQ(parse_grant({{"thumbprint", thumbprint}, {"label", ""}})->label, std::nullopt);
  EXPECT_TRUE(parse_grant({{"thumbprint", thumbprint}}));
  const std::string far = thumbprint + "A";
  for (const std::string& bad : {std::string(), std::string(42, 'A'), std::string(43, 'B'), far}) {
    EXPECT_FALSE(parse_grant({{"thumbprint", bad}})) << bad;
  }
  EXPECT_FALSE(parse_grant({{"label", "Bo"}}));
  EXPECT_FALSE(parse_grant({{"thumbprint", thumbprint}, {"label", 7}}));
}

//= spec:authority#2-rearm-confirmed test
TEST(Rearm, AConfirmedShareKeepsItsCode) {
  Share share = *grant(confirmed(), kBo, kNow);
  share.state = State::locked;
  share.pin = PinState{pin_mac(kKeys, share.id, "111111"), 0};
  const auto armed = rearm(kKeys, share, "222222", false, kNow);
  ASSERT_TRUE(armed);
  EXPECT_EQ(armed->state, State::claimed);
  EXPECT_EQ(armed->code_number, 1u);
  EXPECT_EQ(armed->pin->tries_left, kPinTries);
  EXPECT_EQ(bound_key(*armed), kBo.thumbprint);
}

TEST(Rearm, ThreeTimesAtMostAndNeverTheSamePin) {
  Share share = in_state(State::locked);
  EXPECT_EQ(reason(rearm(kKeys, share, "111111", true, kNow)), "pin_used");
  EXPECT_EQ(reason(rearm(kKeys, share, "11111", false, kNow)), "invalid");
  share.rearms_left = 0;
  EXPECT_EQ(reason(rearm(kKeys, share, "222222", false, kNow)), "rearms_used_up");
  share.rearms_left = 1;
  EXPECT_EQ(reason(rearm(kKeys, share, "222222", false, share.link_until)), "expired");
}

TEST(OfferAgain, OpenAndClaimedSharesGetANewCode) {
  for (State state : kAll) {
    const auto share = offer_again(in_state(state), kNow);
    EXPECT_EQ(share.has_value(), state == State::open || state == State::claimed);
    if (share) {
      EXPECT_EQ(share->code_number, 2u);
      EXPECT_EQ(share->state, state);
    }
  }
}

TEST(OfferAgain, AConfirmedShareHasOnlyItsGrant) {
  EXPECT_EQ(reason(offer_again(confirmed(State::claimed), kNow)), "confirmed");
}

TEST(Refuse, AConfirmedShareBeforeItsGrantOnly) {
  EXPECT_EQ(refuse(confirmed(), kNow)->state, State::refused);
  EXPECT_EQ(reason(refuse(*grant(confirmed(), kBo, kNow), kNow)), "not_open");
  EXPECT_EQ(reason(grant(*refuse(confirmed(), kNow), kBo, kNow)), "refused");
}

TEST(Refuse, OpenSharesOnlyAndAgainAndAgain) {
  for (State state : kAll) {
    const auto share = refuse(in_state(state), kNow);
    EXPECT_EQ(share.has_value(), state == State::open || state == State::refused);
  }
  const auto once = refuse(in_state(State::open), kNow);
  EXPECT_EQ(once->state, State::refused);
  EXPECT_EQ(once->times.refused, kNow);
  EXPECT_EQ(refuse(*once, kNow + std::chrono::hours(1))->times.refused, kNow);
}

//= spec:authority#1-revoked-wins test
//= spec:tigress#SYS-01 test
TEST(Revoke, WinsOverEveryStateAndNothingLeadsBack) {
  for (State state : kAll) {
    Share share = in_state(state);
    EXPECT_EQ(revoke(share, kNow), state != State::revoked);
    EXPECT_EQ(share.state, State::revoked);
    EXPECT_EQ(share.times.revoked.has_value(), state != State::revoked);
    EXPECT_FALSE(revoke(share, kNow));
    EXPECT_FALSE(rearm(kKeys, share, "222222", false, kNow));
    share.mode = Mode::confirmed;
    EXPECT_EQ(reason(grant(share, kBo, kNow)), "revoked");
    share.mode = Mode::immediate;
    EXPECT_FALSE(offer_again(share, kNow));
    EXPECT_FALSE(refuse(share, kNow));
    EXPECT_FALSE(drop(share, kNow));
    EXPECT_FALSE(settle(share, kNow + std::chrono::hours(1000)));
    EXPECT_EQ(share.state, State::revoked);
  }
}

TEST(Drop, EndsOnlyARedeemedShare) {
  for (State state : kAll) {
    Share share = in_state(state);
    EXPECT_EQ(drop(share, kNow), state == State::redeemed);
  }
}

TEST(State, TimeAloneEndsOrExpires) {
  Share share = in_state(State::open);
  EXPECT_EQ(state_at(share, share.link_until - Duration(1)), State::open);
  EXPECT_EQ(state_at(share, share.link_until), State::expired);
  share.state = State::redeemed;
  EXPECT_EQ(state_at(share, share.window.until - Duration(1)), State::redeemed);
  EXPECT_EQ(state_at(share, share.window.until), State::ended);
  ASSERT_TRUE(settle(share, share.window.until + std::chrono::hours(1)));
  EXPECT_EQ(share.times.ended, share.window.until);
  EXPECT_FALSE(settle(share, share.window.until + std::chrono::hours(1)));
}

TEST(State, NamesAreReadBack) {
  for (State state : kAll) EXPECT_EQ(*parse_state(encode_state(state)), state);
  EXPECT_FALSE(parse_state("Open"));
}

TEST(Id, HasTwentyCharactersOfBase32) {
  EXPECT_EQ(encode_id(Bytes(kIdRandomSize, 0)), "aaaaaaaaaaaaaaaaaaaa");
  EXPECT_EQ(encode_id(Bytes(kIdRandomSize, 0xff)), "77777777777777777777");
  EXPECT_TRUE(ShareId::parse("abcdefghijklmnopqrst"));
  for (const char* bad : {"", "abc", "abcdefghijklmnopqrst2", "Abcdefghijklmnopqrst",
                          "abcdefghijklmnopqrs1", "abcdefghijklmnopqr/t"}) {
    EXPECT_EQ(ShareId::parse(bad).error().code, Errc::not_found) << bad;
  }
}

//= spec:authority#3-codes test
TEST(Code, IsDerivedFromKeyShareAndNumber) {
  // base64url(HMAC-SHA-256(32 × 01, "keyferry code" ‖ 00 ‖ id ‖ 00000001)), computed with Python's
  // hmac module.
  EXPECT_EQ(derive_code(kKeys, *ShareId::parse("abcdefghijklmnopqrst"), 1),
            "aHkQUe-NWUqbyEZ4XsfsdulaRZMOGP8GYYl2Sfu7Kd8");
  EXPECT_NE(derive_code(kKeys, share_id(1), 1), derive_code(kKeys, share_id(1), 2));
  EXPECT_NE(derive_code(kKeys, share_id(1), 1), derive_code(kKeys, share_id(2), 1));
  EXPECT_NE(derive_code(kKeys, share_id(1), 1), derive_code(server_keys(8), share_id(1), 1));
}

}  // namespace
}  // namespace keyferry::authority
