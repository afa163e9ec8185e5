// A house with one lock: its owner, two friends, and what they say at the door.
#pragma once

#include <gtest/gtest.h>

#include "keyferry/lock/door_test.h"
#include "keyferry/lock/wallet_test.h"

namespace keyferry::lock {

class Home : public testing::Test {
 protected:
  Home() { EXPECT_EQ(kfl_add_owner(&lock.lock(), xy_of(owner.public_key()).data()), KFL_DONE); }

  Bytes door(std::string_view name = "front") const { return door_of(lock.public_key(), name); }
  Link root() const {
    Link link;
    link.depth = 2;
    link.doors = {door()};
    return link;
  }
  Link child(std::uint8_t cti = 8) const {
    Link link;
    link.cti = Bytes(16, cti);
    return link;
  }
  // give makes the chain owner -> ada -> bob … as far as there are links.
  std::vector<Bytes> give(const std::vector<Link>& links) const {
    const crypto::PrivateKey* people[] = {&owner, &ada, &bob, &cleo};
    std::vector<Bytes> out;
    for (std::size_t i = 0; i < links.size(); ++i) {
      out.push_back(sign_link(*people[i], links[i], *people[i + 1],
                              out.empty() ? ByteView() : ByteView(out.back())));
    }
    return out;
  }
  const crypto::PrivateKey& holder_of(std::size_t links) const {
    return links == 1 ? ada : links == 2 ? bob : cleo;
  }
  // open shows the chain at the door, signed by its holder, and returns the reason.
  std::string open(const std::vector<Bytes>& links, std::string_view name = "front") {
    return open_as(holder_of(links.size()), links, name);
  }
  std::string open_as(const crypto::PrivateKey& holder, const std::vector<Bytes>& links,
                      std::string_view name = "front") {
    Talk talk(lock, name);
    return decide(talk, answer_to(talk.hello(), holder, chain_of(links)));
  }
  std::string open(const std::vector<Link>& links) { return open(give(links)); }
  std::string own(const crypto::PrivateKey& key, unsigned op = 0, ByteView value = {}) {
    Talk talk(lock);
    return decide(talk, owner_answer(talk.hello(), key, op, value));
  }
  // decide says a plain answer and returns what the lock decided. The door is open exactly then.
  std::string decide(Talk& talk, ByteView answer) {
    const int before = lock.opened;
    const std::size_t decisions = lock.decisions.size();
    const Frame frame = talk.say(3, answer);
    EXPECT_EQ(lock.decisions.size(), decisions + 1);
    const Decision& decision = lock.decisions.back();
    EXPECT_EQ(lock.opened - before, decision.reason == "opened" && !lock.left ? 1 : 0);
    const bool good = decision.reason == "opened" || decision.reason == "done";
    EXPECT_EQ(frame.type, 5);
    EXPECT_EQ(frame.body, Bytes{static_cast<std::uint8_t>(good && decision.verified)});
    return decision.reason;
  }

  // Session is a verified sealed conversation.
  struct Session {
    std::unique_ptr<Talk> talk;
    std::unique_ptr<Sealed> sealed;
    std::string reason;  // of the answer
    Bytes reply;         // [reason, lists], opened; empty: the short refusal
  };
  Session sealed_open(const std::vector<Bytes>& links) {
    return sealed([&](ByteView message) {
      return answer_to(message, holder_of(links.size()), chain_of(links));
    });
  }
  Session sealed_own(const crypto::PrivateKey& key, unsigned op = 0, ByteView value = {}) {
    return sealed([&](ByteView message) { return owner_answer(message, key, op, value); });
  }
  template <class Answer>
  Session sealed(Answer answer) {
    Session out{std::make_unique<Talk>(lock), nullptr, "", {}};
    const Bytes message = out.talk->hello();
    out.sealed = std::make_unique<Sealed>(lock.public_key(), message);
    const Frame frame = out.talk->say(4, out.sealed->answer(answer(message)));
    out.reason = lock.decisions.back().reason;
    if (frame.type == 6) out.reply = out.sealed->reply(frame.body).value();
    return out;
  }
  // put brings a list and returns the lock's reason; "ended" if it broke off.
  std::string put(Session& session, ByteView list) {
    const Frame frame = session.talk->say(7, session.sealed->seal(list));
    if (frame.type != 8) return "ended";
    const Bytes number = session.sealed->open(frame.body).value();
    const std::string name = kfl_reason_name(number[0] == 0x18 ? number[1] : number[0]);
    EXPECT_EQ(name, lock.decisions.back().reason);
    return name;
  }
  std::string owner_puts(ByteView list) {
    Session session = sealed_own(owner, 4, cbor::null);
    EXPECT_EQ(session.reason, "done");
    return put(session, list);
  }
  // get asks for a list; nothing if the lock broke off.
  std::optional<Bytes> get(Session& session, ByteView which) {
    const Frame frame = session.talk->say(9, session.sealed->seal(which));
    if (frame.type != 10) return std::nullopt;
    return session.sealed->open(frame.body).value();
  }

  static constexpr std::uint32_t kNow = 1'800'000'000;
  crypto::PrivateKey owner = key_of("owner"), ada = key_of("ada"), bob = key_of("bob"),
                     cleo = key_of("cleo"), eve = key_of("eve");
  TestLock lock{digest::sha256(bytes_of("lock"))};
};

}  // namespace keyferry::lock
