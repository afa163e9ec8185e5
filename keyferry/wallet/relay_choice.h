// Which relay a new share uses, and which relays may be at local addresses.
#pragma once

#include <string>
#include <vector>

#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

// relay_is_local says whether this relay may be at a loopback or private address.
bool relay_is_local(const Wallet& wallet, const std::string& base);

// agree_to_relay asks `question` ("fetch the share from there?") before a relay that is not trusted
// is used. Errors: forbidden with reason declined.
Result<Done> agree_to_relay(Wallet& wallet, const std::string& base, std::string_view question);

// choose_relay picks `asked`, else the configured one, else the first that the authority names;
// none is compiled in. It asks about one that is not trusted. Errors: invalid with reason no_relay;
// as agree_to_relay.
//
//= spec:tigress#REQ-08
//= spec:tigress#REQ-13
Result<std::string> choose_relay(Wallet& wallet, const std::string& asked,
                                 const std::vector<std::string>& of_authority);

}  // namespace keyferry::wallet
