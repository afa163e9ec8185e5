#include "keyferry/mailbox/access.h"

namespace keyferry::mailbox {

//= spec:tigress#MBX-09
//= spec:tigress#A-11
Result<AccessRights> parse_access_rights(std::string_view text) {
  AccessRights rights{false, false, false};
  for (char letter : text) {
    bool* right = letter == 'R'   ? &rights.read
                  : letter == 'W' ? &rights.write
                  : letter == 'D' ? &rights.remove
                                  : nullptr;
    if (!right) {
      return fail(Errc::invalid, "accessRights may hold only the letters R, W and D");
    }
    if (*right) return fail(Errc::invalid, "accessRights names a letter twice");
    *right = true;
  }
  if (!rights.read) {
    return fail(Errc::invalid,
                "accessRights must hold R: without it nobody could read the mailbox");
  }
  return rights;
}

std::string encode_access_rights(const AccessRights& rights) {
  std::string text;
  if (rights.read) text += 'R';
  if (rights.write) text += 'W';
  if (rights.remove) text += 'D';
  return text;
}

}  // namespace keyferry::mailbox
