#include "keyferry/authority/redeem.h"

namespace keyferry::authority {
namespace {

Refusal grant_refused(std::string description, std::string word) {
  return {"invalid_grant", std::move(description), std::move(word)};
}

Refusal locked() {
  return grant_refused("too many wrong PINs: locked until its sender gives a new PIN", "locked");
}

// dpop_fault says why a proof does not count, or nothing (no proof at all is fine here).
std::optional<Refusal> dpop_fault(const Exchange& exchange) {
  if (!exchange.dpop) return std::nullopt;
  if (const Refusal* bad = refused(*exchange.dpop)) return *bad;
  const auto& proof = std::get<DpopProof>(*exchange.dpop);
  if (proof.stale) return proof.stale;
  if (exchange.jti_seen) return replayed();
  return std::nullopt;
}

std::optional<std::string> dpop_key(const Exchange& exchange) {
  if (!exchange.dpop || refused(*exchange.dpop)) return std::nullopt;
  return std::get<DpopProof>(*exchange.dpop).thumbprint;
}

// state_fault refuses what no PIN could open.
//= spec:quality#1-once
//= spec:tigress#SYS-04
std::optional<Refusal> state_fault(const Path& path, const Code& code, Time now) {
  if (!code.live) return unknown_code();
  switch (state_at(path.back(), now)) {
    case State::revoked:
      return grant_refused("this share was revoked", "revoked");
    case State::refused:
      return grant_refused("the sender refused this share", "refused");
    case State::open:
    case State::claimed:
    case State::locked:
      break;
    default:
      return unknown_code();
  }
  if (auto above = check_ancestors(path, now); !above) {
    return grant_refused("this share was revoked", "revoked");
  }
  return std::nullopt;
}

// key_fault lets only the granted key go on, so that nobody else can spend a try.
std::optional<Refusal> key_fault(const Share& share, const std::optional<std::string>& key) {
  if (share.mode == Mode::immediate) return std::nullopt;
  const auto bound = bound_key(share);
  if (bound && key && *key == *bound) return std::nullopt;
  return grant_refused("this code belongs to another key", "wrong_key");
}

Refusal wrong_pin(const PinState& pin) {
  const int left = pin.tries_left;
  return {"invalid_grant",
          "wrong PIN: " + std::to_string(left) + (left == 1 ? " try left" : " tries left"),
          "wrong_pin", left};
}

// spend_try is called for a PIN that is wrong.
//= spec:quality#1-cheap
//= spec:tigress#SYS-09
Refusal spend_try(Share& share, Time now) {
  PinState& pin = *share.pin;
  if (--pin.tries_left > 0) return wrong_pin(pin);
  pin.tries_left = 0;
  share.state = State::locked;
  share.times.locked = now;
  return locked();
}

//= spec:tigress#SYS-05
std::optional<Refusal> pin_fault(const ServerKeys& keys, Share& share, const Exchange& exchange,
                                 Time now) {
  const std::optional<std::string>& typed = exchange.tx_code;
  if (share.state == State::locked) return locked();
  if (!share.pin) {
    if (!typed) return std::nullopt;
    return Refusal{"invalid_request", "this share has no PIN; leave tx_code out", "pin_unexpected"};
  }
  if (!typed) return Refusal{"invalid_request", "this share needs its PIN", "pin_required"};
  if (!is_pin(*typed)) return Refusal{"invalid_request", "a PIN is six digits", "pin_malformed"};
  if (equal_constant_time(pin_mac(keys, share.id, *typed), share.pin->mac)) return std::nullopt;
  return exchange.try_counted ? wrong_pin(*share.pin) : spend_try(share, now);
}

// regrant answers a used code: only the key of first use may ask again, with a fresh proof.
Verdict<TokenGrant> regrant(const Path& path, const Code& code, const Exchange& exchange,
                            Time now) {
  const auto key = dpop_key(exchange);
  const State state = state_at(path.back(), now);
  const bool alive =
      state == State::claimed || (state == State::redeemed && now < path.back().link_until);
  if (!code.live || !alive || !key || !code.used_by || *key != *code.used_by ||
      !check_ancestors(path, now)) {
    return unknown_code();
  }
  if (auto fault = dpop_fault(exchange)) return *fault;
  return TokenGrant{key, kDpopTokenLife, true};
}

}  // namespace

Refusal unknown_code() {
  return grant_refused("this code is not known, was used, or ran out", "unknown_code");
}

ExchangeOutcome decide_exchange(const ServerKeys& keys, Path path, Code code,
                                const Exchange& exchange, Time now) {
  require(!path.empty(), "a path holds its share");
  ExchangeOutcome out{unknown_code(), path.back(), std::move(code), false};
  if (out.code.used) {
    out.verdict = regrant(path, out.code, exchange, now);
    out.store_jti = !refused(out.verdict);
    return out;
  }
  if (auto fault = state_fault(path, out.code, now)) {
    out.verdict = *fault;
    return out;
  }
  if (auto fault = dpop_fault(exchange)) {
    out.verdict = *fault;
    return out;
  }
  const auto key = dpop_key(exchange);
  if (auto fault = key_fault(out.share, key)) {
    out.verdict = *fault;
    return out;
  }
  if (auto fault = pin_fault(keys, out.share, exchange, now)) {
    out.verdict = *fault;
    const auto& before = path.back().pin;
    out.store_jti = exchange.dpop && before && out.share.pin->tries_left != before->tries_left;
    return out;
  }
  out.store_jti = exchange.dpop.has_value();
  out.share.state = State::claimed;
  if (!out.share.times.claimed) out.share.times.claimed = now;
  out.code.used = now;
  out.code.used_by = key;
  out.verdict = TokenGrant{key, key ? kDpopTokenLife : kBearerLife, false};
  return out;
}

}  // namespace keyferry::authority
