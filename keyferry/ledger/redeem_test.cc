// Redeeming on a real ledger: once, with counted PIN tries, committed before the answer.
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "keyferry/ledger/samples_test.h"

namespace keyferry::ledger {
namespace {

TEST(LedgerRedeem, OfferBecomesOneCredential) {
  Tester tester;
  const auto offered = *tester.offer(std::nullopt);
  const auto token = tester.exchange(offered.code);
  ASSERT_EQ(word(token), "granted");
  const auto issued = tester.issue(std::get<TokenAnswer>(*token).token);
  ASSERT_EQ(word(issued), "granted");
  const auto& answer = std::get<Issued>(*issued);
  EXPECT_EQ(answer.share.state, authority::State::redeemed);
  const auto stored = **tester.ledger->transact(
      [&](sql::Database& db) { return find_share(db, offered.record.share.id); });
  EXPECT_EQ(stored.times.claimed, kNow);
  EXPECT_EQ(stored.times.redeemed, kNow);
  EXPECT_EQ(stored.holder->fingerprint, "SHA256:x");
  EXPECT_EQ(answer.credential.thumbprint, tester.key.thumbprint);
  EXPECT_GT(answer.certificate.serial, 0u);
  ASSERT_EQ(answer.hosts.size(), 1u);
  EXPECT_EQ(answer.hosts.front().address, "10.0.0.5");
  EXPECT_EQ(word(tester.exchange(offered.code, std::nullopt, "other")), "unknown_code");
}

TEST(LedgerRedeem, LostAnswersGetTheSameCredential) {
  Tester tester;
  const auto offered = *tester.offer(std::nullopt);
  const auto lost = std::get<TokenAnswer>(*tester.exchange(offered.code));
  const auto token = std::get<TokenAnswer>(*tester.exchange(offered.code));
  EXPECT_NE(lost.token, token.token);
  EXPECT_EQ(word(tester.issue(lost.token)), "invalid_token");
  const auto first = std::get<Issued>(*tester.issue(token.token));
  const auto again = tester.issue(token.token);
  ASSERT_EQ(word(again), "granted");
  EXPECT_EQ(std::get<Issued>(*again).certificate.serial, first.certificate.serial);
  EXPECT_EQ(std::get<Issued>(*again).certificate.random, first.certificate.random);
  tester.key = Tester::generated();
  EXPECT_EQ(word(tester.issue(token.token)), "redeemed");
}

TEST(LedgerRedeem, BearerTokenIsGoodForOneUse) {
  Tester tester;
  const auto offered = *tester.offer(std::nullopt);
  const auto token =
      std::get<TokenAnswer>(*tester.exchange(offered.code, std::nullopt, std::nullopt));
  EXPECT_FALSE(token.dpop);
  EXPECT_EQ(word(tester.issue(token.token, std::nullopt)), "granted");
  EXPECT_EQ(word(tester.issue(token.token, std::nullopt)), "invalid_token");
  EXPECT_EQ(word(tester.exchange(offered.code, std::nullopt, std::nullopt)), "unknown_code");
}

TEST(LedgerRedeem, TokenOfAnotherKeyOrUseIsRefused) {
  Tester tester;
  const auto offered = *tester.offer(std::nullopt);
  const auto token = std::get<TokenAnswer>(*tester.exchange(offered.code));
  EXPECT_EQ(word(tester.issue(token.token, "other")), "invalid_token");
  EXPECT_EQ(word(tester.issue(token.token, std::nullopt)), "invalid_token");
  EXPECT_EQ(word(tester.issue("nonsense")), "invalid_token");
  EXPECT_EQ(word(tester.issue(token.token, "key", kNow + std::chrono::minutes(10))),
            "invalid_token");
}

TEST(LedgerRedeem, ProofIsAcceptedOnce) {
  Tester tester;
  const auto first = *tester.offer(std::nullopt);
  const auto second = *tester.offer(std::nullopt);
  authority::Exchange asked;
  asked.dpop = Tester::proof("key");
  EXPECT_EQ(word(exchange_code(*tester.ledger, tester.keys, *first.code, asked, {}, kNow)),
            "granted");
  EXPECT_EQ(word(exchange_code(*tester.ledger, tester.keys, *second.code, asked, {}, kNow)),
            "invalid_dpop_proof");
  EXPECT_EQ(tester.state(second.record.share.id), authority::State::open);
}

TEST(LedgerRedeem, PinTriesAreCountedAndTheFifthLocksUntilRearmed) {
  Tester tester;
  const auto offered = *tester.offer(std::nullopt, {{"pin", "123456"}});
  const auto& id = offered.record.share.id;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(word(tester.exchange(offered.code, "000000")), "wrong_pin");
  }
  EXPECT_EQ(word(tester.exchange(offered.code, "000000")), "locked");
  EXPECT_EQ(word(tester.exchange(offered.code, "123456")), "locked");
  const auto rearm = [&](std::string_view pin) {
    return tester.ledger->transact([&](sql::Database& db) {
      return rearm_share(db, tester.keys, std::nullopt, id, pin, kNow);
    });
  };
  EXPECT_EQ(reason_of(rearm("123456").error()), "pin_used");
  const auto armed = rearm("654321");
  ASSERT_TRUE(armed);
  EXPECT_NE(armed->code, offered.code);
  EXPECT_EQ(word(tester.exchange(offered.code, "654321")), "unknown_code");
  EXPECT_EQ(word(tester.exchange(armed->code, "123456")), "wrong_pin");
  EXPECT_EQ(word(tester.exchange(armed->code, "654321")), "granted");
}

// The key of a request names one try with one PIN: whoever sends it with another PIN tries again.
//
//= spec:authority#3-lost test
TEST(LedgerRedeem, ATryWithAPinIsCountedOncePerRequestKeyAndPin) {
  Tester tester;
  const auto offered = *tester.offer(std::nullopt, {{"pin", "123456"}});
  const auto tries_left = [&](const std::string& pin, const std::string& key, Time now = kNow) {
    authority::Exchange asked;
    asked.tx_code = pin;
    asked.request_key = key;
    const auto answer = exchange_code(*tester.ledger, tester.keys, *offered.code, asked, {}, now);
    EXPECT_EQ(word(answer), "wrong_pin") << pin << key;
    return authority::refused(*answer)->tries_left;
  };
  for (int i = 0; i < 9; ++i) EXPECT_EQ(tries_left("000000", "first"), 4);
  EXPECT_EQ(tries_left("000001", "first"), 3);
  EXPECT_EQ(tries_left("000000", "second"), 2);
  EXPECT_EQ(tries_left("000000", "first", kNow + std::chrono::minutes(9)), 2);
  EXPECT_EQ(word(tester.exchange(offered.code, "000002")), "wrong_pin");
  EXPECT_EQ(word(tester.exchange(offered.code, "000000")), "locked");
}

//= spec:authority#2-grant test
//= spec:authority#2-bound test
TEST(LedgerConfirmed, OnlyTheGrantedKeyRedeems) {
  Tester tester;
  const std::string key = tester.key.thumbprint;
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 1}}));
  const auto made = *tester.offer(root, {{"mode", "confirmed"}, {"pin", "123456"}});
  const auto& id = made.record.share.id;
  EXPECT_FALSE(made.code) << "nothing can be redeemed before the grant";
  const auto first = tester.grant(root, id, key);
  ASSERT_TRUE(first);
  EXPECT_EQ(tester.state(id), authority::State::claimed);
  EXPECT_EQ(reason_of(tester.grant(root, id, "other").error()), "already_granted");
  const auto second = tester.grant(root, id, key);
  EXPECT_EQ(word(tester.exchange(first->code, "123456", key)), "unknown_code");
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(word(tester.exchange(second->code, "000000", "other")), "wrong_key");
    EXPECT_EQ(word(tester.exchange(second->code, "000000", std::nullopt)), "wrong_key");
  }
  EXPECT_EQ(word(tester.exchange(second->code, "000000", key)), "wrong_pin");
  const auto token = tester.exchange(second->code, "123456", key);
  ASSERT_EQ(word(token), "granted");
  ASSERT_EQ(word(tester.issue(std::get<TokenAnswer>(*token).token, key)), "granted");
  const auto share =
      **tester.ledger->transact([&](sql::Database& db) { return find_share(db, id); });
  EXPECT_EQ(share.holder->label, "Bo's laptop");
  EXPECT_EQ(share.holder->thumbprint, key);
  EXPECT_EQ(share.mode, authority::Mode::confirmed);
  EXPECT_EQ(reason_of(tester.grant(root, id, key).error()), "redeemed");
}

