// Both state machines against each other over a mailbox that is a single slot, as a relay would
// carry it.
#include <gtest/gtest.h>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/credential/offer.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/digest/random.h"
#include "keyferry/transfer/confirmed_receiver.h"
#include "keyferry/transfer/confirmed_sender.h"

namespace keyferry::transfer {
namespace {

constexpr std::string_view kMailbox = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0";

boost::json::object offer_from(std::string issuer) {
  credential::CredentialOffer offer;
  offer.issuer = std::move(issuer);
  offer.configuration_ids = {"ssh"};
  offer.pre_authorized_code = "code";
  return credential::encode_offer(offer);
}

boost::json::value b64u(const Bytes& bytes) {
  return boost::json::string(encode_base64url(bytes));
}

template <class T>
const T* find(const Effects& effects) {
  for (const Effect& effect : effects) {
    if (const T* found = std::get_if<T>(&effect)) return found;
  }
  return nullptr;
}

// Pair is two wallets. After every step both are stored and read back, as a crash would force.
class Pair : public testing::Test {
 protected:
  void begin(std::string_view code = "", bool words = true) {
    SenderTerms terms;
    terms.authority = "https://auth.example";
    terms.kind = "ssh";
    terms.rights = {{"logins", {"deploy"}}};
    terms.share = "s1";
    terms.expires = from_unix_seconds(1795000000);
    terms.secret = SecretBytes(Bytes(32, 7));
    terms.code = SecretBytes::copy(bytes_of(code));
    terms.words = words;
    SenderRandomness random = SenderRandomness::draw();
    nonce_ = random.nonce;
    private_key_ = random.key.secret().clone();
    sender_.emplace(ConfirmedSender::start(std::move(terms), std::move(random)).value());
    sender_->placed(std::string(kMailbox));
    receiver_.emplace(ConfirmedReceiver::claim(SecretBytes(Bytes(32, 7)), std::string(kMailbox)));
    slot_ = sender_->own_last();
  }

  Effects to_sender() { return after(sender_->message(slot_)); }
  Effects to_receiver() { return after(receiver_->message(slot_)); }

  // after writes what is to be sent into the slot and restarts both wallets from their records.
  Effects after(Effects effects) {
    if (const auto* send = find<SendMessage>(effects)) slot_ = send->plaintext;
    sender_.emplace(ConfirmedSender::parse(sender_->encode()).value());
    receiver_.emplace(ConfirmedReceiver::parse(receiver_->encode()).value());
    return effects;
  }

  Effects approve(std::string_view code = "") {
    ReceiverApproval approval{credential_key_, "Ada's laptop", SecretBytes::copy(bytes_of(code))};
    digest::random_fill(approval.nonce);
    return after(receiver_->approve(std::move(approval)));
  }

  // Up to the question for the words.
  WordOctets until_words() {
    to_receiver();
    approve();
    to_sender();
    const Effects shown = to_receiver();
    const ShowWords* words = find<ShowWords>(shown);
    EXPECT_NE(words, nullptr);
    EXPECT_NE(find<AskWords>(to_sender()), nullptr);
    return words != nullptr ? words->words : WordOctets{};
  }

  // The slot with one member of `keyferry` or the content changed by the relay and a thief
  // together.
  Bytes changed(std::string_view object, std::string_view member,
                const boost::json::value& value) const {
    auto message = codec::parse_json_object(text_of(slot_)).value();
    message.at(object).as_object()[member] = value;
    return copy_of(bytes_of(codec::encode_json(message)));
  }

  // sender_of_share is the sender as it stands, but of another share: its record says so.
  ConfirmedSender sender_of_share(std::string_view other) const {
    const SecretBytes record = sender_->encode();
    std::string text(text_of(record.expose()));
    const std::string own = std::string("\0\0\0\2s1", 6);
    const auto at = text.find(own);
    EXPECT_NE(at, std::string::npos);
    text.replace(at + 4, 2, other);
    return ConfirmedSender::parse(SecretBytes::copy(bytes_of(text))).value();
  }

