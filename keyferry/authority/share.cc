#include "keyferry/authority/share.h"

#include <array>
#include <utility>

namespace keyferry::authority {
namespace {

constexpr std::array<std::pair<State, std::string_view>, 8> kNames{{
    {State::open, "open"},
    {State::claimed, "claimed"},
    {State::redeemed, "redeemed"},
    {State::ended, "ended"},
    {State::expired, "expired"},
    {State::refused, "refused"},
    {State::locked, "locked"},
    {State::revoked, "revoked"},
}};

// check_live demands that a share on the path is a redeemed one.
Result<Done> check_live(const Share& share, bool own, Time now) {
  const std::string whose = own ? "your credential" : "a credential above yours";
  switch (state_at(share, now)) {
    case State::redeemed:
      return Done{};
    case State::revoked:
      return fail(Errc::forbidden, whose + " was revoked", "revoked");
    case State::ended:
      return fail(Errc::forbidden, whose + " has ended", "ended");
    default:
      return fail(Errc::forbidden, whose + " is not in use any more", "expired");
  }
}

}  // namespace

std::string_view encode_state(State state) {
  return kNames.at(static_cast<std::size_t>(state)).second;
}

std::string_view encode_mode(Mode mode) {
  return mode == Mode::confirmed ? "confirmed" : "immediate";
}

Result<Mode> parse_mode(std::string_view text) {
  if (text == "immediate") return Mode::immediate;
  if (text == "confirmed") return Mode::confirmed;
  return fail(Errc::invalid, "unknown share mode");
}

Result<State> parse_state(std::string_view text) {
  for (const auto& [state, name] : kNames) {
    if (name == text) return state;
  }
  return fail(Errc::invalid, "unknown share state");
}

State state_at(const Share& share, Time now) {
  switch (share.state) {
    case State::open:
    case State::claimed:
    case State::locked:
      return now >= share.link_until ? State::expired : share.state;
    case State::redeemed:
      return now >= share.window.until ? State::ended : share.state;
    default:
      return share.state;
  }
}

bool settle(Share& share, Time now) {
  const State state = state_at(share, now);
  if (state == share.state) return false;
  share.state = state;
  if (state == State::expired) share.times.expired = share.link_until;
  if (state == State::ended) share.times.ended = share.window.until;
  return true;
}

std::optional<std::string> bound_key(const Share& share) {
  if (share.mode == Mode::immediate || !share.holder) return std::nullopt;
  return share.holder->thumbprint;
}

Result<Done> check_ancestors(const Path& path, Time now) {
  require(!path.empty(), "a path holds its share");
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    KF_TRY(check_live(path[i], false, now));
  }
  return Done{};
}

Result<Done> check_holder(const Path& path, Time now) {
  KF_TRY(check_ancestors(path, now));
  return check_live(path.back(), true, now);
}

}  // namespace keyferry::authority
