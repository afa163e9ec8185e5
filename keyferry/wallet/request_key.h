// Under which key a share is begun: the same command, cut off and given again, finds it and goes
// on.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/wallet/sender.h"

namespace keyferry::wallet {

// RequestKey is the hash of a canonical JSON object of all that was asked for. `of_0_1` are those
// that 0.1 may have made of it, which had another for a command with --words: a share that it has
// begun is found by them.
struct RequestKey {
  std::string key;
  std::vector<std::string> of_0_1;
};

// share_key: `order` is the body of POST /v1/shares without a PIN. delegation_key: `rights` and
// `window` as planned, the latter in words.
RequestKey share_key(const std::string& persona, const std::string& credential,
                     const boost::json::object& order, const SenderOptions& options);
RequestKey delegation_key(const std::string& persona, const std::string& holding,
                          const boost::json::object& rights, const std::string& window,
                          const SenderOptions& options);

// find_unfinished finds the record of the same request whose link was not shown yet.
Result<std::optional<keystore::SenderRecord>> find_unfinished(const keystore::Home& home,
                                                              const RequestKey& request);

}  // namespace keyferry::wallet
