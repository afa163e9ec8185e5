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

TEST(Encoding, EveryShapeComesBackAsItWas) {
  for (const State& state : examples()) {
    const auto back = parse_state(encode_state(state));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, state);
  }
}

TEST(Encoding, WhatIsCutOrLongerIsDamaged) {
  for (const State& state : examples()) {
    Bytes octets = encode_state(state);
    for (std::size_t size = 0; size < octets.size(); ++size) {
      EXPECT_EQ(parse_state(ByteView(octets).first(size)).error().code, Errc::io);
    }
    octets.push_back(0);
    EXPECT_EQ(parse_state(octets).error().code, Errc::io);
  }
}

TEST(Encoding, WhateverParsesEncodesToTheSameOctets) {
  for (const State& state : examples()) {
    const Bytes octets = encode_state(state);
    for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
      Bytes changed = octets;
      changed[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
      const auto parsed = parse_state(changed);
      if (!parsed) continue;
      EXPECT_EQ(encode_state(*parsed), changed) << "bit " << bit;
    }
  }
}

TEST(Encoding, ANewerFormatIsRefusedWithAdvice) {
  Bytes octets = encode_state(State(example_box()));
  octets[0] = 3;
  const auto newer = parse_state(octets);
  EXPECT_EQ(newer.error().code, Errc::unavailable);
  EXPECT_THAT(newer.error().detail, testing::HasSubstr("newer version"));
}

TEST(Encoding, AFormatOfBeforeTheFirstReleaseIsRefusedWithAdvice) {
  Bytes octets = encode_state(State(example_box()));
  octets[0] = 1;
  const auto older = parse_state(octets);
  EXPECT_EQ(older.error().code, Errc::unavailable);
  EXPECT_THAT(older.error().detail, testing::HasSubstr("new store"));
}

}  // namespace
}  // namespace keyferry::mailbox
