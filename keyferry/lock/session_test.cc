// The conversation at the door: nonces, sealing, frames, owners and their statements.
#include <set>

#include "keyferry/lock/home_test.h"

namespace keyferry::lock {
namespace {

class Conversation : public Home {};

TEST_F(Conversation, TheLockSaysNonceKeyDoorAndTime) {
  lock.random = {Bytes(16, 0xab)};
  Talk talk(lock);
  EXPECT_EQ(talk.hello(), cbor::array({cbor::bytes(Bytes(16, 0xab)), cose_key(lock.public_key()),
                                       cbor::bytes(door()), cbor::number(kNow)}));
  lock.time.reset();
  EXPECT_EQ(talk.hello().back(), 0xf6);
}

//= spec:lock#2-nonce test
TEST_F(Conversation, AnAnswerIsTakenOnce) {
  const Bytes chain = chain_of(give({root()}));
  Talk talk(lock);
  const Bytes answer = answer_to(talk.hello(), ada, chain);
  EXPECT_EQ(decide(talk, answer), "opened");
  EXPECT_EQ(decide(talk, answer), "nonce");
  talk.hello();
  EXPECT_EQ(decide(talk, answer), "answer");
  Talk other(lock);
  other.hello();
  EXPECT_EQ(decide(other, answer), "answer");
  Talk back(lock, "back");
  back.hello();
  EXPECT_EQ(decide(back, answer), "door");
  EXPECT_FALSE(lock.decisions.back().verified);
}

TEST_F(Conversation, ANonceIsUsedUpByWhateverFollows) {
  const Bytes chain = chain_of(give({root()}));
  Talk talk(lock);
  const Bytes answer = answer_to(talk.hello(), ada, chain);
  EXPECT_EQ(decide(talk, Bytes{0}), "form");
  EXPECT_EQ(decide(talk, answer), "nonce");
  const Bytes again = answer_to(talk.hello(), ada, chain);
  EXPECT_EQ(talk.say(4, Bytes(80)).body, Bytes{0});
  EXPECT_EQ(lock.decisions.back().reason, "sealed");
  EXPECT_EQ(decide(talk, again), "nonce");
}

TEST_F(Conversation, ANewNonceReplacesTheOldOne) {
  const Bytes chain = chain_of(give({root()}));
  Talk talk(lock);
  const Bytes old = answer_to(talk.hello(), ada, chain);
  const Bytes answer = answer_to(talk.hello(), ada, chain);
  EXPECT_EQ(decide(talk, old), "answer");
  EXPECT_EQ(decide(talk, answer), "nonce");
}

TEST_F(Conversation, ANonceLivesTenSecondsUntilTheLastPiece) {
  const Bytes chain = chain_of(give({root()}));
  for (const std::uint32_t start : {0u, 0xffffff00u}) {
    lock.ticks = start;
    Talk talk(lock);
    const Bytes answer = answer_to(talk.hello(), ada, chain);
    lock.ticks = start + 10'000;
    EXPECT_EQ(decide(talk, answer), "opened");
    const Bytes late = answer_to(talk.hello(), ada, chain);
    lock.ticks += 10'001;
    EXPECT_EQ(decide(talk, late), "late");
  }
  Talk slow(lock);
  const Bytes answer = answer_to(slow.hello(), ada, chain);
  Bytes frame{3, static_cast<std::uint8_t>(answer.size() >> 8),
              static_cast<std::uint8_t>(answer.size())};
  frame.insert(frame.end(), answer.begin(), answer.end());
  Bytes first{1}, last{0};
  first.insert(first.end(), frame.begin(), frame.begin() + 239);
  last.insert(last.end(), frame.begin() + 239, frame.end());
  ASSERT_LE(last.size(), 240u);
  ASSERT_EQ(slow.piece(first), KFL_MORE);
  lock.ticks += 10'001;
  ASSERT_EQ(slow.piece(last), KFL_ANSWERS);
  EXPECT_EQ(lock.decisions.back().reason, "late");
}

//= spec:lock#2-other-lock test
TEST_F(Conversation, AnAnswerToAnotherLockIsRefused) {
  TestLock other(digest::sha256(bytes_of("other lock")));
  kfl_add_owner(&other.lock(), xy_of(owner.public_key()).data());
  Link top = root();
  top.doors = {door(), door_of(other.public_key())};
  std::sort(top.doors.begin(), top.doors.end());
  const Bytes chain = chain_of(give({top}));
  // A thief's reader shows the nonce of the real lock.
  Talk real(lock), fake(other);
  const Bytes message = real.hello();
  other.random = {Bytes(message.begin() + 2, message.begin() + 18)};
  const Bytes to_fake = answer_to(fake.hello(), ada, chain);
  EXPECT_EQ(decide(real, to_fake), "answer");
  EXPECT_EQ(own(owner), "opened");
  Talk owners(lock), fake_owners(other);
  owners.hello();
  EXPECT_EQ(decide(owners, owner_answer(fake_owners.hello(), owner)), "answer");
}

TEST_F(Conversation, ASealedAnswerOpensAndIsAnsweredSealed) {
  Session session = sealed_open(give({root(), child()}));
  EXPECT_EQ(session.reason, "opened");
  EXPECT_EQ(lock.opened, 1);
  ASSERT_GT(session.reply.size(), 2u);
  EXPECT_EQ(session.reply[1], KFL_OPENED);
}

TEST_F(Conversation, EveryBitOfASealedAnswerCounts) {
  Talk talk(lock);
  const Bytes message = talk.hello();
  const Bytes nonce(message.begin() + 2, message.begin() + 18);
  Sealed seals(lock.public_key(), message);
  const Bytes good = seals.answer(answer_to(message, ada, chain_of(give({root()}))));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    lock.random = {nonce};
    talk.hello();
    const Frame frame = talk.say(4, bad);
    ASSERT_EQ(frame.body, Bytes{0}) << bit;
    ASSERT_EQ(lock.decisions.back().reason, "sealed") << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    lock.random = {nonce};
    talk.hello();
    ASSERT_EQ(talk.say(4, ByteView(good).first(size)).body, Bytes{0}) << size;
    ASSERT_EQ(lock.decisions.back().reason, "sealed") << size;
  }
  lock.random = {nonce};
  talk.hello();
  EXPECT_EQ(talk.say(4, good).type, 6);
  EXPECT_EQ(lock.opened, 1);
}

// What somebody recorded at this door is of no use at any later time.
//= spec:lock#2-recorded test
TEST_F(Conversation, ARecordedSessionOpensNothing) {
  Talk talk(lock);
  const Bytes message = talk.hello();
  Sealed seals(lock.public_key(), message);
  const Bytes answer = seals.answer(answer_to(message, ada, chain_of(give({root()}))));
  const Bytes list = seals.seal(deny_list(owner, 1, kNow, {}));
  ASSERT_EQ(talk.say(4, answer).type, 6);
  ASSERT_EQ(talk.say(7, list).type, 8);
  EXPECT_EQ(talk.say(7, list).type, 0);
  Talk again(lock);
  again.hello();
  EXPECT_EQ(again.say(4, answer).body, Bytes{0});
  EXPECT_EQ(lock.decisions.back().reason, "sealed");
  EXPECT_EQ(again.say(7, list).type, 0);
  EXPECT_EQ(lock.opened, 1);
}

TEST_F(Conversation, ListsOfTheOtherSideAreNotTakenForOnesOwn) {
  Session session = sealed_own(owner);
  const Frame frame =
      session.talk->say(9, session.sealed->seal(thumbprint(xy_of(owner.public_key()))));
  ASSERT_EQ(frame.type, 10);
  EXPECT_EQ(session.talk->say(7, frame.body).type, 0);  // its own words come back
}

TEST_F(Conversation, ASessionTakesSoManyListsAndNoMore) {
  Session session = sealed_own(owner);
  int taken = 0;
  while (put(session, deny_list(owner, static_cast<unsigned>(taken) + 1, kNow, {})) == "done")
    ++taken;
  EXPECT_EQ(taken, 32);
}

TEST_F(Conversation, ListsNeedAVerifiedSealedSession) {
  Talk talk(lock);
  EXPECT_EQ(talk.say(7, Bytes(100)).type, 0);
  EXPECT_EQ(talk.say(1).type, 0);  // and it stays ended
  Talk plain(lock);
  ASSERT_EQ(decide(plain, owner_answer(plain.hello(), owner)), "opened");
  EXPECT_EQ(plain.say(7, Bytes(100)).type, 0);
  Session session = sealed_own(owner);
  session.talk->hello();  // a new nonce ends the old conversation
  EXPECT_EQ(put(session, deny_list(owner, 1, kNow, {})), "ended");
}

TEST_F(Conversation, BrokenFramesEndTheSession) {
  const std::vector<Bytes> bad = {{},
                                  {0},
                                  {1},
                                  {2, 1, 0, 0},
                                  {0, 1, 0},
                                  {0, 1, 0, 1},
                                  {0, 1, 0, 0, 0},
                                  {0, 0, 0, 0},
                                  {0, 2, 0, 0},
                                  {0, 5, 0, 0},
                                  {0, 6, 0, 0},
                                  {0, 8, 0, 0},
                                  {0, 10, 0, 0},
                                  {0, 11, 0, 0},
                                  {0, 15, 0, 0},
                                  Bytes(241, 0),
                                  {0, 1, 0, 1, 7}};
  for (const Bytes& piece : bad) {
    Talk talk(lock);
    EXPECT_EQ(talk.piece(piece), KFL_ENDED) << piece.size();
    EXPECT_EQ(talk.piece(Bytes{0, 1, 0, 0}), KFL_ENDED);
    Bytes out(240);
    EXPECT_EQ(kfl_send(&talk.session(), out.data(), out.size()), 0u);
  }
  EXPECT_TRUE(lock.decisions.empty());
}

TEST_F(Conversation, AFrameThatNeverEndsIsCutOff) {
  Talk talk(lock);
  Bytes piece(240, 0xff);
  piece[0] = 1;
  int pieces = 0;
  while (talk.piece(piece) == KFL_MORE) ++pieces;
  EXPECT_EQ(pieces, (3 + KFL_BODY_MOST) / 239);
}

TEST_F(Conversation, PiecesOfAnySizeCarryTheSame) {
  const Bytes chain = chain_of(give({root(), child()}));
  for (const std::size_t most : {2u, 3u, 20u, 185u, 240u}) {
    Talk talk(lock);
    const Frame message = talk.say(1, {}, most);
    ASSERT_EQ(message.type, 2);
    EXPECT_EQ(talk.say(3, answer_to(message.body, bob, chain), most).body, Bytes{1});
  }
  EXPECT_EQ(lock.opened, 5);
}

TEST_F(Conversation, NothingIsHeardWhileAnAnswerWaits) {
  Talk talk(lock);
  const Bytes hello{0, 1, 0, 0};
  ASSERT_EQ(talk.piece(hello), KFL_ANSWERS);
  EXPECT_EQ(talk.piece(hello), KFL_ENDED);
}

TEST_F(Conversation, FramesOfTheCallerAreHandedOver) {
  Talk talk(lock);
  EXPECT_EQ(talk.say(16, bytes_of("pair")).type, -KFL_FOREIGN);
  const std::uint8_t* body = nullptr;
  std::size_t size = 0;
  EXPECT_EQ(kfl_frame(&talk.session(), &body, &size), 16);
  EXPECT_EQ(std::string(body, body + size), "pair");
  ASSERT_EQ(kfl_answer(&talk.session(), 17, bytes_of("sid").data(), 3), 1);
  const Frame frame = talk.answer();
  EXPECT_EQ(frame.type, 17);
  EXPECT_EQ(frame.body, copy_of(bytes_of("sid")));
  EXPECT_EQ(talk.say(1).type, 2);
}

TEST_F(Conversation, ASessionLeavesNoSecrets) {
  Session session = sealed_own(owner);
  kfl_end(&session.talk->session());
  const auto& octets = session.talk->session();
  EXPECT_EQ(Bytes(octets.lists_key, octets.lists_key + 32), Bytes(32));
  EXPECT_EQ(Bytes(octets.buffer, octets.buffer + sizeof octets.buffer),
            Bytes(sizeof octets.buffer));
  EXPECT_EQ(put(session, deny_list(owner, 1, kNow, {})), "ended");
}

class Owners : public Home {
 protected:
  Bytes key(const crypto::PrivateKey& of) const { return cose_key(xy_of(of.public_key())); }
  Bytes print(const crypto::PrivateKey& of) const {
    return cbor::bytes(thumbprint(xy_of(of.public_key())));
  }
  int owners() const {
    int count = 0;
    std::uint8_t name[32], xy[64];
    for (unsigned i = 0; i < KFL_OWNERS; ++i) count += kfl_owner(&lock.lock(), i, name, xy);
    return count;
  }
};

//= spec:lock#2-owner test
TEST_F(Owners, AnOwnerOpensWithTheEmptyChain) {
  EXPECT_EQ(own(owner), "opened");
  EXPECT_EQ(lock.decisions.back().owner, thumbprint(xy_of(owner.public_key())));
  EXPECT_EQ(own(ada), "owner");
  EXPECT_EQ(own(eve), "owner");
  EXPECT_EQ(open_as(owner, {}), "form");  // it must name itself
}

TEST_F(Owners, AHolderIsNoOwnerAndAnOwnersAnswerNoHolders) {
  const auto links = give({root()});
  Talk talk(lock);
  const Bytes message = talk.hello();
  const Bytes aad = cbor::join({bytes_of("keyferry open v1"), digest::sha256(chain_of(links))});
  EXPECT_EQ(decide(talk, cbor::array({chain_of(links), sign1(ada, message, aad, true, true)})),
            "form");
  const Bytes next = talk.hello();
  EXPECT_EQ(decide(talk, cbor::array({chain_of(links), sign1(ada, next, aad, false)})), "form");
}

TEST_F(Owners, StatementsChangeWhoOwns) {
  EXPECT_EQ(own(owner, 1, key(ada)), "done");
  EXPECT_EQ(lock.decisions.back().op, 1);
  EXPECT_EQ(lock.opened, 0);  // a statement opens nothing
  EXPECT_EQ(own(owner, 1, key(ada)), "done");
  EXPECT_EQ(owners(), 2);
  EXPECT_EQ(own(ada), "opened");
  EXPECT_EQ(own(ada, 2, print(owner)), "done");
  EXPECT_EQ(own(owner), "owner");
  EXPECT_EQ(open({root()}), "owner");  // nor do its roots open
  EXPECT_EQ(own(ada, 2, print(ada)), "last");
  EXPECT_EQ(own(ada, 2, print(eve)), "owner");
  EXPECT_EQ(own(ada, 4, cbor::null), "done");
  EXPECT_EQ(owners(), 1);
}

TEST_F(Owners, StatementsOfOthersChangeNothing) {
  const auto before = lock.records;
  EXPECT_EQ(own(eve, 1, key(eve)), "owner");
  EXPECT_EQ(own(ada, 2, print(owner)), "owner");
  // Eve names the owner.
  Talk talk(lock);
  Bytes answer = owner_answer(talk.hello(), eve, 1, key(eve));
  const Bytes named = thumbprint(xy_of(owner.public_key()));
  const auto at = std::search(answer.begin(), answer.end(), named.begin(), named.end());
  ASSERT_EQ(at, answer.end());
  const Bytes hers = thumbprint(xy_of(eve.public_key()));
  std::copy(named.begin(), named.end(),
            std::search(answer.begin(), answer.end(), hers.begin(), hers.end()));
  EXPECT_EQ(decide(talk, answer), "answer");
  EXPECT_EQ(lock.records, before);
}

TEST_F(Owners, AStatementIsOfThisNonceAndOfThisForm) {
  Talk talk(lock);
  const Bytes old = owner_answer(talk.hello(), owner, 1, key(eve));
  talk.hello();
  EXPECT_EQ(decide(talk, old), "form");
  for (const auto& [op, value] :
       std::vector<std::pair<unsigned, Bytes>>{{1, print(ada)},
                                               {2, key(ada)},
                                               {3, cbor::null},
                                               {4, cbor::number(0)},
                                               {5, cbor::null},
                                               {1, cbor::join({key(ada), cbor::null})},
                                               {3, cbor::number(0x100000000)}}) {
    EXPECT_EQ(own(owner, op, value), "form") << op;
  }
  EXPECT_EQ(owners(), 1);
}

TEST_F(Owners, EveryBitOfAStatementCounts) {
  Talk talk(lock);
  const Bytes message = talk.hello();
  const Bytes nonce(message.begin() + 2, message.begin() + 18);
  const Bytes good = owner_answer(message, owner, 1, key(ada));
  const auto before = lock.records;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    lock.random = {nonce};
    talk.hello();
    ASSERT_NE(decide(talk, bad), "done") << bit;
  }
  EXPECT_EQ(lock.records, before);
}