TEST(LedgerConfirmed, CertifiesNoOtherKeyThanTheOneOfTheToken) {
  Tester tester;
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 1}}));
  const auto id = tester.offer(root, {{"mode", "confirmed"}})->record.share.id;
  const auto token =
      tester.exchange(tester.grant(root, id, "wallet")->code, std::nullopt, "wallet");
  ASSERT_EQ(word(token), "granted");
  EXPECT_EQ(word(tester.issue(std::get<TokenAnswer>(*token).token, "wallet")), "wrong_key");
  EXPECT_EQ(tester.state(id), authority::State::claimed);
}

//= spec:authority#2-rearm-confirmed test
TEST(LedgerConfirmed, ALockedShareKeepsItsCodeUnderANewPin) {
  Tester tester;
  const std::string key = tester.key.thumbprint;
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 1}}));
  const auto id = tester.offer(root, {{"mode", "confirmed"}, {"pin", "123456"}})->record.share.id;
  const auto code = tester.grant(root, id, key)->code;
  for (int i = 0; i < 5; ++i) {
    static_cast<void>(tester.exchange(code, "000000", key).has_value());
  }
  EXPECT_EQ(reason_of(tester.grant(root, id, key).error()), "locked");
  const auto rearm = [&](const Caller& caller) {
    return tester.ledger->transact([&](sql::Database& db) {
      return rearm_share(db, tester.keys, caller, id, "654321", kNow);
    });
  };
  EXPECT_EQ(reason_of(rearm(std::nullopt).error()), "confirmed");
  const auto armed = rearm(root);
  ASSERT_TRUE(armed);
  EXPECT_FALSE(armed->code) << "no message could carry another";
  EXPECT_EQ(tester.state(id), authority::State::claimed);
  EXPECT_EQ(word(tester.exchange(code, "654321", key)), "granted");
}

