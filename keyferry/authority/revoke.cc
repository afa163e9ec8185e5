#include "keyferry/authority/revoke.h"

namespace keyferry::authority {

//= spec:authority#1-revoked-wins
bool revoke(Share& share, Time now) {
  if (share.state == State::revoked) return false;
  share.state = State::revoked;
  share.times.revoked = now;
  return true;
}

bool drop(Share& share, Time now) {
  if (state_at(share, now) != State::redeemed) return false;
  share.state = State::ended;
  share.times.ended = now;
  return true;
}

}  // namespace keyferry::authority
