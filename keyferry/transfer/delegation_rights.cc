#include "keyferry/transfer/delegation_rights.h"

#include <algorithm>
#include <array>
#include <string>

#include <boost/json/array.hpp>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"

namespace keyferry::transfer {
namespace {

constexpr std::size_t kLockId = 16;
constexpr std::size_t kMostDoor = 32;
constexpr std::size_t kMostDoors = 8;
constexpr std::size_t kMostHours = 15;
constexpr std::int64_t kWeek = 10080;
constexpr std::array<std::string_view, 5> kMembers{"doors", "depth", "uses", "hours", "fresh"};

Error wrong(std::string_view name, std::string_view what) {
  return Error{Errc::invalid, "right \"" + std::string(name) + "\" " + std::string(what), {}};
}

Result<const boost::json::array*> list_of(const boost::json::object& rights, std::string_view name,
                                          std::size_t most) {
  const boost::json::value& value = rights.at(name);
  if (!value.is_array() || value.get_array().empty() || value.get_array().size() > most) {
    return wrong(name, "must be a list of 1 to " + std::to_string(most));
  }
  return &value.get_array();
}

Result<std::vector<Bytes>> read_doors(const boost::json::object& rights) {
  if (!rights.contains("doors")) return wrong("doors", "is missing");
  KF_TRY(const boost::json::array* list, list_of(rights, "doors", kMostDoors));
  std::vector<Bytes> doors;
  for (const boost::json::value& item : *list) {
    if (!item.is_string()) return wrong("doors", "must hold base64url texts");
    KF_TRY(Bytes door, parse_base64url(std::string_view(item.get_string())));
    if (door.size() <= kLockId || door.size() > kMostDoor) {
      return wrong("doors", "must hold doors of 17 to 32 octets");
    }
    if (!doors.empty() && !std::ranges::lexicographical_compare(doors.back(), door)) {
      return wrong("doors", "must ascend");
    }
    doors.push_back(std::move(door));
  }
  return doors;
}

Result<unsigned> minute_of(const boost::json::value& value, std::int64_t least) {
  if (!value.is_int64() || value.get_int64() < least || value.get_int64() > kWeek) {
    return wrong("hours", "must hold ascending minutes of the week with gaps between");
  }
  return static_cast<unsigned>(value.get_int64());
}

Result<std::vector<std::pair<unsigned, unsigned>>> read_hours(const boost::json::object& rights) {
  std::vector<std::pair<unsigned, unsigned>> hours;
  if (!rights.contains("hours")) return hours;
  KF_TRY(const boost::json::array* list, list_of(rights, "hours", kMostHours));
  std::int64_t least = 0;
  for (const boost::json::value& item : *list) {
    if (!item.is_array() || item.get_array().size() != 2) {
      return wrong("hours", "must hold pairs of minutes");
    }
    KF_TRY(const unsigned from, minute_of(item.get_array()[0], least));
    KF_TRY(const unsigned to, minute_of(item.get_array()[1], std::int64_t{from} + 1));
    hours.emplace_back(from, to);
    least = std::int64_t{to} + 1;
  }
  return hours;
}

Result<std::optional<unsigned>> read_number(const boost::json::object& rights,
                                            std::string_view name, std::int64_t most) {
  KF_TRY(const auto number, codec::optional_integer_member(rights, name, 1, most));
  if (!number) return std::optional<unsigned>();
  return std::optional(static_cast<unsigned>(*number));
}

bool are_of_one_lock(const std::vector<Bytes>& doors) {
  return std::all_of(doors.begin(), doors.end(), [&](const Bytes& door) {
    return std::equal(door.begin(), door.begin() + kLockId, doors.front().begin());
  });
}

}  // namespace

boost::json::object encode_delegation_rights(const DelegationRights& rights) {
  boost::json::array doors, hours;
  for (const Bytes& door : rights.doors) doors.emplace_back(encode_base64url(door));
  for (const auto& [from, to] : rights.hours) {
    hours.emplace_back(boost::json::array{std::int64_t{from}, std::int64_t{to}});
  }
  boost::json::object out{{"doors", std::move(doors)}, {"depth", std::int64_t{rights.depth}}};
  if (rights.uses) out["uses"] = std::int64_t{*rights.uses};
  if (!hours.empty()) out["hours"] = std::move(hours);
  if (rights.fresh) out["fresh"] = std::int64_t{*rights.fresh};
  return out;
}

Result<DelegationRights> parse_delegation_rights(const boost::json::object& rights) {
  for (const auto& member : rights) {
    const std::string_view name = member.key();
    if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end()) {
      return fail(Errc::invalid, "a right that this version does not know");
    }
  }
  DelegationRights out;
  KF_TRY(out.doors, read_doors(rights));
  KF_TRY(const std::int64_t depth, codec::integer_member(rights, "depth", 0, 7));
  out.depth = static_cast<unsigned>(depth);
  KF_TRY(out.uses, read_number(rights, "uses", 65535));
  KF_TRY(out.hours, read_hours(rights));
  KF_TRY(out.fresh, read_number(rights, "fresh", 8760));
  if (out.uses && !are_of_one_lock(out.doors)) return wrong("uses", "needs doors of one lock");
  return out;
}

}  // namespace keyferry::transfer
