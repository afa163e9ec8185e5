// Enough of HTML to look at a preview page as a chat's robot does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keyferry::conformance {

// tags returns the inside of every `<NAME …>` of the page, in order; the name without case.
std::vector<std::string_view> tags(std::string_view page, std::string_view name);

// attribute returns the value of an attribute of a tag, quoted either way or not at all, with the
// five usual entities resolved.
std::optional<std::string> attribute(std::string_view tag, std::string_view name);

// open_graph returns the content of the first `<meta property="…">` of that property.
std::optional<std::string> open_graph(std::string_view page, std::string_view property);

}  // namespace keyferry::conformance
