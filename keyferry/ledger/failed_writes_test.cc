// A write that the database refuses, each one of every operation in turn: the operation fails and
// leaves nothing. An error that is not looked at would be committed as half a change.
#include <functional>
#include <ostream>
#include <sstream>

#include <gtest/gtest.h>

#include "keyferry/ledger/access.h"
#include "keyferry/ledger/housekeeping.h"
#include "keyferry/ledger/restore.h"
#include "keyferry/ledger/samples_test.h"
#include "keyferry/ledger/verifiers.h"

namespace keyferry::ledger {
namespace {

using authority::ShareId;
using std::chrono::hours;

constexpr int kNever = 1'000'000;

// Call runs an operation that has been prepared, and says whether it succeeded.
using Call = std::function<bool()>;

struct Operation {
  const char* name;
  int fewest;  // rows that it writes at least
  std::function<Call(Tester&)> prepare;
};

std::ostream& operator<<(std::ostream& out, const Operation& operation) {
  return out << operation.name;
}

std::vector<std::string> texts(sql::Database& db, const std::string& sql) {
  std::vector<std::string> out;
  auto query = *db.prepare(sql);
  while (*query.step()) out.push_back(query.text(0));
  return out;
}

std::vector<std::string> tables(sql::Database& db) {
  return texts(db,
               "SELECT name FROM sqlite_master WHERE type = 'table' UNION "
               "SELECT name FROM sqlite_temp_master WHERE type = 'table' AND name LIKE 'memory%'");
}

// fail_write makes the database refuse the write of the row that comes as number `at`.
void fail_write(Tester& tester, int at) {
  const auto set = [&](sql::Database& db) -> Result<Done> {
    KF_TRY(db.execute("CREATE TEMP TABLE writes (to_come INTEGER); INSERT INTO writes VALUES (" +
                      std::to_string(at) + ")"));
    for (const auto& table : tables(db)) {
      for (const std::string verb : {"INSERT", "UPDATE", "DELETE"}) {
        KF_TRY(db.execute("CREATE TEMP TRIGGER fail_" + verb + "_" + table + " BEFORE " + verb +
                          " ON " + table +
                          " BEGIN UPDATE writes SET to_come = to_come - 1; "
                          "SELECT RAISE(FAIL, 'refused') FROM writes WHERE to_come = 0; END"));
      }
    }
    return Done{};
  };
  ASSERT_TRUE(tester.ledger->transact(set, Space::none));
}

int rows_written(Tester& tester) {
  return *tester.ledger->transact([](sql::Database& db) -> Result<int> {
    return kNever - std::stoi(texts(db, "SELECT to_come FROM writes").front());
  });
}

// contents is all that is on disk, but the proofs: a holder's is used up by a call that fails.
std::string contents(Tester& tester) {
  return *tester.ledger->transact([](sql::Database& db) -> Result<std::string> {
    std::ostringstream out;
    for (const auto& table : tables(db)) {
      if (table == "jtis" || table.starts_with("memory_")) continue;
      std::string columns = "''";
      for (const auto& name : texts(db, "SELECT name FROM pragma_table_info('" + table + "')")) {
        columns += " || '|' || quote(" + name + ")";
      }
      out << table << '\n';
      for (const auto& row : texts(db, "SELECT " + columns + " FROM " + table)) out << row << '\n';
    }
    return out.str();
  });
}

template <class Work>
Call transaction(Tester& tester, Work work) {
  return [&tester, work] { return tester.ledger->transact(work).has_value(); };
}

Call share_making(Tester& tester, const Caller& caller, boost::json::object body,
                  std::optional<IdempotentRequest> request = IdempotentRequest{}) {
  return transaction(tester, [&tester, caller, body, request](sql::Database& db) -> Result<Done> {
    KF_TRY(const auto wish, authority::parse_wish(body));
    KF_TRY(make_share(db, tester.keys, caller, wish, request, kNow));
    return Done{};
  });
}

const boost::json::object kRoot = {
    {"kind", "ssh"},
    {"rights", boost::json::object{{"logins", {"ada"}}, {"hosts", {"web"}}}},
    {"valid_for", 36000},
    {"pin", "123456"}};

ShareId holder(Tester& tester, const Caller& above = std::nullopt, int depth = 3) {
  return tester.redeem(*tester.offer(above, {{"depth", depth}}));
}

Call exchange(Tester& tester, const Offered& offered, std::optional<std::string> pin) {
  return [&tester, code = *offered.code, pin] {
    authority::Exchange asked;
    asked.tx_code = pin;
    asked.request_key = "request";
    asked.dpop = Tester::proof("key");
    return exchange_code(*tester.ledger, tester.keys, code, asked, {}, kNow).has_value();
  };
}

Call issue(Tester& tester, std::optional<std::string> dpop, bool again) {
  const auto offered = *tester.offer(std::nullopt);
  const auto token =
      std::get<TokenAnswer>(*tester.exchange(offered.code, std::nullopt, dpop)).token;
  if (again) {
    EXPECT_EQ(word(tester.issue(token, dpop)), "granted");
  }
  return [&tester, token, dpop] { return tester.issue(token, dpop).has_value(); };
}

Call note(Tester& tester) {
  const auto offered = *tester.offer(std::nullopt);
  const auto token = std::get<TokenAnswer>(*tester.exchange(offered.code)).token;
  const auto id = std::get<Issued>(*tester.issue(token)).notification;
  return [&tester, token, id] {
    return note_event(*tester.ledger, token, Tester::proof("key"), id, "credential_accepted", {},
                      kNow)
        .has_value();
  };
}

Call renewal(Tester& tester, Duration after) {
  const auto share = tester.redeem(*tester.offer(std::nullopt, {{"valid_for", 864000}}));
  const Time now = kNow + after;
  return [&tester, now, token = tester.login(share, now)] {
    return renew_credential(*tester.ledger, {token, Tester::proof("key", now)}, tester.key,
                            tester.terms, now)
        .has_value();
  };
}

Call login(Tester& tester) {
  const auto id = holder(tester);
  const auto credential =
      **tester.ledger->transact([&](sql::Database& db) { return credential_of(db, id); });
  return [&tester, credential] {
    authority::CheckedAssertion assertion;
    assertion.jti.fill(9);
    const auto proof = std::get<authority::DpopProof>(Tester::proof("key"));
    return login_holder(*tester.ledger, credential, assertion, proof, {}, kNow).has_value();
  };
}

// A locked share, to be armed again.
Call rearming(Tester& tester) {
  const auto offered = *tester.offer(std::nullopt, {{"pin", "123456"}});
  for (int i = 0; i < 5; ++i) EXPECT_NE(word(tester.exchange(offered.code, "000000")), "granted");
  return transaction(tester, [&tester, id = offered.record.share.id](sql::Database& db) {
    return rearm_share(db, tester.keys, std::nullopt, id, "654321", kNow);
  });
}

Call merging(Tester& tester) {
  const SeenList list{
      7, 7, "ssh.krl", 1U << 20U, {{"ca", {5}, {holder(tester).text(), "unknown"}}}};
  return [&tester, list] { return merge_list(*tester.ledger, list, kNow).has_value(); };
}

Verifier verifier(std::string thumbprint) {
  return {"web", crypto::PrivateKey::generate(crypto::KeyType::p256).public_key(),
          std::move(thumbprint)};
}

const std::vector<Operation> kOperations = {
    {"making a root", 5, [](Tester& t) { return share_making(t, std::nullopt, kRoot); }},
    {"making a child", 4, [](Tester& t) { return share_making(t, holder(t), {{"kind", "ssh"}}); }},
    {"making a confirmed share", 2,
     [](Tester& t) {
       return share_making(t, holder(t), {{"kind", "ssh"}, {"mode", "confirmed"}}, std::nullopt);
     }},
    {"an exchange", 5, [](Tester& t) { return exchange(t, *t.offer(std::nullopt), std::nullopt); }},
    {"an exchange again", 5,
     [](Tester& t) {
       const auto offered = *t.offer(std::nullopt);
       EXPECT_EQ(word(t.exchange(offered.code)), "granted");
       return exchange(t, offered, std::nullopt);
     }},
    {"a wrong PIN", 4,
     [](Tester& t) { return exchange(t, *t.offer(std::nullopt, {{"pin", "123456"}}), "000000"); }},
    {"the last wrong PIN", 4,
     [](Tester& t) {
       const auto offered = *t.offer(std::nullopt, {{"pin", "123456"}});
       for (int i = 0; i < 4; ++i) EXPECT_EQ(word(t.exchange(offered.code, "000000")), "wrong_pin");
       return exchange(t, offered, "000000");
     }},
    {"issuing", 7, [](Tester& t) { return issue(t, "key", false); }},
    {"issuing for a bearer", 7, [](Tester& t) { return issue(t, std::nullopt, false); }},
    {"issuing again", 2, [](Tester& t) { return issue(t, "key", true); }},
    {"noting an event", 3, note},
    {"logging in", 3, login},
    {"renewing", 6, [](Tester& t) { return renewal(t, hours(12)); }},
    {"renewing early", 2, [](Tester& t) { return renewal(t, hours(1)); }},
    {"granting", 3,
     [](Tester& t) {
       const auto above = holder(t);
       const auto id = t.offer(above, {{"mode", "confirmed"}})->record.share.id;
       return [&t, above, id] { return t.grant(above, id, "key").has_value(); };
     }},
    {"arming again", 5, rearming},
    {"offering again", 5,
     [](Tester& t) {
       const auto offered = *t.offer(std::nullopt);
       EXPECT_EQ(word(t.exchange(offered.code)), "granted");
       return transaction(t, [&t, id = offered.record.share.id](sql::Database& db) {
         return offer_share_again(db, t.keys, std::nullopt, id, kNow);
       });
     }},
    {"refusing", 2,
     [](Tester& t) {
       const auto above = holder(t);
       const auto id = t.offer(above, {{"mode", "confirmed"}})->record.share.id;
       return transaction(
           t, [above, id](sql::Database& db) { return refuse_share(db, above, id, kNow); });
     }},
    {"revoking", 6,
     [](Tester& t) {
       const auto id = holder(t);
       const auto offered = *t.offer(id);
       EXPECT_EQ(word(t.exchange(offered.code)), "granted");
       return [&t, id] { return t.revoke(std::nullopt, id).has_value(); };
     }},
    {"dropping", 5,
     [](Tester& t) {
       const auto id = holder(t);
       EXPECT_TRUE(t.offer(id));
       return [&t, id] { return t.revoke(id, id).has_value(); };
     }},
    {"revoking all below", 3,
     [](Tester& t) {
       const auto id = holder(t);
       EXPECT_TRUE(t.offer(id));
       return transaction(t, [id](sql::Database& db) { return revoke_below(db, id, kNow); });
     }},
    {"signing a list anew", 1,
     [](Tester& t) {
       return [&t] { return snapshot_list(*t.ledger, "ssh.krl", "ssh", true, kNow).has_value(); };
     }},
    {"keeping house", 6,
     [](Tester& t) {
       EXPECT_NE(t.login(holder(t)), "");
       EXPECT_TRUE(share_making(t, std::nullopt, kRoot)());
       const auto remember = [](sql::Database& db) {
         return store_jti(db, digest::Sha256{}, kNow, Keep::memory);
       };
       EXPECT_TRUE(t.ledger->transact(remember));
       return [&t] { return keep_house(*t.ledger, kNow + hours(240)).has_value(); };
     }},
    {"restoring", 6,
     [](Tester& t) {
       EXPECT_TRUE(t.offer(std::nullopt));
       return [&t] { return mark_restored(*t.ledger, kNow).has_value(); };
     }},
    {"merging", 9, merging},
    {"accepting a loss", 2,
     [](Tester& t) { return [&t] { return mark_merged(*t.ledger, true, kNow).has_value(); }; }},
    {"replacing a host", 2,
     [](Tester& t) {
       return [&t] {
         return add_host(*t.ledger, {"web", "10.0.0.9", 22, {"ssh-ed25519 AAAA"}, {}}, true, kNow)
             .has_value();
       };
     }},
    {"replacing a verifier", 3,
     [](Tester& t) {
       EXPECT_TRUE(add_verifier(*t.ledger, verifier("old"), false, kNow));
       return [&t, next = verifier("new")] {
         return add_verifier(*t.ledger, next, true, kNow).has_value();
       };
     }},
    {"removing a verifier", 2,
     [](Tester& t) {
       EXPECT_TRUE(add_verifier(*t.ledger, verifier("old"), false, kNow));
       return [&t] { return remove_verifier(*t.ledger, "web", kNow).has_value(); };
     }},
    {"hearing a verifier", 1,
     [](Tester& t) {
       EXPECT_TRUE(add_verifier(*t.ledger, verifier("a"), false, kNow));
       return [&t] {
         return store_heard(*t.ledger, {{"a", "ssh.krl", {{1, 7}, kNow}, kNow, {}, kNow}})
             .has_value();
       };
     }},
};

struct FailedWrites : testing::TestWithParam<Operation> {};

//= spec:authority#7-kill test
TEST_P(FailedWrites, FailTheOperationAndLeaveNothing) {
  const Operation& operation = GetParam();
  int rows = 0;
  {
    Tester tester;
    const Call call = operation.prepare(tester);
    fail_write(tester, kNever);
    ASSERT_TRUE(call()) << "without a failure";
    rows = rows_written(tester);
  }
  EXPECT_GE(rows, operation.fewest);
  for (int at = 1; at <= rows; ++at) {
    Tester tester;
    const Call call = operation.prepare(tester);
    fail_write(tester, at);
    const std::string before = contents(tester);
    EXPECT_FALSE(call()) << "write " << at << " of " << rows;
    EXPECT_EQ(contents(tester), before) << "write " << at << " of " << rows;
  }
}

INSTANTIATE_TEST_SUITE_P(Ledger, FailedWrites, testing::ValuesIn(kOperations));

}  // namespace
}  // namespace keyferry::ledger
