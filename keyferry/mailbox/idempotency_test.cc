#include "keyferry/mailbox/idempotency.h"

#include <gtest/gtest.h>

#include "keyferry/mailbox/example_test.h"

namespace keyferry::mailbox {
namespace {

//= spec:tigress#A-04 test
//= spec:tigress#IDM-05 test
TEST(Idempotency, TheLastSixteenRequestsOfAClaimAreRemembered) {
  Mailbox box = example_box();
  for (std::uint8_t i = 1; i <= kRecordsPerClaim; ++i) record(box, kSender, request(i));
  EXPECT_TRUE(was_done(box, kSender, request(1)));
  record(box, kSender, request(200));
  EXPECT_FALSE(was_done(box, kSender, request(1)));
  EXPECT_TRUE(was_done(box, kSender, request(2)));
  EXPECT_TRUE(was_done(box, kSender, request(200)));
}

TEST(Idempotency, ClaimsDoNotShareTheirRecords) {
  Mailbox box = example_box();
  record(box, kSender, request(1));
  EXPECT_FALSE(was_done(box, kReceiver, request(1)));
}

TEST(Idempotency, FormerClaimsAreForgottenOldestFirstAndNeverTheTwoParties) {
  Mailbox box = example_box();
  box.recipient = Bound{kReceiver, false, std::nullopt};
  record(box, kSender, request(1));
  record(box, kReceiver, request(1));
  for (std::uint8_t i = 0; i <= kFormerClaims; ++i) {
    record(box, id_of(static_cast<std::uint8_t>(100 + i)), request(1));
  }
  EXPECT_TRUE(was_done(box, kSender, request(1)));
  EXPECT_TRUE(was_done(box, kReceiver, request(1)));
  EXPECT_FALSE(was_done(box, id_of(100), request(1)));
  EXPECT_TRUE(was_done(box, id_of(101), request(1)));
  EXPECT_EQ(box.records.size(), kFormerClaims + 2);
}

}  // namespace
}  // namespace keyferry::mailbox