TEST_F(Owners, AKeyThatIsNoPointIsNotTaken) {
  Bytes xy = xy_of(ada.public_key());
  xy[63] ^= 1;
  EXPECT_EQ(own(owner, 1, cose_key(xy)), "point");
  EXPECT_EQ(own(owner, 1, cose_key(Bytes(64))), "point");
  EXPECT_EQ(kfl_add_owner(&lock.lock(), Bytes(64).data()), KFL_POINT);
  EXPECT_EQ(owners(), 1);
}

TEST_F(Owners, EightAtMostAndARemovedOneMakesRoomLast) {
  std::vector<crypto::PrivateKey> more;
  for (int i = 0; i < 9; ++i) more.push_back(key_of("owner " + std::to_string(i)));
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(own(owner, 1, key(more[i])), "done");
  EXPECT_EQ(own(owner, 1, key(more[7])), "full");
  // A removed owner that comes back finds its list, even if others could have had its place.
  Link link = root();
  const Bytes top = sign_link(more[3], link, ada);
  Session session = sealed_own(more[3], 4, cbor::null);
  ASSERT_EQ(put(session, deny_list(more[3], 5, kNow, {link_id(more[3], link)})), "done");
  EXPECT_EQ(own(owner, 2, print(more[3])), "done");
  EXPECT_EQ(own(owner, 2, print(more[4])), "done");
  EXPECT_EQ(own(owner, 1, key(more[7])), "done");  // takes the place without a list
  EXPECT_EQ(own(owner, 1, key(more[3])), "done");
  EXPECT_EQ(open_as(ada, {top}), "denied");
  Session back = sealed_own(more[3], 4, cbor::null);
  EXPECT_EQ(put(back, deny_list(more[3], 4, kNow, {})), "old");
  // Its place is given away: the list that lies there is not the new owner's.
  EXPECT_EQ(own(owner, 2, print(more[3])), "done");
  EXPECT_EQ(own(owner, 1, key(more[8])), "done");
  EXPECT_EQ(own(owner, 1, key(more[3])), "full");
  EXPECT_EQ(open_as(ada, {sign_link(more[8], link, ada)}), "opened");
  EXPECT_EQ(owners(), 8);
}

