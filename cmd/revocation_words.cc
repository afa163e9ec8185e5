// A member that is missing and one of another type read alike: as not said.
#include "revocation_words.h"

#include <algorithm>
#include <optional>

#include "keyferry/codec/json.h"
#include "keyferry/codec/text.h"

namespace keyferry::cmd {
namespace {

using boost::json::object;

constexpr std::size_t kNameCodePoints = 64;
constexpr std::int64_t kMost = std::int64_t{1} << 53;

const boost::json::array& items(const object& from, std::string_view name) {
  static const boost::json::array none;
  const auto* value = from.if_contains(name);
  return value && value->is_array() ? value->get_array() : none;
}

bool flag(const object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_bool() && value->get_bool();
}

std::optional<std::int64_t> number(const object& from, std::string_view name) {
  const auto value = codec::optional_integer_member(from, name, 0, kMost);
  return value ? *value : std::nullopt;
}

std::string text(const object& from, std::string_view name) {
  const auto value = codec::optional_text_member(from, name);
  return value && *value ? **value : std::string();
}

// span is "0.1 s", "3 min", "2 h" or "5 days".
std::string span(std::int64_t ms) {
  if (ms < 10'000) {
    const std::int64_t tenths = (ms + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
  }
  const std::int64_t seconds = ms / 1000;
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return std::to_string(seconds / 60) + " min";
  if (seconds < 2 * 86400) return std::to_string(seconds / 3600) + " h";
  return std::to_string(seconds / 86400) + " days";
}

std::string verifier_words(const object& verifier) {
  const auto shown = codec::label(text(verifier, "name"), kNameCodePoints);
  const std::string name = shown ? *shown : "?";
  if (!flag(verifier, "recorded")) {
    return name + ": nobody knows, since its verifier is not recorded at the authority";
  }
  if (flag(verifier, "took")) {
    const auto after = number(verifier, "took_after_ms");
    return after ? name + " took it after " + span(*after) : name + " took it";
  }
  const auto ago = number(verifier, "heard_ago");
  if (!ago) return name + " has not taken it: its verifier was never heard";
  if (*ago < 60) return name + " has not taken it yet; it was heard " + span(*ago * 1000) + " ago";
  return name + " has not been heard for " + span(*ago * 1000);
}

std::string list_words(const object& list) {
  const auto position = number(list, "number");
  const std::string what = "list " + (position ? std::to_string(*position) : text(list, "name"));
  if (flag(list, "out")) return what + " is out";
  return what + " is NOT out: no verifier hears of it before the authority can serve it";
}

// What is known of all verifiers together.
enum class Known { nothing, all_took, some_did_not };

Known known_of(const object& answer) {
  bool any = false, all = true;
  for (const auto& list : items(answer, "lists")) {
    if (!list.is_object()) continue;
    for (const auto& verifier : items(list.get_object(), "verifiers")) {
      if (!verifier.is_object()) continue;
      const bool recorded = flag(verifier.get_object(), "recorded");
      any = any || recorded;
      all = all && flag(verifier.get_object(), "took");
    }
  }
  if (!any) return Known::nothing;
  return all ? Known::all_took : Known::some_did_not;
}

std::string logins(Known known) {
  switch (known) {
    case Known::all_took:
      return "new logins are refused now";
    case Known::some_did_not:
      return "new logins are refused where the list was taken; elsewhere once it arrives";
    case Known::nothing:
      break;
  }
  return "new logins are refused within seconds wherever the verifier is connected";
}

}  // namespace

std::vector<std::string> revocation_words(const object& answer) {
  std::vector<std::string> lines;
  for (const auto& value : items(answer, "lists")) {
    if (!value.is_object() || !value.get_object().contains("out")) continue;
    lines.push_back(list_words(value.get_object()));
    for (const auto& verifier : items(value.get_object(), "verifiers")) {
      if (verifier.is_object()) lines.push_back(verifier_words(verifier.get_object()));
    }
  }
  lines.push_back(logins(known_of(answer)) +
                  (text(answer, "open_sessions") == "ended-by-hook"
                       ? "; open sessions are ended"
                       : "; sessions that are open now go on until they end"));
  return lines;
}

}  // namespace keyferry::cmd
