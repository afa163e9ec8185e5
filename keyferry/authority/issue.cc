#include "keyferry/authority/issue.h"

#include <algorithm>

#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"

namespace keyferry::authority {
namespace {

Refusal denied(std::string word) {
  return {"credential_request_denied", "this share is " + word, word};
}

Refusal other_key() {
  return {"invalid_credential_request",
          "this share was redeemed already; only the same keys get the same answer again",
          "redeemed"};
}

Refusal token_refused(std::string description) {
  return {"invalid_token", std::move(description)};
}

}  // namespace

std::string encode_key(const crypto::PublicKey& key) {
  return codec::encode_json(crypto::encode_jwk(key));
}

Result<crypto::PublicKey> parse_key(std::string_view text) {
  KF_TRY(auto jwk, codec::parse_json_object(text));
  return crypto::parse_jwk(jwk);
}

std::optional<Refusal> check_token(const std::optional<AccessToken>& token, TokenUse use,
                                   const std::optional<std::string>& dpop_thumbprint, Time now) {
  if (!token || token->use != use || now >= token->expires) {
    return token_refused("the access token is not known or ran out");
  }
  if (token->thumbprint != dpop_thumbprint) {
    return token_refused("the access token belongs to another key");
  }
  return std::nullopt;
}

Verdict<IssueStep> decide_issue(const Path& path, const AccessToken& token,
                                const std::optional<Credential>& credential, const KeyProof& proof,
                                Time now) {
  require(!path.empty(), "a path holds its share");
  const Share& share = path.back();
  const State state = state_at(share, now);
  if (state != State::claimed && state != State::redeemed) {
    return denied(std::string(encode_state(state)));
  }
  if (auto above = check_ancestors(path, now); !above) return denied(above.error().reason);
  const auto bound = bound_key(share);
  if (bound && (token.thumbprint != bound || proof.thumbprint != *bound)) {
    return Refusal{"invalid_grant", "this share was granted to another key", "wrong_key"};
  }
  if (token.spent) return token_refused("a Bearer token is good for one use");
  if (state == State::claimed && !credential) return IssueStep::issue;
  const bool same = credential && token.thumbprint &&
                    credential->dpop_thumbprint == token.thumbprint &&
                    credential->thumbprint == proof.thumbprint;
  if (!same || now >= share.link_until) return other_key();
  return IssueStep::again;
}

//= spec:authority#3-renewal
//= spec:authority#3-renewal
Result<Done> decide_renew(const Path& path, const Credential& credential, const Certificate& last,
                          const KeyProof& proof, Time now) {
  KF_TRY(check_holder(path, now));
  if (proof.thumbprint != credential.thumbprint) {
    return fail(Errc::forbidden, "a credential is renewed for the same key only", "wrong_key");
  }
  if (now >= last.window.until + kRenewGrace) {
    return fail(Errc::forbidden,
                "this credential ran out more than seven days ago; ask for a new share",
                "too_late");
  }
  return Done{};
}

bool certificate_stands(const Share& share, const Certificate& last, std::string_view ca,
                        const credential::Window& next, Time now) {
  if (last.ca != ca || last.rights != share.rights) return false;
  if (next.until <= last.window.until) return next.until == last.window.until;
  const Time begun = std::max(last.window.from, last.issued);
  return now < begun + (last.window.until - begun) / 4;
}

//= spec:authority#6-life
//= spec:authority#6-life
Result<credential::Window> certificate_window(const Path& path, Duration longest, Time now) {
  std::vector<credential::Window> windows;
  windows.reserve(path.size());
  for (const Share& share : path) windows.push_back(share.window);
  return credential::credential_window(windows, longest, now);
}

}  // namespace keyferry::authority
