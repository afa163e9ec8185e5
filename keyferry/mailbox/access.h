// Access rights of a mailbox: a set of R (read), W (write), D (delete).
#pragma once

#include <string>
#include <string_view>

#include "keyferry/base/result.h"

namespace keyferry::mailbox {

struct AccessRights {
  bool read = true;
  bool write = false;
  bool remove = false;
  friend bool operator==(const AccessRights&, const AccessRights&) = default;
};

// What holds if mailboxConfiguration leaves accessRights out, and if it is missing as a whole
//
inline constexpr AccessRights kRightsWhenOmitted{true, false, true};
inline constexpr AccessRights kRightsByDefault{true, true, true};

// parse_access_rights reads upper-case letters in any order, each at most once. Errors: invalid
// (another letter, a repeated one, none, or no R: such a mailbox could never be read, A-11).
Result<AccessRights> parse_access_rights(std::string_view text);

// encode_access_rights writes the letters in the order R, W, D.
std::string encode_access_rights(const AccessRights& rights);

}  // namespace keyferry::mailbox
