// Whom the wallet knows and what it is called: settings.json.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/keystore/home.h"

namespace keyferry::keystore {

inline constexpr std::string_view kFirstPersona = "personal";

// KnownAuthority was agreed to once. `local`: it was reached at a local address with the person's
// consent.
struct KnownAuthority {
  std::string issuer;
  bool local = false;
  friend bool operator==(const KnownAuthority&, const KnownAuthority&) = default;
};

// TrustedRelay may be used without a question. `local` as above.
struct TrustedRelay {
  std::string base;  // transfer::base_of_relay
  bool local = false;
  friend bool operator==(const TrustedRelay&, const TrustedRelay&) = default;
};

struct Settings {
  std::vector<std::string> personas{std::string(kFirstPersona)};
  std::string persona{kFirstPersona};  // in use; its name is what the wallet calls itself
  std::vector<TrustedRelay> relays;
  std::optional<std::string> relay;  // the configured one, for new shares
  std::vector<KnownAuthority> authorities;
  bool ssh_config = false;  // ~/.ssh/config includes our file
  bool ssh_include = true;  // and the line that does was added by us, so that we take it out again

  const KnownAuthority* known_authority(std::string_view issuer) const;
  const TrustedRelay* trusted_relay(std::string_view base) const;
  friend bool operator==(const Settings&, const Settings&) = default;
};

boost::json::object encode_settings(const Settings& settings);
Result<Settings> parse_settings(const boost::json::object& object);

// load_settings returns the defaults where there is no file yet.
Result<Settings> load_settings(const Home& home);

// change_settings loads, changes and saves under the wallet's lock. An error of `change` leaves
// everything as it was.
Result<Settings> change_settings(const Home& home,
                                 const std::function<Result<Done>(Settings&)>& change);

}  // namespace keyferry::keystore
