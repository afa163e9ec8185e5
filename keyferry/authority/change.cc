#include "keyferry/authority/change.h"

namespace keyferry::authority {
namespace {

Error state_conflict(State state) {
  const std::string name(encode_state(state));
  return fail(Errc::conflict, "the share is " + name, name);
}

}  // namespace

Result<Share> rearm(const ServerKeys& keys, Share share, std::string_view pin, bool pin_was_used,
                    Time now) {
  if (!is_pin(pin)) return fail(Errc::invalid, "member \"pin\" must be exactly six digits 0-9");
  const State state = state_at(share, now);
  if (state == State::expired || state == State::revoked) return state_conflict(state);
  if (state != State::locked) {
    return fail(
        Errc::conflict,
        "only a locked share gets a new PIN; this one is " + std::string(encode_state(state)),
        "not_locked");
  }
  if (share.rearms_left == 0) {
    return fail(Errc::conflict, "this share was re-armed three times already; make a new one",
                "rearms_used_up");
  }
  if (pin_was_used) {
    return fail(Errc::invalid, "this share had that PIN before; choose another", "pin_used");
  }
  share.state = State::open;
  --share.rearms_left;
  ++share.code_number;
  share.pin = PinState{pin_mac(keys, share.id, pin), kPinTries};
  return share;
}

Result<Share> offer_again(Share share, Time now) {
  const State state = state_at(share, now);
  if (state != State::open && state != State::claimed) return state_conflict(state);
  ++share.code_number;
  return share;
}

Result<Share> refuse(Share share, Time now) {
  const State state = state_at(share, now);
  if (state == State::refused) return share;
  if (state != State::open) {
    return fail(
        Errc::conflict,
        "only an open share can be refused; this one is " + std::string(encode_state(state)),
        "not_open");
  }
  share.state = State::refused;
  share.times.refused = now;
  return share;
}

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
