#include "keyferry/authority/redeem.h"

#include <gtest/gtest.h>

#include "keyferry/authority/samples_test.h"

namespace keyferry::authority {
namespace {

const ServerKeys kKeys = server_keys();

Path with_pin(std::string_view pin) {
  Path path = live_path(2);
  path.back().pin = PinState{pin_mac(kKeys, path.back().id, pin), kPinTries};
  return path;
}

ExchangeOutcome exchange(const Path& path, const Code& code, const Exchange& asked,
                         Time now = kNow) {
  return decide_exchange(kKeys, path, code, asked, now);
}

std::string word(const ExchangeOutcome& outcome) {
  return refused(outcome.verdict) ? refusal_of(outcome.verdict).keyferry : "granted";
}

TEST(Redeem, OpenCodeIsExchangedOnce) {
  const Path path = live_path(1);
  const auto first = exchange(path, {.number = 1}, {});
  ASSERT_EQ(word(first), "granted");
  EXPECT_EQ(first.share.state, State::claimed);
  EXPECT_EQ(first.share.times.claimed, kNow);
  EXPECT_FALSE(std::get<TokenGrant>(first.verdict).thumbprint);
  EXPECT_EQ(std::get<TokenGrant>(first.verdict).life, kBearerLife);
  const auto second = exchange({first.share}, first.code, {});
  EXPECT_EQ(refusal_of(second.verdict), unknown_code());
}

// Only the last check costs a try: whatever fails before leaves the counter alone.
//
//= spec:authority#3-order test
TEST(Redeem, ChecksStopAtTheFirstFailureAndOnlyThePinCostsATry) {
  const Path path = with_pin("123456");
  const Exchange wrong_pin{"000000", std::nullopt, false};

  Code dead{.number = 1};
  dead.live = false;
  auto outcome = exchange(path, dead, wrong_pin);
  EXPECT_EQ(word(outcome), "unknown_code");
  EXPECT_EQ(outcome.share.pin->tries_left, kPinTries);

  outcome = exchange(path, {.number = 1},
                     {"000000", Verdict<DpopProof>(Refusal{"invalid_dpop_proof", "bad"}), false});
  EXPECT_EQ(refusal_of(outcome.verdict).error, "invalid_dpop_proof");
  EXPECT_EQ(outcome.share.pin->tries_left, kPinTries);
  EXPECT_FALSE(outcome.store_jti);

  outcome = exchange(path, {.number = 1}, {"000000", fresh_proof("key"), true});
  EXPECT_EQ(refusal_of(outcome.verdict), replayed());
  EXPECT_EQ(outcome.share.pin->tries_left, kPinTries);

  outcome = exchange(path, {.number = 1}, wrong_pin);
  EXPECT_EQ(refusal_of(outcome.verdict).description, "wrong PIN: 4 tries left");
  EXPECT_EQ(refusal_of(outcome.verdict).tries_left, 4);
  EXPECT_EQ(outcome.share.pin->tries_left, 4);
  EXPECT_EQ(outcome.share.state, State::open);
}

//= spec:authority#2-bound test
TEST(Redeem, ConfirmedCodeIsForTheGrantedKeyAloneAndNobodyElseSpendsATry) {
  Path path = with_pin("123456");
  Share& share = path.back();
  share.mode = Mode::confirmed;
  share.state = State::claimed;
  share.holder = Holder{"Bo", "key", {}};
  for (const char* pin : {"000000", "123456"}) {
    auto outcome = exchange(path, {.number = 1}, {pin, fresh_proof("other"), false});
    EXPECT_EQ(word(outcome), "wrong_key");
    EXPECT_EQ(refusal_of(outcome.verdict).error, "invalid_grant");
    EXPECT_EQ(outcome.share.pin->tries_left, kPinTries);
    EXPECT_FALSE(outcome.code.used);
    EXPECT_FALSE(outcome.store_jti) << "a refusal that changed nothing leaves nothing";
    EXPECT_EQ(word(exchange(path, {.number = 1}, {pin, std::nullopt, false})), "wrong_key");
  }
  auto stale = std::get<DpopProof>(fresh_proof("other"));
  stale.stale = Refusal{"use_dpop_nonce", "nonce"};
  EXPECT_EQ(refusal_of(
                exchange(path, {.number = 1}, {"000000", Verdict<DpopProof>(stale), false}).verdict)
                .error,
            "use_dpop_nonce")
      << "the proof is checked before the key";
  EXPECT_EQ(word(exchange(path, {.number = 1}, {"000000", fresh_proof("key"), false})),
            "wrong_pin");
  const auto right = exchange(path, {.number = 1}, {"123456", fresh_proof("key"), false});
  ASSERT_EQ(word(right), "granted");
  EXPECT_EQ(std::get<TokenGrant>(right.verdict).thumbprint, "key");
  share.holder.reset();
  EXPECT_EQ(word(exchange(path, {.number = 1}, {"123456", fresh_proof("key"), false})),
            "wrong_key");
}

TEST(Redeem, MissingMalformedOrUnexpectedPinCostsNothing) {
  const Path path = with_pin("123456");
  auto outcome = exchange(path, {.number = 1}, {});
  EXPECT_EQ(word(outcome), "pin_required");
  EXPECT_EQ(refusal_of(outcome.verdict).error, "invalid_request");
  for (const char* pin : {"", "12345", "1234567", "12345x", "12 345"}) {
    outcome = exchange(path, {.number = 1}, {pin, std::nullopt, false});
    EXPECT_EQ(word(outcome), "pin_malformed") << pin;
    EXPECT_EQ(outcome.share.pin->tries_left, kPinTries);
  }
  EXPECT_EQ(word(exchange(live_path(1), {.number = 1}, {"123456", std::nullopt, false})),
            "pin_unexpected");
}

TEST(Redeem, FifthWrongPinLocksAndTheRightOneDoesNotOpen) {
  Path path = with_pin("123456");
  for (int left = 4; left >= 1; --left) {
    auto outcome = exchange(path, {.number = 1}, {"000000", std::nullopt, false});
    ASSERT_EQ(word(outcome), "wrong_pin");
    EXPECT_EQ(refusal_of(outcome.verdict).tries_left, left);
    path.back() = outcome.share;
  }
  auto fifth = exchange(path, {.number = 1}, {"000000", std::nullopt, false});
  EXPECT_EQ(word(fifth), "locked");
  EXPECT_EQ(fifth.share.state, State::locked);
  EXPECT_EQ(fifth.share.pin->tries_left, 0);
  EXPECT_EQ(fifth.share.times.locked, kNow);
  path.back() = fifth.share;
  const auto right = exchange(path, {.number = 1}, {"123456", std::nullopt, false});
  EXPECT_EQ(word(right), "locked");
  EXPECT_EQ(right.share.pin->tries_left, 0);
}

//= spec:authority#3-lost test
TEST(Redeem, AWrongPinThatIsRepeatedAfterALostAnswerCostsOneTry) {
  Path path = with_pin("123456");
  Exchange asked{"000000", std::nullopt, false, "a key", false};
  path.back() = exchange(path, {.number = 1}, asked).share;
  asked.try_counted = true;
  const auto again = exchange(path, {.number = 1}, asked);
  EXPECT_EQ(word(again), "wrong_pin");
  EXPECT_EQ(refusal_of(again.verdict).tries_left, 4);
  EXPECT_EQ(again.share.pin->tries_left, 4);
  asked.tx_code = "123456";
  EXPECT_EQ(word(exchange(path, {.number = 1}, asked)), "granted");
}

TEST(Redeem, FourWrongPinsLeaveTheRightOneGood) {
  Path path = with_pin("123456");
  for (int i = 0; i < 4; ++i) {
    path.back() = exchange(path, {.number = 1}, {"999999", std::nullopt, false}).share;
  }
  EXPECT_EQ(word(exchange(path, {.number = 1}, {"123456", std::nullopt, false})), "granted");
}

//= spec:authority#3-lost test
TEST(Redeem, LostAnswerIsRepairedForTheKeyOfFirstUseOnly) {
  const auto first =
      exchange(live_path(1), {.number = 1}, {std::nullopt, fresh_proof("key"), false});
  ASSERT_EQ(word(first), "granted");
  EXPECT_TRUE(first.store_jti);
  const Path claimed{first.share};
  const auto again = exchange(claimed, first.code, {std::nullopt, fresh_proof("key"), false});
  ASSERT_EQ(word(again), "granted");
  EXPECT_TRUE(std::get<TokenGrant>(again.verdict).again);
  EXPECT_TRUE(again.store_jti);

  EXPECT_EQ(refusal_of(exchange(claimed, first.code, {}).verdict), unknown_code());
  EXPECT_EQ(refusal_of(
                exchange(claimed, first.code, {std::nullopt, fresh_proof("other"), false}).verdict),
            unknown_code());
  EXPECT_EQ(
      refusal_of(exchange(claimed, first.code, {std::nullopt, fresh_proof("key"), true}).verdict),
      replayed());
  auto stale = std::get<DpopProof>(fresh_proof("key"));
  stale.stale = Refusal{"use_dpop_nonce", "nonce"};
  EXPECT_EQ(
      refusal_of(
          exchange(claimed, first.code, {std::nullopt, Verdict<DpopProof>(stale), false}).verdict)
          .error,
      "use_dpop_nonce");
  auto other = stale;
  other.thumbprint = "other";
  EXPECT_EQ(
      refusal_of(
          exchange(claimed, first.code, {std::nullopt, Verdict<DpopProof>(other), false}).verdict),
      unknown_code());
}

TEST(Redeem, UsedBearerCodeIsNeverExchangedAgain) {
  const auto first = exchange(live_path(1), {.number = 1}, {});
  const auto again = exchange({first.share}, first.code, {std::nullopt, fresh_proof("key"), false});
  EXPECT_EQ(refusal_of(again.verdict), unknown_code());
}

TEST(Redeem, NothingIsExchangedAtTheEndOfTheLink) {
  const Path path = live_path(1);
  const Time end = path.back().link_until;
  EXPECT_EQ(word(exchange(path, {.number = 1}, {}, end - Duration(1))), "granted");
  EXPECT_EQ(word(exchange(path, {.number = 1}, {}, end)), "unknown_code");
  const auto first =
      exchange(path, {.number = 1}, {std::nullopt, fresh_proof("key"), false}, end - Duration(1));
  EXPECT_EQ(
      word(exchange({first.share}, first.code, {std::nullopt, fresh_proof("key"), false}, end)),
      "unknown_code");
}

TEST(Redeem, StateAboveAndOwnStateDecide) {
  for (std::size_t above = 0; above < 3; ++above) {
    Path path = live_path(4);
    path[above].state = State::revoked;
    EXPECT_EQ(word(exchange(path, {.number = 1}, {})), "revoked") << above;
    path[above].state = State::ended;
    EXPECT_NE(word(exchange(path, {.number = 1}, {})), "granted") << above;
  }
  Path path = live_path(2);
  path.back().state = State::revoked;
  EXPECT_EQ(word(exchange(path, {.number = 1}, {})), "revoked");
  path.back().state = State::refused;
  EXPECT_EQ(word(exchange(path, {.number = 1}, {})), "refused");
  path.back().state = State::redeemed;
  EXPECT_EQ(word(exchange(path, {.number = 2}, {})), "unknown_code");
}

TEST(Redeem, NewOfferOfAClaimedShareIsExchangedOnce) {
  Path path = live_path(1);
  path.back().state = State::claimed;
  path.back().times.claimed = kNow - std::chrono::minutes(1);
  const auto outcome = exchange(path, {.number = 2}, {});
  EXPECT_EQ(word(outcome), "granted");
  EXPECT_EQ(outcome.share.times.claimed, kNow - std::chrono::minutes(1));
}

}  // namespace
}  // namespace keyferry::authority