TEST_F(Owners, ARemovedOwnersListIsNotTaken) {
  ASSERT_EQ(own(owner, 1, key(ada)), "done");
  ASSERT_EQ(own(owner, 2, print(ada)), "done");
  EXPECT_EQ(owner_puts(deny_list(ada, 1, kNow, {})), "signer");
}

TEST_F(Owners, PowerLostAtAnyStatementLeavesAnOwner) {
  for (const bool after : {false, true}) {
    for (const bool adding : {true, false}) {
      TestLock before{digest::sha256(bytes_of("lock"))};
      kfl_add_owner(&before.lock(), xy_of(owner.public_key()).data());
      if (!adding) kfl_add_owner(&before.lock(), xy_of(ada.public_key()).data());
      (after ? before.lose_power_after : before.lose_power_before) = before.writes;
      Talk talk(before);
      talk.say(3,
               owner_answer(talk.hello(), owner, adding ? 1 : 2, adding ? key(ada) : print(ada)));
      ASSERT_TRUE(before.left);
      TestLock again{digest::sha256(bytes_of("lock"))};
      again.records = *before.left;
      for (const auto* who : {&owner, &ada}) {
        Talk opens(again);
        opens.say(3, owner_answer(opens.hello(), *who));
        const bool in = who == &owner || adding == after;
        EXPECT_EQ(again.decisions.back().reason, in ? "opened" : "owner");
      }
    }
  }
}

