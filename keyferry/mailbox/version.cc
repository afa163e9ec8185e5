#include "keyferry/mailbox/version.h"

#include <algorithm>
#include <charconv>

#include "keyferry/codec/entity_tag.h"

namespace keyferry::mailbox {
namespace {

// take_number reads a number without sign or leading zero off the front of `text`.
template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  Number number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || (text.front() == '0' && end - text.data() > 1)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// What stands between the quotes.
std::optional<Version> parse_version(std::string_view text) {
  Version version;
  const auto revision = take_number<std::uint64_t>(text);
  if (!revision) return std::nullopt;
  version.revision = *revision;
  if (text.empty()) return version;
  if (text.front() != '.') return std::nullopt;
  text.remove_prefix(1);
  version.turns = take_number<std::uint32_t>(text);
  if (!version.turns || !text.empty()) return std::nullopt;
  return version;
}

}  // namespace

Version version_of(const Mailbox& box, Party reader) {
  if (reader != Party::creator) return {box.revision, std::nullopt};
  return {box.revision, box.turns};
}

std::string encode_version(const Version& version) {
  std::string text = "\"" + std::to_string(version.revision);
  if (version.turns) text += "." + std::to_string(*version.turns);
  return text + "\"";
}

std::optional<Condition> parse_condition(std::span<const std::string_view> values) {
  if (values.empty()) return std::nullopt;
  const codec::TagList list = codec::parse_tags(values);
  Condition condition{list.any, {}};
  for (const std::string& tag : list.tags) {
    if (const auto version = parse_version(tag)) condition.versions.push_back(*version);
  }
  return condition;
}

bool names_revision(const Condition& condition, const Mailbox& box) {
  return condition.any ||
         std::any_of(condition.versions.begin(), condition.versions.end(),
                     [&](const Version& known) { return known.revision == box.revision; });
}

bool names_version(const Condition& condition, const Version& version) {
  return condition.any || std::find(condition.versions.begin(), condition.versions.end(),
                                    version) != condition.versions.end();
}

}  // namespace keyferry::mailbox
