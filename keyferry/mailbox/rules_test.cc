// The six calls on one mailbox, decided without socket, clock or disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keyferry/mailbox/create.h"
#include "keyferry/mailbox/delete.h"
#include "keyferry/mailbox/example_test.h"
#include "keyferry/mailbox/lifetime.h"
#include "keyferry/mailbox/push.h"
#include "keyferry/mailbox/read.h"
#include "keyferry/mailbox/relinquish.h"
#include "keyferry/mailbox/update.h"

namespace keyferry::mailbox {
namespace {

Mailbox read_by(Mailbox box, const HashedClaim& claim,
                std::optional<ClaimKeyHash> proof = std::nullopt) {
  return decide_read(State(std::move(box)), claim, {proof, {}, {}, {}}, kNow).value().box;
}

Mailbox write_by(Mailbox box, const HashedClaim& claim, std::string text, std::uint8_t id) {
  return decide_update(State(std::move(box)), claim,
                       {request(id), payload(std::move(text)), {}, {}}, kNow)
      .value()
      .box;
}

CreateRequest create_request() {
  return {payload("sealed"), {"A login", "", ""}, std::nullopt, std::nullopt};
}

//= spec:tigress#MBX-08 test
TEST(Create, WithoutConfigurationTheRelaysDefaultsHold) {
  const auto made = decide_create(std::nullopt, create_request(), kSender, kNow, {});
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->duplicate);
  EXPECT_EQ(made->box->rights, kRightsByDefault);
  EXPECT_EQ(made->box->deadline, kNow + std::chrono::hours(48));
  EXPECT_EQ(made->box->creator, kSender);
  EXPECT_EQ(made->box->recipient, Recipient(Unclaimed{}));
  EXPECT_EQ(made->answer, tombstone_of(*made->box));
  EXPECT_EQ(made->box->creator_token, "");
  EXPECT_FALSE(made->box->push_promised);
}

TEST(Create, WhereToTellTheCreatorIsKept) {
  CreateRequest request = create_request();
  request.token = "https://push.example/x";
  const auto made = decide_create(std::nullopt, request, kSender, kNow, {});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->box->creator_token, "https://push.example/x");
  EXPECT_TRUE(made->box->push_promised);
}

//= spec:tigress#A-15 test
TEST(Create, APastDeadlineIsRefusedAndAFarOneClamped) {
  CreateRequest wish = create_request();
  wish.configuration = Configuration{kRightsWhenOmitted, kNow, {}};
  const auto past = decide_create(std::nullopt, wish, kSender, kNow, {});
  EXPECT_EQ(past.error().code, Errc::invalid);
  EXPECT_THAT(past.error().detail, testing::HasSubstr("in the past"));

  wish.configuration->expiration = kNow + std::chrono::seconds(1);
  EXPECT_EQ(decide_create(std::nullopt, wish, kSender, kNow, {})->answer.deadline,
            kNow + std::chrono::seconds(1));

  wish.configuration->expiration = kNow + std::chrono::years(900);
  EXPECT_EQ(decide_create(std::nullopt, wish, kSender, kNow, {})->answer.deadline,
            kNow + std::chrono::days(30));
}

TEST(Create, TheUsualLifetimeNeverExceedsTheMaximum) {
  const Lifetimes shorter{std::chrono::hours(48), std::chrono::hours(1)};
  EXPECT_EQ(*decide_deadline(std::nullopt, kNow, shorter), kNow + std::chrono::hours(1));
}

//= spec:tigress#IDM-07 test
//= spec:tigress#A-02 test
//= spec:tigress#A-50 test
TEST(Create, ADuplicateGetsTheOldAnswerAndMakesNothing) {
  const Mailbox box = proof_box(true);
  CreateRequest other = create_request();
  other.payload = payload("another body");
  for (const State& state : {State(box), State(tombstone_of(box))}) {
    for (Time when : {kNow, kDeadline, kDeadline + std::chrono::hours(3)}) {
      const auto again = decide_create(state, other, kSender, when, {});
      ASSERT_TRUE(again);
      EXPECT_TRUE(again->duplicate);
      EXPECT_FALSE(again->box);
      EXPECT_EQ(again->answer, tombstone_of(box));
    }
  }
}

