#include "keyferry/verifier/policy.h"

#include <gtest/gtest.h>

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;
using enum OnUnreachable::Kind;

constexpr Duration kNoticed = 35s;

Mode mode(OnUnreachable policy, bool failing, std::optional<Duration> age) {
  return mode_in_force(policy, {failing, age}, kNoticed);
}

TEST(Policy, ReadsTheThreeSettings) {
  EXPECT_EQ(parse_on_unreachable("closed")->kind, closed);
  EXPECT_EQ(parse_on_unreachable("open")->kind, open);
  auto last = parse_on_unreachable("last-good:90m");
  ASSERT_TRUE(last);
  EXPECT_EQ(last->kind, last_good);
  EXPECT_EQ(last->limit, 90min);
  for (const char* wrong : {"", "Closed", "last-good", "last-good:", "last-good:0s",
                            "last-good:-1h", "last-good:soon", "open ", "last_good:24h"})
    EXPECT_EQ(parse_on_unreachable(wrong).error().code, Errc::invalid) << wrong;
}

//= spec:authority#6-unreachable test
TEST(Policy, ConnectedEveryoneFollows) {
  for (OnUnreachable policy :
       {OnUnreachable{closed, 0ms}, OnUnreachable{last_good, 1h}, OnUnreachable{open, 0ms}})
    EXPECT_EQ(mode(policy, false, 25s), Mode::following);
}

TEST(Policy, ClosedClosesAtTheFirstFailure) {
  const OnUnreachable policy{closed, 0ms};
  EXPECT_EQ(mode(policy, true, 0ms), Mode::closed);
  EXPECT_EQ(mode(policy, false, kNoticed), Mode::following);
  EXPECT_EQ(mode(policy, false, kNoticed + 1ms), Mode::closed) << "a start after an outage";
  EXPECT_EQ(mode(policy, false, {}), Mode::closed) << "the first start";
}

TEST(Policy, LastGoodServesUntilExactlyItsLimit) {
  const OnUnreachable policy{last_good, 24h};
  EXPECT_EQ(mode(policy, true, 1s), Mode::last_good);
  EXPECT_EQ(mode(policy, true, 24h), Mode::last_good);
  EXPECT_EQ(mode(policy, true, 24h + 1ms), Mode::closed);
  EXPECT_EQ(mode(policy, false, 24h + 1ms), Mode::closed) << "a start after an outage";
  EXPECT_EQ(mode(policy, true, {}), Mode::closed) << "an unknown age is past every limit";
}

TEST(Policy, OpenServesForEver) {
  const OnUnreachable policy{open, 0ms};
  EXPECT_EQ(mode(policy, true, 9000h), Mode::open);
  EXPECT_EQ(mode(policy, true, {}), Mode::open);
  EXPECT_EQ(mode(policy, false, {}), Mode::following);
}

TEST(Policy, EachSettingHasItsAlarm) {
  EXPECT_EQ(alarm_limit({closed, 0ms}), 0ms);
  EXPECT_EQ(alarm_limit({last_good, 5h}), 5h);
  EXPECT_EQ(alarm_limit({open, 0ms}), 1h);
}

TEST(ContactAge, IsTheLargerOfBothClocks) {
  const Time contact = from_unix_seconds(1'000'000);
  EXPECT_EQ(contact_age(contact, contact + 5s, {}), 5s);
  EXPECT_EQ(contact_age(contact, contact + 5s, 9s), 9s);
  EXPECT_EQ(contact_age(contact, contact + 9s, 5s), 9s) << "asleep, or the clock was set forward";
  EXPECT_EQ(contact_age(contact, contact - 9h, 5s), 5s) << "the clock was set back meanwhile";
}

TEST(ContactAge, IsUnknownWhenTheClockWasSetBackOverARestart) {
  const Time contact = from_unix_seconds(1'000'000);
  EXPECT_EQ(contact_age(contact, contact - 120s, {}), 0ms);
  EXPECT_EQ(contact_age(contact, contact - 120s - 1ms, {}), std::nullopt);
}

}  // namespace
}  // namespace keyferry::verifier
