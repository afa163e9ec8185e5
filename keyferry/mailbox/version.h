// What a reader has seen of a mailbox, as an ETag: `"REVISION"` for the recipient and
// `"REVISION.TURNS"` for the creator, who also learns who holds the other side.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

struct Version {
  std::uint64_t revision = 0;
  std::optional<std::uint32_t> turns;
  friend bool operator==(const Version&, const Version&) = default;
};

// version_of is what `reader` sees now.
Version version_of(const Mailbox& box, Party reader);

// encode_version writes the ETag, quotes included.
std::string encode_version(const Version& version);

// Condition is a header If-Match or If-None-Match: `*`, or versions. A tag that no mailbox ever had
// is in it as nothing.
struct Condition {
  bool any = false;
  std::vector<Version> versions;
};

// parse_condition reads the values of all headers of one name (codec::parse_tags: a proxy that
// compresses may have changed a tag); nothing if there are none. Never fails: a tag that cannot be
// read matches no mailbox.
std::optional<Condition> parse_condition(std::span<const std::string_view> values);

// names_revision: for If-Match. Whoever writes cares for the content, not for who has claimed.
bool names_revision(const Condition& condition, const Mailbox& box);
// names_version: for If-None-Match.
bool names_version(const Condition& condition, const Version& version);

}  // namespace keyferry::mailbox
