// What the ledger writes down it reads back, member by member, and nothing else counts.
#include "keyferry/ledger/shares.h"

#include <gtest/gtest.h>

#include "keyferry/credential/kind.h"
#include "keyferry/ledger/page.h"
#include "keyferry/ledger/samples_test.h"
#include "keyferry/ledger/settings.h"

namespace keyferry::ledger {
namespace {

using authority::Mode;
using authority::Share;
using authority::ShareId;
using authority::State;
using std::chrono::hours;

ShareId numbered(char last) {
  return *ShareId::parse(std::string(19, 'a') + last);
}

Time second(int n) {
  return kNow + std::chrono::seconds(n);
}

authority::PinState pin(std::uint8_t octet, int tries) {
  authority::PinState state;
  state.mac.fill(octet);
  state.tries_left = tries;
  return state;
}

// Every member has a value of its own.
Share whole() {
  Share share{.id = numbered('b')};
  share.parent = numbered('a');
  share.kind = "ssh";
  share.mode = Mode::confirmed;
  const auto* kind = *credential::find_kind("ssh");
  share.rights = *credential::parse_rights(
      kind->schema(), {{"logins", {"ada"}}, {"hosts", {"web"}}, {"extensions", {"permit-pty"}}});
  share.window = {second(1), second(2)};
  share.link_until = second(3);
  share.depth = 4;
  share.state = State::locked;
  share.pin = pin(7, 2);
  share.rearms_left = 1;
  share.code_number = 6;
  share.holder = authority::Holder{"Bo's laptop", "thumb", "SHA256:f"};
  share.times = {second(10), second(11), second(12), second(13),
                 second(14), second(15), second(16), second(17)};
  share.wall_time = boost::json::object{{"zone", "Europe/Berlin"}};
  return share;
}

void expect_equal(const Share& got, const Share& wanted) {
  EXPECT_EQ(got.id, wanted.id);
  EXPECT_EQ(got.parent, wanted.parent);
  EXPECT_EQ(got.kind, wanted.kind);
  EXPECT_EQ(got.mode, wanted.mode);
  EXPECT_EQ(encode_rights(got.rights), encode_rights(wanted.rights));
  EXPECT_EQ(got.window.from, wanted.window.from);
  EXPECT_EQ(got.window.until, wanted.window.until);
  EXPECT_EQ(got.link_until, wanted.link_until);
  EXPECT_EQ(got.depth, wanted.depth);
  EXPECT_EQ(got.state, wanted.state);
  ASSERT_EQ(got.pin.has_value(), wanted.pin.has_value());
  if (wanted.pin) {
    EXPECT_EQ(got.pin->mac, wanted.pin->mac);
    EXPECT_EQ(got.pin->tries_left, wanted.pin->tries_left);
  }
  EXPECT_EQ(got.rearms_left, wanted.rearms_left);
  EXPECT_EQ(got.code_number, wanted.code_number);
  ASSERT_EQ(got.holder.has_value(), wanted.holder.has_value());
  if (wanted.holder) {
    EXPECT_EQ(got.holder->label, wanted.holder->label);
    EXPECT_EQ(got.holder->thumbprint, wanted.holder->thumbprint);
    EXPECT_EQ(got.holder->fingerprint, wanted.holder->fingerprint);
  }
  const auto times = [](const authority::StepTimes& t) {
    return std::tuple(t.created, t.claimed, t.redeemed, t.locked, t.revoked, t.ended, t.refused,
                      t.expired);
  };
  EXPECT_TRUE(times(got.times) == times(wanted.times));
  EXPECT_EQ(got.wall_time, wanted.wall_time);
}

struct Stored : testing::Test {
  Tester tester;