TEST(LedgerConfirmed, OnlyTheMakerGrants) {
  Tester tester;
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 2}}));
  const auto maker = tester.redeem(*tester.offer(root, {{"depth", 1}}));
  const auto stranger = tester.redeem(*tester.offer(std::nullopt, {{"depth", 2}}));
  const auto id = tester.offer(maker, {{"mode", "confirmed"}})->record.share.id;
  EXPECT_EQ(reason_of(tester.grant(root, id, "key").error()), "not_maker");
  EXPECT_EQ(tester.grant(stranger, id, "key").error().code, Errc::not_found);
  EXPECT_EQ(tester.state(id), authority::State::open);
  EXPECT_TRUE(tester.grant(maker, id, "key"));
  ASSERT_TRUE(tester.revoke(root, maker));
  EXPECT_EQ(reason_of(tester.grant(maker, id, "key").error()), "revoked");
}

// 64 receivers race for one code, then 64 for one token: one credential, whoever wins.
//
//= spec:authority#3-once test
//= spec:tigress#SYS-04 test
TEST(LedgerRedeem, SixtyFourParallelRedemptionsMakeOneCredential) {
  for (int round = 0; round < 20; ++round) {
    Tester tester;
    const auto offered = *tester.offer(std::nullopt);
    std::atomic<int> tokens = 0;
    std::atomic<int> credentials = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 64; ++i) {
        threads.emplace_back([&, i] {
          const std::string dpop = "key" + std::to_string(i);
          const auto token = tester.exchange(offered.code, std::nullopt, dpop);
          if (word(token) != "granted") return;
          ++tokens;
          if (word(tester.issue(std::get<TokenAnswer>(*token).token, dpop)) == "granted") {
            ++credentials;
          }
        });
      }
    }
    EXPECT_EQ(tokens, 1);
    EXPECT_EQ(credentials, 1);
  }
}

TEST(LedgerRedeem, DatabaseItselfRefusesASecondCredential) {
  Tester tester;
  const auto id = tester.redeem(*tester.offer(std::nullopt));
  const auto second = tester.ledger->transact([&](sql::Database& db) {
    return db.execute("INSERT INTO credentials (id, share, jwk, thumbprint) VALUES ('x', '" +
                      id.text() + "', '{}', 'y')");
  });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
}

//= spec:authority#3-serials test
TEST(LedgerRedeem, SerialsRiseAboveClockAndEverythingSeen) {
  Tester tester;
  std::uint64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    const auto offered = *tester.offer(std::nullopt);
    const auto token = std::get<TokenAnswer>(*tester.exchange(offered.code));
    const auto serial = std::get<Issued>(*tester.issue(token.token)).certificate.serial;
    EXPECT_GT(serial, last);
    EXPECT_GE(serial, static_cast<std::uint64_t>(unix_ms(kNow)) * 1000);
    last = serial;
  }
}

TEST(LedgerRedeem, OfferByHandleIsReadUntilTheCodeIsUsed) {
  Tester tester;
  const auto offered = *tester.offer(std::nullopt);
  for (int i = 0; i < 3; ++i) {
    const auto read = offer_by_handle(*tester.ledger, tester.keys, *offered.handle, kNow);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->code, offered.code);
  }
  EXPECT_FALSE(offer_by_handle(*tester.ledger, tester.keys, "nonsense", kNow));
  EXPECT_FALSE(offer_by_handle(*tester.ledger, tester.keys, *offered.handle,
                               offered.record.share.link_until));
  const auto token = tester.exchange(offered.code);
  EXPECT_FALSE(offer_by_handle(*tester.ledger, tester.keys, *offered.handle, kNow)) << "was used";
  EXPECT_EQ(word(tester.issue(std::get<TokenAnswer>(*token).token)), "granted");
  EXPECT_FALSE(offer_by_handle(*tester.ledger, tester.keys, *offered.handle, kNow));
}

