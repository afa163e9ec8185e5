// keyferry doctor: what is wrong with this wallet, its clock, its relays and authorities.
#pragma once

#include <string>
#include <vector>

#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

struct Finding {
  bool fine = true;
  std::string what;    // "the folder is closed to others"
  std::string advice;  // what to do; empty where it is fine
};

// examine looks at the folder's permissions, every credential (and asks its authority whether it is
// still good), every known authority (with the clock) and every trusted relay. It changes nothing,
// but keeps it in a credential's record that the authority calls it over.
std::vector<Finding> examine(Wallet& wallet);

}  // namespace keyferry::wallet
