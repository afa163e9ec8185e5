#include "keyferry/mailbox/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keyferry/mailbox/example_test.h"
#include "keyferry/mailbox/idempotency.h"

namespace keyferry::mailbox {
namespace {

std::vector<State> examples() {
  Mailbox plain = example_box();
  Mailbox provisional = proof_box(false);
  provisional.recipient = Provisional{kReceiver};
  Mailbox bound = proof_box(true);
  bound.recipient = Bound{kReceiver, false, std::nullopt};
  record(bound, kReceiver, request(1));
  record(bound, kReceiver, request(2));
  Mailbox replied = bound;
  replied.recipient = Bound{kReceiver, false, Message{1, true, payload("set aside")}};
  replied.revision = replied.slot.seq = 2;
  record(replied, kSender, request(9));
  Mailbox answered = bound;
  answered.recipient = Bound{kReceiver, true, std::nullopt};
  Mailbox queued = answered;
  queued.delivery = Delivery::queue;
  queued.bound_at = kNow;
  queued.creator_token = "https://push.example/a";
  queued.recipient_token = "https://push.example/b";
  queued.push_promised = true;
  queued.revision = 4;
  queued.turns = 2;
  queued.slot = {4, false, payload("newest")};
  queued.queue = {2, 1, {{1, true, payload("first")}, {3, true, payload("third")}}};
  return {plain,
          provisional,
          bound,
          replied,
          answered,
          queued,
          tombstone_of(plain),
          tombstone_of(bound),
          tombstone_of(queued)};
}

Result<State> parse(const Encoded& encoded) {
  return parse_state(encoded.octets, encoded.parts);
}

TEST(Encoding, EveryShapeComesBackAsItWas) {
  for (const State& state : examples()) {
    const auto back = parse(encode_state(state));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, state);
  }
}

TEST(Encoding, WhatIsCutOrLongerIsDamaged) {
  for (const State& state : examples()) {
    Encoded encoded = encode_state(state);
    const Bytes& octets = encoded.octets;
    for (std::size_t size = 0; size < octets.size(); ++size) {
      EXPECT_EQ(parse_state(ByteView(octets).first(size), encoded.parts).error().code, Errc::io);
    }
    encoded.octets.push_back(0);
    EXPECT_EQ(parse(encoded).error().code, Errc::io);
  }
}

TEST(Encoding, WhateverParsesEncodesToTheSameOctets) {
  for (const State& state : examples()) {
    const Encoded encoded = encode_state(state);
    // The first octet names the format.
    for (std::size_t bit = 8; bit < encoded.octets.size() * 8; ++bit) {
      Encoded changed = encoded;
      changed.octets[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
      const auto parsed = parse(changed);
      if (!parsed) continue;
      EXPECT_EQ(encode_state(*parsed), changed) << "bit " << bit;
    }
  }
}

TEST(Encoding, LargeAndQueuedMessagesStandApart) {
  Mailbox box = example_box();
  EXPECT_TRUE(encode_state(box).parts.empty());
  box.slot = {5, true, payload(std::string(kLargeMessage, 'x'))};
  const Encoded large = encode_state(box);
  ASSERT_EQ(large.parts.size(), 1u);
  EXPECT_EQ(large.parts[0].number, 5u);
  EXPECT_LT(large.octets.size(), 256u);

  // Whatever else changes, what stands apart stays as it is.
  box.recipient = Bound{kReceiver, false, std::nullopt};
  record(box, kReceiver, request(1));
  EXPECT_EQ(encode_state(box).parts, large.parts);

  box.delivery = Delivery::queue;
  box.queue.waiting = {{1, true, payload("short")}, {3, false, payload("too")}};
  const std::vector<Part> parts = encode_state(box).parts;
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].number, 1u);
  EXPECT_EQ(parts[1].number, 3u);
  EXPECT_EQ(parts[2], large.parts[0]);
}

TEST(Encoding, AMissingCutOrForeignPartIsDamage) {
  const auto states = examples();
  const Encoded whole = encode_state(states[5]);
  ASSERT_EQ(whole.parts.size(), 2u);
  Encoded missing = whole;
  missing.parts.pop_back();
  EXPECT_EQ(parse(missing).error().code, Errc::io);
  Encoded cut = whole;
  cut.parts[0].octets.pop_back();
  EXPECT_EQ(parse(cut).error().code, Errc::io);
  Encoded longer = whole;
  longer.parts[0].octets.push_back(0);
  EXPECT_EQ(parse(longer).error().code, Errc::io);
  Encoded foreign = whole;
  foreign.parts.push_back({77, whole.parts[0].octets});
  EXPECT_EQ(parse(foreign).error().code, Errc::io);
}

// What a relay of before parts has stored: a message's payload behind its flag, in format 2.
TEST(Encoding, TheFormatWithoutPartsIsReadAndWrittenAnew) {
  for (const State& state : examples()) {
    const Encoded encoded = encode_state(state);
    Bytes former = encoded.octets;
    former[0] = 2;
    for (const Part& part : encoded.parts) {
      const Bytes head = {0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(part.number), 3};
      const auto at = std::search(former.begin(), former.end(), head.begin(), head.end());
      ASSERT_NE(at, former.end());
      at[8] = 1;
      former.insert(at + 9, part.octets.begin(), part.octets.end());
    }
    const auto read = parse_state(former);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, state);
    EXPECT_EQ(encode_state(*read), encoded);
  }
}

TEST(Encoding, TheFormatWithoutPartsKnowsNoPart) {
  for (const State& state : examples()) {
    const Encoded encoded = encode_state(state);
    if (encoded.parts.empty()) continue;
    Bytes former = encoded.octets;
    former[0] = 2;
    EXPECT_FALSE(parse_state(former, encoded.parts));
  }
}

TEST(Encoding, ANewerFormatIsRefusedWithAdvice) {
  Bytes octets = encode_state(State(example_box())).octets;
  octets[0] = 4;
  const auto newer = parse_state(octets);
  EXPECT_EQ(newer.error().code, Errc::unavailable);
  EXPECT_THAT(newer.error().detail, testing::HasSubstr("newer version"));
}

TEST(Encoding, AFormatOfBeforeTheFirstReleaseIsRefusedWithAdvice) {
  Bytes octets = encode_state(State(example_box())).octets;
  octets[0] = 1;
  const auto older = parse_state(octets);
  EXPECT_EQ(older.error().code, Errc::unavailable);
  EXPECT_THAT(older.error().detail, testing::HasSubstr("new store"));
}

}  // namespace
}  // namespace keyferry::mailbox
