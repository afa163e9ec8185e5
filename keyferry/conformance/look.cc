// The values and lengths of each aspect are gathered as sets, one for each group: two sets of one
// element that differ tell the groups apart, as does an aspect that one group always has and the
// other never.
#include "keyferry/conformance/look.h"

#include <algorithm>
#include <array>
#include <set>

#include "keyferry/codec/json.h"

namespace keyferry::conformance {
namespace {

constexpr std::array<std::string_view, 9> kOfTheMoment = {
    "age",           "connection", "date",
    "expires",       "keep-alive", "mailbox-request-id",
    "server-timing", "trailer",    "transfer-encoding"};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::map<std::string, std::string> headers_of(const Answer& answer) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : answer.headers.entries()) {
    const std::string key = lower(name);
    if (std::find(kOfTheMoment.begin(), kOfTheMoment.end(), key) != kOfTheMoment.end()) continue;
    const auto [at, first] = out.emplace(key, value);
    if (!first) at->second += ", " + value;
  }
  return out;
}

// Seen is one aspect in all answers of a group.
struct Seen {
  std::size_t times = 0;
  std::set<std::string> values;
  std::set<std::size_t> lengths;
};

std::map<std::string, Seen> seen_in(const std::vector<Answer>& answers) {
  std::map<std::string, Seen> out;
  for (const Answer& answer : answers) {
    for (const auto& [name, value] : aspects_of(answer)) {
      Seen& seen = out[name];
      ++seen.times;
      seen.values.insert(value);
      seen.lengths.insert(value.size());
    }
  }
  return out;
}

template <class Value>
bool tells(const std::set<Value>& ones, const std::set<Value>& others) {
  return ones.size() == 1 && others.size() == 1 && ones != others;
}

bool tells(const Seen& one, std::size_t answers, const Seen& other, std::size_t others) {
  const bool only_here = one.times == answers && other.times == 0;
  const bool only_there = other.times == others && one.times == 0;
  if (only_here || only_there) return true;
  return tells(one.values, other.values) || tells(one.lengths, other.lengths);
}

}  // namespace

std::string canonical_json(const boost::json::value& value) {
  if (value.is_array()) {
    std::string out = "[";
    for (const auto& one : value.as_array()) out += canonical_json(one) + ",";
    return out + "]";
  }
  if (!value.is_object()) return codec::encode_json(value);
  std::map<std::string, std::string> members;
  for (const auto& member : value.as_object()) {
    members[std::string(member.key())] = canonical_json(member.value());
  }
  std::string out = "{";
  for (const auto& [name, text] : members) {
    out += codec::encode_json(boost::json::value(name)) + ":" + text + ",";
  }
  return out + "}";
}

void add_aspects(Aspects& out, const Answer& answer, std::string_view whose, bool members) {
  const std::string of(whose);
  out["the status" + of] = std::to_string(answer.status);
  const auto body = members ? answer.json() : Result<boost::json::object>(fail(Errc::invalid, ""));
  for (const auto& [name, value] : headers_of(answer)) {
    // Members are compared by themselves: another order is no other answer.
    if (body && name == "content-length") continue;
    out["the header " + name + of] = value;
  }
  if (!body) {
    out["the body" + of] = answer.body;
    return;
  }
  for (const auto& member : *body) {
    out["the member " + std::string(member.key()) + of] = canonical_json(member.value());
  }
}

Aspects aspects_of(const Answer& answer) {
  Aspects out;
  add_aspects(out, answer, "", false);
  return out;
}

std::vector<std::string> changed(const Aspects& before, const Aspects& after) {
  std::vector<std::string> names;
  for (const auto& [name, value] : before) {
    const auto now = after.find(name);
    if (now == after.end() || now->second != value) names.push_back(name);
  }
  for (const auto& [name, value] : after) {
    if (!before.contains(name)) names.push_back(name);
  }
  return names;
}

std::optional<std::string> telling(const std::vector<Answer>& ones,
                                   const std::vector<Answer>& others) {
  auto of_ones = seen_in(ones), of_others = seen_in(others);
  for (const auto& [name, seen] : of_ones) of_others.try_emplace(name);
  for (const auto& [name, other] : of_others) {
    if (tells(of_ones[name], ones.size(), other, others.size())) return name;
  }
  return std::nullopt;
}

Result<Done> must_look_alike(const std::vector<Answer>& ones, const std::vector<Answer>& others,
                             std::string_view what, Notes& notes) {
  const auto told = telling(ones, others);
  if (!told) return Done{};
  const bool openly = ones.front().status != others.front().status;
  std::string said = std::string(what) + " differ in " + *told;
  if (openly) {
    notes.add(std::string(what) + " differ: " + ones.front().said() + " and " +
              others.front().said());
    return Done{};
  }
  return must(false, std::move(said));
}

Result<Groups> ask_in_turns(Subject& relay, const std::vector<Call>& ones,
                            const std::vector<Call>& others) {
  Groups groups;
  for (std::size_t i = 0; i < std::max(ones.size(), others.size()); ++i) {
    if (i < ones.size()) {
      KF_TRY(Answer answer, relay.send(ones[i]));
      groups.ones.push_back(std::move(answer));
    }
    if (i < others.size()) {
      KF_TRY(Answer answer, relay.send(others[i]));
      groups.others.push_back(std::move(answer));
    }
  }
  return groups;
}

}  // namespace keyferry::conformance
