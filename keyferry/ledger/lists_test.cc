// What a list says, however much a caller did: one entry a revoked share, and a bound.
#include "keyferry/ledger/lists.h"

#include <gtest/gtest.h>

#include "keyferry/file/temporary_folder_test.h"
#include "keyferry/ledger/credentials.h"
#include "keyferry/ledger/restore.h"
#include "keyferry/ledger/samples_test.h"
#include "keyferry/ledger/schema.h"
#include "keyferry/ledger/settings.h"

namespace keyferry::ledger {
namespace {

using authority::ShareId;
using std::chrono::hours;

constexpr Duration kDay = hours(24);
constexpr int kWindowDays = 90;

// Long is a root share with a window of kWindowDays, redeemed, and its holder logged in.
struct Long : Tester {
  ShareId share = redeem(*offer(std::nullopt, {{"valid_for", kWindowDays * 86400}}));

  std::string renew(Time now) {
    const auto token = login(share, now);
    return word(renew_credential(*ledger, {token, proof("key", now)}, key, terms, now));
  }
  std::int64_t count(const char* table) {
    return *ledger->transact([&](sql::Database& db) -> Result<std::int64_t> {
      KF_TRY(auto query, db.prepare(std::string("SELECT count(*) FROM ") + table));
      KF_TRY(query.step());
      return query.integer(0);
    });
  }
  std::vector<SerialWindow> serials() {
    return *ledger->transact([&](sql::Database& db) -> Result<std::vector<SerialWindow>> {
      KF_TRY(auto credential, credential_of(db, share));
      return newest_serials(db, credential->id, 1000);
    });
  }
};

TEST(LedgerLists, ARevokedShareIsOneEntryHoweverOftenItWasRenewed) {
  Long tester;
  for (int day = 1; day <= 20; ++day) EXPECT_EQ(tester.renew(kNow + day * kDay), "granted");
  EXPECT_EQ(tester.serials().size(), 21U);
  const Time now = kNow + 20 * kDay;
  const auto token = tester.login(tester.share, now);
  ASSERT_TRUE(tester.revoke(std::nullopt, tester.share, now));
  const auto snapshot = tester.snapshot(now);
  ASSERT_EQ(snapshot.revoked.size(), 1U);
  EXPECT_EQ(snapshot.revoked[0].share, tester.share.text());
  EXPECT_EQ(snapshot.revoked[0].serial, 0U);
  EXPECT_EQ(snapshot.revoked[0].ca, "");
  EXPECT_EQ(snapshot.highest_serial, tester.serials().back().serial);
  EXPECT_EQ(word(renew_credential(*tester.ledger, {token, Tester::proof("key", now)}, tester.key,
                                  tester.terms, now)),
            "revoked");
}

TEST(LedgerLists, AnEntryLeavesAWeekAfterTheSharesWindow) {
  Long tester;
  ASSERT_TRUE(tester.revoke(std::nullopt, tester.share));
  const Time end = kNow + kWindowDays * kDay;
  EXPECT_EQ(tester.snapshot(end + kListedAfterEnd - Duration(1)).revoked.size(), 1U);
  EXPECT_EQ(tester.snapshot(end + kListedAfterEnd).revoked.size(), 0U);
}

TEST(LedgerLists, AListHasANumberFromTheFirstAndANewOneOnlyWhenItIsSignedAnew) {
  Tester tester;
  const auto number = [&](bool raise) {
    return snapshot_list(*tester.ledger, "ssh.krl", "ssh", raise, kNow)->number.number;
  };
  EXPECT_EQ(number(false), unix_ms(kNow));
  EXPECT_EQ(number(false), unix_ms(kNow));
  EXPECT_EQ(number(true), unix_ms(kNow) + 1);
  EXPECT_EQ(number(false), unix_ms(kNow) + 1);
}

// A list that lacks an entry lets somebody in again.
TEST(LedgerLists, IsNeverReadWithoutAllThatItHasToSay) {
  for (const std::string table : {"shares", "credentials", "foreign_serials", "foreign_key_ids",
                                  "audit", "settings", "lists"}) {
    Tester tester;
    ASSERT_TRUE(tester.ledger->transact(
        [&](sql::Database& db) { return db.execute("ALTER TABLE " + table + " RENAME TO lost"); }));
    EXPECT_FALSE(snapshot_list(*tester.ledger, "ssh.krl", "ssh", false, kNow)) << table;
  }
}

TEST(LedgerLists, WhatWasNeverRedeemedNeedsNoEntry) {
  Tester tester;
  const auto open = tester.offer(std::nullopt)->record.share.id;
  ASSERT_TRUE(tester.revoke(std::nullopt, open));
  EXPECT_TRUE(tester.snapshot().revoked.empty());
}

TEST(LedgerLists, WhatIsInForceComesFirstAndTheRestIsBounded) {
  Tester tester;
  std::vector<ShareId> ids;
  for (int i = 0; i < 6; ++i) {
    ids.push_back(tester.redeem(*tester.offer(std::nullopt, {{"valid_for", 90 * 86400}})));
    ASSERT_TRUE(tester.revoke(std::nullopt, ids.back(), kNow + Duration(i)));
  }
  const auto listed = [&](Time now, const ListBounds& bounds) {
    const auto snapshot = *snapshot_list(*tester.ledger, "ssh.krl", "ssh", false, now, bounds);
    std::vector<std::string> shares;
    for (const auto& entry : snapshot.revoked) shares.push_back(entry.share);
    return std::tuple(shares, snapshot.left_out, snapshot.cut);
  };
  const auto newest = [&](std::size_t from, std::size_t count) {
    std::vector<std::string> shares;
    for (std::size_t i = 0; i < count; ++i) shares.push_back(ids[from - i].text());
    return shares;
  };
  // Their certificates are over for a week after a day and seven.
  const Time in_force = kNow + kDay + kListedAfterEnd - Duration(1);
  const Time over = kNow + kDay + kListedAfterEnd;
  EXPECT_EQ(listed(in_force, {.over = 2}), std::tuple(newest(5, 6), 0U, 0U));
  EXPECT_EQ(listed(over, {.over = 2}), std::tuple(newest(5, 2), 4U, 0U));
  EXPECT_EQ(listed(in_force, {.over = 2, .in_force = 4}), std::tuple(newest(5, 4), 0U, 2U));
}

//= spec:authority#3-renewal test
TEST(LedgerRenew, AnEarlyRenewalAnswersThePresentCertificateAndWritesNothing) {
  Long tester;
  const auto first = tester.serials();
  const auto rows = tester.count("audit");
  for (int i = 0; i < 50; ++i) EXPECT_EQ(tester.renew(kNow + kDay / 4 - hours(1)), "granted");
  EXPECT_EQ(tester.serials().size(), 1U);
  EXPECT_EQ(tester.count("audit"), rows);
  EXPECT_EQ(tester.count("notifications"), 1);
  EXPECT_EQ(tester.renew(kNow + kDay / 4), "granted");
  EXPECT_EQ(tester.serials().size(), 2U);
  EXPECT_EQ(tester.count("audit"), rows + 1);
  EXPECT_GT(tester.serials().back().serial, first.back().serial);
}

TEST(LedgerRenew, AnotherCaMeansANewCertificateAtOnce) {
  Long tester;
  tester.terms.ca = "another";
  EXPECT_EQ(tester.renew(kNow), "granted");
  EXPECT_EQ(tester.serials().size(), 2U);
  EXPECT_EQ(tester.renew(kNow), "granted");
  EXPECT_EQ(tester.serials().size(), 2U);
}

TEST(LedgerRenew, ACertificateThatEndsWithItsShareIsNeverReplaced) {
  Tester tester;
  const auto share = tester.redeem(*tester.offer(std::nullopt));  // ten hours, in one certificate
  const Time late = kNow + hours(9);
  const auto again =
      renew_credential(*tester.ledger, {tester.login(share, late), Tester::proof("key", late)},
                       tester.key, tester.terms, late);
  EXPECT_EQ(std::get<Issued>(*again).certificate.issued, kNow);
}

TEST(LedgerRenew, OnlyTheNewestCertificatesStayOnRecord) {
  Tester tester;
  const auto share = tester.redeem(*tester.offer(std::nullopt));
  const auto newest =
      *tester.ledger->transact([&](sql::Database& db) -> Result<std::vector<SerialWindow>> {
        KF_TRY(auto credential, credential_of(db, share));
        KF_TRY(auto certificate, newest_certificate(db, *credential, "ssh"));
        // An older version left any number of them.
        for (int i = 0; i < 2 * kMostCertificates; ++i) {
          certificate.serial += 1;
          KF_TRY(insert_certificate(db, credential->id, certificate));
        }
        return newest_serials(db, credential->id, 2 * kMostCertificates);
      });
  ASSERT_EQ(newest.size(), static_cast<std::size_t>(kMostCertificates));
  EXPECT_EQ(newest.back().serial - newest.front().serial,
            static_cast<std::uint64_t>(kMostCertificates - 1));
}

// as_of_version copies a ledger into `path` as a program that knew `steps` schema steps had it.
void as_of_version(const std::filesystem::path& from, std::size_t steps,
                   const std::filesystem::path& path) {
  auto old = *sql::Database::open(path);
  ASSERT_TRUE(old.migrate(schema_steps().first(steps)));
  ASSERT_TRUE(old.execute("ATTACH '" + from.string() + "' AS new"));
  for (const std::string table :
       {"settings", "hosts", "shares", "codes", "credentials", "certificates", "audit"}) {
    auto names = *old.prepare("SELECT group_concat(name) FROM pragma_table_info(?1)");
    names.bind(1, std::string_view(table));
    ASSERT_TRUE(*names.step());
    const std::string columns = names.text(0);
    names.reset();
    ASSERT_TRUE(old.execute("INSERT INTO main." + table + " (" + columns + ") SELECT " + columns +
                            " FROM new." + table));
  }
}

// In a ledger of before this bound a holder may have renewed as often as it could.
TEST(LedgerUpgrade, AShareWithAHundredThousandCertificatesIsListedOnceAndStaysRenewable) {
  file::TemporaryFolder folder;
  Tester tester(*Ledger::open(folder / "new.db"));
  const auto flooded = tester.redeem(*tester.offer(std::nullopt, {{"valid_for", 90 * 86400}}));
  tester.ledger.reset();
  as_of_version(folder / "new.db", 3, folder / "old.db");
  {
    auto old = *sql::Database::open(folder / "old.db");
    ASSERT_TRUE(old.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
        "INSERT INTO certificates SELECT serial + i, credential, ca, nonce, rights, valid_after, "
        "valid_before + i * 1000, issued FROM n, certificates ORDER BY i;"
        "UPDATE settings SET value = value + 100000 WHERE name = 'highest_serial';"
        "INSERT INTO notifications SELECT randomblob(32), id, 'credential_accepted' FROM "
        "certificates, shares;"));
  }
  tester.ledger = *Ledger::open(folder / "old.db");
  const Time later = kNow + 3 * kDay;
  EXPECT_EQ(word(renew_credential(*tester.ledger,
                                  {tester.login(flooded, later), Tester::proof("key", later)},
                                  tester.key, tester.terms, later)),
            "granted");
  ASSERT_TRUE(tester.revoke(std::nullopt, flooded, later));
  const auto in_force = [&](Time now) {
    return snapshot_list(*tester.ledger, "ssh.krl", "ssh", false, now, {.over = 0})->revoked.size();
  };
  EXPECT_EQ(in_force(later), 1U);
  const Time last_end = later + kDay;  // of the newest; the old ones ended a day and 100 000 s in
  EXPECT_EQ(in_force(last_end + kListedAfterEnd - Duration(1)), 1U);
  EXPECT_EQ(in_force(last_end + kListedAfterEnd), 0U);
}

TEST(LedgerUpgrade, TheLongestOfTheOldCertificatesCounts) {
  file::TemporaryFolder folder;
  Tester tester(*Ledger::open(folder / "new.db"));
  const auto share = tester.redeem(*tester.offer(std::nullopt, {{"valid_for", 90 * 86400}}));
  tester.ledger.reset();
  as_of_version(folder / "new.db", 3, folder / "old.db");
  {
    auto old = *sql::Database::open(folder / "old.db");
    // It was issued before [ssh] max_certificate_life was made shorter.
    ASSERT_TRUE(
        old.execute("INSERT INTO certificates SELECT serial - 1, credential, ca, nonce, "
                    "rights, valid_after, valid_before + 2592000000, issued FROM "
                    "certificates"));
  }
  tester.ledger = *Ledger::open(folder / "old.db");
  ASSERT_TRUE(tester.revoke(std::nullopt, share));
  const Time end = kNow + 31 * kDay + kListedAfterEnd;
  const auto listed = [&](Time now) {
    return snapshot_list(*tester.ledger, "ssh.krl", "ssh", false, now, {.over = 0})->revoked.size();
  };
  EXPECT_EQ(listed(end - Duration(1)), 1U);
  EXPECT_EQ(listed(end), 0U);
}

//= spec:authority#3-backups test
TEST(LedgerMerge, SerialsGoOnAboveTheHighestThatTheListNames) {
  Tester tester;
  SeenList list{.epoch = 1,
                .number = 7,
                .name = "ssh.krl",
                .highest_serial = std::uint64_t{1} << 60,
                .sections = {}};
  ASSERT_TRUE(merge_list(*tester.ledger, list, kNow));
  list.highest_serial = ~std::uint64_t{0};  // none of ours: it would end all issuing
  ASSERT_TRUE(merge_list(*tester.ledger, list, kNow));
  const auto next =
      *tester.ledger->transact([&](sql::Database& db) { return next_serial(db, kNow); });
  EXPECT_EQ(next, (std::uint64_t{1} << 60) + 1);
}

}  // namespace
}  // namespace keyferry::ledger
