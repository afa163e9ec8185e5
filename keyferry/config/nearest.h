// Which known word somebody meant.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace keyferry::config {

// edit_distance counts the insertions, deletions and replacements of one octet that turn `a` into
// `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

// nearest returns the candidate of least edit distance, the first of equals; nothing if there is no
// candidate. A candidate with the same last part behind a dot counts as one step away: the right
// key in the wrong table.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace keyferry::config
