#include "keyferry/mailbox/push.h"

namespace keyferry::mailbox {

bool take_token(Mailbox& box, Party party, const PushWish& wish) {
  if (!wish || party == Party::stranger || *wish == token_of(box, party)) return false;
  (party == Party::creator ? box.creator_token : box.recipient_token) = *wish;
  return true;
}

const PushToken& token_of(const Mailbox& box, Party party) {
  static const PushToken none;
  if (party == Party::creator) return box.creator_token;
  return party == Party::recipient ? box.recipient_token : none;
}

//= spec:tigress#NTF-01
//= spec:tigress#A-36
const PushToken& token_beside(const Mailbox& box, Party party) {
  return token_of(box, party == Party::creator ? Party::recipient : Party::creator);
}

}  // namespace keyferry::mailbox
