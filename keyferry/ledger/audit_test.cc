#include "keyferry/ledger/audit.h"

#include <gtest/gtest.h>

#include "keyferry/ledger/samples_test.h"
#include "keyferry/ledger/schema.h"

namespace keyferry::ledger {
namespace {

Result<AuditHead> verify(Tester& tester) {
  return tester.ledger->transact([](sql::Database& db) { return verify_audit(db); });
}

Result<Done> execute(Tester& tester, std::string_view sql) {
  return tester.ledger->transact([&](sql::Database& db) { return db.execute(sql); });
}

//= spec:authority#1-audit test
TEST(Audit, EveryChangeIsARowOfTheChain) {
  Tester tester;
  const auto before = *verify(tester);
  tester.redeem(*tester.offer(std::nullopt));
  const auto after = *verify(tester);
  EXPECT_EQ(after.number, before.number + 3);  // created, claimed, redeemed
  EXPECT_NE(after.hash, before.hash);
  EXPECT_EQ(tester.snapshot().audit.hash, after.hash);
}

// number_of writes a number as the chain has it: eight octets, the highest first.
std::string number_of(std::uint64_t number, int octets = 8) {
  std::string out;
  for (int i = octets - 1; i >= 0; --i) out += static_cast<char>(number >> (8 * i) & 0xff);
  return out;
}

// Each row is bound to its place: to the hash of the row before, its number, and all it says.
TEST(Audit, ARowsHashIsThatOfTheRowBeforeAndOfItself) {
  Tester tester;  // row 1 names a host
  const auto before = *verify(tester);
  EXPECT_EQ(before.number, 1U);
  ASSERT_TRUE(tester.ledger->transact(
      [](sql::Database& db) { return append_audit(db, kNow, "event", "share", {{"a", 1}}); }));
  std::string row(text_of(before.hash));
  row += number_of(2) + number_of(static_cast<std::uint64_t>(unix_ms(kNow)));
  for (const std::string text : {"event", "share", R"({"a":1})"}) {
    row += number_of(text.size(), 4) + text;
  }
  EXPECT_EQ(verify(tester)->hash, digest::sha256(bytes_of(row)));
  const auto holds = [&](const digest::Sha256& hash) {
    return *tester.ledger->transact([&](sql::Database& db) { return audit_holds(db, hash); });
  };
  EXPECT_TRUE(holds(before.hash));
  EXPECT_TRUE(holds({})) << "an empty log is the beginning of every log";
  digest::Sha256 other{};
  other[0] = 1;
  EXPECT_FALSE(holds(other));
}

TEST(Audit, RowsCannotBeChangedOrDeleted) {
  Tester tester;
  EXPECT_FALSE(execute(tester, "UPDATE audit SET event = 'x'"));
  EXPECT_FALSE(execute(tester, "DELETE FROM audit"));
  EXPECT_TRUE(verify(tester));
}

TEST(Audit, ChangedAndMissingRowsShow) {
  const auto bend = [](std::string_view sql) {
    Tester tester;
    tester.redeem(*tester.offer(std::nullopt));
    EXPECT_TRUE(execute(tester, "DROP TRIGGER audit_is_never_changed"));
    EXPECT_TRUE(execute(tester, "DROP TRIGGER audit_is_never_cut"));
    EXPECT_TRUE(execute(tester, sql));
    return verify(tester).has_value();
  };
  EXPECT_TRUE(bend("SELECT 1"));
  EXPECT_FALSE(bend("UPDATE audit SET event = 'x' WHERE number = 2"));
  EXPECT_FALSE(bend("UPDATE audit SET at = at + 1 WHERE number = 2"));
  EXPECT_FALSE(bend("UPDATE audit SET share = '' WHERE number = 2"));
  EXPECT_FALSE(bend("UPDATE audit SET detail = '{}' WHERE number = 2"));
  EXPECT_FALSE(bend("UPDATE audit SET hash = zeroblob(32) WHERE number = 2"));
  EXPECT_FALSE(bend("DELETE FROM audit WHERE number = 2"));
  EXPECT_FALSE(bend("DELETE FROM audit WHERE number = 1"));
}

TEST(Audit, CutTailShowsAgainstAHeadSeenElsewhere) {
  Tester tester;
  tester.redeem(*tester.offer(std::nullopt));
  const auto seen = tester.snapshot().audit.hash;
  const auto holds = [&] {
    return *tester.ledger->transact([&](sql::Database& db) { return audit_holds(db, seen); });
  };
  EXPECT_TRUE(holds());
  ASSERT_TRUE(execute(tester, "DROP TRIGGER audit_is_never_cut"));
  ASSERT_TRUE(execute(tester, "DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)"));
  EXPECT_TRUE(verify(tester)) << "the chain itself cannot tell";
  EXPECT_FALSE(holds());
}

TEST(Audit, ObserverHearsOfEachChangeOnceAndOnlyAfterTheCommit) {
  Tester tester;
  std::vector<std::string> heard;
  ASSERT_TRUE(tester.ledger->observe([&](const std::vector<Change>& changes) {
    for (const auto& change : changes) heard.push_back(change.event);
  }));
  const auto offered = *tester.offer(std::nullopt);
  EXPECT_EQ(heard, std::vector<std::string>{"created"});
  const auto failed = tester.ledger->transact([&](sql::Database& db) -> Result<Done> {
    KF_TRY(append_audit(db, kNow, "never", ""));
    return fail(Errc::conflict, "undone");
  });
  EXPECT_FALSE(failed);
  tester.redeem(offered);
  EXPECT_EQ(heard, (std::vector<std::string>{"created", "claimed", "redeemed"}));
}

//= spec:authority#7-schema test
TEST(Schema, SharesOfAnOlderLedgerAreImmediate) {
  auto db = *sql::Database::in_memory();
  ASSERT_TRUE(db.migrate(schema_steps().first(1)));
  ASSERT_TRUE(db.execute(
      "INSERT INTO shares (id, kind, rights, valid_from, valid_until, link_until, depth, "
      "state, rearms_left, code_number, created) VALUES ('aaaaaaaaaaaaaaaaaaaa', 'ssh', "
      "'{\"logins\":[\"ada\"],\"hosts\":[\"web\"],\"extensions\":[]}', 1, 2, 2, 0, "
      "'open', 3, 1, 1)"));
  ASSERT_TRUE(db.migrate(schema_steps()));
  const auto share = find_share(db, *authority::ShareId::parse("aaaaaaaaaaaaaaaaaaaa"));
  ASSERT_TRUE(share && *share);
  EXPECT_EQ((*share)->mode, authority::Mode::immediate);
}

//= spec:authority#7-schema test
TEST(Schema, NewerLedgerIsRefusedAndLeftAlone) {
  auto db = *sql::Database::in_memory();
  ASSERT_TRUE(db.migrate(schema_steps()));
  ASSERT_TRUE(db.execute("PRAGMA user_version = 99"));
  const auto migrated = db.migrate(schema_steps());
  ASSERT_FALSE(migrated);
  EXPECT_EQ(migrated.error().code, Errc::unavailable);
  EXPECT_NE(migrated.error().detail.find("newer version"), std::string::npos);
}

}  // namespace
}  // namespace keyferry::ledger
