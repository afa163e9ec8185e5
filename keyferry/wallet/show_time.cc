#include "keyferry/wallet/show_time.h"

#include <array>
#include <ctime>

#include "keyferry/wallet/when.h"

namespace keyferry::wallet {

std::string show_time(Time time) {
  const std::time_t seconds = unix_seconds(time);
  std::tm parts{};
  // A zone that nobody knows is UTC under its name to the C library, which calls UTC itself GMT.
  const bool local = static_cast<bool>(local_zone());
  local ? localtime_r(&seconds, &parts) : gmtime_r(&seconds, &parts);
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 32> rest{};
  std::strftime(rest.data(), rest.size(), local ? "%Y %H:%M %Z" : "%Y %H:%M UTC", &parts);
  return std::string(kDays[static_cast<std::size_t>(parts.tm_wday)]) + " " +
         std::to_string(parts.tm_mday) + " " + kMonths[static_cast<std::size_t>(parts.tm_mon)] +
         " " + rest.data();
}

std::string show_span(Duration span) {
  const auto total = std::chrono::duration_cast<std::chrono::seconds>(span).count();
  if (total <= 0) return "0 s";
  const auto part = [](std::int64_t count, const char* unit) {
    return count == 0 ? std::string() : std::to_string(count) + " " + unit;
  };
  const auto both = [](std::string a, const std::string& b) {
    if (!a.empty() && !b.empty()) a += " ";
    return a + b;
  };
  if (total < 60) return part(total, "s");
  if (total < 3600) return both(part(total / 60, "min"), part(total % 60, "s"));
  if (total < 86400) return both(part(total / 3600, "h"), part(total % 3600 / 60, "min"));
  return both(part(total / 86400, total < 2 * 86400 ? "day" : "days"),
              part(total % 86400 / 3600, "h"));
}

}  // namespace keyferry::wallet