  template <class Work>
  auto in(Work work) {
    return tester.ledger->transact(work);
  }
  void insert(const Share& share, const std::optional<ShareId>& branch = std::nullopt) {
    ASSERT_TRUE(in([&](sql::Database& db) { return insert_share(db, share, branch); }));
  }
  Share read(const ShareId& id) {
    return **in([&](sql::Database& db) { return find_share(db, id); });
  }
};

TEST_F(Stored, AShareIsReadAsItWasWrittenAndAsItWasChanged) {
  Share root = whole();
  root.id = numbered('a');
  root.parent.reset();
  root.pin.reset();
  root.holder.reset();
  root.wall_time.reset();
  root.times = {second(1), {}, {}, {}, {}, {}, {}, {}};
  insert(root);
  expect_equal(read(root.id), root);
  Share share = whole();
  insert(share, share.id);
  expect_equal(read(share.id), share);
  expect_equal(read(root.id), root);

  share.state = State::redeemed;
  share.pin = pin(8, 3);
  share.rearms_left = 0;
  share.code_number = 9;
  share.link_until = second(30);
  share.holder = authority::Holder{std::nullopt, "other", ""};
  const Time created = share.times.created;
  share.times = {created,    second(21), second(22), second(23),
                 second(24), second(25), second(26), second(27)};
  ASSERT_TRUE(in([&](sql::Database& db) { return update_share(db, share); }));
  expect_equal(read(share.id), share);
  expect_equal(read(root.id), root);

  share.pin.reset();
  share.holder.reset();
  share.times = {created, {}, {}, {}, {}, {}, {}, {}};
  ASSERT_TRUE(in([&](sql::Database& db) { return update_share(db, share); }));
  expect_equal(read(share.id), share);
}

TEST_F(Stored, EveryPinThatAShareHadIsRemembered) {
  Share share = whole();
  share.parent.reset();
  insert(share);
  share.pin = pin(8, 5);
  ASSERT_TRUE(in([&](sql::Database& db) { return update_share(db, share); }));
  const auto used = [&](const ShareId& id, std::uint8_t octet) {
    return *in([&](sql::Database& db) { return pin_was_used(db, id, pin(octet, 0).mac); });
  };
  EXPECT_TRUE(used(share.id, 7));
  EXPECT_TRUE(used(share.id, 8));
  EXPECT_FALSE(used(share.id, 9));
  EXPECT_FALSE(used(numbered('c'), 8));
}

TEST_F(Stored, APathEndsAtTheRootAndAnUnknownShareHasNone) {
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 2}}));
  const auto one = tester.redeem(*tester.offer(root, {{"depth", 1}}));
  const auto two = tester.offer(one)->record.share.id;
  const auto path = *in([&](sql::Database& db) { return path_of(db, two); });
  ASSERT_EQ(path.size(), 3U);
  EXPECT_EQ(path[0].id, root);
  EXPECT_EQ(path[1].id, one);
  EXPECT_EQ(path[2].id, two);
  const auto unknown = in([&](sql::Database& db) { return path_of(db, numbered('b')); });
  EXPECT_EQ(unknown.error().code, Errc::not_found);
}

TEST_F(Stored, WhatIsDueIsTakenOldestFirstUpToTheNumberAskedFor) {
  const auto first = tester.offer(std::nullopt)->record.share.id;
  const auto second_one = tester.redeem(*tester.offer(std::nullopt));
  ASSERT_TRUE(tester.revoke(std::nullopt, tester.offer(std::nullopt)->record.share.id));
  const auto third = tester.offer(std::nullopt, {{"valid_for", 72000}})->record.share.id;
  const auto due = [&](Time now, int most) {
    std::vector<ShareId> ids;
    for (const auto& share : *in([&](sql::Database& db) { return due_shares(db, now, most); })) {
      ids.push_back(share.id);
    }
    return ids;
  };
  const Time end = kNow + hours(10);
  EXPECT_TRUE(due(end - Duration(1), 9).empty());
  EXPECT_EQ(due(end, 9), (std::vector<ShareId>{first, second_one}));
  EXPECT_EQ(due(end, 1), std::vector<ShareId>{first});
  EXPECT_EQ(due(end + hours(10), 9), (std::vector<ShareId>{first, second_one, third}));
  EXPECT_EQ(*in(next_due), end);
}

TEST_F(Stored, AnEmptyLedgerHasNothingDue) {
  EXPECT_EQ(*in(next_due), std::nullopt);
  EXPECT_TRUE(in(all_shares)->empty());
}

