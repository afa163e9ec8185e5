// The wallet as its operations get it.
#pragma once

#include <memory>
#include <string>

#include "keyferry/carrier/direct_stream.h"
#include "keyferry/client/web.h"
#include "keyferry/keystore/home.h"
#include "keyferry/keystore/settings.h"
#include "keyferry/wallet/person.h"

namespace keyferry::wallet {

// Wallet is what every operation works with: the folder, the network, the person.
struct Wallet {
  const keystore::Home& home;
  client::Web& web;
  Person& person;
  keystore::Settings settings;
  bool allow_local = false;  // --allow-local
  std::string contacted;     // origin of an authority that the person has just let it ask
  // Standard input and output, where this command was told that a share travels there.
  std::shared_ptr<carrier::DirectStream> stream;
};

}  // namespace keyferry::wallet
