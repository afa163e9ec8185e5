#include "keyferry/wallet/when.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "keyferry/codec/rfc3339.h"

namespace keyferry::wallet {
namespace {

Error not_a_time() {
  return fail(Errc::invalid,
              "not a time: write 2026-11-25T14:00:00Z, or 2026-11-25 14:00 or 14:00 in your own "
              "zone",
              "usage");
}

bool same(const std::tm& a, const std::tm& b) {
  return a.tm_year == b.tm_year && a.tm_mon == b.tm_mon && a.tm_mday == b.tm_mday &&
         a.tm_hour == b.tm_hour && a.tm_min == b.tm_min;
}

// The instants that show `wall` on the clock: none, one or two.
Result<Time> instant_of(const std::tm& wall) {
  std::time_t found = -1;
  for (int summer : {0, 1}) {
    std::tm guess = wall;
    guess.tm_isdst = summer;
    const std::time_t seconds = std::mktime(&guess);
    std::tm shown{};
    localtime_r(&seconds, &shown);
    if (!same(shown, wall)) continue;
    if (found != -1 && found != seconds) {
      return fail(Errc::invalid,
                  "the clocks change, so this time comes twice that night: write it in UTC "
                  "(2026-11-25T14:00:00Z)",
                  "usage");
    }
    found = seconds;
  }
  if (found == -1) {
    return fail(Errc::invalid,
                "this time does not exist: the clocks change then, or the calendar has no such day",
                "usage");
  }
  return from_unix_seconds(found);
}

Result<Time> next_at(int hour, int minute, Time now) {
  const std::time_t seconds = unix_seconds(now);
  std::tm today{};
  localtime_r(&seconds, &today);
  for (int day = 0; day < 2; ++day) {
    std::tm wall = today;
    wall.tm_mday += day;
    wall.tm_hour = 12;  // far from any change of clocks, to get the date right
    wall.tm_min = wall.tm_sec = 0;
    wall.tm_isdst = -1;
    std::mktime(&wall);
    wall.tm_hour = hour;
    wall.tm_min = minute;
    KF_TRY(const Time time, instant_of(wall));
    if (time > now) return time;
  }
  return not_a_time();
}

}  // namespace

Result<When> parse_when(std::string_view text, Time now) {
  if (const auto instant = codec::parse_rfc3339(text)) return When{*instant, false};
  const std::string line(text);
  const int size = static_cast<int>(line.size());
  std::tm wall{};
  char between = 0;
  int used = 0;
  if (std::sscanf(line.c_str(), "%4d-%2d-%2d%c%2d:%2d%n", &wall.tm_year, &wall.tm_mon,
                  &wall.tm_mday, &between, &wall.tm_hour, &wall.tm_min, &used) == 6 &&
      used == size && (between == 'T' || between == ' ')) {
    wall.tm_year -= 1900;
    wall.tm_mon -= 1;
    KF_TRY(const Time time, instant_of(wall));
    return When{time, true};
  }
  int hour = 0, minute = 0;
  if (std::sscanf(line.c_str(), "%2d:%2d%n", &hour, &minute, &used) == 2 && used == size &&
      hour >= 0 && hour < 24 && minute >= 0 && minute < 60) {
    KF_TRY(const Time time, next_at(hour, minute, now));
    return When{time, true};
  }
  return not_a_time();
}

std::string local_zone() {
  const char* set = std::getenv("TZ");
  if (set != nullptr && *set != '\0') return *set == ':' ? set + 1 : set;
  constexpr std::string_view kFolder = "/zoneinfo/";
  std::error_code error;
  const std::string target = std::filesystem::canonical("/etc/localtime", error).string();
  const std::size_t at = target.find(kFolder);
  return error || at == target.npos ? std::string() : target.substr(at + kFolder.size());
}

}  // namespace keyferry::wallet
