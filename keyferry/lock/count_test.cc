// What is counted, kept and freed; power lost at every write; two readers at once; the clock.
#include <thread>

#include "keyferry/lock/home_test.h"

namespace keyferry::lock {
namespace {

class Counting : public Home {
 protected:
  Link counted(unsigned uses) const {
    Link link = root();
    link.uses = uses;
    return link;
  }
  // other_root is the n-th root of the owner, to Ada.
  Link other_root(unsigned n, unsigned uses = 1) const {
    Link link = counted(uses);
    link.cti = Bytes(16, 0x40);
    link.cti[15] = static_cast<std::uint8_t>(n);
    return link;
  }
};

//= spec:lock#2-uses test
TEST_F(Counting, ARootOpensAsOftenAsItSays) {
  const auto links = give({counted(3)});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(open(links), "opened");
  EXPECT_EQ(open(links), "used");
  EXPECT_EQ(lock.opened, 3);
}

TEST_F(Counting, AChildCountsAgainstItselfAndItsRoot) {
  Link below = child(1), other = child(2);
  below.uses = 2, other.uses = 2;
  const auto bob_chain = give({counted(3), below}), second = give({counted(3), other});
  EXPECT_EQ(open(bob_chain), "opened");
  EXPECT_EQ(open(bob_chain), "opened");
  EXPECT_EQ(open(bob_chain), "used");
  EXPECT_EQ(open(second), "opened");
  EXPECT_EQ(open(second), "used");  // the root's three are gone
  EXPECT_EQ(open({counted(3)}), "used");
}

TEST_F(Counting, AChildIsCountedUnderARootThatIsNot) {
  Link below = child(1);
  below.uses = 1;
  EXPECT_EQ(open({root(), below}), "opened");
  EXPECT_EQ(open({root(), below}), "used");
  EXPECT_EQ(open({root()}), "opened");
  // Further down it is the same counter.
  Link other = child(2);
  other.uses = 2;
  EXPECT_EQ(open({root(), other}), "opened");
  EXPECT_EQ(open({root(), other, child()}), "opened");
  EXPECT_EQ(open({root(), other, child(9)}), "used");
}

TEST_F(Counting, ARefusedOpeningCountsNothing) {
  Link top = counted(1);
  top.hours = {{0, 1}};
  EXPECT_EQ(open({top}), "hour");
  EXPECT_EQ(open_as(eve, give({counted(1)})), "answer");
  EXPECT_TRUE(lock.record(KFL_RECORD_ROOT).empty());
  EXPECT_EQ(open({counted(1)}), "opened");
}

TEST_F(Counting, TheSameLinkWithMoreUsesGoesOnCounting) {
  EXPECT_EQ(open({counted(1)}), "opened");
  EXPECT_EQ(open({counted(1)}), "used");
  EXPECT_EQ(open({counted(2)}), "opened");
  EXPECT_EQ(open({counted(2)}), "used");
  Link longer = counted(2);
  longer.exp += 1000;
  EXPECT_EQ(open({longer}), "used");
}

TEST_F(Counting, AnOpeningWritesOnceAtMost) {
  lock.writes = 0;
  Link below = child(1);
  below.uses = 9;
  EXPECT_EQ(open({counted(9), below}), "opened");
  EXPECT_EQ(lock.writes, 1);
  EXPECT_EQ(open({counted(9), below}), "opened");
  EXPECT_EQ(lock.writes, 2);
  EXPECT_EQ(open({root()}),
            "opened");  // the floor of this hour stands in the root's record already
  EXPECT_EQ(lock.writes, 2);
  lock.time = kNow + 3600;
  EXPECT_EQ(open({root()}), "opened");
  EXPECT_EQ(open({root()}), "opened");
  EXPECT_EQ(lock.writes, 3);
  EXPECT_EQ(own(owner), "opened");
  EXPECT_EQ(lock.writes, 3);
  EXPECT_LE(lock.record(KFL_RECORD_ROOT).size(), 400u);
}

// A root's holder signs as many children as it likes; it can only fill its own fifteen places.
//= spec:lock#2-counters test
TEST_F(Counting, AHolderThatFillsItsCountersHarmsOnlyItself) {
  Link below = child();
  below.uses = 5;
  for (std::uint8_t i = 1; i <= 15; ++i) {
    below.cti = Bytes(16, i);
    EXPECT_EQ(open({counted(100), below}), "opened") << int(i);
  }
  below.cti = Bytes(16, 16);
  EXPECT_EQ(open({counted(100), below}), "full");
  EXPECT_EQ(open({counted(100)}), "opened");  // the root's own place is reserved
  EXPECT_EQ(open({other_root(1)}), "opened");
  below.cti = Bytes(16, 3);
  EXPECT_EQ(open({counted(100), below}), "opened");
  EXPECT_EQ(own(owner), "opened");
}

TEST_F(Counting, AFreedCounterDoesNotComeBackWhenTheClockIsSetBack) {
  Link below = child();
  below.uses = 1;
  below.exp = kNow + 100;
  std::vector<std::vector<Bytes>> used;
  for (std::uint8_t i = 1; i <= 15; ++i) {
    below.cti = Bytes(16, i);
    used.push_back(give({counted(100), below}));
    EXPECT_EQ(open(used.back()), "opened");
  }
  lock.time = kNow + 100;
  below.cti = Bytes(16, 16);
  below.exp = kNow + 200;
  EXPECT_EQ(open({counted(100), below}), "opened");  // in the place of one that ended
  for (const std::uint32_t back : {1u, 60u, 100u}) {
    lock.time = kNow + 100 - back;
    for (const auto& links : used) {
      const std::string reason = open(links);
      EXPECT_TRUE(reason == "expired" || reason == "used") << reason << back;
    }
  }
  lock.time = kNow - 3600;
  EXPECT_EQ(open(used[0]), "clock");
}

TEST_F(Counting, ThirtyTwoRootsThenFull) {
  for (unsigned i = 0; i < 32; ++i) EXPECT_EQ(open({other_root(i, 2)}), "opened") << i;
  EXPECT_EQ(open({other_root(32)}), "full");
  EXPECT_EQ(open({root()}), "opened");  // what is not counted needs no record
  EXPECT_EQ(open({other_root(7, 2)}), "opened");
  EXPECT_EQ(open({other_root(7, 2)}), "used");
  EXPECT_EQ(own(owner), "opened");
}

TEST_F(Counting, ARootThatEndedMakesRoom) {
  for (unsigned i = 0; i < 32; ++i) {
    Link link = other_root(i);
    if (i == 5) link.exp = kNow + 50;
    EXPECT_EQ(open({link}), "opened");
  }
  Link ended = other_root(5);
  ended.exp = kNow + 50;
  lock.time = kNow + 49;
  EXPECT_EQ(open({other_root(32)}), "full");
  lock.time = kNow + 50;
  EXPECT_EQ(open({other_root(32)}), "opened");
  EXPECT_EQ(open({ended}), "expired");
  lock.time = kNow + 1;
  EXPECT_EQ(open({ended}), "expired");  // not "opened": the floor stands at its end
  EXPECT_EQ(open({other_root(33)}), "full");
}

// The owner gave one id twice, the second time for longer.
TEST_F(Counting, ARecordStaysUntilTheLatestEndSeen) {
  for (unsigned i = 0; i < 32; ++i) {
    Link link = other_root(i, 2);
    if (i == 5) link.exp = kNow + 50;
    EXPECT_EQ(open({link}), "opened");
  }
  Link longer = other_root(5, 2);
  longer.exp = kNow + 100;
  EXPECT_EQ(open({longer}), "opened");
  lock.time = kNow + 50;
  EXPECT_EQ(open({other_root(32)}), "full");
  EXPECT_EQ(open({longer}), "used");
}

// Holders could else keep a lock full with roots that its owner has taken back.
TEST_F(Counting, ARootThatItsOwnerDeniedMakesRoom) {
  for (unsigned i = 0; i < 32; ++i) EXPECT_EQ(open({other_root(i)}), "opened");
  EXPECT_EQ(open({other_root(32)}), "full");
  EXPECT_EQ(owner_puts(deny_list(owner, 1, kNow, {link_id(owner, other_root(9))})), "done");
  EXPECT_EQ(open({other_root(32)}), "opened");
  EXPECT_EQ(open({other_root(9)}), "denied");
  EXPECT_EQ(open({other_root(33)}), "full");
}

TEST_F(Counting, ARecordOfALaterReleaseIsNeitherReadNorOverwritten) {
  for (unsigned i = 0; i < KFL_ROOTS; ++i) lock.records[KFL_RECORD_ROOT + i] = Bytes(393, 2);
  EXPECT_EQ(open({counted(1)}), "full");
  EXPECT_EQ(lock.record(KFL_RECORD_ROOT), Bytes(393, 2));
}

TEST_F(Counting, AFailedWriteKeepsTheDoorShut) {
  lock.fail_write = lock.writes;
  EXPECT_EQ(open({counted(1)}), "state");
  lock.fail_write = lock.writes;
  EXPECT_EQ(open({root()}), "state");
  EXPECT_EQ(open({counted(1)}), "opened");
  EXPECT_EQ(open({counted(1)}), "used");
}

// Whatever happens between two writes: never more openings than uses, and the owner always opens.
//= spec:lock#2-crash test
TEST_F(Counting, PowerLostAtEveryWriteLosesAUseAtMost) {
  for (const bool after : {false, true}) {
    for (int at = 0; at < 12; ++at) {
      TestLock before{digest::sha256(bytes_of("lock"))};
      kfl_add_owner(&before.lock(), xy_of(owner.public_key()).data());
      const int first = before.writes;
      (after ? before.lose_power_after : before.lose_power_before) = first + at;
      std::map<int, int> opened;
      const auto open_at = [&](TestLock& where, unsigned n) {
        const int count = where.opened;
        Talk talk(where);
        Link link = other_root(n, 3);
        talk.say(3, answer_to(talk.hello(), ada, chain_of(give({link}))));
        opened[static_cast<int>(n)] += where.opened - count;
        return where.decisions.back().reason;
      };
      for (int i = 0; i < 4 && !before.left; ++i) {
        for (unsigned n = 0; n < 4 && !before.left; ++n) open_at(before, n);
      }
      ASSERT_TRUE(before.left);
      TestLock again{digest::sha256(bytes_of("lock"))};
      again.records = *before.left;
      for (unsigned n = 0; n < 4; ++n) {
        while (open_at(again, n) == "opened") {
        }
        EXPECT_EQ(again.decisions.back().reason, "used");
        EXPECT_LE(opened[static_cast<int>(n)], 3);
        EXPECT_GE(opened[static_cast<int>(n)], 2);
      }
      Talk talk(again);
      talk.say(3, owner_answer(talk.hello(), owner));
      EXPECT_EQ(again.decisions.back().reason, "opened");
    }
  }
}

// Without the lock over load, check, write and open this test finds more openings than uses: it
// was tried with `enter` taken out.
//= spec:lock#2-race test
TEST_F(Counting, TwoPhonesRaceForTheLastUse) {
  for (int round = 0; round < 50; ++round) {
    const auto links = give({other_root(static_cast<unsigned>(round) % 32, 1)});
    lock.records.erase(KFL_RECORD_ROOT);
    std::vector<std::unique_ptr<Talk>> talks;
    std::vector<Bytes> answers;
    for (int i = 0; i < 4; ++i) {
      talks.push_back(std::make_unique<Talk>(lock));
      answers.push_back(answer_to(talks.back()->hello(), ada, chain_of(links)));
    }
    const int before = lock.opened;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < talks.size(); ++i) {
      threads.emplace_back([&, i] { talks[i]->say(3, answers[i]); });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(lock.opened - before, 1);
  }
}

class LockClock : public Home {
 protected:
  std::uint32_t floor() const {
    const Bytes record = lock.record(KFL_RECORD_CLOCK);
    return record.size() < 5
               ? 0
               : record[1] * 16777216u + record[2] * 65536u + record[3] * 256u + record[4];
  }
  Bytes seconds(std::uint32_t value) const { return cbor::number(value); }
};

//= spec:lock#3-clock test
TEST_F(LockClock, WithoutATimeOnlyAnOwnerOpens) {
  lock.time.reset();
  EXPECT_EQ(open({root()}), "clock");
  EXPECT_EQ(own(owner), "opened");
  EXPECT_EQ(own(owner, 3, seconds(kNow)), "done");
  EXPECT_EQ(open({root()}), "opened");
}

TEST_F(LockClock, AClockThatFellBackIsNotBelieved) {
  EXPECT_EQ(open({root()}), "opened");
  EXPECT_EQ(floor(), kNow - kNow % 3600);
  lock.time = floor() - 120;  // slow
  EXPECT_EQ(open({root()}), "opened");
  lock.time = floor() - 121;  // lost
  EXPECT_EQ(open({root()}), "clock");
  lock.time = 0;
  EXPECT_EQ(open({root()}), "clock");
  EXPECT_EQ(own(owner), "opened");
}

TEST_F(LockClock, ASlowClockIsTakenForTheFloor) {
  Link top = root();
  top.exp = kNow - kNow % 3600;
  lock.time = top.exp - 1;
  EXPECT_EQ(open({top}), "opened");
  lock.time = kNow;
  EXPECT_EQ(open({root()}), "opened");
  lock.time = top.exp - 1;
  EXPECT_EQ(open({top}), "expired");
}

// Somebody whose right has ended brings a list that he held back, made while it was valid.
TEST_F(LockClock, AListNeverSetsTheClock) {
  Link top = root();
  top.exp = kNow + 100;
  lock.time.reset();
  EXPECT_EQ(owner_puts(deny_list(owner, 5, kNow + 50, {})), "done");
  EXPECT_FALSE(lock.time.has_value());
  EXPECT_EQ(open({top}), "clock");
  EXPECT_EQ(floor(), kNow + 50);  // but it is later than that
  lock.time = kNow - 1000;
  EXPECT_EQ(open({top}), "clock");
  lock.time = kNow + 60;
  EXPECT_EQ(open({top}), "opened");
}

TEST_F(LockClock, AnOwnerCorrectsATimeThatWasWrong) {
  Link top = root();
  top.uses = 9;
  EXPECT_EQ(own(owner, 3, seconds(kNow + 5'000'000)), "done");
  EXPECT_EQ(open({top}), "opened");  // its record holds the wrong floor, too
  EXPECT_EQ(own(owner, 3, seconds(kNow)), "done");
  EXPECT_EQ(lock.time, kNow);
  EXPECT_EQ(open({top}), "opened");
  EXPECT_EQ(own(owner, 3, seconds(0xffffffff)), "done");
  EXPECT_EQ(own(owner, 3, seconds(kNow)), "done");
  EXPECT_EQ(open({top}), "opened");
}

TEST_F(LockClock, AnyBodyElseSetsNothing) {
  EXPECT_EQ(own(ada, 3, seconds(kNow + 5)), "owner");
  EXPECT_EQ(lock.time, kNow);
  lock.settable = false;
  EXPECT_EQ(own(owner, 3, seconds(kNow + 5)), "state");
}

TEST_F(LockClock, PowerLostWhileItIsSetLocksNobodyOut) {
  for (const bool after : {false, true}) {
    for (int at = 0; at < 3; ++at) {
      TestLock before{digest::sha256(bytes_of("lock"))};
      kfl_add_owner(&before.lock(), xy_of(owner.public_key()).data());
      before.time = kNow + 1'000'000;
      for (const char cti : {'a', 'b'}) {
        Link top = root();
        top.uses = 9, top.cti = Bytes(16, static_cast<std::uint8_t>(cti));
        Talk talk(before);
        talk.say(3, answer_to(talk.hello(), ada, chain_of(give({top}))));
        ASSERT_EQ(before.decisions.back().reason, "opened");
      }
      (after ? before.lose_power_after : before.lose_power_before) = before.writes + at;
      Talk talk(before);
      talk.say(3, owner_answer(talk.hello(), owner, 3, cbor::number(kNow)));
      ASSERT_TRUE(before.left) << at;
      TestLock again{digest::sha256(bytes_of("lock"))};
      again.records = *before.left;
      Talk owners(again);
      owners.say(3, owner_answer(owners.hello(), owner, 3, cbor::number(kNow)));
      EXPECT_EQ(again.decisions.back().reason, "done");
      Talk ada_talks(again);
      ada_talks.say(3, answer_to(ada_talks.hello(), ada, chain_of(give({root()}))));
      EXPECT_EQ(again.decisions.back().reason, "opened");
    }
  }
}

TEST_F(LockClock, AnOffsetThatCannotBeIsNoTime) {
  for (const short offset : std::initializer_list<short>{1441, -1441, 32767}) {
    lock.offset = offset;
    EXPECT_EQ(open({root()}), "clock");
  }
}

}  // namespace
}  // namespace keyferry::lock
