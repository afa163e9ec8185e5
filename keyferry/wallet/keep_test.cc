#include "keyferry/wallet/keep.h"

#include <gtest/gtest.h>

#include "keyferry/keystore/credential_record.h"

namespace keyferry::wallet {
namespace {

using std::chrono::hours;

TEST(Renewal, IsDueFromHalfLifeOn) {
  const Time start = from_unix_seconds(1795000000);
  keystore::CredentialRecord record;
  record.renew = true;
  record.certificate = {start, start + hours(24)};
  record.window = {start, start + hours(24 * 30)};
  EXPECT_FALSE(renewal_is_due(record, start + hours(12) - Duration(1)));
  EXPECT_TRUE(renewal_is_due(record, start + hours(12)));
  EXPECT_TRUE(renewal_is_due(record, start + hours(24 * 8) - Duration(1)));
  EXPECT_FALSE(renewal_is_due(record, start + hours(24 * 8)));  // over 7 days too late
  record.over = "revoked";  // one answer said so; only the next one can take it back
  EXPECT_TRUE(renewal_is_due(record, start + hours(12)));
  record.renew = false;
  EXPECT_FALSE(renewal_is_due(record, start + hours(12)));
  record.renew = true;
  record.window.until = record.certificate.until;  // nothing to gain
  EXPECT_FALSE(renewal_is_due(record, start + hours(23)));
}

}  // namespace
}  // namespace keyferry::wallet
