#include "keyferry/process/log.h"

#include <gmock/gmock.h>

namespace keyferry::process {
namespace {

using ::testing::MatchesRegex;

TEST(Log, WritesOneJsonObjectALine) {
  ::testing::internal::CaptureStderr();
  log_event(LogLevel::info, "started", {{"address", "127.0.0.1:1"}, {"odd", "a\"b\\c\nd\x01"}});
  EXPECT_THAT(
      ::testing::internal::GetCapturedStderr(),
      MatchesRegex(
          "\\{\"time\":\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z\",\"level\":\"info\","
          "\"program\":\"keyferry\",\"event\":\"started\",\"address\":\"127\\.0\\.0\\.1:1\","
          "\"odd\":\"a\\\\\"b\\\\\\\\c\\\\nd\\\\u0001\"\\}\n"));
}

TEST(Log, OctetsThatAreNoTextAreShownAsSuch) {
  ::testing::internal::CaptureStderr();
  log_event(LogLevel::error, "odd",
            {{"value",
              "\xff"
              "ok\xc3\xa9"}});
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              ::testing::HasSubstr("\"value\":\"\xef\xbf\xbdok\xef\xbf\xbd\xef\xbf\xbd\""));
}

TEST(Log, TextFormatAndLeastLevel) {
  configure_log(LogFormat::text, LogLevel::warning, "tester");
  ::testing::internal::CaptureStderr();
  log_event(LogLevel::info, "hidden");
  log_event(LogLevel::warning, "shown", {{"why", "a b"}});
  const std::string text = ::testing::internal::GetCapturedStderr();
  configure_log(LogFormat::json, LogLevel::info, "keyferry");
  EXPECT_THAT(text, MatchesRegex("[^ ]+Z warning shown why=\"a b\"\n"));
}

}  // namespace
}  // namespace keyferry::process