//= spec:lock#4-reset test
TEST_F(Owners, AfterAResetNothingOldOpens) {
  Link top = root();
  top.uses = 5;
  ASSERT_EQ(open({top}), "opened");
  ASSERT_EQ(kfl_forget(&lock.lock()), 1);
  EXPECT_EQ(own(owner), "owner");
  EXPECT_EQ(open({top}), "owner");
  for (const auto& [number, record] : lock.records) EXPECT_TRUE(record.empty()) << number;
  TestLock anew{digest::sha256(bytes_of("a new key"))};
  kfl_add_owner(&anew.lock(), xy_of(owner.public_key()).data());
  Talk talk(anew);
  talk.say(3, answer_to(talk.hello(), ada, chain_of(give({root()}))));
  EXPECT_EQ(anew.decisions.back().reason, "door");
}

TEST(Names, EveryReasonHasItsOwn) {
  std::set<std::string> names;
  for (int i = 0; i < KFL_REASONS; ++i) names.insert(kfl_reason_name(i));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(KFL_REASONS));
  EXPECT_STREQ(kfl_reason_name(KFL_LAST), "last");
  EXPECT_STREQ(kfl_reason_name(KFL_SIGNATURE), "signature");
  EXPECT_STREQ(kfl_reason_name(KFL_REASONS), "unknown");
  EXPECT_STREQ(kfl_reason_name(-1), "unknown");
}

}  // namespace
}  // namespace keyferry::lock
