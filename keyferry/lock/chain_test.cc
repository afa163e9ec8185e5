// Chains: what opens, and what is refused by which name.
#include <set>

#include "keyferry/lock/home_test.h"

namespace keyferry::lock {
namespace {

class Chain : public Home {};

//= spec:lock#1-chain test
TEST_F(Chain, OwnerFriendAndFriendsFriendOpen) {
  EXPECT_EQ(open({root()}), "opened");
  EXPECT_EQ(open({root(), child()}), "opened");
  EXPECT_EQ(open({root(), child(), child()}), "opened");
  EXPECT_EQ(lock.opened, 3);
  EXPECT_EQ(lock.decisions.back().links, 3);
}

TEST_F(Chain, OneFurtherThanItsDepthIsRefused) {
  Link first = root();
  first.depth = 1;
  EXPECT_EQ(open({first, child()}), "opened");
  EXPECT_EQ(open({first, child(), child()}), "depth");
  first.depth.reset();
  EXPECT_EQ(open({first}), "opened");
  EXPECT_EQ(open({first, child()}), "depth");
  EXPECT_EQ(lock.decisions.back().link, 1);
}

TEST_F(Chain, AnAbsentDepthIsTheParentsLessOne) {
  Link middle = child();
  middle.depth = 0;
  EXPECT_EQ(open({root(), middle}), "opened");
  EXPECT_EQ(open({root(), middle, child()}), "depth");
}

// A right of the third link against what the second effectively has: stated there, or in the root.
//= spec:lock#1-effective test
TEST_F(Chain, EveryRightWiderThanTheEffectiveOneAboveIsRefusedByName) {
  const Bytes front = door(), back = door("back"), side = door("side");
  const std::vector<std::pair<std::string, std::function<void(Link&, Link&)>>> cases = {
      {"window", [](Link& above, Link& below) { below.nbf = above.nbf - 1; }},
      {"window", [](Link& above, Link& below) { below.exp = above.exp + 1; }},
      {"depth", [](Link& above, Link& below) { above.depth = 2, below.depth = 2; }},
      {"depth", [](Link& above, Link& below) { above.depth = 1, below.depth = 7; }},
      {"doors", [&](Link& above, Link& below) { above.doors = {front}, below.doors = {back}; }},
      {"doors",
       [&](Link& above, Link& below) { above.doors = {front}, below.doors = {back, front}; }},
      {"doors",
       [&](Link& above, Link& below) {
         above.doors = {back, front}, below.doors = {back, front, side};
       }},
      {"hours",
       [](Link& above, Link& below) { above.hours = {{60, 120}}, below.hours = {{59, 120}}; }},
      {"hours",
       [](Link& above, Link& below) { above.hours = {{60, 120}}, below.hours = {{60, 121}}; }},
      {"hours", [](Link& above,
                   Link& below) { above.hours = {{0, 10}, {20, 10080}}, below.hours = {{5, 25}}; }},
      {"hours",
       [](Link& above, Link& below) {
         above.hours = {{0, 10}, {20, 30}}, below.hours = {{0, 10}, {12, 15}};
       }},
      {"fresh", [](Link& above, Link& below) { above.fresh = 5, below.fresh = 6; }},
  };
  for (const auto& [reason, make] : cases) {
    for (const bool from_root : {false, true}) {
      Link top = root(), middle = child(), last = child();
      top.depth = 7;
      top.doors = {back, front, side};
      make(from_root ? top : middle, last);
      if (!from_root) middle.nbf = top.nbf, middle.exp = top.exp;
      EXPECT_EQ(open({top, middle, last}), reason) << reason << from_root;
      EXPECT_EQ(lock.decisions.back().link, 2);
      EXPECT_FALSE(lock.decisions.back().verified);
    }
  }
}

TEST_F(Chain, RightsThatTouchTheLimitsAreInside) {
  Link top = root(), below = child();
  top.depth = 7, top.fresh = 8760, top.hours = {{0, 10080}}, top.doors = {door("back"), door()};
  top.uses = 65535;
  below = top;
  below.depth = 6;
  ASSERT_EQ(owner_puts(deny_list(owner, 1, kNow, {})), "done");
  EXPECT_EQ(open({top, below}), "opened");
}

TEST_F(Chain, UsesStandInARootAndItsChildrenOnly) {
  Link top = root(), middle = child(), last = child();
  last.uses = 1;
  EXPECT_EQ(open({top, middle, last}), "uses");
  top.uses = 5, last.uses.reset(), middle.uses = 6;
  EXPECT_EQ(open({top, middle}), "uses");
  middle.uses = 5;
  EXPECT_EQ(open({top, middle}), "opened");
}

TEST_F(Chain, WhatIsCountedIsOfOneLock) {
  Link top = root(), middle = child();
  top.doors = {Bytes(20, 1), door()};
  std::sort(top.doors.begin(), top.doors.end());
  EXPECT_EQ(open({top}), "opened");
  top.uses = 3;
  EXPECT_EQ(open({top}), "uses");
  top.uses.reset(), middle.uses = 1;
  EXPECT_EQ(open({top, middle}), "uses");
  middle.doors = {door()};
  EXPECT_EQ(open({top, middle}), "opened");
}

TEST_F(Chain, EveryLinkRemovedOrMovedIsRefused) {
  const auto links = give({root(), child(1), child(2)});
  std::set<std::string> seen;
  for (std::size_t i = 0; i < 3; ++i) {
    auto less = links;
    less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
    const std::string reason = open_as(cleo, less);
    EXPECT_EQ(reason, i == 0 ? "form" : i == 1 ? "prev" : "answer");
    seen.insert(reason);
  }
  auto order = links;
  std::sort(order.begin(), order.end());
  do {
    if (order == links) continue;
    EXPECT_EQ(open_as(cleo, order), order[0] == links[0] ? "prev" : "form");
  } while (std::next_permutation(order.begin(), order.end()));
  auto twice = links;
  twice.push_back(links.back());
  EXPECT_EQ(open_as(cleo, twice), "prev");
  EXPECT_EQ(open(links), "opened");
}

TEST_F(Chain, EveryLinkSignedBySomebodyElseIsRefused) {
  const Link top = root();
  const Bytes first = sign_link(owner, top, ada), second = sign_link(ada, child(), bob, first);
  EXPECT_EQ(open_as(ada, {sign_link(eve, top, ada)}), "owner");
  EXPECT_EQ(open_as(bob, {first, sign_link(eve, child(), bob, first)}), "signature");
  EXPECT_EQ(open_as(bob, {first, sign_link(owner, child(), bob, first)}), "signature");
  EXPECT_EQ(open_as(cleo, {first, second, sign_link(ada, child(), cleo, second)}), "signature");
  EXPECT_EQ(open_as(eve, {first, second}), "answer");
  // Eve names the owner and signs herself.
  Bytes forged = sign_link(eve, top, ada);
  const Bytes named = thumbprint(xy_of(owner.public_key()));
  std::copy(named.begin(), named.end(), forged.begin() + 9);
  EXPECT_EQ(open_as(ada, {forged}), "signature");
}

TEST_F(Chain, AChildUnderAnotherRootOfTheSameHolderIsRefused) {
  Link wide = root(), narrow = root();
  narrow.cti = Bytes(16, 9);
  narrow.doors = {door("back")};
  const Bytes under_narrow = sign_link(owner, narrow, ada),
              under_wide = sign_link(owner, wide, ada);
  EXPECT_EQ(open_as(bob, {under_wide, sign_link(ada, child(), bob, under_narrow)}), "prev");
}

TEST_F(Chain, DoorsOfAnotherLockOrDoorAreRefused) {
  Link top = root();
  TestLock other(digest::sha256(bytes_of("another lock")));
  top.doors = {door_of(other.public_key())};
  EXPECT_EQ(open({top}), "door");
  top.doors = {door("back")};
  EXPECT_EQ(open({top}), "door");
  EXPECT_EQ(open_as(ada, give({top}), "back"), "opened");
  top.doors = {door("fron"), door("frontx")};
  EXPECT_EQ(open({top}), "door");
}

TEST_F(Chain, TheWindowHasTwoMinutesAtItsBeginningOnly) {
  Link top = root();
  top.nbf = kNow + 120;
  EXPECT_EQ(open({top}), "opened");
  top.nbf = kNow + 121;
  EXPECT_EQ(open({top}), "early");
  top = root();
  top.exp = kNow + 1;
  EXPECT_EQ(open({top}), "opened");
  top.exp = kNow;
  EXPECT_EQ(open({top}), "expired");
}

TEST_F(Chain, TheEndOfTimeIsNoSpecialCase) {
  Link top = root();
  top.nbf = 0, top.exp = 0xffffffff;
  for (const std::uint32_t now : {0u, 119u, 120u, 0xfffffffeu}) {
    TestLock fresh{digest::sha256(bytes_of("lock"))};
    kfl_add_owner(&fresh.lock(), xy_of(owner.public_key()).data());
    fresh.time = now;
    fresh.offset = 1440;
    Talk talk(fresh);
    talk.say(3, answer_to(talk.hello(), ada, chain_of(give({top}))));
    EXPECT_EQ(fresh.decisions.back().reason, "opened") << now;
  }
  lock.time = 0xffffffff;
  EXPECT_EQ(open({top}), "expired");
}

// 1 800 000 000 is Friday 15 January 2027, 08:00 UTC: minute 6240 of the week.
TEST_F(Chain, HoursAreMinutesOfTheLocalWeek) {
  Link top = root();
  const auto at = [&](unsigned from, unsigned to) {
    top.hours = {{from, to}};
    return open({top});
  };
  EXPECT_EQ(at(6240, 6241), "opened");
  EXPECT_EQ(at(6239, 6240), "hour");
  EXPECT_EQ(at(6241, 10080), "hour");
  lock.offset = 60;
  EXPECT_EQ(at(6300, 6301), "opened");
  lock.offset = -1440;
  EXPECT_EQ(at(4800, 4801), "opened");
  lock.offset = 0;
  lock.time = kNow + 3840 * 60 - 1;  // Sunday, 23:59:59
  EXPECT_EQ(at(10079, 10080), "opened");
  EXPECT_EQ(at(0, 1), "hour");
  lock.time = kNow + 3840 * 60;
  EXPECT_EQ(at(0, 1), "opened");
  top.hours = {{10, 20}, {30, 40}, {0, 5}};
  EXPECT_EQ(open({top}), "form");  // not in order
}

TEST_F(Chain, AnAnswerWithEveryBitFlippedIsRefused) {
  const auto links = give({root(), child()});
  Talk talk(lock);
  const Bytes message = talk.hello();
  const Bytes good = answer_to(message, bob, chain_of(links));
  const Bytes nonce(message.begin() + 2, message.begin() + 18);
  std::map<std::string, int> seen;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    lock.random = {nonce};
    ASSERT_EQ(talk.hello(), message);
    const std::string reason = decide(talk, bad);
    ASSERT_NE(reason, "opened") << bit;
    ASSERT_FALSE(lock.decisions.back().verified) << bit;
    ++seen[reason];
  }
  EXPECT_EQ(lock.opened, 0);
  for (const char* name : {"form", "owner", "prev", "signature", "answer"})
    EXPECT_GT(seen[name], 0) << name;
  lock.random = {nonce};
  ASSERT_EQ(talk.hello(), message);
  EXPECT_EQ(decide(talk, good), "opened");
}

TEST_F(Chain, AnAnswerCutAtEveryLengthOrWithAnOctetMoreIsRefused) {
  const auto links = give({root(), child()});
  for (std::size_t size = 0;; ++size) {
    Talk talk(lock);
    Bytes answer = answer_to(talk.hello(), bob, chain_of(links));
    if (size == answer.size()) break;
    answer.resize(size);
    ASSERT_EQ(decide(talk, answer), "form") << size;
  }
  Talk talk(lock);
  Bytes more = answer_to(talk.hello(), bob, chain_of(links));
  more.push_back(0);
  EXPECT_EQ(decide(talk, more), "form");
}

TEST_F(Chain, EveryLinkCutAtEveryLengthIsRefused) {
  const auto links = give({root(), child()});
  for (std::size_t at : {0u, 1u}) {
    for (std::size_t size = 1; size < links[at].size(); ++size) {
      auto cut = links;
      cut[at].resize(size);
      ASSERT_EQ(open_as(bob, cut), "form") << at << " " << size;
    }
  }
}

TEST_F(Chain, EightLinksFitAndNineDoNot) {
  Link top = root();
  top.depth = 7;
  std::vector<Bytes> links{sign_link(owner, top, ada)};
  while (links.size() < 8) links.push_back(sign_link(ada, child(), ada, links.back()));
  EXPECT_EQ(open_as(ada, links), "opened");
  links.push_back(sign_link(ada, child(), ada, links.back()));
  EXPECT_EQ(open_as(ada, links), "form");
}

// 3072 octets exactly, then one more: labels make the length.
TEST_F(Chain, TheGreatestChainIs3072Octets) {
  Link top = root();
  top.depth = 7;
  top.doors.clear();
  for (char c = 'a'; c < 'i'; ++c) top.doors.push_back(door(std::string(16, c)));
  for (unsigned i = 0; i < 15; ++i) top.hours.push_back({1000 + i * 600, 1000 + i * 600 + 599});
  const auto make = [&](std::size_t stated, std::size_t middle, std::size_t last) {
    Link link = child();
    std::vector<Bytes> links{sign_link(owner, top, ada)};
    for (std::size_t i = 1; i < 8; ++i) {
      link.hours = i < stated ? top.hours : std::vector<std::pair<unsigned, unsigned>>{};
      link.doors = i == 1 ? top.doors : std::vector<Bytes>{};
      link.label.reset();
      if (i == 6) link.label = std::string(middle, 'x');
      if (i == 7) link.label = std::string(last, 'x');
      links.push_back(sign_link(ada, link, ada, links.back()));
    }
    return links;
  };
  int opened = 0, refused = 0;
  for (std::size_t stated = 1; stated < 8; ++stated) {
    for (std::size_t last = 0; last <= 128; ++last) {
      const auto links = make(stated, last / 2, last - last / 2);
      const std::size_t size = chain_of(links).size();
      if (size < 3068 || size > 3076) continue;
      const std::string reason = open_as(ada, links, std::string(16, 'a'));
      EXPECT_EQ(reason, size <= 3072 ? "opened" : "form") << size;
      ++(size <= 3072 ? opened : refused);
    }
  }
  EXPECT_GT(opened, 0);
  EXPECT_GT(refused, 0);
}

TEST_F(Chain, ALabelIsTextWithoutControlCharacters) {
  Link top = root();
  const auto with = [&](std::string label) {
    top.label = std::move(label);
    return open({top});
  };
  EXPECT_EQ(with(""), "opened");
  EXPECT_EQ(with("Ada’s phone \xf0\x9f\x94\x91"), "opened");
  EXPECT_EQ(lock.decisions.back().label, "Ada’s phone \xf0\x9f\x94\x91");
  EXPECT_EQ(with(std::string(64, 'x')), "opened");
  EXPECT_EQ(with(std::string(65, 'x')), "form");
  for (const char* bad : {"a\nb", "\x7f", "\xc2\x85", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xff", "\xc3", "\xe2\x82", "\x80"}) {
    EXPECT_EQ(with(bad), "form") << bad;
    EXPECT_EQ(lock.decisions.back().label, "");
  }
}

TEST_F(Chain, ALabelIsToldOfTheLastLinkAndOnlyWhenTheChainIsGood) {
  Link top = root(), below = child();
  top.label = "Ada";
  below.label = "Bob";
  auto links = give({top, below});
  EXPECT_EQ(open(links), "opened");
  EXPECT_EQ(lock.decisions.back().label, "Bob");
  EXPECT_EQ(lock.decisions.back().root, link_id(owner, top));
  EXPECT_EQ(lock.decisions.back().holder, link_id(ada, below));
  links.back().back() ^= 1;
  EXPECT_EQ(open(links), "signature");
  EXPECT_EQ(lock.decisions.back().label, "");
  EXPECT_EQ(lock.decisions.back().root, link_id(owner, top));
  EXPECT_TRUE(lock.decisions.back().holder.empty());
}

TEST_F(Chain, AFailingHashNeverOpens) {
  const auto links = give({root(), child()});
  ASSERT_EQ(open(links), "opened");
  const int needed = lock.hashes;
  lock.hashes = 0;
  ASSERT_EQ(open(links), "opened");
  const int each = lock.hashes;
  ASSERT_GT(needed, each);
  for (int i = 1; i < each; ++i) {  // hash 0 is of the start
    lock.hashes = 0;
    lock.fail_hash = i;
    EXPECT_EQ(open(links), "state") << i;
  }
}

TEST_F(Chain, AnUnreadableRecordNeverOpens) {
  Link top = root();
  top.uses = 100;
  const auto links = give({top, child()});
  ASSERT_EQ(open(links), "opened");
  lock.reads = 0;
  ASSERT_EQ(open(links), "opened");
  const int each = lock.reads;
  for (int i = 0; i < each; ++i) {
    lock.reads = 0;
    lock.fail_read = i;
    const std::string reason = open(links);
    // What the greeting reads is only the time that it tells.
    if (reason == "opened") {
      EXPECT_LT(i, 33);
    } else {
      EXPECT_EQ(reason, "state") << i;
    }
  }
}

}  // namespace
}  // namespace keyferry::lock