//= spec:tigress#CLM-06 test
//= spec:tigress#API-05 test
TEST(Read, TheFirstOtherClaimIsBoundAndASecondRefused) {
  const auto first = decide_read(State(example_box()), kReceiver, {}, kNow);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->changed);
  const auto again = decide_read(State(first->box), kReceiver, {}, kNow);
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(again->box, first->box);
  EXPECT_EQ(decide_read(State(first->box), kThief, {}, kNow).error().reason, "claimed");
}

//= spec:tigress#A-22 test
TEST(Read, TheCreatorNeverBinds) {
  const auto own = decide_read(State(proof_box(true)), kSender, {}, kNow);
  ASSERT_TRUE(own);
  EXPECT_FALSE(own->changed);
  EXPECT_EQ(own->box, proof_box(true));
}

//= spec:tigress#MBX-03 test
//= spec:tigress#A-16 test
TEST(Lifetime, AtItsDeadlineAMailboxIsUnknownToEveryCall) {
  const auto gone = unknown_mailbox();
  const State box = example_box();
  const State stone = tombstone_of(example_box());
  const auto expect_gone = [&](const std::optional<State>& state, Time now) {
    EXPECT_EQ(decide_read(state, kSender, {}, now).error(), gone);
    EXPECT_EQ(decide_update(state, kSender, {request(1), payload("x"), {}, {}}, now).error(), gone);
    EXPECT_EQ(decide_delete(state, kSender, now).error(), gone);
    EXPECT_EQ(decide_relinquish(state, kReceiver, request(1), now).error(), gone);
    EXPECT_EQ(live_mailbox(state, now).error(), gone);
  };
  expect_gone(box, kDeadline);
  expect_gone(stone, kNow);
  expect_gone(std::nullopt, kNow);
  EXPECT_TRUE(live_mailbox(box, kDeadline - Duration(1)));
}

//= spec:tigress#API-02 test
//= spec:tigress#A-24 test
TEST(Update, OnlyTheTwoPartiesWriteAndNobodyIsBoundByIt) {
  EXPECT_EQ(decide_update(State(example_box()), kReceiver, {request(1), payload("x"), {}, {}}, kNow)
                .error()
                .reason,
            "not_bound");
  const Mailbox box = read_by(example_box(), kReceiver);
  EXPECT_EQ(write_by(box, kReceiver, "reply", 1).slot.payload, payload("reply"));
  EXPECT_EQ(write_by(box, kSender, "again", 1).slot.payload, payload("again"));
  EXPECT_EQ(
      decide_update(State(box), kThief, {request(1), payload("x"), {}, {}}, kNow).error().reason,
      "not_bound");
}

//= spec:tigress#IDM-08 test
TEST(Update, ADuplicateDoesNotWrite) {
  const Mailbox box = write_by(example_box(), kSender, "second", 1);
  const auto again =
      decide_update(State(box), kSender, {request(1), payload("other"), {}, {}}, kNow);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->box, box);
}

//= spec:tigress#A-10 test
//= spec:tigress#A-12 test
TEST(Update, WithoutTheRightToWriteNeitherSideWrites) {
  Mailbox box = read_by(example_box(), kReceiver);
  box.rights = kRightsWhenOmitted;
  for (const HashedClaim& claim : {kSender, kReceiver}) {
    const auto refused = decide_update(State(box), claim, {request(1), payload("x"), {}, {}}, kNow);
    EXPECT_EQ(refused.error().code, Errc::unauthorized);
    EXPECT_EQ(refused.error().reason, "access_right");
  }
}

