#include "keyferry/codec/http_date.h"

#include <array>
#include <charconv>

namespace keyferry::codec {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// number reads `size` digits at `at`; -1 if one is none.
int number(std::string_view text, std::size_t at, std::size_t size) {
  int value = 0;
  for (char c : text.substr(at, size)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

unsigned month_of(std::string_view name) {
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == name) return i + 1;
  }
  return 0;
}

bool has_shape(std::string_view text) {
  constexpr std::string_view kShape = "???, ?? ??? ???? ??:??:?? GMT";
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] != '?' && kShape[i] != text[i]) return false;
  }
  return true;
}

}  // namespace

Result<Time> parse_http_date(std::string_view text) {
  const Error wrong = fail(Errc::invalid, "not a date as in HTTP");
  if (!has_shape(text)) return wrong;
  const int day = number(text, 5, 2), year = number(text, 12, 4);
  const int hour = number(text, 17, 2), minute = number(text, 20, 2), second = number(text, 23, 2);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(month_of(text.substr(8, 3))),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (day < 0 || year < 0 || !date.ok()) return wrong;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return wrong;
  return Time(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

std::optional<Time> server_time(std::optional<std::string_view> date,
                                std::optional<std::string_view> age) {
  if (!date) return std::nullopt;
  const auto written = parse_http_date(*date);
  if (!written) return std::nullopt;
  if (!age) return *written;
  std::uint32_t seconds = 0;
  const char* const end = age->data() + age->size();
  const auto read = std::from_chars(age->data(), end, seconds);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return *written + std::chrono::seconds(seconds);
}

}  // namespace keyferry::codec
