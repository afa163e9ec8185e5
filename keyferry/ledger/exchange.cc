// A lost answer costs no second try: a try is named by the PIN's MAC and the request's key, and one
// that was counted is not counted again.
#include "keyferry/ledger/exchange.h"

#include <algorithm>

#include "keyferry/digest/random.h"
#include "keyferry/ledger/audit.h"
#include "keyferry/ledger/codes.h"
#include "keyferry/ledger/credentials.h"
#include "keyferry/ledger/once.h"
#include "keyferry/ledger/shares.h"

namespace keyferry::ledger {
namespace {

using authority::DpopProof;
using authority::Exchange;
using authority::ExchangeOutcome;
using authority::Refusal;
using authority::Share;
using authority::State;
using authority::TokenGrant;
using authority::TokenUse;
using authority::Verdict;

const DpopProof* good_proof(const Exchange& exchange) {
  return exchange.dpop ? std::get_if<DpopProof>(&*exchange.dpop) : nullptr;
}

// try_of names one try with a PIN: a repeated request is the same one, another PIN is not.
std::optional<digest::Sha256> try_of(const authority::ServerKeys& keys, const Share& share,
                                     const Exchange& exchange) {
  if (!exchange.request_key || !exchange.tx_code) return std::nullopt;
  const auto mac = authority::pin_mac(keys, share.id, *exchange.tx_code);
  return digest::sha256({bytes_of("pin try"), mac, bytes_of(*exchange.request_key)});
}

bool was_spent(const Share& before, const Share& after) {
  return before.pin && after.pin && after.pin->tries_left != before.pin->tries_left;
}

// store_share writes down what an exchange did to the share, with its row of the audit log.
Result<Done> store_share(sql::Database& db, const Share& before, const Share& after, Time now) {
  if (after.state == State::locked && before.state != State::locked) {
    KF_TRY(update_share(db, after));
    return append_audit(db, now, "locked", after.id.text());
  }
  if (was_spent(before, after)) {
    KF_TRY(update_share(db, after));
    return append_audit(db, now, "pin_wrong", after.id.text(),
                        {{"tries_left", after.pin->tries_left}});
  }
  return Done{};
}

Result<TokenAnswer> grant(sql::Database& db, const ExchangeOutcome& outcome,
                          const TokenGrant& granted, Time now) {
  const Share& share = outcome.share;
  if (granted.again) {
    KF_TRY(drop_tokens(db, share.id));
  }
  KF_TRY(update_share(db, share));
  KF_TRY(update_code(db, {share.id, outcome.code}));
  // A lost answer that is asked for again is no event: the code's holder could fill the log with
  // it.
  if (!granted.again) {
    KF_TRY(append_audit(db, now, "claimed", share.id.text(),
                        {{"code", share.code_number}, {"dpop", granted.thumbprint.has_value()}}));
  }
  TokenAnswer answer;
  answer.token = authority::encode_bearer(digest::random_bytes(32));
  answer.dpop = granted.thumbprint.has_value();
  answer.life = std::min(granted.life, share.link_until - now);
  const authority::AccessToken token{share.id, TokenUse::redeem, granted.thumbprint, false,
                                     now + answer.life};
  KF_TRY(insert_token(db, authority::stored_form(answer.token), token));
  return answer;
}

}  // namespace

Result<Verdict<TokenAnswer>> exchange_code(Ledger& ledger, const authority::ServerKeys& keys,
                                           std::string_view code, Exchange exchange,
                                           const Gate& gate, Time now) {
  const auto hash = authority::stored_form(code);
  return ledger.transact([&](sql::Database& db) -> Result<Verdict<TokenAnswer>> {
    KF_TRY(auto found, find_code(db, hash));
    if (!found) return Verdict<TokenAnswer>(authority::unknown_code());
    KF_TRY(auto path, path_of(db, found->share));
    const DpopProof* proof = good_proof(exchange);
    if (proof) {
      KF_TRY(exchange.jti_seen, jti_seen(db, proof->jti));
    }
    const auto tried = try_of(keys, path.back(), exchange);
    if (tried) {
      KF_TRY(exchange.try_counted, jti_seen(db, *tried));
    }
    const auto outcome = authority::decide_exchange(keys, path, found->code, exchange, now);
    const auto* granted = std::get_if<TokenGrant>(&outcome.verdict);
    if (granted && granted->again) {
      if (const auto no = held_up(gate, found->share)) return Verdict<TokenAnswer>(*no);
    }
    if (outcome.store_jti) {
      require(proof != nullptr, "only a good proof is stored");
      KF_TRY(store_jti(db, proof->jti, proof->forget));
    }
    if (const Refusal* no = refused(outcome.verdict)) {
      KF_TRY(store_share(db, path.back(), outcome.share, now));
      if (tried && was_spent(path.back(), outcome.share)) {
        KF_TRY(store_jti(db, *tried, now + authority::kJtiMemory));
      }
      return Verdict<TokenAnswer>(*no);
    }
    KF_TRY(auto answer, grant(db, outcome, std::get<TokenGrant>(outcome.verdict), now));
    return Verdict<TokenAnswer>(std::move(answer));
  });
}

Result<std::optional<authority::Credential>> holder_credential(Ledger& ledger,
                                                               const authority::CredentialId& id) {
  return ledger.transact([&](sql::Database& db) { return find_credential(db, id); }, Space::none);
}

Result<Verdict<TokenAnswer>> login_holder(Ledger& ledger, const authority::Credential& credential,
                                          const authority::CheckedAssertion& assertion,
                                          const DpopProof& proof, const Gate& gate, Time now) {
  return ledger.transact(
      [&](sql::Database& db) -> Result<Verdict<TokenAnswer>> {
        KF_TRY(bool proof_seen, jti_seen(db, proof.jti));
        if (proof_seen) return Verdict<TokenAnswer>(authority::replayed());
        KF_TRY(bool assertion_seen, jti_seen(db, assertion.jti));
        if (assertion_seen || assertion.jti == proof.jti) {
          return Verdict<TokenAnswer>(
              Refusal{"invalid_grant", "holder assertion: it was used before; make a new one"});
        }
        KF_TRY(auto path, path_of(db, credential.share));
        if (auto live = authority::check_holder(path, now); !live) {
          return Verdict<TokenAnswer>(
              Refusal{"invalid_grant", live.error().detail, live.error().reason});
        }
        if (const auto no = held_up(gate, credential.share)) return Verdict<TokenAnswer>(*no);
        KF_TRY(store_jti(db, proof.jti, proof.forget, ledger.keep()));
        KF_TRY(store_jti(db, assertion.jti, assertion.forget, ledger.keep()));
        TokenAnswer answer{authority::encode_bearer(digest::random_bytes(32)), true,
                           kHolderTokenLife};
        const authority::AccessToken token{credential.share, TokenUse::holder, proof.thumbprint,
                                           false, now + answer.life};
        KF_TRY(insert_token(db, authority::stored_form(answer.token), token, ledger.keep()));
        return Verdict<TokenAnswer>(std::move(answer));
      },
      Space::none);
}

}  // namespace keyferry::ledger
