// A wall time is found by walking minute by minute through all instants that can show it, since
// only the C library knows the rules of the zone.
#include "keyferry/wallet/when.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>
#include <regex>
#include <tuple>
#include <vector>

#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"

namespace keyferry::wallet {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// No zone is further from UTC.
constexpr auto kFarthest = hours(26);

Error wrong(std::string_view why) {
  return fail(Errc::invalid,
              std::string(why) +
                  ": write 2026-11-25T14:00:00Z, or 2026-11-25 14:00 or 14:00 in your own zone",
              "usage");
}

// Wall is what a clock shows, to the minute.
struct Wall {
  std::chrono::year_month_day day;
  int hour = 0, minute = 0;
  friend auto operator<=>(const Wall&, const Wall&) = default;
};

Wall wall_at(Time time) {
  const std::time_t seconds = unix_seconds(time);
  std::tm shown{};
  localtime_r(&seconds, &shown);
  return {std::chrono::year(shown.tm_year + 1900) /
              std::chrono::month(static_cast<unsigned>(shown.tm_mon + 1)) /
              std::chrono::day(static_cast<unsigned>(shown.tm_mday)),
          shown.tm_hour, shown.tm_min};
}

// The instants that show `wall`; of a time that the clocks skip the one at which they do. Minute by
// minute: the rules of zones know summer time, and much else besides.
struct Instants {
  std::vector<Time> times;
  bool skipped = false;
};

Instants instants_of(const Wall& wall) {
  const Time middle =
      Time(std::chrono::sys_days(wall.day)) + hours(wall.hour) + minutes(wall.minute);
  Instants found;
  std::optional<Time> after;
  for (Time time = middle - kFarthest; time <= middle + kFarthest; time += minutes(1)) {
    const Wall shown = wall_at(time);
    if (shown == wall) found.times.push_back(time);
    if (shown > wall && !after) after = time;
  }
  found.skipped = found.times.empty() && after;
  if (found.skipped) found.times.push_back(*after);
  return found;
}

std::string text_of(const Wall& wall) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d", wall.hour, wall.minute);
  return text.data();
}

std::string zone_at(Time time) {
  const std::time_t seconds = unix_seconds(time);
  std::tm shown{};
  localtime_r(&seconds, &shown);
  return shown.tm_zone == nullptr ? "" : shown.tm_zone;
}

When when_of(const Wall& wall, const Instants& found, Time time) {
  When when{time, true, ""};
  const std::string is = text_of(wall_at(time)) + " " + zone_at(time);
  if (found.skipped) {
    when.note = text_of(wall) + " does not come that day, the clocks skip it: taken as " + is;
  } else if (found.times.size() > 1) {
    when.note = text_of(wall) + " comes twice that day: taken as " + is;
  }
  return when;
}

std::optional<When> next_of(const Wall& wall, Time now) {
  const Instants found = instants_of(wall);
  const auto next =
      std::find_if(found.times.begin(), found.times.end(), [&](Time time) { return time > now; });
  if (next == found.times.end()) return std::nullopt;
  return when_of(wall, found, *next);
}

Result<When> on_day(const Wall& wall, Time now) {
  if (const auto next = next_of(wall, now)) return *next;
  const Instants found = instants_of(wall);
  if (found.times.empty()) return wrong("this time does not exist");
  return when_of(wall, found, found.times.back());
}

Result<When> next_at(int hour, int minute, Time now) {
  const std::chrono::sys_days today = wall_at(now).day;
  for (int day = 0; day < 3; ++day) {
    const Wall wall{today + std::chrono::days(day), hour, minute};
    if (const auto next = next_of(wall, now)) return *next;
  }
  return wrong("this time does not come");
}

Result<When> on_date(int year, int month, int day, int hour, int minute, Time now) {
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return wrong("the calendar has no such day");
  return on_day({date, hour, minute}, now);
}

Error not_a_time(std::string_view text) {
  if (text.size() > 64) return wrong("not a time");
  const std::string line(text);
  const auto like = [&](const char* pattern) {
    return std::regex_match(line, std::regex(pattern));
  };
  if (like(R"(\d{5,}-.*)")) return wrong("a year has four digits");
  if (like(R"(.*:\d\d[.,]\d+.*)")) return wrong("a time has no fractions of a second");
  if (like(R"(.*\d:\d\d *[+-]\d\d(:?\d\d)?)")) {
    return wrong("an offset from UTC is not read here");
  }
  if (like(R"(\d{1,2}:\d{2}.*|.*[T ]\d{1,2}:\d{2}.*)")) return wrong("not a time of day");
  return wrong("not a time");
}

bool is_zone_file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return false;
  std::array<char, 4> magic{};
  const bool read = std::fread(magic.data(), 1, magic.size(), file) == magic.size();
  std::fclose(file);
  return read && std::string_view(magic.data(), magic.size()) == "TZif";
}

// "CET-1CEST,M3.5.0,M10.5.0/3": a zone that needs no file (POSIX.1, chapter 8.3).
bool is_zone_rule(const std::string& text) {
  static const std::regex kRule(R"(([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?\d{1,3}(:\d\d){0,2})"
                                R"((([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)([+-]?\d{1,3}(:\d\d){0,2})?)"
                                R"((,[JM]?[\d.]+(/[+-]?\d{1,3}(:\d\d){0,2})?){0,2})?)");
  return text.size() < 256 && std::regex_match(text, kRule);
}

}  // namespace

Result<When> parse_when(std::string_view text, Time now) {
  if (const auto instant = codec::parse_rfc3339(text)) return When{*instant, false, ""};
  const std::string line(text);
  // sscanf alone would read 14:5 and +1:+5, too.
  static const std::regex kShape(R"((\d{4}-\d{1,2}-\d{1,2}[T ])?\d{1,2}:\d\d)");
  if (text.size() > 64 || !std::regex_match(line, kShape)) return not_a_time(text);
  KF_TRY(local_zone());
  const int size = static_cast<int>(line.size());
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, used = 0;
  char between = 0;
  const auto is_time = [&] {
    return used == size && hour >= 0 && hour < 24 && minute >= 0 && minute < 60;
  };
  if (std::sscanf(line.c_str(), "%4d-%2d-%2d%c%2d:%2d%n", &year, &month, &day, &between, &hour,
                  &minute, &used) == 6 &&
      is_time() && (between == 'T' || between == ' ')) {
    return on_date(year, month, day, hour, minute, now);
  }
  if (std::sscanf(line.c_str(), "%2d:%2d%n", &hour, &minute, &used) == 2 && is_time()) {
    return next_at(hour, minute, now);
  }
  return not_a_time(text);
}

Result<std::string> local_zone() {
  const char* const set = std::getenv("TZ");
  if (set != nullptr) {
    std::string name = *set == ':' ? set + 1 : set;
    if (name.empty()) return std::string("UTC");
    const char* const folder = std::getenv("TZDIR");
    const std::filesystem::path zones =
        folder != nullptr && *folder != '\0' ? folder : "/usr/share/zoneinfo";
    if (is_zone_file(zones / name) || (*set != ':' && is_zone_rule(name))) return name;
    return fail(Errc::invalid,
                "TZ names a zone that this system does not know, " + codec::quote(name) +
                    ": set it to one like Europe/Berlin, or install tzdata",
                "usage");
  }
  constexpr std::string_view kFolder = "/zoneinfo/";
  std::error_code error;
  const std::string target = std::filesystem::canonical("/etc/localtime", error).string();
  const std::size_t at = target.find(kFolder);
  return error || at == target.npos ? std::string() : target.substr(at + kFolder.size());
}

}  // namespace keyferry::wallet
