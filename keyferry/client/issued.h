// The answer to a credential or renewal request, read and held against what was approved.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/credential/kind.h"
#include "keyferry/credential/rights.h"
#include "keyferry/keystore/ssh_host.h"

namespace keyferry::client {

// IssuedAnswer is the credential endpoint's answer for a kind that keyferry knows.
struct IssuedAnswer {
  std::string credential;  // one line
  std::string notification_id;
  std::string credential_id;
  std::string share;
  credential::Rights rights;
  credential::Window window;  // the share's; the credential's own may be shorter
  bool renew = false;
  std::optional<std::int64_t> depth;
  std::vector<keystore::SshHost> hosts;
};

// parse_issued reads the answer. Errors: invalid, naming the member.
Result<IssuedAnswer> parse_issued(const credential::Kind& kind, const boost::json::object& answer);

// check_issued_answer holds the answer against the approval: what the answer says and what the
// credential itself says. Errors: as Kind::check_issued; the detail ends with what was done
// ("discarded").
Result<credential::HeldCredential> check_issued_answer(const credential::Kind& kind,
                                                       const IssuedAnswer& answer,
                                                       const credential::Approval& approval,
                                                       std::span<const crypto::PublicKey> issuers);

}  // namespace keyferry::client