  crypto::PublicKey credential_key_ =
      crypto::PrivateKey::generate(crypto::KeyType::ed25519).public_key();
  std::optional<ConfirmedSender> sender_;
  std::optional<ConfirmedReceiver> receiver_;
  Bytes slot_;
  Nonce nonce_{};            // the sender's
  SecretBytes private_key_;  // the sender's ephemeral one
};

//= spec:transfer#7-pure test
TEST_F(Pair, BothEndUpWithItWhenTheWordsAreRight) {
  begin();
  const Effects invited = to_receiver();
  const ShowInvite* shown = find<ShowInvite>(invited);
  ASSERT_NE(shown, nullptr);
  EXPECT_EQ(shown->invite.authority, "https://auth.example");
  approve();
  to_sender();
  const WordOctets words = find<ShowWords>(to_receiver())->words;
  const Effects asked = to_sender();
  EXPECT_EQ(find<AskWords>(asked)->words, words);
  EXPECT_EQ(find<AskWords>(asked)->label, "Ada's laptop");
  const Effects call = after(sender_->words(words_of(words)));
  ASSERT_NE(find<CallGrant>(call), nullptr);
  EXPECT_EQ(find<CallGrant>(call)->thumbprint, crypto::jwk_thumbprint(credential_key_));
  after(sender_->granted(offer_from("https://auth.example")));
  const Effects redeem = to_receiver();
  ASSERT_NE(find<Redeem>(redeem), nullptr);
  after(receiver_->redeemed({true, ""}));
  EXPECT_EQ(receiver_->state(), ConfirmedReceiver::State::ended);
  const Effects ended = to_sender();
  EXPECT_NE(find<DeleteMailbox>(ended), nullptr);
  EXPECT_EQ(find<Ended>(ended)->reason, "");
  EXPECT_EQ(find<Revoke>(ended), nullptr);
}

TEST_F(Pair, EveryMessageReadTwiceIsNoEvent) {
  begin();
  to_receiver();
  EXPECT_TRUE(to_receiver().empty());
  approve();
  EXPECT_TRUE(after(receiver_->message(slot_)).empty());  // its own, unread by the other side
  to_sender();
  const Bytes reveal = slot_;
  EXPECT_TRUE(after(sender_->message(slot_)).empty());
  to_receiver();
  EXPECT_TRUE(after(receiver_->message(reveal)).empty());
}

TEST_F(Pair, ThreeWrongEntriesCancelAndRefuseTheShare) {
  begin();
  until_words();
  EXPECT_EQ(find<AskWords>(after(sender_->words("aardvark adroitness absurd")))->tries_left, 2);
  EXPECT_EQ(find<AskWords>(after(sender_->words("")))->tries_left, 1);
  const Effects ended = after(sender_->words("aardvark adroitness absurd"));
  EXPECT_NE(find<CallRefuse>(ended), nullptr);
  EXPECT_EQ(find<Ended>(ended)->reason, "words");
  const Effects told = to_receiver();
  EXPECT_EQ(find<Ended>(told)->reason, "words");
  EXPECT_TRUE(find<Ended>(told)->by_peer);
  EXPECT_TRUE(after(sender_->granted(offer_from("https://auth.example"))).empty());
}

TEST_F(Pair, ASecondRequestAfterTheRevealEndsIt) {
  begin();
  to_receiver();
  approve();
  const Bytes first = slot_;
  to_sender();
  slot_ = first;
  const Bytes other = changed("content", "nonce", b64u(Bytes(32, 9)));
  const Effects ended = after(sender_->message(other));
  EXPECT_EQ(find<Ended>(ended)->reason, "order");
  EXPECT_NE(find<Revoke>(ended), nullptr);
}

TEST_F(Pair, AnotherNonceThanCommittedEndsItAtTheReceiver) {
  begin();
  to_receiver();
  approve();
  to_sender();
  slot_ = changed("content", "nonce", b64u(Bytes(32, 9)));
  EXPECT_EQ(find<Ended>(to_receiver())->reason, "order");
}

TEST_F(Pair, FreeMembersOfTheRevealDoNotMoveTheWords) {
  begin();
  to_receiver();
  approve();
  to_sender();
  slot_ = changed("content", "free", "ground to taste");
  const WordOctets words = find<ShowWords>(to_receiver())->words;
  // The ready that follows hashes another reveal than the sender wrote: it is out of order, and
  // nothing was asked.
  EXPECT_EQ(find<Ended>(to_sender())->reason, "order");
  (void)words;
}

TEST_F(Pair, AChangedRequestChangesTheWords) {
  begin();
  to_receiver();
  approve();
  slot_ = changed("content", "free", 1);
  to_sender();
  to_receiver();
  EXPECT_EQ(find<Ended>(to_sender())->reason,
            "order");  // the ready names another request, its confirm differs too
}

//= spec:tigress#A-45 test
//= spec:transfer#2-reading test
TEST_F(Pair, AReflectedAMisplacedAndADamagedMessageEndIt) {
  const struct {
    std::string_view member;
    boost::json::value value;
    std::string_view reason;
  } cases[] = {{"from", "sender", "reflected"},
               {"transfer", b64u(Bytes(16, 1)), "misplaced"},
               {"mailbox", "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f1", "misplaced"},
               {"seq", 1, "order"},
               {"type", "ready", "order"},
               {"prev", b64u(Bytes(32)), "order"},
               {"prev", nullptr, "damaged"},
               {"v", 2, "version"}};
  for (const auto& c : cases) {
    begin();
    to_receiver();
    approve();
    slot_ = changed("keyferry", c.member, c.value);
    const Effects ended = to_sender();
    ASSERT_NE(find<Ended>(ended), nullptr) << c.member;
    EXPECT_EQ(find<Ended>(ended)->reason, c.reason) << c.member;
    EXPECT_NE(find<Revoke>(ended), nullptr) << c.member;
  }
}

TEST_F(Pair, AFaultInTheInviteGivesTheMailboxBack) {
  for (const auto& [object, member, value] :
       {std::tuple<std::string_view, std::string_view, boost::json::value>{"keyferry", "v", 2},
        {"content", "authority", 5},
        {"keyferry", "mailbox", "early"}}) {
    begin();
    slot_ = changed(object, member, value);
    const Effects ended = to_receiver();
    EXPECT_NE(find<Relinquish>(ended), nullptr) << member;
    EXPECT_EQ(find<SendMessage>(ended), nullptr) << member;
  }
}

// The invite reads well, but its key is of no use.
TEST_F(Pair, AKeyThatAgreesOnNothingGivesTheMailboxBack) {
  begin();
  auto message = codec::parse_json_object(text_of(slot_)).value();
  auto& handshake = message.at("content").as_object().at("handshake").as_object();
  handshake["key"] = b64u(Bytes(32));
  slot_ = copy_of(bytes_of(codec::encode_json(message)));
  to_receiver();
  const Effects ended = approve();
  ASSERT_NE(find<Ended>(ended), nullptr);
  EXPECT_EQ(find<Ended>(ended)->reason, "order");
  EXPECT_NE(find<Relinquish>(ended), nullptr);
  EXPECT_EQ(find<SendMessage>(ended), nullptr);
}

TEST_F(Pair, WhatCannotBeReadBeforeTheYesGivesTheMailboxBack) {
  begin();
  to_receiver();
  const Effects ended = after(receiver_->unreadable());
  EXPECT_EQ(find<Ended>(ended)->reason, "damaged");
  EXPECT_NE(find<Relinquish>(ended), nullptr);
  EXPECT_EQ(find<SendMessage>(ended), nullptr);
}

TEST_F(Pair, AGrantForSomethingElseIsNotRedeemed) {
  begin();
  const WordOctets words = until_words();
  after(sender_->words(words_of(words)));
  after(sender_->granted(offer_from("https://evil.example")));
  const Effects ended = to_receiver();
  EXPECT_EQ(find<Redeem>(ended), nullptr);
  EXPECT_EQ(find<Ended>(ended)->reason, "offer");
}

// What the receiver was shown is the invite: each thing that it named must be what is granted.
TEST_F(Pair, AGrantOfAnotherShareOrKindIsNotRedeemed) {
  const auto ends_with = [&](std::string_view member, const boost::json::object& offer) {
    begin();
    after(sender_->words(words_of(until_words())));
    if (member == "share") sender_.emplace(sender_of_share("s2"));
    after(sender_->granted(offer));
    const Effects ended = to_receiver();
    EXPECT_EQ(find<Redeem>(ended), nullptr) << member;
    const Ended* end = find<Ended>(ended);
    return end != nullptr ? end->reason : "";
  };
  const auto offer = offer_from("https://auth.example");
  EXPECT_EQ(ends_with("share", offer), "offer");
  auto other_kind = offer;
  other_kind["credential_configuration_ids"] = boost::json::array{"x509"};
  EXPECT_EQ(ends_with("kind", other_kind), "offer");
  other_kind["credential_configuration_ids"] = boost::json::array{"ssh", "x509"};
  EXPECT_EQ(ends_with("kind", other_kind), "offer");
}

TEST_F(Pair, ACodeAloneNeedsNoWords) {
  begin("123456", false);
  to_receiver();
  approve("123456");
  to_sender();
  to_receiver();
  EXPECT_NE(find<CallGrant>(to_sender()), nullptr);
}

TEST_F(Pair, AWrongCodeEndsTheTransferButNotTheShare) {
  begin("123456", false);
  to_receiver();
  approve("123457");
  to_sender();
  to_receiver();
  const Effects ended = to_sender();
  EXPECT_EQ(find<Ended>(ended)->reason, "code");
  EXPECT_EQ(find<Revoke>(ended), nullptr);
  EXPECT_EQ(find<CallRefuse>(ended), nullptr);
  EXPECT_EQ(find<Ended>(to_receiver())->reason, "code");
}

TEST_F(Pair, CancelsMayCross) {
  begin();
  to_receiver();
  approve();
  const Effects mine = sender_->cancel();
  const Effects theirs = receiver_->cancel();
  const Bytes sent_by_sender = find<SendMessage>(mine)->plaintext;
  const Bytes sent_by_receiver = find<SendMessage>(theirs)->plaintext;
  EXPECT_TRUE(sender_->message(sent_by_receiver).empty());
  EXPECT_TRUE(receiver_->message(sent_by_sender).empty());
}

// The credential may be issued, and the answer that says so lost.
//
//= spec:authority#3-lost test
TEST_F(Pair, FromTheGrantOnOnlyTheAuthorityEndsItForTheReceiver) {
  begin();
  const WordOctets words = until_words();
  after(sender_->words(words_of(words)));
  after(sender_->granted(offer_from("https://auth.example")));
  to_receiver();
  const Effects taken_back = sender_->cancel();
  EXPECT_TRUE(after(receiver_->message(find<SendMessage>(taken_back)->plaintext)).empty());
  EXPECT_TRUE(after(receiver_->unreadable()).empty());
  EXPECT_TRUE(after(receiver_->deadline()).empty());
  EXPECT_NE(find<Redeem>(receiver_->resume()), nullptr);
  after(receiver_->redeemed({true, ""}));
  EXPECT_EQ(receiver_->state(), ConfirmedReceiver::State::ended);
}

// Two wallets answered one link, and the sender read the other one's request.
TEST_F(Pair, ACancelThatAnswersAnotherReceiverSaysNothingOfThisOne) {
  begin("123456", false);
  to_receiver();
  const SecretBytes invited = receiver_->encode();
  approve("123456");
  ConfirmedReceiver bob = ConfirmedReceiver::parse(receiver_->encode()).value();
  receiver_.emplace(ConfirmedReceiver::parse(invited).value());
  approve("000000");
  to_sender();
  to_receiver();
  const Effects wrong_code = to_sender();
  ASSERT_EQ(find<Ended>(wrong_code)->reason, "code");
  const Bytes cancel = find<SendMessage>(wrong_code)->plaintext;
  EXPECT_EQ(find<Ended>(after(receiver_->message(cancel)))->reason, "code");
  const Effects told = bob.message(cancel);
  EXPECT_EQ(find<Ended>(told)->reason, "not_alone");
  ConfirmedReceiver late = ConfirmedReceiver::parse(invited).value();  // it has written nothing yet
  EXPECT_EQ(find<Ended>(late.message(cancel))->reason, "not_alone");
  EXPECT_TRUE(find<Ended>(told)->by_peer);
}

TEST_F(Pair, WhereThePlaceDoesNotEndByItselfTheDeadlineIsTold) {
  for (const bool tell : {false, true}) {
    begin();
    to_receiver();
    approve();
    to_sender();
    const Effects ended = after(sender_->deadline(tell));
    EXPECT_NE(find<Revoke>(ended), nullptr);
    EXPECT_EQ(find<Ended>(ended)->reason, "expired");
    EXPECT_EQ(find<SendMessage>(ended) != nullptr, tell);
    if (!tell) continue;
    EXPECT_EQ(find<Ended>(to_receiver())->reason, "expired");
  }
}

bool holds(const SecretBytes& record, ByteView octets) {
  return text_of(record.expose()).find(text_of(octets)) != std::string_view::npos;
}

TEST_F(Pair, KeysAreGoneWhenItEnds) {
  begin();
  until_words();
  const SecretBytes running = sender_->encode();
  EXPECT_TRUE(holds(running, nonce_));
  EXPECT_TRUE(holds(running, private_key_.expose()));
  after(sender_->refuse());
  const SecretBytes ended = sender_->encode();
  EXPECT_FALSE(holds(ended, nonce_));
  EXPECT_FALSE(holds(ended, private_key_.expose()));
  EXPECT_TRUE(after(sender_->words("clockwork pyramid slowdown")).empty());
}

//= spec:transfer#2-sealed-once test
TEST_F(Pair, ACrashAnywhereResumesWithTheSameOctets) {
  begin();
  to_receiver();
  approve();
  const Bytes request = slot_;
  EXPECT_EQ(find<SendMessage>(receiver_->resume())->plaintext, request);
  to_sender();
  const Bytes reveal = slot_;
  EXPECT_EQ(find<SendMessage>(sender_->resume())->plaintext, reveal);
  to_receiver();
  EXPECT_EQ(find<SendMessage>(receiver_->resume())->plaintext, slot_);
  to_sender();
  EXPECT_EQ(find<AskWords>(sender_->resume())->tries_left, 3);
}

TEST(ConfirmedRecord, AnotherVersionOrACutRecordIsRefused) {
  const SecretBytes record =
      ConfirmedReceiver::claim(SecretBytes(Bytes(32, 1)), "mailbox").encode();
  Bytes newer = copy_of(record.expose());
  newer[0] = 2;
  EXPECT_FALSE(ConfirmedReceiver::parse(SecretBytes(newer)));
  for (std::size_t size = 0; size < record.size(); ++size) {
    EXPECT_FALSE(ConfirmedReceiver::parse(SecretBytes::copy(record.expose().first(size)))) << size;
  }
}

}  // namespace
}  // namespace keyferry::transfer