//= spec:tigress#API-03 test
//= spec:tigress#MBX-07 test
TEST(Delete, TheCreatorAlwaysMayTheReceiverOnlyWithTheRight) {
  Mailbox box = read_by(example_box(), kReceiver);
  box.rights = *parse_access_rights("R");
  EXPECT_EQ(decide_delete(State(box), kSender, kNow)->left, tombstone_of(box));
  EXPECT_EQ(decide_delete(State(box), kReceiver, kNow).error().reason, "access_right");
  box.rights = *parse_access_rights("RD");
  EXPECT_EQ(decide_delete(State(box), kReceiver, kNow)->left, tombstone_of(box));
  EXPECT_EQ(decide_delete(State(box), kThief, kNow).error().reason, "not_bound");
  EXPECT_EQ(decide_delete(State(example_box()), kReceiver, kNow).error().reason, "not_bound");
}

TEST(Delete, ATombstoneStaysForADayAfterTheDeadline) {
  EXPECT_EQ(tombstone_until(tombstone_of(example_box())), kDeadline + std::chrono::hours(24));
}

//= spec:tigress#CLM-08 test
//= spec:tigress#API-06 test
//= spec:tigress#IDM-09 test
TEST(Relinquish, AnotherMayClaimAfterwardsAndARetryStaysADuplicate) {
  const auto freed =
      decide_relinquish(State(read_by(example_box(), kReceiver)), kReceiver, request(1), kNow);
  ASSERT_TRUE(freed);
  EXPECT_EQ(freed->box.recipient, Recipient(Unclaimed{}));
  const Mailbox taken = read_by(freed->box, kThief);
  EXPECT_EQ(decide_read(State(taken), kReceiver, {}, kNow).error().reason, "claimed");

  const auto retry = decide_relinquish(State(taken), kReceiver, request(1), kNow);
  ASSERT_TRUE(retry);
  EXPECT_TRUE(retry->duplicate);
  EXPECT_EQ(retry->box, taken);
  EXPECT_EQ(decide_relinquish(State(taken), kReceiver, request(2), kNow).error().reason,
            "not_bound");
}

//= spec:tigress#A-26 test
TEST(Relinquish, NeitherCreatorNorStrangersMay) {
  const Mailbox box = read_by(example_box(), kReceiver);
  for (const HashedClaim& claim : {kSender, kThief}) {
    EXPECT_EQ(decide_relinquish(State(box), claim, request(1), kNow).error().reason, "not_bound");
  }
}

//= spec:tigress#A-27 test
TEST(Relinquish, TheCreatorsPayloadComesBackAfterReplies) {
  Mailbox box = write_by(read_by(example_box(), kReceiver), kReceiver, "reply", 1);
  box = write_by(box, kReceiver, "second reply", 2);
  const auto freed = decide_relinquish(State(box), kReceiver, request(3), kNow);
  ASSERT_TRUE(freed);
  EXPECT_EQ(freed->box.slot.payload, example_box().slot.payload);
}

//= spec:tigress#A-27 test
TEST(Relinquish, OnceTheCreatorHasAnsweredItIsTooLate) {
  for (bool reply_first : {false, true}) {
    Mailbox box = read_by(example_box(), kReceiver);
    if (reply_first) box = write_by(box, kReceiver, "reply", 1);
    box = write_by(box, kSender, "answer", 2);
    const auto late = decide_relinquish(State(box), kReceiver, request(3), kNow);
    EXPECT_EQ(late.error().code, Errc::conflict);
    EXPECT_EQ(late.error().reason, "exchange_advanced");
  }
}

TEST(Relinquish, WhatTheCreatorWroteBeforeTheBindDoesNotCount) {
  const Mailbox box = read_by(write_by(example_box(), kSender, "corrected", 1), kReceiver);
  const auto freed = decide_relinquish(State(box), kReceiver, request(2), kNow);
  ASSERT_TRUE(freed);
  EXPECT_EQ(freed->box.slot.payload, payload("corrected"));
}

