// Proof and token are judged first, then the gate is asked, and the jti is written last: a refusal
// leaves nothing.
#include "keyferry/ledger/access.h"

#include "keyferry/ledger/codes.h"
#include "keyferry/ledger/once.h"

namespace keyferry::ledger {

using authority::AccessToken;
using authority::DpopProof;
using authority::Refusal;
using authority::Verdict;

Result<Verdict<AccessToken>> authorize(sql::Database& db, std::string_view token,
                                       authority::TokenUse use,
                                       const std::optional<Verdict<DpopProof>>& proof,
                                       const Gate& gate, Time now, Keep keep) {
  std::optional<std::string> thumbprint;
  const DpopProof* good = nullptr;
  if (proof) {
    if (const Refusal* bad = refused(*proof)) return Verdict<AccessToken>(*bad);
    good = &std::get<DpopProof>(*proof);
    thumbprint = good->thumbprint;
  }
  KF_TRY(auto found, find_token(db, authority::stored_form(token)));
  if (auto no = authority::check_token(found, use, thumbprint, now)) {
    return Verdict<AccessToken>(*no);
  }
  if (good) {
    if (good->stale) return Verdict<AccessToken>(*good->stale);
    KF_TRY(bool seen, jti_seen(db, good->jti));
    if (seen) return Verdict<AccessToken>(authority::replayed());
  }
  if (const auto no = held_up(gate, found->share)) return Verdict<AccessToken>(*no);
  if (good) {
    KF_TRY(store_jti(db, good->jti, good->forget, keep));
  }
  return Verdict<AccessToken>(*std::move(found));
}

}  // namespace keyferry::ledger
