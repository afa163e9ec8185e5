// The answer to a credential or renewal request, read and held against what was approved.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/credential/kind.h"
#include "keyferry/credential/rights.h"

namespace keyferry::wallet {

// SshHost is where a credential opens: from the authority's own answer only.
struct SshHost {
  std::string name;     // as in the rights
  std::string address;  // host name or IP address, checked: never a leading '-'
  std::uint16_t port = 22;
  std::vector<std::string> host_keys;  // "ssh-ed25519 AAAA…", type and base64 checked
  std::vector<std::string> host_cas;
  friend bool operator==(const SshHost&, const SshHost&) = default;
};

boost::json::array encode_hosts(const std::vector<SshHost>& hosts);
Result<std::vector<SshHost>> parse_hosts(const boost::json::object& object);

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
  std::vector<SshHost> hosts;
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

}  // namespace keyferry::wallet
