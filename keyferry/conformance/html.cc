// No parser: names are found in a lower-case copy of the page, values are cut from the page itself.
#include "keyferry/conformance/html.h"

#include <algorithm>
#include <array>

namespace keyferry::conformance {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool ends_name(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '/' || c == '>';
}

std::string resolved(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 6> kEntities{{{"&lt;", '<'},
                                                                               {"&gt;", '>'},
                                                                               {"&quot;", '"'},
                                                                               {"&#39;", '\''},
                                                                               {"&apos;", '\''},
                                                                               {"&amp;", '&'}}};
  std::string out;
  while (!text.empty()) {
    const auto entity = std::find_if(kEntities.begin(), kEntities.end(),
                                     [&](const auto& one) { return text.starts_with(one.first); });
    out += entity == kEntities.end() ? text.front() : entity->second;
    text.remove_prefix(entity == kEntities.end() ? 1 : entity->first.size());
  }
  return out;
}

}  // namespace

std::vector<std::string_view> tags(std::string_view page, std::string_view name) {
  std::vector<std::string_view> found;
  const std::string flat = lower(page), begin = "<" + lower(name);
  for (std::size_t at = flat.find(begin); at != flat.npos; at = flat.find(begin, at + 1)) {
    const std::size_t inside = at + begin.size();
    if (inside >= flat.size() || !ends_name(flat[inside])) continue;
    const std::size_t end = flat.find('>', inside);
    found.push_back(page.substr(inside, end == flat.npos ? page.npos : end - inside));
  }
  return found;
}

std::optional<std::string> attribute(std::string_view tag, std::string_view name) {
  const std::string flat = lower(tag), key = lower(name) + "=";
  for (std::size_t at = flat.find(key); at != flat.npos; at = flat.find(key, at + 1)) {
    if (at == 0 || !ends_name(flat[at - 1])) continue;
    std::string_view value = tag.substr(at + key.size());
    if (value.starts_with('"') || value.starts_with('\'')) {
      const char quote = value.front();
      value.remove_prefix(1);
      return resolved(value.substr(0, value.find(quote)));
    }
    return resolved(value.substr(0, value.find_first_of(" \t\r\n/")));
  }
  return {};
}

std::optional<std::string> open_graph(std::string_view page, std::string_view property) {
  for (const std::string_view meta : tags(page, "meta")) {
    if (attribute(meta, "property") == property) return attribute(meta, "content").value_or("");
  }
  return {};
}

}  // namespace keyferry::conformance
