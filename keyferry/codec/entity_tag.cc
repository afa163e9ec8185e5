#include "keyferry/codec/entity_tag.h"

#include <algorithm>
#include <array>
#include <optional>

namespace keyferry::codec {
namespace {

constexpr std::array<std::string_view, 7> kCodings{"--gzip", "-gzip",    ";gzip",    "-br",
                                                   "-zstd",  "-deflate", "-compress"};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string_view without_coding(std::string_view opaque) {
  for (const std::string_view coding : kCodings) {
    if (opaque.size() > coding.size() && opaque.ends_with(coding)) {
      return opaque.substr(0, opaque.size() - coding.size());
    }
  }
  return opaque;
}

// take_tag takes one tag off `rest`; nothing if none stands there.
std::optional<std::string_view> take_tag(std::string_view& rest) {
  std::string_view text = rest;
  if (text.starts_with("W/")) text.remove_prefix(2);
  const std::size_t end = text.starts_with('"') ? text.find('"', 1) : text.npos;
  if (end == text.npos) return std::nullopt;
  rest = text.substr(end + 1);
  return without_coding(text.substr(1, end - 1));
}

}  // namespace

TagList parse_tags(std::span<const std::string_view> values) {
  TagList list;
  for (std::string_view rest : values) {
    rest = trimmed(rest);
    if (rest == "*") list.any = true;
    while (!rest.empty()) {
      const auto tag = take_tag(rest);
      if (tag) list.tags.emplace_back(*tag);
      const std::size_t comma = std::min(rest.find(','), rest.size());
      // What stands between a tag and the next comma makes it none.
      if (tag && !trimmed(rest.substr(0, comma)).empty()) list.tags.pop_back();
      rest = trimmed(rest.substr(std::min(comma + 1, rest.size())));
    }
  }
  return list;
}

bool names(const TagList& list, std::string_view tag) {
  const auto opaque = take_tag(tag);
  return list.any ||
         (opaque && std::find(list.tags.begin(), list.tags.end(), *opaque) != list.tags.end());
}

bool same_tag(std::string_view a, std::string_view b) {
  const auto one = take_tag(a), other = take_tag(b);
  return one && other && *one == *other && a.empty() && b.empty();
}

}  // namespace keyferry::codec
