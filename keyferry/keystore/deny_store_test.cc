// What was signed is kept as long as a lock can ask about it.
#include "keyferry/keystore/deny_store.h"

#include <gtest/gtest.h>

#include "keyferry/base/hex.h"

namespace keyferry::keystore {
namespace {

const Time kNow = from_unix_seconds(1795000000);

class DenyStore : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(root_); }

  // Signed until `expires`, with an id of its own.
  SignedRecord keep(const std::string& share, Time expires) {
    SignedRecord record;
    record.share = share;
    record.persona = "p";
    record.holding = "home";
    record.link = {1};
    record.id.fill(static_cast<std::uint8_t>(++made_));
    record.expires = expires;
    EXPECT_TRUE(save_signed(home_, record));
    return record;
  }

  void deny(std::vector<delegation::Id> ids, std::uint64_t number) {
    const auto key = owner_key(home_, "p").value();
    LockRecord lock;
    lock.name = "home";
    lock.persona = "p";
    lock.key = Bytes(64, 1);
    lock.zone = "UTC";
    lock.doors = {Bytes(20, 2)};
    ASSERT_TRUE(save_lock(home_, lock));
    delegation::DenyList list;
    list.signer = delegation::thumbprint_of(key.public_key());
    list.number = number;
    list.issued = 1794990000;
    list.ids = std::move(ids);
    ASSERT_TRUE(keep_list(home_, delegation::sign_deny_list(key, list).value()).value());
  }

  std::vector<std::string> left() {
    EXPECT_TRUE(erase_over(home_, kNow));
    return record_names(home_.folder("signed")).value();
  }

  std::string root_ = [] {
    std::string path = (std::filesystem::temp_directory_path() / "deny-XXXXXX").string();
    return std::string(mkdtemp(path.data()));
  }();
  Home home_ = Home::open(root_).value();
  int made_ = 0;
};

using Names = std::vector<std::string>;

TEST_F(DenyStore, WhatIsOverIsErasedOnceNoClockCanThinkOtherwise) {
  keep("over", kNow - std::chrono::minutes(61));
  keep("hardly", kNow - std::chrono::minutes(59));
  keep("running", kNow + std::chrono::hours(1));
  EXPECT_EQ(left(), (Names{"hardly", "running"}));
}

TEST_F(DenyStore, WhatAListNamesIsKeptUntilTheNextOneLeavesItOut) {
  const SignedRecord named = keep("named", kNow - std::chrono::hours(2));
  keep("other", kNow - std::chrono::hours(2));
  deny({named.id}, 1);
  EXPECT_EQ(left(), Names{"named"});
  deny({}, 2);
  EXPECT_EQ(left(), Names{});
}

}  // namespace
}  // namespace keyferry::keystore
