// One authority as a wallet speaks to it: OpenID4VCI 1.0 with the pre-authorized code, and the
// calls of holders (docs/authority.md). Every proof and assertion goes out once: where one is
// refused, an answer was lost (or its nonce was stale), and the call is made anew with a new one.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "keyferry/client/authority_messages.h"
#include "keyferry/client/issuer_metadata.h"
#include "keyferry/client/web.h"
#include "keyferry/credential/offer.h"
#include "keyferry/crypto/key.h"

namespace keyferry::client {

// HolderCall is a call under /v1 on behalf of a holder.
struct HolderCall {
  std::string method = "GET";
  std::string path;  // "/v1/shares", appended to the issuer
  std::optional<boost::json::object> body;
  std::string idempotency_key;
  std::string if_none_match;
  int wait_seconds = 0;  // Prefer: wait=N
};

class AuthorityClient {
 public:
  // `allow_local`: loopback and private addresses are fine for this authority.
  AuthorityClient(Web& web, std::string issuer, bool allow_local);

  const std::string& issuer() const { return issuer_; }

  // metadata fetches both documents once and checks them. The pointer lives as long as this object.
  // Errors: as parse_issuer_metadata; network; not_found ("is no credential authority").
  Result<const IssuerMetadata*> metadata();

  // redeem_code exchanges the code (and PIN) for an access token, with DPoP by `key` where the
  // authority knows it. Safe to repeat with the same key after a lost answer; under the same
  // `pin_try` a wrong PIN costs one try however often it is sent.
  // Errors, with reason: unauthorized `wrong_pin`; forbidden `locked`; invalid `pin_required`;
  // not_found `unknown_code` (used, revoked, ran out, never was).
  Result<Access> redeem_code(const std::string& code, const SecretBytes* pin,
                             const std::string& pin_try, const crypto::PrivateKey& key);

  // request_credential asks for one credential of `configuration`, with a fresh nonce and key proof
  // that carries `label`. Returns the answer's object.
  Result<boost::json::object> request_credential(const Access& access,
                                                 const std::string& configuration,
                                                 const std::string& label,
                                                 const crypto::PrivateKey& key);

  // renew asks for a new credential for the same key.
  Result<boost::json::object> renew(const Access& access, const crypto::PrivateKey& key);

  // notify tells the authority how it ended ("credential_accepted", "credential_failure"); errors
  // are of no consequence.
  void notify(const Access& access, const std::string& notification_id, std::string_view event,
              const crypto::PrivateKey& key);

  // holder_access gets a token for the share calls by the holder's assertion.
  Result<Access> holder_access(const std::string& credential_id, const crypto::PrivateKey& key);

  // call makes a holder's call. Success is 304, or any 2xx with a JSON object; everything else
  // comes as refusal_of.
  Result<http::Response> call(const Access& access, const crypto::PrivateKey& key,
                              const HolderCall& call);

 private:
  Result<boost::json::object> fetch(const std::string& url);
  Result<std::string> credential_nonce();
  using Make = std::function<http::ClientRequest()>;
  Result<http::Response> send_with_proof(const Make& make, const Access* access,
                                         const crypto::PrivateKey& key);
  Result<boost::json::object> with_key_proof(
      const std::string& label, const crypto::PrivateKey& key,
      const std::function<Result<http::Response>(const boost::json::object& proofs)>& send);
  Error with_clock(Error error) const;

  Web& web_;
  std::string issuer_;
  bool allow_local_;
  std::string dpop_nonce_;
  std::optional<IssuerMetadata> metadata_;
};

// fetch_offer gets an offer by reference. Errors: not_found with reason unknown_code for 404 and
// 410, invalid, network.
Result<credential::CredentialOffer> fetch_offer(Web& web, const std::string& url, bool allow_local);

}  // namespace keyferry::client
