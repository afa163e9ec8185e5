#include "keyferry/authority/change.h"

#include "keyferry/authority/proof.h"
#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/text.h"

namespace keyferry::authority {
namespace {

Error state_conflict(State state) {
  const std::string name(encode_state(state));
  return fail(Errc::conflict, "the share is " + name, name);
}

Result<Done> check_codes(const Share& share) {
  if (share.code_number < kMostCodes) return Done{};
  return fail(Errc::conflict,
              "this share had " + std::to_string(kMostCodes) + " codes already; make a new one",
              "codes_used_up");
}

}  // namespace

Result<GrantWish> parse_grant(const boost::json::object& body) {
  GrantWish wish;
  KF_TRY(wish.thumbprint, codec::text_member(body, "thumbprint"));
  const auto octets = parse_base64url(wish.thumbprint);
  if (!octets || octets->size() != digest::Sha256().size()) {
    return fail(Errc::invalid, "member \"thumbprint\" must be base64url of 32 octets (RFC 7638)");
  }
  KF_TRY(auto label, codec::optional_text_member(body, "label"));
  if (!label) return wish;
  KF_TRY(auto shown, codec::label(*label, kLabelCodePoints));
  if (!shown.empty()) wish.label = std::move(shown);
  return wish;
}

Result<Share> grant(Share share, const GrantWish& wish, Time now) {
  if (share.mode != Mode::confirmed) {
    return fail(Errc::conflict, "this share is not a confirmed one; its offer needs no grant",
                "not_confirmed");
  }
  const State state = state_at(share, now);
  const auto bound = bound_key(share);
  const bool redeemable = state == State::open || state == State::claimed;
  if (!redeemable && state != State::redeemed && state != State::locked) {
    return state_conflict(state);
  }
  if (bound && *bound != wish.thumbprint) {
    return fail(Errc::conflict, "this share was granted to another key, for ever; make a new one",
                "already_granted");
  }
  if (!redeemable) return state_conflict(state);
  KF_TRY(check_codes(share));
  if (!bound) {
    share.state = State::claimed;
    share.times.claimed = now;
    share.holder = Holder{wish.label, wish.thumbprint, {}};
  }
  ++share.code_number;
  return share;
}

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
  const bool bound = share.mode == Mode::confirmed;
  share.state = bound ? State::claimed : State::open;
  --share.rearms_left;
  if (!bound) ++share.code_number;
  share.pin = PinState{pin_mac(keys, share.id, pin), kPinTries};
  return share;
}

Result<Share> offer_again(Share share, Time now) {
  if (share.mode == Mode::confirmed) {
    return fail(Errc::conflict, "a confirmed share gets its code by a grant", "confirmed");
  }
  const State state = state_at(share, now);
  if (state != State::open && state != State::claimed) return state_conflict(state);
  KF_TRY(check_codes(share));
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

}  // namespace keyferry::authority
