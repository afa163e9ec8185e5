// Hours are minutes of a week that begins on Monday, sorted, and joined where they touch, as a lock
// reads them.
#include "keyferry/wallet/delegation_words.h"

#include <algorithm>
#include <array>

#include "keyferry/base/hex.h"
#include "keyferry/keystore/lock_record.h"

namespace keyferry::wallet {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr unsigned kDay = 1440, kWeekMinutes = 7 * kDay;
constexpr std::size_t kMostHourLists = 15;
constexpr std::size_t kShownId = 4;  // octets

Error no_hours(std::string_view text) {
  return fail(Errc::invalid,
              "\"" + std::string(text) +
                  "\" are no hours: write them like \"Mon-Fri 08:00-18:00, Sat 09:00-12:00\"",
              "usage");
}

std::optional<unsigned> day_of(std::string_view text) {
  for (unsigned i = 0; i < kDays.size(); ++i) {
    if (text == kDays[i]) return i;
  }
  return std::nullopt;
}

// 24:00 is the end of a day.
std::optional<unsigned> minute_of_day(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  const auto number = [&](std::size_t at) {
    return static_cast<unsigned>((text[at] - '0') * 10 + (text[at + 1] - '0'));
  };
  const unsigned minute = number(0) * 60 + number(3);
  if (number(3) > 59 || minute > kDay) return std::nullopt;
  return minute;
}

std::pair<std::string_view, std::string_view> split_at(std::string_view text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == text.npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::string_view without_blanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// One part, like "Mon-Fri 08:00-18:00": an interval a day.
bool read_part(std::string_view part, delegation::Hours& out) {
  const auto [days, times] = split_at(part, ' ');
  const auto [first, last] = split_at(days, '-');
  const auto [begin, end] = split_at(without_blanks(times), '-');
  const auto from_day = day_of(first), to_day = day_of(last.empty() ? first : last);
  const auto from = minute_of_day(begin), to = minute_of_day(end);
  if (!from_day || !to_day || !from || !to || *from_day > *to_day || *from >= *to) return false;
  for (unsigned day = *from_day; day <= *to_day; ++day) {
    out.emplace_back(day * kDay + *from, day * kDay + *to);
  }
  return true;
}

std::string show_minute(unsigned minute) {
  const auto two = [](unsigned number) {
    return std::string(number < 10 ? "0" : "") + std::to_string(number);
  };
  return two(minute / 60) + ":" + two(minute % 60);
}

}  // namespace

std::string doors_title(const std::vector<Bytes>& doors) {
  std::string out;
  for (const Bytes& door : doors) {
    out += (out.empty() ? "open \"" : ", \"") + keystore::door_name(door) + "\" (lock " +
           encode_hex(ByteView(door).first(kShownId)) + ")";
  }
  return out;
}

std::vector<std::string> limits_of(const transfer::DelegationRights& rights) {
  std::vector<std::string> out;
  if (rights.uses) {
    out.push_back("at most " + std::to_string(*rights.uses) +
                  (*rights.uses == 1 ? " opening" : " openings") +
                  ", of all who have it from there on");
  }
  if (!rights.hours.empty()) {
    out.push_back("in these hours of the lock's own time: " + show_hours(rights.hours));
  }
  if (rights.fresh) {
    out.push_back("while the lock has a deny list of its owner of the last " +
                  std::to_string(*rights.fresh) + " h");
  }
  out.push_back(rights.depth == 0 ? std::string("may not be passed on")
                                  : "may be passed on, " + std::to_string(rights.depth) +
                                        (rights.depth == 1 ? " link" : " links") + " deep");
  return out;
}

Result<delegation::Hours> parse_hours(std::string_view text) {
  delegation::Hours all;
  for (std::string_view left = text; !left.empty();) {
    const auto [part, rest] = split_at(left, ',');
    if (!read_part(without_blanks(part), all)) return no_hours(text);
    left = rest;
  }
  if (all.empty()) return no_hours(text);
  std::sort(all.begin(), all.end());
  delegation::Hours out;
  for (const auto& one : all) {
    if (!out.empty() && one.first <= out.back().second) {
      out.back().second = std::max(out.back().second, one.second);
    } else {
      out.push_back(one);
    }
  }
  if (out.size() <= kMostHourLists) return out;
  return fail(Errc::invalid, "a right has at most 15 intervals of hours", "usage");
}

std::string show_hours(const delegation::Hours& hours) {
  std::string out;
  for (const auto& [from, to] : hours) {
    const unsigned end = std::min(to, kWeekMinutes) - 1;
    out += (out.empty() ? "" : ", ") + std::string(kDays[from / kDay]) + " " +
           show_minute(from % kDay) + "-";
    if (end / kDay != from / kDay) out += std::string(kDays[end / kDay]) + " ";
    out += show_minute(end % kDay + 1);
  }
  return out;
}

}  // namespace keyferry::wallet
