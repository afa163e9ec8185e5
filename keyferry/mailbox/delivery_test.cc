// Several messages in a row: what each side gets to read, and when it is dropped.
#include "keyferry/mailbox/delivery.h"

#include <gtest/gtest.h>

#include "keyferry/mailbox/example_test.h"
#include "keyferry/mailbox/read.h"
#include "keyferry/mailbox/relinquish.h"
#include "keyferry/mailbox/update.h"

namespace keyferry::mailbox {
namespace {

Mailbox queue_box() {
  Mailbox box = example_box();
  box.delivery = Delivery::queue;
  return box;
}

Mailbox read_by(Mailbox box, const HashedClaim& claim, std::optional<std::uint64_t> after) {
  return decide_read(State(std::move(box)), claim, {{}, after, {}, {}}, kNow).value().box;
}

Mailbox write_by(Mailbox box, const HashedClaim& claim, std::string text) {
  const auto id = static_cast<std::uint8_t>(100 + box.revision);
  return decide_update(State(std::move(box)), claim,
                       {request(id), payload(std::move(text)), {}, {}}, kNow)
      .value()
      .box;
}

std::string text_after(const Mailbox& box, Party reader, std::optional<std::uint64_t> after) {
  const Message* message = find_message(box, reader, after);
  return message ? std::string(text_of(message->payload.data)) : "nothing";
}

std::string words(const Error& error) {
  return std::string(reason_of(error));
}

//= spec:tigress#A-20 test
//= spec:tigress#REL-03 test
TEST(Queue, EachSideGetsEveryMessageOfTheOtherInOrder) {
  Mailbox box = read_by(queue_box(), kReceiver, 0);
  box = write_by(box, kReceiver, "request");
  box = write_by(box, kSender, "grant");
  box = write_by(box, kSender, "cancel");
  box = write_by(box, kReceiver, "done");
  EXPECT_EQ(text_after(box, Party::recipient, 0), "from the sender");
  EXPECT_EQ(text_after(box, Party::recipient, 1), "grant");
  EXPECT_EQ(text_after(box, Party::recipient, 3), "cancel");
  EXPECT_EQ(text_after(box, Party::recipient, 4), "nothing");
  EXPECT_EQ(text_after(box, Party::creator, 0), "request");
  EXPECT_EQ(text_after(box, Party::creator, 2), "done");
  EXPECT_EQ(text_after(box, Party::creator, 5), "nothing");
}

TEST(Queue, AReaderThatKnowsNothingOfItSeesTheNewestMessage) {
  Mailbox box = read_by(queue_box(), kReceiver, std::nullopt);
  box = write_by(box, kSender, "second");
  EXPECT_EQ(text_after(box, Party::recipient, std::nullopt), "second");
  EXPECT_EQ(text_after(box, Party::creator, std::nullopt), "second");
}

TEST(Queue, WhatWasFetchedIsDropped) {
  Mailbox box = read_by(queue_box(), kReceiver, 0);
  for (const char* text : {"a", "b", "c"}) box = write_by(box, kReceiver, text);
  EXPECT_EQ(box.queue.waiting.size(), 3u);
  box = read_by(box, kSender, 3);
  EXPECT_EQ(box.queue.waiting.size(), 1u) << "the creator's own may be needed again";
  box = write_by(box, kSender, "answer");
  box = read_by(box, kReceiver, 5);
  box = read_by(box, kSender, 4);
  EXPECT_TRUE(box.queue.waiting.empty());
  EXPECT_EQ(text_after(box, Party::creator, 3), "nothing");
}

TEST(Queue, ACursorNeverGoesBackAndNeverAhead) {
  Mailbox box = read_by(queue_box(), kReceiver, 1);
  const auto again = decide_read(State(box), kReceiver, {{}, 0, {}, {}}, kNow);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(again->box.queue.read_by_recipient, 1u);
  EXPECT_EQ(decide_read(State(box), kReceiver, {{}, 2, {}, {}}, kNow).error().code, Errc::invalid);
}

//= spec:tigress#TML-9 test
TEST(Queue, IsFullAtSixteenMessagesOrAQuarterMebibyteUntilTheOtherSideReads) {
  Mailbox box = read_by(queue_box(), kReceiver, 0);
  for (std::size_t i = 0; i < kMostQueued; ++i) box = write_by(box, kReceiver, "x");
  const auto full = decide_update(State(box), kReceiver, {request(9), payload("x"), {}, {}}, kNow);
  EXPECT_EQ(words(full.error()), "queue_full");
  EXPECT_EQ(full.error().code, Errc::conflict);
  box = write_by(box, kSender, "the other direction has room of its own");
  box = write_by(read_by(box, kSender, 2), kReceiver, "x");

  box = read_by(queue_box(), kReceiver, 0);
  const std::string large(kMostQueuedOctets / 2, 'x');
  box = write_by(write_by(box, kReceiver, large), kReceiver, large);
  const auto heavy = decide_update(State(box), kReceiver, {request(9), payload("x"), {}, {}}, kNow);
  EXPECT_EQ(words(heavy.error()), "queue_full");
  box = read_by(box, kSender, box.revision);
  box = write_by(box, kReceiver, std::string(kMostQueuedOctets * 2, 'x'));
}

//= spec:tigress#A-27 test
TEST(Queue, AfterARelinquishTheNextOneGetsWhatTheCreatorWroteAndNothingElse) {
  Mailbox box = write_by(queue_box(), kSender, "second");
  box = read_by(read_by(box, kReceiver, 0), kReceiver, 2);
  box = write_by(write_by(box, kReceiver, "reply"), kReceiver, "another");
  box = decide_relinquish(State(box), kReceiver, request(1), kNow).value().box;
  EXPECT_EQ(box.revision, 5u) << "whoever wants to answer the reply must find that it is gone";
  box = read_by(box, kThief, 0);
  EXPECT_EQ(text_after(box, Party::recipient, 0), "from the sender");
  EXPECT_EQ(text_after(box, Party::recipient, 1), "second");
  EXPECT_EQ(text_after(box, Party::recipient, 2), "nothing");
  EXPECT_EQ(text_after(box, Party::recipient, std::nullopt), "second");
  EXPECT_EQ(text_after(box, Party::creator, 0), "nothing");
}

TEST(Queue, ARelinquishThatTakesNothingBackIsNoNewRevision) {
  Mailbox box = read_by(queue_box(), kReceiver, 0);
  const auto revision = box.revision;
  box = decide_relinquish(State(box), kReceiver, request(1), kNow).value().box;
  EXPECT_EQ(box.revision, revision);
}

TEST(Slot, HasNoCursorsToAcknowledge) {
  Mailbox box = queue_box();
  box.delivery = Delivery::slot;
  const Mailbox before = box;
  EXPECT_FALSE(acknowledge(box, Party::recipient, 1));
  EXPECT_EQ(box, before);
  box.delivery = Delivery::queue;
  EXPECT_TRUE(acknowledge(box, Party::recipient, 1));
}

TEST(Queue, WhoeverIsDisplacedLeavesNoCursorBehind) {
  Mailbox box = proof_box(false);
  box.delivery = Delivery::queue;
  box = read_by(read_by(box, kThief, 0), kThief, 1);
  box = decide_read(State(box), kReceiver, {kRightKey, 0, {}, {}}, kNow).value().box;
  EXPECT_EQ(box.queue.read_by_recipient, 0u);
  EXPECT_EQ(text_after(box, Party::recipient, 0), "from the sender");
}

TEST(Slot, AfterGivesTheOthersMessageOnlyIfItIsNewer) {
  Mailbox box = read_by(example_box(), kReceiver, 0);
  EXPECT_EQ(text_after(box, Party::recipient, 0), "from the sender");
  EXPECT_EQ(text_after(box, Party::recipient, 1), "nothing");
  EXPECT_EQ(text_after(box, Party::creator, 0), "nothing");
  box = write_by(box, kReceiver, "reply");
  EXPECT_EQ(text_after(box, Party::creator, 0), "reply");
  EXPECT_EQ(text_after(box, Party::recipient, 0), "nothing") << "one slot holds one message";
}

//= spec:tigress#A-19 test
TEST(IfMatch, AStaleWriteChangesNothingAndARetryIsStillARetry) {
  Mailbox box = read_by(example_box(), kReceiver, std::nullopt);
  const Condition seen{false, {{box.revision, {}}}};
  const auto wrote =
      decide_update(State(box), kReceiver, {request(1), payload("a"), seen, {}}, kNow);
  ASSERT_TRUE(wrote);
  const auto stale =
      decide_update(State(wrote->box), kSender, {request(2), payload("b"), seen, {}}, kNow);
  EXPECT_EQ(stale.error().code, Errc::precondition_failed);
  const auto retry =
      decide_update(State(wrote->box), kReceiver, {request(1), payload("a"), seen, {}}, kNow);
  ASSERT_TRUE(retry);
  EXPECT_TRUE(retry->duplicate);
  EXPECT_EQ(decide_update(State(box), kThief, {request(3), payload("c"), Condition{}, {}}, kNow)
                .error()
                .reason,
            "not_bound")
      << "a stranger learns nothing of revisions";
}

TEST(IfMatch, AReplyThatWasTakenBackCannotBeAnswered) {
  Mailbox box = write_by(read_by(example_box(), kReceiver, std::nullopt), kReceiver, "reply");
  const Condition seen{false, {version_of(box, Party::creator)}};
  box = decide_relinquish(State(box), kReceiver, request(1), kNow).value().box;
  EXPECT_EQ(decide_update(State(box), kSender, {request(2), payload("answer"), seen, {}}, kNow)
                .error()
                .code,
            Errc::precondition_failed);
}

//= spec:tigress#A-30 test
TEST(Turns, EveryChangeOfTheOtherSideIsSeenByTheCreatorAndDated) {
  Mailbox box = proof_box(false);
  EXPECT_EQ(version_of(box, Party::creator), (Version{1, 0}));
  box = decide_read(State(box), kThief, {}, kNow).value().box;
  EXPECT_EQ(version_of(box, Party::creator), (Version{1, 1}));
  const Time later = kNow + std::chrono::minutes(1);
  box = decide_read(State(box), kReceiver, {kRightKey, {}, {}, {}}, later).value().box;
  EXPECT_EQ(version_of(box, Party::creator), (Version{1, 2}));
  EXPECT_EQ(box.bound_at, later);
  box = decide_relinquish(State(box), kReceiver, request(1), later).value().box;
  EXPECT_EQ(version_of(box, Party::creator), (Version{1, 3}));
  EXPECT_EQ(box.bound_at, Time());
}

News news(const Mailbox& box, Party reader, const ReadWish& wish) {
  return decide_news({false, false, reader, box}, wish);
}

//= spec:tigress#A-34 test
TEST(News, OnlyWhoKnowsAllThereIsMayWait) {
  const Mailbox box = read_by(example_box(), kReceiver, std::nullopt);
  const Condition current{false, {version_of(box, Party::recipient)}};
  const Condition other{false, {{9, {}}}};
  EXPECT_EQ(news(box, Party::recipient, {}), News::message);
  EXPECT_EQ(news(box, Party::recipient, {{}, {}, current, {}}), News::none);
  EXPECT_EQ(news(box, Party::recipient, {{}, {}, other, {}}), News::message);
  EXPECT_EQ(news(box, Party::recipient, {{}, 0, current, {}}), News::message);
  EXPECT_EQ(news(box, Party::recipient, {{}, 1, {}, {}}), News::none);
  EXPECT_EQ(news(box, Party::recipient, {{}, 1, current, {}}), News::none);
  EXPECT_EQ(news(box, Party::recipient, {{}, 1, other, {}}), News::moved);
}

TEST(News, AReadThatHasWaitedNeverBinds) {
  const Mailbox box = read_by(example_box(), kReceiver, std::nullopt);
  EXPECT_TRUE(decide_read_again(State(box), kReceiver, kNow));
  EXPECT_TRUE(decide_read_again(State(box), kSender, kNow));
  const Mailbox freed = decide_relinquish(State(box), kReceiver, request(1), kNow).value().box;
  EXPECT_EQ(words(decide_read_again(State(freed), kReceiver, kNow).error()), "not_bound");
  EXPECT_EQ(decide_read_again(State(box), kReceiver, kDeadline).error().code, Errc::not_found);
}

}  // namespace
}  // namespace keyferry::mailbox
