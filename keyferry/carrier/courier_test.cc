// The courier over a place in memory that loses answers and lets the other side write in between.
#include "keyferry/carrier/courier.h"

#include <functional>

#include <gtest/gtest.h>

#include "keyferry/transfer/conversation.h"

namespace keyferry::carrier {
namespace {

using transfer::seal_payload;

const SecretBytes kSecret(Bytes(32, 7));

// Slot is one slot with versions, as a relay keeps it.
class Slot final : public SecretCarrier {
 public:
  Slot() : SecretCarrier(kSecret.clone()) {}
  Result<std::optional<Arrived>> receive(const std::string& version, bool) override {
    ++reads;
    if (gone) return fail(Errc::not_found, "gone");
    if (restless) ++number;
    if (version == std::to_string(number)) return std::optional<Arrived>();
    Arrived arrived{content, versions ? std::to_string(number) : ""};
    if (cut > 0 && cut-- > 0) arrived.payload.data.resize(8);
    return std::optional(std::move(arrived));
  }

  Result<std::string> send(const transfer::SealedPayload& payload, const std::string& request_id,
                           const std::string& version) override {
    if (before_send) std::exchange(before_send, {})();
    if (!version.empty() && version != std::to_string(number) && request_id != last_request) {
      return fail(Errc::precondition_failed, "another version");
    }
    if (request_id != last_request) put(payload);
    last_request = request_id;
    requests.push_back(request_id);
    if (lose_answer) {
      lose_answer = false;
      return fail(Errc::network, "lost");
    }
    return versions ? std::to_string(number) : "";
  }

  void close() override { gone = true; }
  void put(transfer::SealedPayload payload) {
    content = std::move(payload);
    ++number;
  }

  transfer::SealedPayload content;
  int number = 1, reads = 0, cut = 0;
  bool lose_answer = false, gone = false, versions = true, restless = false;
  std::string last_request;
  std::vector<std::string> requests;
  std::function<void()> before_send;
};

class CourierTest : public testing::Test {
 protected:
  CourierTest() { slot_.put(seal("first")); }
  ~CourierTest() override { std::filesystem::remove_all(root_); }

  static file::Path fresh() {
    std::string name = (std::filesystem::temp_directory_path() / "courier-XXXXXX").string();
    return mkdtemp(name.data());
  }
  static transfer::SealedPayload seal(std::string_view text) {
    return seal_payload(kSecret, bytes_of(text));
  }
  std::string opened() const {
    return std::string(text_of(*transfer::open_payload(kSecret, slot_.content)));
  }
  Courier courier() { return {home_, "id", exchange_, slot_}; }
  // As after a crash: only what was stored is left.
  void restart() { exchange_ = **load_exchange(home_, "id"); }

