#include "keyferry/mailbox/refusal.h"

namespace keyferry::mailbox {

Error not_bound() {
  return fail(Errc::unauthorized, "this device claim is not one of the two of this mailbox",
              "not_bound");
}

//= spec:tigress#A-12
Error lacks_right(char letter) {
  return fail(Errc::unauthorized,
              std::string("the access rights of this mailbox do not hold ") + letter,
              "access_right");
}

}  // namespace keyferry::mailbox
