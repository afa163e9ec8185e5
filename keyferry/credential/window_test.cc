#include "keyferry/credential/window.h"

#include <vector>

#include <gtest/gtest.h>

#include "keyferry/codec/rfc3339.h"

namespace keyferry::credential {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Time kTen = *codec::parse_rfc3339("2026-11-25T10:00:00Z");
const Window kDay{kTen, kTen + hours(24)};

Window between(Duration from, Duration until) {
  return {kTen + from, kTen + until};
}

TEST(Window, ANewOneEndsLaterThanItStartsAndThanNow) {
  EXPECT_TRUE(check_window(kDay, kTen));
  EXPECT_TRUE(check_window(kDay, kTen + hours(23)));
  EXPECT_EQ(check_window(between(hours(1), hours(1)), kTen).error(),
            fail(Errc::invalid,
                 "the share would end at 2026-11-25T11:00:00Z, not after its start at "
                 "2026-11-25T11:00:00Z",
                 "window"));
  EXPECT_EQ(check_window(kDay, kTen + hours(24)).error(),
            fail(Errc::invalid,
                 "the share would have ended at 2026-11-26T10:00:00Z; it is now "
                 "2026-11-26T10:00:00Z",
                 "window"));
  EXPECT_TRUE(check_window(between(hours(0), hours(24 * 3650)), kTen));
  EXPECT_EQ(check_window(between(hours(0), hours(24 * 3650) + seconds(1)), kTen).error().reason,
            "window");
  EXPECT_FALSE(check_window({kTen, Time::max()}, kTen));
}

TEST(Window, AChildLiesInItsParent) {
  EXPECT_TRUE(check_window_inside(kDay, kDay));
  EXPECT_TRUE(check_window_inside(kDay, between(hours(1), hours(2))));
  EXPECT_EQ(check_window_inside(kDay, between(-seconds(1), hours(1))).error(),
            fail(Errc::forbidden,
                 "window: the share would start at 2026-11-25T09:59:59Z, before its parent at "
                 "2026-11-25T10:00:00Z",
                 "wider_than_parent"));
  EXPECT_EQ(check_window_inside(kDay, between(hours(1), hours(24) + seconds(1))).error(),
            fail(Errc::forbidden,
                 "window: the share would end at 2026-11-26T10:00:01Z, after its parent at "
                 "2026-11-26T10:00:00Z",
                 "wider_than_parent"));
}

//= spec:authority#4-windows test
TEST(CredentialWindow, StartsTwoMinutesEarlyAndEndsInTime) {
  const std::vector<Window> path{kDay};
  EXPECT_EQ(*credential_window(path, hours(100), kTen), between(-seconds(120), hours(24)));
  EXPECT_EQ(*credential_window(path, hours(4), kTen), between(-seconds(120), hours(4)));
  EXPECT_EQ(*credential_window(path, hours(4), kTen + hours(22)),
            between(hours(22) - seconds(120), hours(24)));
}

TEST(CredentialWindow, AShareOfLaterStartsThen) {
  const std::vector<Window> path{kDay, between(hours(6), hours(8))};
  EXPECT_EQ(*credential_window(path, hours(100), kTen), between(hours(6) - seconds(120), hours(8)));
  EXPECT_EQ(*credential_window(path, hours(1), kTen), between(hours(6) - seconds(120), hours(7)));
}

TEST(CredentialWindow, EveryAncestorLimitsIt) {
  // A path that does not nest, as after narrowing an ancestor.
  const std::vector<Window> path{kDay, between(hours(5), hours(6)), between(hours(0), hours(24))};
  EXPECT_EQ(*credential_window(path, hours(100), kTen), between(hours(5) - seconds(120), hours(6)));
}

TEST(CredentialWindow, NothingLeftIsAnError) {
  const std::vector<Window> path{kDay};
  EXPECT_EQ(credential_window(path, hours(4), kTen + hours(24)).error().reason, "window");
  EXPECT_EQ(credential_window(path, hours(4), kTen + hours(25)).error().reason, "window");
  EXPECT_EQ(credential_window(path, hours(0), kTen).error().reason, "window");
}

TEST(CredentialWindow, IsRoundedInwards) {
  const std::vector<Window> path{{kTen + milliseconds(1), kTen + hours(1) + milliseconds(999)}};
  EXPECT_EQ(*credential_window(path, hours(4), kTen), between(-seconds(119), hours(1)));
}

}  // namespace
}  // namespace keyferry::credential