TEST_F(Stored, APageHasWhatFitsBelowTheCallerOldestFirst) {
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 3}}));
  const auto one = tester.redeem(*tester.offer(root, {{"depth", 1}}));
  const auto two = tester.offer(root)->record.share.id;
  const auto below = tester.offer(one)->record.share.id;
  const auto elsewhere = tester.offer(std::nullopt)->record.share.id;
  ASSERT_TRUE(tester.revoke(root, two));
  using Ids = std::vector<ShareId>;
  const auto page = [&](const PageWish& wish, Time now = kNow) {
    const auto got = *in([&](sql::Database& db) { return page_below(db, root, wish, now); });
    Ids ids;
    for (const auto& record : got.records) ids.push_back(record.share.id);
    return std::pair(ids, got.more);
  };
  const auto all = [](const Ids& ids, std::int64_t more = 0) { return std::pair(ids, more); };
  const auto wish = [](auto change) {
    PageWish made;
    change(made);
    return made;
  };
  EXPECT_EQ(page({}), all({one, two, below}));
  EXPECT_EQ(page(wish([](auto& w) { w.limit = 2; })), all({one, two}, 1));
  EXPECT_EQ(page(wish([&](auto& w) { w.limit = 1, w.after = one; })), all({two}, 1));
  EXPECT_EQ(page(wish([&](auto& w) { w.after = below; })), all({}));
  EXPECT_EQ(page(wish([&](auto& w) { w.after = elsewhere; })), all({}));
  EXPECT_EQ(page(wish([&](auto& w) { w.children_of = root; })), all({one, two}));
  EXPECT_EQ(page(wish([&](auto& w) { w.children_of = one; })), all({below}));
  EXPECT_EQ(page(wish([](auto& w) { w.live = true; })), all({one, below}));
  EXPECT_EQ(page(wish([&](auto& w) { w.id_prefix = two.text(); })), all({two}));
  EXPECT_EQ(page(wish([&](auto& w) { w.id_prefix = elsewhere.text(); })), all({}));
  const auto records =
      in([&](sql::Database& db) { return page_below(db, root, {}, kNow); })->records;
  EXPECT_TRUE(records[0].credential);
  EXPECT_EQ(records[0].certificates.size(), 1U);
  EXPECT_FALSE(records[1].credential);
  EXPECT_EQ(in([&](sql::Database& db) { return page_below(db, root, {}, kNow + hours(10)); })
                .error()
                .reason,
            "ended");
}

TEST_F(Stored, ADamagedSettingIsNoNumber) {
  const auto read = [&](const std::string& value) {
    EXPECT_TRUE(in([&](sql::Database& db) {
      return db.execute("INSERT OR REPLACE INTO settings VALUES ('x', '" + value + "')");
    }));
    const auto number = in([](sql::Database& db) { return number_setting(db, "x", 5); });
    return number ? std::to_string(*number) : std::string(reason_of(number.error()));
  };
  EXPECT_EQ(*in([](sql::Database& db) { return number_setting(db, "x", 5); }), 5);
  EXPECT_EQ(read("12"), "12");
  for (const char* bad : {"", "x", "12x", "99999999999999999999"})
    EXPECT_EQ(read(bad), "io") << bad;
}

TEST_F(Stored, AHostIsReadAsItWasNamedAndReplacedOnlyOnRequest) {
  const Host db{"db", "2001:db8::1", 2222, {"ssh-ed25519 AAAA", "ecdsa BBBB"}, {"ssh-ed25519 C"}};
  const auto add = [&](const Host& host, bool replace) {
    const auto added = add_host(*tester.ledger, host, replace, kNow);
    return added ? "added" : std::string(reason_of(added.error()));
  };
  const auto expect_known = [&](const Host& wanted) {
    const auto all = *in(all_hosts);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[1].name, "web");
    const auto found = *in([](sql::Database& base) { return find_host(base, "db"); });
    for (const auto& host : {all[0], *found}) {
      EXPECT_EQ(host.name, wanted.name);
      EXPECT_EQ(host.address, wanted.address);
      EXPECT_EQ(host.port, wanted.port);
      EXPECT_EQ(host.host_keys, wanted.host_keys);
      EXPECT_EQ(host.host_cas, wanted.host_cas);
    }
  };
  EXPECT_EQ(add(db, false), "added");
  expect_known(db);
  const Host other{"db", "10.0.0.7", 22, {"ssh-ed25519 D"}, {}};
  EXPECT_EQ(add(other, false), "exists");
  expect_known(db);
  EXPECT_EQ(add(other, true), "added");
  expect_known(other);
  EXPECT_EQ(*in([](sql::Database& base) -> Result<bool> {
    KF_TRY(auto host, find_host(base, "cache"));
    return host.has_value();
  }),
            false);
}

}  // namespace
}  // namespace keyferry::ledger
