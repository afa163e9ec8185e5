// Dates and durations as text; g++ 12 has no chrono::parse and no std::format.
#include "keyferry/codec/rfc3339.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "keyferry/codec/text.h"

namespace keyferry::codec {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kForm = "YYYY-MM-DDThh:mm:ssZ";
constexpr seconds kLongest = days(3650);

struct Unit {
  char letter;
  seconds length;
};
constexpr std::array<Unit, 4> kUnits{
    {{'d', days(1)}, {'h', hours(1)}, {'m', minutes(1)}, {'s', seconds(1)}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool has_form(std::string_view text) {
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool letter_of_form = kForm[i] == '-' || kForm[i] == ':' || i == 10 || i == 19;
    if (letter_of_form ? text[i] != kForm[i] : !is_digit(text[i])) return false;
  }
  return true;
}

unsigned number_at(std::string_view text, std::size_t from, std::size_t size) {
  unsigned number = 0;
  for (char c : text.substr(from, size)) number = number * 10 + static_cast<unsigned>(c - '0');
  return number;
}

Error wrong_duration(std::string_view text, std::string_view why) {
  return fail(Errc::invalid, quote(text) + " " + std::string(why) +
                                 ": one is like 90s, 45m, 4h, 30d or 1h30m, at most 3650d");
}

// What is wrong where `rest` of a text is no whole number with a unit.
std::string_view why_no_duration(std::string_view rest, bool first) {
  if (rest.empty()) return "is empty";
  if (rest.front() == '-' || rest.front() == '+') return "has a sign";
  std::size_t digits = 0;
  while (digits < rest.size() && is_digit(rest[digits])) ++digits;
  const std::string_view unit = rest.substr(digits);
  if (digits == 0) return "is no duration";
  if (unit.empty()) return "has no unit (s, m, h or d)";
  const bool number = unit.size() > 1 && is_digit(unit[1]);
  const bool exponent = unit.size() > 1 && (number || unit[1] == '+' || unit[1] == '-');
  if ((unit[0] == '.' || unit[0] == ',') && number) return "is a fraction";
  if ((unit[0] == 'e' || unit[0] == 'E') && exponent) return "has an exponent";
  const bool known = std::any_of(kUnits.begin(), kUnits.end(),
                                 [&](const Unit& one) { return one.letter == unit[0]; });
  if (!known) return "has an unknown unit (there are s, m, h and d)";
  return first ? "is no duration" : "does not go from large units to small ones";
}

}  // namespace

//= spec:tigress#MBX-05
//= spec:tigress#A-17
Result<Time> parse_rfc3339(std::string_view text) {
  if (!has_form(text)) {
    return fail(Errc::invalid, "a time must look like 2026-11-25T10:00:00Z: UTC, whole seconds");
  }
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(number_at(text, 0, 4))),
                                         std::chrono::month(number_at(text, 5, 2)),
                                         std::chrono::day(number_at(text, 8, 2)));
  const unsigned hour = number_at(text, 11, 2);
  const unsigned minute = number_at(text, 14, 2);
  const unsigned second = number_at(text, 17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) {
    return fail(Errc::invalid, "the time names a date or an hour that does not exist");
  }
  return Time(std::chrono::sys_days(date) + hours(hour) + minutes(minute) +
              seconds(second == 60 ? 59 : second));
}

//= spec:quality#1-time
std::string encode_rfc3339(Time time) {
  using std::chrono::year;
  constexpr Time kFirst = std::chrono::sys_days(year(0) / 1 / 1);
  constexpr Time kLast = std::chrono::sys_days(year(9999) / 12 / 31) + hours(24) - seconds(1);
  time = std::clamp(time, kFirst, kLast);
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<seconds> clock(std::chrono::floor<seconds>(time - day));
  std::array<char, 64> text{};
  const int size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

Result<Duration> parse_duration(std::string_view text) {
  constexpr std::size_t kMostDigits = 9;  // 3650 days are 315 360 000 seconds
  seconds sum{0};
  std::size_t next_unit = 0;
  bool huge = false;
  std::string_view rest = text;
  do {
    std::size_t digits = 0;
    while (digits < rest.size() && is_digit(rest[digits])) ++digits;
    std::size_t unit = digits == rest.size() ? kUnits.size() : next_unit;
    while (unit < kUnits.size() && kUnits[unit].letter != rest[digits]) ++unit;
    if (digits == 0 || unit == kUnits.size()) {
      return wrong_duration(text, why_no_duration(rest, next_unit == 0));
    }
    huge = huge || digits > kMostDigits;
    if (!huge) sum += kUnits[unit].length * static_cast<std::int64_t>(number_at(rest, 0, digits));
    next_unit = unit + 1;
    rest.remove_prefix(digits + 1);
  } while (!rest.empty());
  if (huge || sum > kLongest) return wrong_duration(text, "is too long");
  if (sum <= seconds(0)) return wrong_duration(text, "is no time at all");
  return Duration(sum);
}

std::string encode_duration(Duration duration) {
  seconds rest = std::chrono::floor<seconds>(duration);
  if (rest <= seconds(0)) return "0s";
  std::string text;
  for (const Unit& unit : kUnits) {
    const std::int64_t count = rest / unit.length;
    if (count != 0) text += std::to_string(count) + unit.letter;
    rest -= unit.length * count;
  }
  return text;
}

}  // namespace keyferry::codec
