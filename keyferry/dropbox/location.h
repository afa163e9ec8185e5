// Where a message of a Draft R exchange lies (docs/dropbox.md): an address that only the two sides
// can work out, so that knowing it is all the right that is asked for.
#pragma once

#include <string_view>

#include "keyferry/base/result.h"
#include "keyferry/base/uuid.h"

namespace keyferry::dropbox {

struct LocationTag;
using Location = OctetId<LocationTag, 32>;

inline constexpr std::size_t kLocationLength = 43;  // characters in the URL

// parse_location reads base64url without padding of 32 octets (B-01). Errors: not_found, the same
// as of a location where nothing lies, so that every wrong path has one answer.
Result<Location> parse_location(std::string_view text);

// nothing_there is that error.
Error nothing_there();

}  // namespace keyferry::dropbox
