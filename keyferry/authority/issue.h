// The credential step: a token and a proof of possession become a credential, once per share; and
// renewal, which runs the same checks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keyferry/authority/proof.h"
#include "keyferry/authority/share.h"

namespace keyferry::authority {

// How long past its end a credential can still be renewed (within the share's window).
inline constexpr Duration kRenewGrace = std::chrono::hours(24) * 7;

// Credential is what a redeemed share's holder holds: one per share, with one certificate per
// renewal.
struct Credential {
  CredentialId id;
  ShareId share;
  crypto::PublicKey key;
  std::string thumbprint;
  std::optional<std::string> dpop_thumbprint;  // of the key that redeemed; nothing: Bearer
};

// encode_key and parse_key turn a certified key into the text (a JWK) that the ledger keeps, and
// back. Errors: invalid.
std::string encode_key(const crypto::PublicKey& key);
Result<crypto::PublicKey> parse_key(std::string_view text);

// Certificate is the record from which a certificate is signed, again and again with the same
// octets: the record is committed before it is signed the first time.
struct Certificate {
  std::uint64_t serial = 0;
  std::string ca;  // thumbprint of the issuing key
  Bytes random;    // 32 octets
  credential::Rights rights;
  credential::Window window;
  Time issued{};
};

// TokenUse says what an access token opens: one redemption, or the share calls of a holder.
enum class TokenUse { redeem, holder };

// AccessToken is a handle: every use reads the share again.
struct AccessToken {
  ShareId share;
  TokenUse use = TokenUse::redeem;
  std::optional<std::string> thumbprint{};  // nothing: Bearer
  bool spent = false;                       // a Bearer token that was used
  Time expires{};
};

// check_token demands a token of `use` that lives at `now` and fits the DPoP key of the call
// (nothing: no proof). Refusals: invalid_token.
std::optional<Refusal> check_token(const std::optional<AccessToken>& token, TokenUse use,
                                   const std::optional<std::string>& dpop_thumbprint, Time now);

// IssueStep says what to do about a credential request.
enum class IssueStep {
  issue,  // make credential and certificate, and mark the share redeemed
  again,  // answer the stored one: the answer was lost
};

// decide_issue checks that the share can be redeemed with `proof`: claimed, nothing above it
// revoked, ended or expired, no other credential. `credential` is the share's, if there is one.
// In confirmed mode the keys of token and proof must both be the granted one. Refusals:
// invalid_token (spent), invalid_grant with `wrong_key` (confirmed mode),
// invalid_credential_request (another key), credential_request_denied with `revoked`, `refused`,
// `expired`, `ended` or `locked`.
//
//= spec:authority#3-once
//= spec:authority#2-bound
Verdict<IssueStep> decide_issue(const Path& path, const AccessToken& token,
                                const std::optional<Credential>& credential, const KeyProof& proof,
                                Time now);

// decide_renew checks that `credential` may get a new certificate: same key, everything on the path
// live, `last` not over for more than kRenewGrace. Errors: forbidden with reason `revoked`,
// `ended`, `expired`, `wrong_key`, `too_late`.
Result<Done> decide_renew(const Path& path, const Credential& credential, const Certificate& last,
                          const KeyProof& proof, Time now);

// certificate_stands says whether a renewal answers `last`, the newest certificate, again: the
// issuing key `ca`, rights and window are still those of a new one, and `next`, the window that a
// new one would have, gains nothing: it ends no later, or less than a quarter of the life of `last`
// is over. A wallet renews at half; what lies between is for clocks that differ.
//
//= spec:authority#3-renewal
bool certificate_stands(const Share& share, const Certificate& last, std::string_view ca,
                        const credential::Window& next, Time now);

// certificate_window is the window of a certificate made at `now`: inside the share's and every
// ancestor's, at most `longest`. Errors: as credential::credential_window.
Result<credential::Window> certificate_window(const Path& path, Duration longest, Time now);

}  // namespace keyferry::authority
