// Deny lists: whose they are, what they deny, how they travel.
#include "keyferry/lock/home_test.h"

namespace keyferry::lock {
namespace {

class Denying : public Home {
 protected:
  std::string friend_puts(ByteView list, const std::vector<Bytes>& links) {
    Session session = sealed_open(links);
    return put(session, list);
  }
  Bytes root_list(std::uint64_t number, std::vector<Bytes> ids, const crypto::PrivateKey& signer) {
    return deny_list(signer, number, kNow, std::move(ids), 0, link_id(owner, root()));
  }
};

//= spec:lock#3-deny test
TEST_F(Denying, AnOwnerDeniesItsRootAndAllBelow) {
  ASSERT_EQ(open({root(), child()}), "opened");
  EXPECT_EQ(owner_puts(deny_list(owner, 1, kNow, {link_id(owner, root())})), "done");
  EXPECT_EQ(open({root()}), "denied");
  EXPECT_EQ(open({root(), child()}), "denied");
  EXPECT_EQ(lock.decisions.back().link, 0);
  Link other = root();
  other.cti = Bytes(16, 1);
  EXPECT_EQ(open({other}), "opened");
}

TEST_F(Denying, AnyWalletCarriesAnOwnersList) {
  EXPECT_EQ(
      friend_puts(deny_list(owner, 1, kNow, {link_id(owner, root())}), give({root(), child()})),
      "done");
  EXPECT_EQ(open({root(), child()}), "denied");
}

TEST_F(Denying, ARefusedButVerifiedHolderHearsWhyAndMayBringLists) {
  ASSERT_EQ(owner_puts(deny_list(owner, 1, kNow, {link_id(owner, root())})), "done");
  Session session = sealed_open(give({root()}));
  EXPECT_EQ(session.reason, "denied");
  ASSERT_FALSE(session.reply.empty());
  EXPECT_EQ(session.reply[1], KFL_DENIED);
  EXPECT_EQ(put(session, deny_list(owner, 2, kNow, {})), "done");
  EXPECT_EQ(open({root()}), "opened");
}

TEST_F(Denying, SinceDeniesWhatBeganBefore) {
  Link before = root(), later = root();
  before.nbf = kNow - 11, later.nbf = kNow - 10, later.cti = Bytes(16, 3);
  EXPECT_EQ(owner_puts(deny_list(owner, 1, kNow, {}, kNow - 10)), "done");
  EXPECT_EQ(open({before}), "denied");
  EXPECT_EQ(open({later}), "opened");
  Link below = child();
  below.nbf = kNow - 20;
  later.nbf = kNow - 10;
  EXPECT_EQ(open({later, below}), "window");  // a child cannot begin before its root anyhow
}

//= spec:lock#3-signer test
TEST_F(Denying, AListDeniesOnlyWhatItsSignerSigned) {
  const auto second = key_of("second owner");
  ASSERT_EQ(own(owner, 1, cose_key(xy_of(second.public_key()))), "done");
  Session session = sealed_own(second, 4, cbor::null);
  EXPECT_EQ(put(session, deny_list(second, 1, kNow, {link_id(owner, root()), link_id(ada, child())},
                                   0xffffffff)),
            "done");
  EXPECT_EQ(open({root()}), "opened");
  EXPECT_EQ(open({root(), child()}), "opened");
  // A holder's list cannot deny its own root, nor what others signed below.
  EXPECT_EQ(friend_puts(root_list(1, {link_id(owner, root()), link_id(bob, child(9))}, ada),
                        give({root()})),
            "done");
  EXPECT_EQ(open({root()}), "opened");
  EXPECT_EQ(open({root(), child(), child(9)}), "opened");
}

TEST_F(Denying, AnOwnerThatHoldsALinkOfAnotherDeniesWhatItSignedThere) {
  const auto second = key_of("second owner");
  ASSERT_EQ(own(owner, 1, cose_key(xy_of(second.public_key()))), "done");
  const Bytes top = sign_link(owner, root(), second), below = sign_link(second, child(), bob, top);
  ASSERT_EQ(open_as(bob, {top, below}), "opened");
  Session session = sealed_own(second, 4, cbor::null);
  ASSERT_EQ(put(session, deny_list(second, 1, kNow, {link_id(second, child())})), "done");
  EXPECT_EQ(open_as(bob, {top, below}), "denied");
  EXPECT_EQ(own(owner, 2, cbor::bytes(thumbprint(xy_of(second.public_key())))), "done");
  EXPECT_EQ(open_as(bob, {top, below}), "denied");  // its list stays when it goes
  EXPECT_EQ(open_as(second, {top}), "opened");
}

TEST_F(Denying, AFriendDeniesTheFriendsFriend) {
  const auto theirs = give({root(), child()});
  ASSERT_EQ(open(theirs), "opened");
  EXPECT_EQ(friend_puts(root_list(1, {link_id(ada, child())}, ada), give({root()})), "done");
  EXPECT_EQ(open(theirs), "denied");
  EXPECT_EQ(lock.decisions.back().link, 1);
  EXPECT_EQ(open({root(), child(9)}), "opened");
  EXPECT_EQ(open({root()}), "opened");
}

TEST_F(Denying, AListOfARootComesWithThatRootAndFromItsHolder) {
  const auto links = give({root(), child()});
  Link other = root();
  other.cti = Bytes(16, 0x21);
  // Bob, further down, signs one himself; and one for another root; and one by the wrong key.
  EXPECT_EQ(friend_puts(root_list(1, {}, bob), links), "signer");
  EXPECT_EQ(friend_puts(deny_list(ada, 1, kNow, {}, 0, link_id(owner, other)), links), "signer");
  EXPECT_EQ(friend_puts(root_list(1, {}, eve), give({root()})), "signer");
  EXPECT_EQ(owner_puts(root_list(1, {}, ada)), "signer");                // an owner shows no root
  EXPECT_EQ(friend_puts(root_list(1, {}, ada), links), "done");          // but Bob may carry Ada's
  EXPECT_EQ(friend_puts(deny_list(ada, 1, kNow, {}), links), "signer");  // Ada owns nothing
}

TEST_F(Denying, ASessionTakesOneListOfItsRoot) {
  Session session = sealed_open(give({root()}));
  EXPECT_EQ(put(session, root_list(1, {}, ada)), "done");
  const int writes = lock.writes;
  EXPECT_EQ(put(session, root_list(2, {}, ada)), "signer");
  EXPECT_EQ(lock.writes, writes);
  EXPECT_EQ(friend_puts(root_list(2, {}, ada), give({root()})), "done");
}

TEST_F(Denying, ARootThatIsDeniedOrOverKeepsNoList) {
  ASSERT_EQ(owner_puts(deny_list(owner, 1, kNow, {link_id(owner, root())})), "done");
  EXPECT_EQ(friend_puts(root_list(1, {}, ada), give({root()})), "signer");
  ASSERT_EQ(owner_puts(deny_list(owner, 2, kNow, {})), "done");
  lock.time = root().exp;
  EXPECT_EQ(friend_puts(root_list(1, {}, ada), give({root()})), "signer");
  lock.time.reset();
  EXPECT_EQ(friend_puts(root_list(1, {}, ada), give({root()})), "signer");
  for (unsigned i = 0; i < KFL_ROOTS; ++i) EXPECT_TRUE(lock.record(KFL_RECORD_ROOT + i).empty());
}

// A root whose id its owner gave twice: the list of the one holder is not the other's.
TEST_F(Denying, AListIsKeptForItsRootUntilTheRootEnds) {
  Link top = root();
  top.exp = kNow + 100;
  const auto list = deny_list(ada, 1, kNow, {link_id(ada, child())}, 0, link_id(owner, top));
  ASSERT_EQ(friend_puts(list, give({top})), "done");
  Link below = child();
  below.exp = kNow + 100;
  EXPECT_EQ(open({top, below}), "denied");
  // 31 more fill the lock; the first one's end makes room, and its list is nobody's then.
  for (std::uint8_t i = 1; i <= 31; ++i) {
    Link other = root();
    other.cti = Bytes(16, static_cast<std::uint8_t>(0x30 + i));
    other.uses = 1;
    ASSERT_EQ(open({other}), "opened");
  }
  Link last = root();
  last.cti = Bytes(16, 0x7f);
  last.uses = 5;
  EXPECT_EQ(open({last}), "full");
  lock.time = kNow + 100;
  EXPECT_EQ(open({last}), "opened");
  EXPECT_FALSE(lock.record(KFL_RECORD_ROOT_LIST).empty());
  EXPECT_EQ(open({last, child()}), "opened");  // not denied by the list that lies there still
  Session session = sealed_open(give({last}));
  EXPECT_EQ(get(session, link_id(owner, last)), Bytes());
}

//= spec:lock#3-number test
TEST_F(Denying, AListRolledBackOrForkedIsRefused) {
  const Bytes id = link_id(owner, root());
  const Bytes second = deny_list(owner, 2, kNow, {id});
  ASSERT_EQ(owner_puts(second), "done");
  EXPECT_EQ(owner_puts(deny_list(owner, 1, kNow, {})), "old");
  EXPECT_EQ(owner_puts(deny_list(owner, 2, kNow, {})), "forked");
  EXPECT_EQ(owner_puts(deny_list(owner, 2, kNow + 1, {id})), "forked");
  EXPECT_EQ(open({root()}), "denied");
  lock.writes = 0;
  EXPECT_EQ(owner_puts(second), "done");
  EXPECT_EQ(owner_puts(deny_list(owner, 2, kNow, {id})), "done");  // signed anew, the same list
  EXPECT_EQ(lock.writes, 0);
  EXPECT_EQ(owner_puts(deny_list(owner, 3, kNow, {})), "done");
  EXPECT_EQ(open({root()}), "opened");
  EXPECT_EQ(owner_puts(second), "old");
  EXPECT_EQ(owner_puts(deny_list(owner, 0xffffffffffffffff, kNow, {})), "done");
  EXPECT_EQ(owner_puts(deny_list(owner, 0x100000000, kNow, {})), "old");
}

TEST_F(Denying, AListFromTheFutureIsRefusedWhileTheTimeIsKnown) {
  EXPECT_EQ(owner_puts(deny_list(owner, 1, kNow + 121, {})), "ahead");
  EXPECT_EQ(owner_puts(deny_list(owner, 1, kNow + 120, {})), "done");
  EXPECT_EQ(open({root()}), "opened");
  lock.time.reset();
  EXPECT_EQ(owner_puts(deny_list(owner, 2, kNow + 100'000, {})), "done");
  lock.time = kNow;
  EXPECT_EQ(open({root()}), "clock");
}

TEST_F(Denying, ABadListChangesNothing) {
  const Bytes id = link_id(owner, root());
  const Bytes good = deny_list(owner, 1, kNow, {id, Bytes(16, 1)});
  for (std::size_t bit = 0; bit < good.size() * 8; bit += 1) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    if (bit % 32 == 0 || bit / 8 < 80) {  // a session for each is slow
      const std::string reason = owner_puts(bad);
      ASSERT_TRUE(reason == "form" || reason == "signer" || reason == "signature") << reason << bit;
    }
  }
  EXPECT_EQ(owner_puts(deny_list(eve, 1, kNow, {id})), "signer");
  EXPECT_EQ(owner_puts(Bytes{}), "form");
  EXPECT_EQ(owner_puts(deny_list(owner, 0, kNow, {})), "form");
  EXPECT_EQ(owner_puts(deny_list(owner, 1, kNow, {id, id})), "form");
  for (unsigned i = 0; i < KFL_OWNERS; ++i) EXPECT_TRUE(lock.record(KFL_RECORD_LIST + i).empty());
  EXPECT_EQ(open({root()}), "opened");
  EXPECT_EQ(owner_puts(good), "done");
}

TEST_F(Denying, TheGreatestListsFit) {
  std::vector<Bytes> ids;
  for (unsigned i = 0; i < 240; ++i) {
    Bytes id(16, 0xee);
    id[0] = static_cast<std::uint8_t>(i >> 8), id[1] = static_cast<std::uint8_t>(i);
    ids.push_back(id);
  }
  ids[17] = link_id(owner, root());
  std::size_t most = 0;
  for (std::size_t n = 230; n <= 240; ++n) {
    const Bytes list = deny_list(owner, n, kNow, {ids.begin(), ids.begin() + static_cast<long>(n)});
    if (list.size() <= 4096) {
      EXPECT_EQ(owner_puts(list), "done") << n;
      most = n;
    }
  }
  EXPECT_GE(most, 230u);
  EXPECT_EQ(open({root()}), "denied");
  for (std::size_t n = 15; n <= 30; ++n) {
    const Bytes list = deny_list(ada, n, kNow, {ids.begin(), ids.begin() + static_cast<long>(n)}, 0,
                                 link_id(owner, child(9)));
    if (list.size() > 512) {
      Link other = root();
      other.cti = Bytes(16, 9);
      EXPECT_EQ(friend_puts(list, give({other})), "form");
      break;
    }
  }
}

TEST_F(Denying, FreshWantsARecentListOfTheRootsOwner) {
  Link top = root();
  top.fresh = 2;
  EXPECT_EQ(open({top}), "stale");
  ASSERT_EQ(owner_puts(deny_list(owner, 1, kNow - 7201, {})), "done");
  EXPECT_EQ(open({top}), "stale");
  ASSERT_EQ(owner_puts(deny_list(owner, 2, kNow - 7200, {})), "done");
  EXPECT_EQ(open({top}), "opened");
  // A list of a root counts for nothing here.
  lock.time = kNow + 1;
  ASSERT_EQ(friend_puts(root_list(9, {}, ada), give({root()})), "done");
  EXPECT_EQ(open({top}), "stale");
  lock.time.reset();
  EXPECT_EQ(open({top}), "clock");
}

TEST_F(Denying, AListDatedAheadByAWrongClockIsNotFresh) {
  Link top = root();
  top.fresh = 2;
  lock.time.reset();
  ASSERT_EQ(owner_puts(deny_list(owner, 1, kNow + 50'000, {})), "done");
  ASSERT_EQ(own(owner, 3, cbor::number(kNow)), "done");
  EXPECT_EQ(open({top}), "stale");
}

TEST_F(Denying, AVerifiedHolderGetsTheListsOfItsChainAndNoOther) {
  const auto second = key_of("second owner");
  ASSERT_EQ(own(owner, 1, cose_key(xy_of(second.public_key()))), "done");
  const Bytes mine = deny_list(owner, 7, kNow, {Bytes(16, 1)});
  const Bytes hers = deny_list(ada, 9, kNow, {Bytes(16, 2)}, 0, link_id(owner, root()));
  ASSERT_EQ(owner_puts(mine), "done");
  Session other = sealed_own(second, 4, cbor::null);
  ASSERT_EQ(put(other, deny_list(second, 8, kNow, {})), "done");
  ASSERT_EQ(friend_puts(hers, give({root()})), "done");

  Session session = sealed_open(give({root(), child()}));
  const Bytes owner_kid = thumbprint(xy_of(owner.public_key()));
  const Bytes ada_kid = thumbprint(xy_of(ada.public_key()));
  EXPECT_EQ(session.reply,
            cbor::array({cbor::number(KFL_OPENED),
                         cbor::array({cbor::array({cbor::bytes(owner_kid), cbor::number(7)}),
                                      cbor::array({cbor::bytes(ada_kid), cbor::number(9),
                                                   cbor::bytes(link_id(owner, root()))})})}));
  EXPECT_EQ(get(session, owner_kid), mine);
  EXPECT_EQ(get(session, link_id(owner, root())), hers);
  EXPECT_EQ(get(session, thumbprint(xy_of(second.public_key()))), Bytes());
  Link foreign = root();
  foreign.cti = Bytes(16, 1);
  EXPECT_EQ(get(session, link_id(owner, foreign)), Bytes());
  EXPECT_EQ(get(session, Bytes(20)), std::nullopt);

  Session owns = sealed_own(second);
  EXPECT_EQ(get(owns, owner_kid), mine);
  EXPECT_EQ(get(owns, link_id(owner, root())), hers);
}

// A reader that is not this lock has not its key; whoever is not verified gets one octet.
TEST_F(Denying, AStrangerLearnsNothing) {
  ASSERT_EQ(owner_puts(deny_list(owner, 7, kNow, {})), "done");
  const auto links = give({root()});
  for (const crypto::PrivateKey* who : {&eve, &bob}) {
    Session session =
        sealed([&](ByteView message) { return answer_to(message, *who, chain_of(links)); });
    EXPECT_EQ(session.reason, "answer");
    EXPECT_TRUE(session.reply.empty());
    EXPECT_EQ(get(session, thumbprint(xy_of(owner.public_key()))), std::nullopt);
  }
  Talk talk(lock);
  talk.hello();
  EXPECT_EQ(talk.say(9, Bytes(48)).type, 0);
}

TEST_F(Denying, PowerLostWhileAListIsTakenLosesAtMostThatList) {
  const Bytes first = deny_list(ada, 1, kNow, {link_id(ada, child())}, 0, link_id(owner, root()));
  for (const bool after : {false, true}) {
    for (int at = 0; at < 2; ++at) {
      TestLock before{digest::sha256(bytes_of("lock"))};
      kfl_add_owner(&before.lock(), xy_of(owner.public_key()).data());
      Talk opens(before);
      const Bytes message = opens.hello();
      Sealed seals(before.public_key(), message);
      ASSERT_EQ(opens.say(4, seals.answer(answer_to(message, ada, chain_of(give({root()}))))).type,
                6);
      (after ? before.lose_power_after : before.lose_power_before) = before.writes + at;
      opens.say(7, seals.seal(first));
      ASSERT_TRUE(before.left) << at;
      TestLock again{digest::sha256(bytes_of("lock"))};
      again.records = *before.left;
      Talk talk(again);
      talk.say(3, answer_to(talk.hello(), bob, chain_of(give({root(), child()}))));
      EXPECT_EQ(again.decisions.back().reason, after && at == 1 ? "denied" : "opened");
      Talk repeats(again);
      const Bytes next = repeats.hello();
      Sealed seal(again.public_key(), next);
      ASSERT_EQ(repeats.say(4, seal.answer(answer_to(next, ada, chain_of(give({root()}))))).type,
                6);
      ASSERT_EQ(repeats.say(7, seal.seal(first)).type, 8);
      Talk last(again);
      last.say(3, answer_to(last.hello(), bob, chain_of(give({root(), child()}))));
      EXPECT_EQ(again.decisions.back().reason, "denied");
    }
  }
}

}  // namespace
}  // namespace keyferry::lock
