// A ledger in memory and what the tests of this folder do with it.
#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "keyferry/authority/nonce.h"
#include "keyferry/digest/random.h"
#include "keyferry/ledger/audit.h"
#include "keyferry/ledger/credentials.h"
#include "keyferry/ledger/exchange.h"
#include "keyferry/ledger/issue.h"
#include "keyferry/ledger/lists.h"
#include "keyferry/ledger/offer.h"
#include "keyferry/ledger/revoke.h"
#include "keyferry/ledger/shares.h"

namespace keyferry::ledger {

inline const Time kNow = from_unix_seconds(1'795'000'000);

inline authority::ServerKeys server_keys() {
  authority::ServerKeys keys;
  keys.code = SecretBytes(Bytes(authority::kServerKeySize, 1));
  keys.pin = SecretBytes(Bytes(authority::kServerKeySize, 2));
  keys.nonce.emplace_back(Bytes(authority::kServerKeySize, 3));
  return keys;
}

// Tester is an authority without HTTP: keys of receivers are drawn once, proofs are made fresh.
struct Tester {
  std::unique_ptr<Ledger> ledger;
  authority::ServerKeys keys = server_keys();
  authority::KeyProof key{generated()};
  IssueTerms terms{"ca", std::chrono::hours(24)};
  Gate gate;  // none
  ShareLimits limits;

  explicit Tester(std::unique_ptr<Ledger> opened = nullptr)
      : ledger(opened ? std::move(opened) : *Ledger::in_memory()) {
    EXPECT_TRUE(add_host(*ledger, {"web", "10.0.0.5", 22, {"ssh-ed25519 AAAA"}, {}}, true, kNow));
  }

  static authority::KeyProof generated() {
    const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519).public_key();
    return {key, digest_text(key), std::nullopt};
  }
  static std::string digest_text(const crypto::PublicKey& key) {
    return std::string(text_of(ByteView(key.raw()).first(8)));
  }

  static authority::Verdict<authority::DpopProof> proof(const std::string& thumbprint,
                                                        Time now = kNow) {
    authority::DpopProof fresh;
    fresh.thumbprint = thumbprint;
    const Bytes random = digest::random_bytes(32);
    std::copy(random.begin(), random.end(), fresh.jti.begin());
    fresh.forget = now + authority::kJtiMemory;
    return fresh;
  }

  // offer makes a share below `caller` (nothing: a root).
  Result<Offered> offer(const Caller& caller, boost::json::object body = {}, Time now = kNow) {
    body.emplace("kind", "ssh");  // emplace keeps what the test states
    if (!caller) {
      body.emplace("rights", boost::json::object{{"logins", {"ada"}}, {"hosts", {"web"}}});
      body.emplace("valid_for", 36000);
    }
    KF_TRY(auto wish, authority::parse_wish(body));
    return ledger->transact([&](sql::Database& db) {
      return make_share(db, keys, caller, wish, std::nullopt, now, limits);
    });
  }

  Result<authority::Verdict<TokenAnswer>> exchange(const std::optional<std::string>& code,
                                                   std::optional<std::string> pin = std::nullopt,
                                                   std::optional<std::string> dpop = "key",
                                                   Time now = kNow) {
    authority::Exchange asked;
    asked.tx_code = std::move(pin);
    if (dpop) asked.dpop = proof(*dpop);
    return exchange_code(*ledger, keys, code.value(), std::move(asked), gate, now);
  }

  // grant lets the key with that thumbprint redeem a confirmed share.
  Result<Offered> grant(const authority::ShareId& caller, const authority::ShareId& id,
                        const std::string& thumbprint, Time now = kNow) {
    const authority::GrantWish wish{thumbprint, "Bo's laptop"};
    return ledger->transact(
        [&](sql::Database& db) { return grant_share(db, keys, caller, id, wish, now); });
  }

  Result<authority::Verdict<Issued>> issue(const std::string& token,
                                           std::optional<std::string> dpop = "key",
                                           Time now = kNow) {
    CredentialRequest request{token, std::nullopt, key, "SHA256:x", gate};
    if (dpop) request.dpop = proof(*dpop);
    return issue_credential(*ledger, request, terms, now);
  }

  // redeem takes an offer to its end and returns the share's id.
  authority::ShareId redeem(const Offered& offered, std::optional<std::string> pin = std::nullopt) {
    const auto token = exchange(offered.code, std::move(pin));
    EXPECT_FALSE(authority::refused(*token));
    const auto issued = issue(std::get<TokenAnswer>(*token).token);
    EXPECT_FALSE(authority::refused(*issued));
    return offered.record.share.id;
  }

  // login gives the holder of a redeemed share an access token; none if it is refused.
  std::string login(const authority::ShareId& share, Time now = kNow) {
    const auto credential =
        *ledger->transact([&](sql::Database& db) { return credential_of(db, share); });
    authority::CheckedAssertion assertion;
    const Bytes random = digest::random_bytes(32);
    std::copy(random.begin(), random.end(), assertion.jti.begin());
    assertion.forget = now + authority::kJtiMemory;
    const auto dpop = std::get<authority::DpopProof>(proof("key", now));
    const auto answer = *login_holder(*ledger, *credential, assertion, dpop, gate, now);
    return authority::refused(answer) ? std::string() : std::get<TokenAnswer>(answer).token;
  }

  authority::State state(const authority::ShareId& id, Time now = kNow) {
    const auto share = ledger->transact([&](sql::Database& db) { return find_share(db, id); });
    return state_at(**share, now);
  }

  Result<Revoked> revoke(const Caller& caller, const authority::ShareId& id, Time now = kNow) {
    return ledger->transact([&](sql::Database& db) { return revoke_share(db, caller, id, now); });
  }

  ListSnapshot snapshot(Time now = kNow) {
    return *snapshot_list(*ledger, "ssh.krl", "ssh", false, now);
  }
};

// word is "granted", or what a refusal says.
template <class T>
std::string word(const Result<authority::Verdict<T>>& verdict) {
  if (!verdict) return std::string(reason_of(verdict.error()));
  const auto* no = authority::refused(*verdict);
  if (!no) return "granted";
  return no->keyferry.empty() ? no->error : no->keyferry;
}

}  // namespace keyferry::ledger
