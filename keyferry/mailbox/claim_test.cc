#include "keyferry/mailbox/claim.h"

#include <gtest/gtest.h>

#include "keyferry/mailbox/example_test.h"

namespace keyferry::mailbox {
namespace {

enum class Held { nobody, provisionally_me, provisionally_other, me, other };
enum class Shown { none, right, wrong };
enum class Want { provisional, bound, unchanged, claimed, claim_proof };

struct Row {
  bool has_key;
  bool proof_only;
  Held held;
  Shown shown;
  Want want;
};

using enum Want;
// Every reachable combination of rule, holder and proof.
const Row kRows[] = {
    {false, false, Held::nobody, Shown::none, bound},
    {false, false, Held::nobody, Shown::right, bound},
    {false, false, Held::nobody, Shown::wrong, bound},
    {false, false, Held::me, Shown::none, unchanged},
    {false, false, Held::me, Shown::wrong, unchanged},
    {false, false, Held::other, Shown::none, claimed},
    {false, false, Held::other, Shown::right, claimed},
    {false, false, Held::other, Shown::wrong, claimed},

    {true, false, Held::nobody, Shown::none, provisional},
    {true, false, Held::nobody, Shown::right, bound},
    {true, false, Held::nobody, Shown::wrong, claim_proof},
    {true, false, Held::provisionally_me, Shown::none, unchanged},
    {true, false, Held::provisionally_me, Shown::right, bound},
    {true, false, Held::provisionally_me, Shown::wrong, claim_proof},
    {true, false, Held::provisionally_other, Shown::none, claimed},
    {true, false, Held::provisionally_other, Shown::right, bound},
    {true, false, Held::provisionally_other, Shown::wrong, claim_proof},
    {true, false, Held::me, Shown::none, unchanged},
    {true, false, Held::me, Shown::right, unchanged},
    {true, false, Held::me, Shown::wrong, unchanged},
    {true, false, Held::other, Shown::none, claimed},
    {true, false, Held::other, Shown::right, claimed},
    {true, false, Held::other, Shown::wrong, claim_proof},

    {true, true, Held::nobody, Shown::none, claim_proof},
    {true, true, Held::nobody, Shown::right, bound},
    {true, true, Held::nobody, Shown::wrong, claim_proof},
    {true, true, Held::me, Shown::none, unchanged},
    {true, true, Held::me, Shown::wrong, unchanged},
    {true, true, Held::other, Shown::none, claim_proof},
    {true, true, Held::other, Shown::right, claimed},
    {true, true, Held::other, Shown::wrong, claim_proof},
};

Recipient recipient_of(Held held) {
  switch (held) {
    case Held::nobody:
      return Unclaimed{};
    case Held::provisionally_me:
      return Provisional{kReceiver};
    case Held::provisionally_other:
      return Provisional{kThief};
    case Held::me:
      return Bound{kReceiver, false, std::nullopt};
    case Held::other:
      return Bound{kThief, false, std::nullopt};
  }
  return Unclaimed{};
}

std::optional<ClaimKeyHash> proof_of(Shown shown) {
  if (shown == Shown::none) return std::nullopt;
  return shown == Shown::right ? kRightKey : kWrongKey;
}

//= spec:tigress#A-55 test
//= spec:tigress#CLM-07 test
//= spec:tigress#A-33 test
TEST(Claim, EveryRowOfTheTableHolds) {
  int number = 0;
  for (const Row& row : kRows) {
    SCOPED_TRACE("row " + std::to_string(number++));
    Mailbox box = row.has_key ? proof_box(row.proof_only) : example_box();
    box.recipient = recipient_of(row.held);
    const Result<Recipient> got = decide_claim(box, kReceiver, proof_of(row.shown));
    if (row.want == claimed || row.want == claim_proof) {
      ASSERT_FALSE(got);
      EXPECT_EQ(got.error().code, Errc::unauthorized);
      EXPECT_EQ(got.error().reason, row.want == claimed ? "claimed" : "claim_proof");
      continue;
    }
    ASSERT_TRUE(got);
    Recipient want = box.recipient;
    if (row.want == bound) want = Bound{kReceiver, false, std::nullopt};
    if (row.want == provisional) want = Provisional{kReceiver};
    EXPECT_EQ(*got, want);
  }
}

//= spec:tigress#A-55 test
TEST(Claim, WithoutTheProofABoundAndAFreeMailboxLookTheSame) {
  Mailbox free = proof_box(true);
  Mailbox held = proof_box(true);
  held.recipient = Bound{kReceiver, false, std::nullopt};
  for (const auto& proof : {std::optional<ClaimKeyHash>(), std::optional(kWrongKey)}) {
    EXPECT_EQ(decide_claim(free, kThief, proof).error(), decide_claim(held, kThief, proof).error());
  }
}

//= spec:tigress#CLM-02 test
//= spec:tigress#A-22 test
TEST(Claim, WhoeverShowsTheCreatorsClaimIsTheCreator) {
  Mailbox box = example_box();
  EXPECT_EQ(decide_party(box, kSender), Party::creator);
  EXPECT_EQ(decide_party(box, kReceiver), Party::stranger);
  box.recipient = Provisional{kReceiver};
  EXPECT_EQ(decide_party(box, kReceiver), Party::recipient);
  box.recipient = Bound{kReceiver, false, std::nullopt};
  EXPECT_EQ(decide_party(box, kReceiver), Party::recipient);
  EXPECT_EQ(decide_party(box, kThief), Party::stranger);
}

TEST(Claim, EveryBitOfAClaimAndOfAProofCounts) {
  Mailbox box = proof_box(true);
  box.recipient = Bound{kReceiver, false, std::nullopt};
  for (std::size_t bit = 0; bit < 256; ++bit) {
    HashedClaim claim = kReceiver;
    claim.octets[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    EXPECT_EQ(decide_party(box, claim), Party::stranger);
    ClaimKeyHash proof = kRightKey;
    proof.octets[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    EXPECT_EQ(decide_claim(proof_box(true), kReceiver, proof).error().reason, "claim_proof");
  }
}

TEST(Claim, SettlingMakesAProvisionalReceiverFirmAndNothingElse) {
  Recipient recipient = Provisional{kReceiver};
  settle(recipient);
  EXPECT_EQ(recipient, Recipient(Bound{kReceiver, false, std::nullopt}));
  recipient = Unclaimed{};
  settle(recipient);
  EXPECT_EQ(recipient, Recipient(Unclaimed{}));
}

}  // namespace
}  // namespace keyferry::mailbox
