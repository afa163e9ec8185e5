// A share: the one record behind every credential (a root share has no parent), and its states.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/authority/code.h"
#include "keyferry/authority/id.h"
#include "keyferry/base/clock.h"
#include "keyferry/credential/rights.h"
#include "keyferry/credential/window.h"

namespace keyferry::authority {

// State, as in docs/authority.md. `revoked` wins over all; nothing leads back to a redeemable state
// but re-arming (locked → open, in confirmed mode → claimed).
enum class State { open, claimed, redeemed, ended, expired, refused, locked, revoked };

std::string_view encode_state(State state);
// Errors: invalid.
Result<State> parse_state(std::string_view text);

// Mode says who may redeem: `immediate`, whoever has the code; `confirmed`, the one key that its
// maker granted. A confirmed share has no code until then.
enum class Mode { immediate, confirmed };

std::string_view encode_mode(Mode mode);
// Errors: invalid.
Result<Mode> parse_mode(std::string_view text);

struct PinState {
  digest::Sha256 mac{};  // pin_mac of the PIN
  int tries_left = kPinTries;
};

// Holder is the receiver, known once a credential was issued, in confirmed mode from the grant on:
// then `thumbprint` is the one key that may redeem and never changes again.
struct Holder {
  std::optional<std::string> label;  // nothing: there is none. Confirmed: as the maker approved it
  std::string thumbprint;            // RFC 7638, of the certified key
  std::string fingerprint;           // as the kind shows keys ("SHA256:…"); empty before issuing
};

// When each step happened; whole seconds.
struct StepTimes {
  Time created{};
  std::optional<Time> claimed;
  std::optional<Time> redeemed;
  std::optional<Time> locked;
  std::optional<Time> revoked;
  std::optional<Time> ended;
  std::optional<Time> refused;
  std::optional<Time> expired;
};

struct Share {
  ShareId id;
  std::optional<ShareId> parent{};
  std::string kind{};  // "ssh"
  Mode mode = Mode::immediate;
  credential::Rights rights{};  // complete: nothing is inherited when read
  credential::Window window{};  // of the share; a credential's may be shorter
  Time link_until{};            // exclusive: until when it can be redeemed; ≤ window.until
  int depth = 0;                // how many levels of shares may hang below
  State state = State::open;
  std::optional<PinState> pin{};
  int rearms_left = kRearms;
  std::uint32_t code_number = 1;  // of the one code that is live; older ones are dead; 0: none yet
  std::optional<Holder> holder{};
  StepTimes times{};
  std::optional<boost::json::object> wall_time{};  // {zone, from, until} as a person chose them
};

// Path is a share with everything above it: the root first, the share itself last. Never empty.
using Path = std::vector<Share>;

// state_at is the state at `now`: what is stored, or `expired` once an unredeemed share has reached
// link_until, or `ended` once a redeemed one has reached window.until. Both instants are exclusive.
State state_at(const Share& share, Time now);

// settle writes state_at down with its time, and says whether that changed anything.
bool settle(Share& share, Time now);

// bound_key is the thumbprint of the one key that may redeem the share; nothing: any key, or (in
// confirmed mode, before the grant) no key at all, since there is no code either.
std::optional<std::string> bound_key(const Share& share);

// check_ancestors demands that everything above the last share of `path` is redeemed at `now`.
// Errors: forbidden with reason `revoked`, `ended` or `expired` (the nearest to the root decides).
//
//= spec:authority#3-path
Result<Done> check_ancestors(const Path& path, Time now);

// check_holder is check_ancestors for the last share too: may its holder act at `now`?
Result<Done> check_holder(const Path& path, Time now);

}  // namespace keyferry::authority