// Whoever has a code, a thief of the link too, can ask as often as he likes.
TEST(LedgerRedeem, WhatOnlyRepeatsLeavesNoRow) {
  Tester tester;
  const auto offered = *tester.offer(std::nullopt, {{"pin", "123456"}});
  const auto rows = [&](const char* table) {
    return *tester.ledger->transact([&](sql::Database& db) -> Result<std::int64_t> {
      KF_TRY(auto query, db.prepare(std::string("SELECT count(*) FROM ") + table));
      KF_TRY(query.step());
      return query.integer(0);
    });
  };
  for (const char* pin : {"", "12345", "a23456"}) {
    EXPECT_NE(word(tester.exchange(offered.code, pin)), "granted");
  }
  EXPECT_EQ(rows("jtis"), 0) << "a refusal that spends no try leaves nothing";
  auto answer = *tester.exchange(offered.code, "123456");
  const auto audit = rows("audit");
  for (int i = 0; i < 20; ++i) answer = *tester.exchange(offered.code, "123456");
  EXPECT_EQ(rows("audit"), audit);
  EXPECT_EQ(rows("tokens"), 1);
  const auto token = std::get<TokenAnswer>(answer).token;
  std::string id;
  for (int i = 0; i < 20; ++i) id = std::get<Issued>(*tester.issue(token)).notification;
  EXPECT_EQ(rows("audit"), audit + 1);
  EXPECT_EQ(rows("notifications"), 1);
  for (int i = 0; i < 20; ++i) {
    for (const char* event : {"credential_accepted", "credential_deleted"}) {
      EXPECT_EQ(word(note_event(*tester.ledger, token, Tester::proof("key"), id, event, {}, kNow)),
                "granted");
    }
  }
  EXPECT_EQ(rows("audit"), audit + 3) << "each event once";
}

TEST(LedgerRedeem, ACodeThatWasReplacedLeavesNoRowAndCodesAreCounted) {
  Tester tester;
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 1}}));
  const auto first = *tester.offer(root);
  const auto again = [&] {
    return tester.ledger->transact([&](sql::Database& db) {
      return offer_share_again(db, tester.keys, root, first.record.share.id, kNow);
    });
  };
  std::optional<std::string> last;
  for (std::uint32_t code = 2; code <= authority::kMostCodes; ++code) last = again()->code;
  EXPECT_EQ(again().error().reason, "codes_used_up");
  EXPECT_EQ(word(tester.exchange(first.code)), "unknown_code");
  EXPECT_EQ(word(tester.exchange(last)), "granted") << "the last code is good";
  const auto codes = tester.ledger->transact([&](sql::Database& db) -> Result<std::int64_t> {
    KF_TRY(auto query, db.prepare("SELECT count(*) FROM codes"));
    KF_TRY(query.step());
    return query.integer(0);
  });
  EXPECT_EQ(*codes, 2) << "one a share";

  const auto confirmed = tester.offer(root, {{"mode", "confirmed"}})->record.share.id;
  std::string reason;
  for (std::uint32_t i = 0; i < authority::kMostCodes + 5 && reason.empty(); ++i) {
    const auto granted = tester.grant(root, confirmed, "key");
    if (!granted) reason = granted.error().reason;
  }
  EXPECT_EQ(reason, "codes_used_up");
}

TEST(LedgerGate, ACallThatIsHeldUpLeavesNothingAndTheSameProofIsGoodLater) {
  Tester tester;
  const auto share = tester.redeem(*tester.offer(std::nullopt));
  const auto token = tester.login(share);
  bool closed = true;
  const Gate gate = [&](const authority::ShareId& caller) -> std::optional<Duration> {
    EXPECT_EQ(caller, share);
    return closed ? std::optional<Duration>(1500) : std::nullopt;
  };
  const Access access{token, Tester::proof("key"), gate};
  const auto renew = [&] {
    return *renew_credential(*tester.ledger, access, tester.key, tester.terms, kNow);
  };
  const auto held = renew();
  ASSERT_TRUE(authority::refused(held));
  EXPECT_EQ(authority::refused(held)->error, "temporarily_unavailable");
  EXPECT_EQ(authority::refused(held)->retry_after, 2);
  closed = false;
  EXPECT_FALSE(authority::refused(renew()));
  EXPECT_TRUE(authority::refused(renew())) << "now the proof was used";

  closed = true;
  tester.gate = gate;
  EXPECT_EQ(tester.login(share), "");
}

}  // namespace
}  // namespace keyferry::ledger