  file::Path root_ = fresh();
  keystore::Home home_ = *keystore::Home::open(root_);
  keystore::ExchangeFile exchange_{SecretBytes::copy(bytes_of("machine")), std::nullopt,
                                   std::nullopt};
  Slot slot_;
};

//= spec:transfer#2-sealed-once test
TEST_F(CourierTest, AMessageIsSealedOnceAndSentAgainUnderTheSameRequestId) {
  slot_.lose_answer = true;
  EXPECT_EQ(courier().deliver(bytes_of("mine")).error().code, Errc::network);
  const auto sealed = slot_.content;
  restart();
  Courier again = courier();
  ASSERT_TRUE(again.deliver(bytes_of("mine")));
  EXPECT_EQ(slot_.content, sealed);
  ASSERT_EQ(slot_.requests.size(), 2u);
  EXPECT_EQ(slot_.requests[0], slot_.requests[1]);
  restart();
  ASSERT_TRUE(courier().deliver(bytes_of("mine")));
  EXPECT_EQ(slot_.requests.size(), 2u) << "what was sent is not sent again";
  EXPECT_EQ(text_of(exchange_.machine.expose()), "machine");
}

TEST_F(CourierTest, OwnMessageInTheSlotCountsAsSent) {
  slot_.lose_answer = true;
  EXPECT_FALSE(courier().deliver(bytes_of("mine")));
  restart();
  Courier again = courier();
  ASSERT_TRUE(*again.look());
  ASSERT_TRUE(again.deliver(bytes_of("mine")));
  EXPECT_EQ(slot_.requests.size(), 1u);
}

//= spec:tigress#A-19 test
TEST_F(CourierTest, WhatItHasNotReadIsNotOverwritten) {
  Courier mine = courier();
  ASSERT_TRUE(*mine.look());
  slot_.before_send = [&] { slot_.put(seal("theirs")); };
  EXPECT_EQ(mine.deliver(bytes_of("mine")).error().code, Errc::precondition_failed);
  EXPECT_EQ(opened(), "theirs");
  const auto found = mine.look();
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(text_of(**found), "theirs");
  ASSERT_TRUE(mine.deliver(bytes_of("mine")));
  EXPECT_EQ(opened(), "mine");
}

TEST_F(CourierTest, WhatWasReadOrWrittenIsNothingNew) {
  Courier mine = courier();
  EXPECT_TRUE(*mine.look());
  EXPECT_FALSE(*mine.look());
  ASSERT_TRUE(mine.deliver(bytes_of("mine")));
  EXPECT_FALSE(*mine.fetch(Duration(0)));
  slot_.put(seal("theirs"));
  const auto found = mine.fetch(std::chrono::seconds(5));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(text_of(**found), "theirs");
}

TEST_F(CourierTest, APlaceWithoutVersionsIsReadAtIntervals) {
  slot_.versions = false;
  Courier mine = courier();
  EXPECT_TRUE(*mine.look());
  EXPECT_FALSE(*mine.fetch(std::chrono::milliseconds(100)));
  EXPECT_LT(slot_.reads, 5) << "not without a pause";
  ASSERT_TRUE(mine.deliver(bytes_of("mine")));
  slot_.put(seal("theirs"));
  const auto found = mine.fetch(std::chrono::seconds(5));
  ASSERT_TRUE(found && *found);
}

TEST_F(CourierTest, WhatDoesNotOpenIsReadOnceMore) {
  slot_.cut = 1;
  EXPECT_TRUE(*courier().look());
  slot_.cut = 2;
  const auto found = courier().look();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::cannot_open);
}

class CancelTest : public CourierTest {
 protected:
  // A message of the other side; `prev` is what it had read before.
  transfer::SealedPayload message(std::string type, const Bytes& prev) {
    transfer::Conversation other;
    other.side = transfer::Side::receiver;
    other.format = "keyferry.share.v1";
    other.accepted_last = prev;
    return seal_payload(kSecret, *transfer::compose(other, type, {}));
  }
  Bytes cancel_ = copy_of(bytes_of("{\"a cancel\"}"));
};

TEST_F(CancelTest, ACancelThatWasOverwrittenIsWrittenAgainThenTheMailboxGoes) {
  Courier mine = courier();
  ASSERT_TRUE(*mine.look());
  int writes = 0;
  const std::function<void()> overwrite = [&] {
    ++writes;
    slot_.put(message("ready", Bytes{1}));
    slot_.before_send = overwrite;
  };
  slot_.before_send = overwrite;
  ASSERT_TRUE(mine.deliver_cancel(cancel_, true));
  EXPECT_EQ(writes, 3);
  EXPECT_TRUE(slot_.gone);
}

TEST_F(CancelTest, ACancelOfTheOtherSideIsEnough) {
  Courier mine = courier();
  ASSERT_TRUE(*mine.look());
  slot_.before_send = [&] { slot_.put(message("cancel", {})); };
  ASSERT_TRUE(mine.deliver_cancel(cancel_, true));
  EXPECT_FALSE(slot_.gone);
  EXPECT_TRUE(slot_.requests.empty());
}

TEST_F(CancelTest, ACancelThatStandsIsWrittenOnce) {
  ASSERT_TRUE(courier().deliver_cancel(cancel_, true));
  EXPECT_EQ(slot_.requests.size(), 1u);
  EXPECT_FALSE(slot_.gone);
}

TEST_F(CourierTest, APlaceThatChangesAtEveryReadIsAskedAtIntervals) {
  Courier mine = courier();
  ASSERT_TRUE(*mine.look());
  slot_.restless = true;
  slot_.reads = 0;
  EXPECT_FALSE(mine.fetch(std::chrono::seconds(2))->has_value());
  EXPECT_LT(slot_.reads, 12);
}

//= spec:transfer#6-erased test
TEST_F(CourierTest, NothingOfAnEarlierVersionStaysOnTheDisk) {
  ASSERT_TRUE(
      keystore::save_exchange(home_, "id", {SecretBytes::copy(bytes_of("an old key")), {}, {}}));
  const auto link = root_ / "the old inode";
  std::filesystem::create_hard_link(home_.exchange_file("id"), link);
  ASSERT_TRUE(keystore::save_exchange(home_, "id", exchange_));
  const Bytes old = *file::read(link);
  EXPECT_EQ(old, Bytes(old.size(), 0));
  std::filesystem::create_hard_link(home_.exchange_file("id"), root_ / "the last inode");
  ASSERT_TRUE(keystore::erase_exchange(home_, "id"));
  const Bytes last = *file::read(root_ / "the last inode");
  EXPECT_EQ(last, Bytes(last.size(), 0));
  EXPECT_FALSE(*load_exchange(home_, "id"));
}

TEST_F(CourierTest, ADamagedOrOpenFileIsRefused) {
  ASSERT_TRUE(keystore::save_exchange(home_, "id", exchange_));
  const file::Path path = home_.exchange_file("id");
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  EXPECT_EQ(keystore::load_exchange(home_, "id").error().code, Errc::forbidden);
  ASSERT_TRUE(file::replace(path, Bytes{1, 0, 0}, 0600));
  EXPECT_FALSE(keystore::load_exchange(home_, "id"));
}

}  // namespace
}  // namespace keyferry::carrier
