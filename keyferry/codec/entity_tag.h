// Entity tags of HTTP (RFC 9110 section 8.8.3) and the lists of them in If-Match and If-None-Match.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keyferry::codec {

// TagList is what all headers of one name say: `*`, or what stood between the quotes of each tag.
struct TagList {
  bool any = false;
  std::vector<std::string> tags;
};

// parse_tags reads the values of those headers: each is `*` alone, or `"a", W/"b", …`. Never fails:
// what is no tag names nothing. A proxy that compresses answers changes their tags, and a client
// sends back what it got: nginx makes them weak (W/"a"), Apache and others put the coding behind
// them ("a-gzip"). So weakness and such an ending do not count, here and in same_tag: our tags name
// what an answer means, not its octets.
TagList parse_tags(std::span<const std::string_view> values);

// names says whether the list is `*` or holds `tag`, which is as it stands in the header ETag.
bool names(const TagList& list, std::string_view tag);

// same_tag compares two tags as they stand in headers; false where one of them is none.
bool same_tag(std::string_view a, std::string_view b);

}  // namespace keyferry::codec
