// The transactions of the credential, renewal and notification endpoints.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keyferry/authority/issue.h"
#include "keyferry/ledger/access.h"
#include "keyferry/ledger/hosts.h"
#include "keyferry/ledger/ledger.h"

namespace keyferry::ledger {

// IssueTerms is what the issuer brings along.
struct IssueTerms {
  std::string ca;      // thumbprint of the key that will sign
  Duration longest{};  // [ssh] max_certificate_life
};

struct CredentialRequest {
  std::string token;
  // Nothing: a Bearer token without proof.
  std::optional<authority::Verdict<authority::DpopProof>> dpop;
  authority::Verdict<authority::KeyProof> proof;
  std::string fingerprint;  // of the proof's key, as the kind shows it; empty if the proof is bad
  Gate gate{};
};

// Issued is a committed record: only now may the certificate be signed and answered.
struct Issued {
  authority::Share share;
  authority::Credential credential;
  authority::Certificate certificate;
  std::string notification;  // id for the notification endpoint
  std::vector<Host> hosts;   // of the share's right `hosts`
};

// issue_credential redeems a share: token, then key proof, then authority::decide_issue, serial and
// record, all in one transaction that is durable before this returns.
Result<authority::Verdict<Issued>> issue_credential(Ledger& ledger,
                                                    const CredentialRequest& request,
                                                    const IssueTerms& terms, Time now);

// renew_credential gives the calling holder's credential a new certificate, or its present one
// again where that stands (authority::certificate_stands): then nothing is written but the use of
// the proof. Errors: as authority::decide_renew.
Result<authority::Verdict<Issued>> renew_credential(Ledger& ledger, const Access& access,
                                                    const authority::KeyProof& proof,
                                                    const IssueTerms& terms, Time now);

// note_event stores what a wallet says became of its credential (OpenID4VCI section 11), each event
// once. Only the id of the newest answer is known. Refusals: invalid_token,
// invalid_notification_id.
Result<authority::Verdict<Done>> note_event(
    Ledger& ledger, std::string_view token,
    const std::optional<authority::Verdict<authority::DpopProof>>& dpop,
    std::string_view notification, std::string_view event, const Gate& gate, Time now);

}  // namespace keyferry::ledger