//= spec:tigress#A-55 test
TEST(Provisional, IsDisplacedByTheProofUntilEitherSideHasWritten) {
  const Mailbox held = read_by(proof_box(false), kThief);
  EXPECT_EQ(held.recipient, Recipient(Provisional{kThief}));
  const auto proven = decide_read(State(held), kReceiver, {kRightKey, {}, {}, {}}, kNow);
  ASSERT_TRUE(proven);
  EXPECT_EQ(proven->box.recipient, Recipient(Bound{kReceiver, false, std::nullopt}));
  EXPECT_EQ(decide_read(State(proven->box), kThief, {}, kNow).error().reason, "claimed");

  for (const HashedClaim& writer : {kThief, kSender}) {
    const Mailbox settled = write_by(held, writer, "written", 1);
    EXPECT_EQ(decide_read(State(settled), kReceiver, {kRightKey, {}, {}, {}}, kNow).error().reason,
              "claimed");
  }
  const Mailbox firm = read_by(held, kThief, kRightKey);
  EXPECT_EQ(decide_read(State(firm), kReceiver, {kRightKey, {}, {}, {}}, kNow).error().reason,
            "claimed");
}

TEST(Provisional, GivingUpFreesTheMailbox) {
  const auto freed =
      decide_relinquish(State(read_by(proof_box(false), kThief)), kThief, request(1), kNow);
  ASSERT_TRUE(freed);
  EXPECT_EQ(freed->box.recipient, Recipient(Unclaimed{}));
}

//= spec:tigress#A-36 test
//= spec:tigress#NTF-01 test
TEST(Push, GoesToTheOtherSideOfWhoeverMadeTheChange) {
  Mailbox box = example_box();
  box.creator_token = "https://push.example/creator";
  const auto read =
      decide_read(State(box), kReceiver, {{}, {}, {}, "https://push.example/receiver"}, kNow);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->turned);
  EXPECT_EQ(token_beside(read->box, read->reader), "https://push.example/creator");
  box = read->box;
  EXPECT_EQ(token_beside(box, Party::creator), "https://push.example/receiver");
  EXPECT_EQ(decide_delete(State(box), kSender, kNow)->other_token, "https://push.example/receiver");
  EXPECT_EQ(decide_delete(State(box), kReceiver, kNow)->other_token,
            "https://push.example/creator");
  const auto again =
      decide_read(State(box), kReceiver, {{}, {}, {}, "https://push.example/receiver"}, kNow);
  EXPECT_FALSE(again->changed);
}

TEST(Push, ATokenStaysUntilItsSideGivesAnotherOrLeaves) {
  Mailbox box = read_by(example_box(), kReceiver);
  box.recipient_token = "https://push.example/receiver";
  box = write_by(box, kReceiver, "without a token", 1);
  EXPECT_EQ(box.recipient_token, "https://push.example/receiver");
  const UpdateWish unusable{request(2), payload("x"), {}, ""};
  EXPECT_EQ(decide_update(State(box), kReceiver, unusable, kNow)->box.recipient_token, "");
  const UpdateWish other{request(3), payload("x"), {}, "https://push.example/other"};
  EXPECT_EQ(decide_update(State(box), kReceiver, other, kNow)->box.recipient_token,
            "https://push.example/other");
  box = decide_relinquish(State(box), kReceiver, request(4), kNow).value().box;
  EXPECT_EQ(box.recipient_token, "")
      << "the next one must not be followed by the last one's device";
}

TEST(Push, WhoeverIsDisplacedIsToldNothingMore) {
  Mailbox held = read_by(proof_box(false), kThief);
  held.recipient_token = "https://push.example/thief";
  const auto proven = decide_read(State(held), kReceiver, {kRightKey, {}, {}, {}}, kNow);
  ASSERT_TRUE(proven);
  EXPECT_EQ(proven->box.recipient_token, "");
}

}  // namespace
}  // namespace keyferry::mailbox
