#include "keyferry/wallet/qr.h"

#include <gtest/gtest.h>

namespace keyferry::wallet {
namespace {

TEST(Qr, HasAQuietZone) {
  const auto lines = qr_lines("https://relay.example/v1/m/x#y");
  ASSERT_TRUE(lines.has_value());
  EXPECT_EQ(lines->front().find(' '), std::string::npos);
  EXPECT_EQ(lines->front(), (*lines)[1]);
  EXPECT_FALSE(qr_lines(std::string(5000, 'x')).has_value());
}

}  // namespace
}  // namespace keyferry::wallet
