// The delegation conversation: its shared vectors, and both machines against each other.
#include <fstream>
#include <functional>
#include <sstream>

#include <gtest/gtest.h>

#include "keyferry/base/base64.h"
#include "keyferry/base/hex.h"
#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/digest/random.h"
#include "keyferry/transfer/confirmed_receiver.h"
#include "keyferry/transfer/confirmed_sender.h"
#include "keyferry/transfer/delegation_rights.h"

namespace keyferry::transfer {
namespace {

constexpr std::string_view kMailbox = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0";

boost::json::object vector_file(const std::string& name) {
  std::ifstream file("tests/vectors/transfer/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return codec::parse_json_object(text.str(), {1 << 20, 16}).value();
}

template <class T>
const T* find(const Effects& effects) {
  for (const Effect& effect : effects) {
    if (const T* found = std::get_if<T>(&effect)) return found;
  }
  return nullptr;
}

// DelegationVector is tests/vectors/transfer/delegation-transfer.json: a worked run, computed by
// make.py beside it.
class DelegationVector : public testing::Test {
 protected:
  std::string text(std::string_view name) const {
    return codec::text_member(vector_, name).value();
  }
  Bytes octets(std::string_view name) const { return parse_hex(text(name)).value(); }
  SecretBytes secret(std::string_view name) const { return SecretBytes(octets(name)); }
  template <std::size_t N>
  ByteArray<N> array(std::string_view name) const {
    const Bytes bytes = octets(name);
    ByteArray<N> out{};
    std::copy_n(bytes.begin(), N, out.begin());
    return out;
  }
  boost::json::object content(std::string_view message) const {
    const auto object = codec::parse_json_object(text(message)).value();
    return object.at("content").as_object();
  }
  crypto::PublicKey owner() const {
    return crypto::parse_jwk_exact(vector_.at("owner").as_object()).value();
  }
  Import given() const {
    Import import{octets("delegation"), {}, owner(), {}};
    for (const auto& list : vector_.at("lists").as_array()) {
      import.lists.push_back(parse_hex(std::string_view(list.as_string())).value());
    }
    for (const auto& link : vector_.at("chain").as_array()) {
      import.chain.push_back(parse_hex(std::string_view(link.as_string())).value());
    }
    return import;
  }
  ConfirmedSender sender() const {
    const DelegationInvite invite = parse_delegation_invite(content("invite")).value();
    DelegationTerms terms{invite.issuer,  invite.kind,      invite.rights,
                          invite.expires, secret("secret"), {}};
    SenderRandomness random{array<16>("transfer"),
                            crypto::X25519Private::from_secret(secret("sender_private")).value(),
                            array<32>("sender_nonce"),
                            {}};
    auto made = ConfirmedSender::start_delegation(std::move(terms), std::move(random)).value();
    made.placed(text("mailbox"));
    return made;
  }
  boost::json::object vector_ = vector_file("delegation-transfer.json");
};

//= spec:transfer#3-delegation test
TEST_F(DelegationVector, TheSenderSaysWhatTheRunSays) {
  ConfirmedSender machine = sender();
  EXPECT_EQ(text_of(machine.own_last()), text("invite"));
  const Effects revealed = machine.message(bytes_of(text("request")));
  ASSERT_NE(find<SendMessage>(revealed), nullptr);
  EXPECT_EQ(text_of(find<SendMessage>(revealed)->plaintext), text("reveal"));
  const Effects asked = machine.message(bytes_of(text("ready")));
  ASSERT_NE(find<AskWords>(asked), nullptr);
  EXPECT_EQ(encode_hex(find<AskWords>(asked)->words), text("words"));
  EXPECT_EQ(find<AskWords>(asked)->label, text("label"));
  const Effects sign = machine.words(text("words_text"));
  ASSERT_NE(find<SignDelegation>(sign), nullptr);
  EXPECT_EQ(find<SignDelegation>(sign)->jwk, vector_.at("jwk").as_object());
  const Effects sent = machine.signed_delegation(given());
  const auto import = codec::parse_json_object(text_of(find<SendMessage>(sent)->plaintext)).value();
  const Bytes sealed = sealed_member(import.at("content").as_object()).value();
  EXPECT_EQ(parse_import(open_inside(secret("key_sender_2"), sealed).value()).value(), given());
  EXPECT_EQ(import.at("keyferry"), codec::parse_json_object(text("import")).value().at("keyferry"));
}

// as_in_the_run is a stored machine whose last message is the run's in place of its own, which is
// sealed with another IV and otherwise the same.
ConfirmedSender as_in_the_run(const ConfirmedSender& machine, std::string_view message) {
  std::string record(text_of(machine.encode().expose()));
  const std::string own = encode_base64url(machine.own_last());
  const std::size_t at = record.find(own);
  EXPECT_NE(at, record.npos);
  EXPECT_EQ(machine.own_last().size(), message.size());
  record.replace(at, own.size(), encode_base64url(bytes_of(message)));
  return ConfirmedSender::parse(SecretBytes::copy(bytes_of(record))).value();
}

TEST_F(DelegationVector, TheRunsLastMessageEndsIt) {
  ConfirmedSender machine = sender();
  machine.message(bytes_of(text("request")));
  machine.message(bytes_of(text("ready")));
  machine.words(text("words_text"));
  machine.signed_delegation(given());
  ConfirmedSender played = as_in_the_run(machine, text("import"));
  const Effects last = played.message(bytes_of(text("done")));
  ASSERT_NE(find<Ended>(last), nullptr);
  EXPECT_EQ(find<Ended>(last)->reason, "");
  EXPECT_NE(find<DeleteMailbox>(last), nullptr);
}

TEST_F(DelegationVector, EveryKeyAndSealedPartOfTheRun) {
  const auto receiver = crypto::X25519Private::from_secret(secret("receiver_private")).value();
  const DelegationInvite invite = parse_delegation_invite(content("invite")).value();
  const SecretBytes dh = receiver.agree(invite.handshake.key).value();
  EXPECT_EQ(encode_hex(dh.expose()), text("dh"));
  const SecretBytes base = shared_base(secret("secret"), dh);
  const auto h_invite = digest::sha256(bytes_of(text("invite")));
  const SecretBytes asked =
      request_key(base, h_invite, receiver.public_key(), array<32>("receiver_nonce"));
  EXPECT_EQ(encode_hex(asked.expose()), text("key_request"));
  const Request request = parse_request(content("request")).value();
  EXPECT_EQ(request.key, receiver.public_key());
  const auto inside = parse_request_secret(open_inside(asked, request.sealed).value()).value();
  EXPECT_EQ(inside.label, text("label"));
  const TrafficKeys keys(base, SecretBytes(), h_invite, digest::sha256(bytes_of(text("request"))),
                         array<32>("sender_nonce"));
  EXPECT_EQ(encode_hex(keys.prk().expose()), text("prk"));
  EXPECT_EQ(words_of(keys.words()), text("words_text"));
  EXPECT_EQ(encode_hex(keys.confirm().expose()), text("confirm"));
  EXPECT_EQ(encode_base64url(keys.confirm().expose()),
            codec::text_member(content("ready"), "confirm").value());
  const Bytes import = sealed_member(content("import")).value();
  EXPECT_EQ(parse_import(open_inside(keys.key("sender", 2), import).value()).value(), given());
  const Bytes done = sealed_member(content("done")).value();
  EXPECT_EQ(encode_hex(keys.key("sender", 2).expose()), text("key_sender_2"));
  EXPECT_EQ(encode_hex(keys.key("receiver", 2).expose()), text("key_receiver_2"));
  EXPECT_TRUE(parse_outcome(open_inside(keys.key("receiver", 2), done).value())->redeemed);
}

// Locks know P-256 alone.
TEST_F(DelegationVector, AReceiverWithAnotherKindOfKeyEndsIt) {
  const auto receiver = crypto::X25519Private::from_secret(secret("receiver_private")).value();
  const DelegationInvite invite = parse_delegation_invite(content("invite")).value();
  const SecretBytes base =
      shared_base(secret("secret"), receiver.agree(invite.handshake.key).value());
  const SecretBytes asked = request_key(base, digest::sha256(bytes_of(text("invite"))),
                                        receiver.public_key(), array<32>("receiver_nonce"));
  for (const auto type : {crypto::KeyType::p256, crypto::KeyType::ed25519}) {
    const auto key = crypto::PrivateKey::generate(type).public_key();
    auto request = codec::parse_json_object(text("request")).value();
    request.at("content").as_object()["sealed"] =
        encode_base64url(seal_inside(asked, encode_request_secret({key, "Ada's laptop"})));
    ConfirmedSender machine = sender();
    const Effects effects = machine.message(bytes_of(codec::encode_json(request)));
    const auto* ended = find<Ended>(effects);
    EXPECT_EQ(ended == nullptr, type == crypto::KeyType::p256);
    if (ended != nullptr) {
      EXPECT_EQ(ended->reason, "damaged");
    }
  }
}

//= spec:transfer#3-delegation test
TEST(DelegationMessages, EveryVectorIsTakenOrRefusedAsItSays) {
  int seen = 0;
  const auto file = vector_file("delegation-messages.json");
  for (const auto& item : file.at("cases").as_array()) {
    const auto& one = item.as_object();
    const std::string name(one.at("name").as_string());
    const auto& value = one.at("value").as_object();
    const bool taken = one.at("taken").as_bool();
    ++seen;
    if (one.at("of").as_string() == "invite") {
      const auto read = parse_delegation_invite(value);
      ASSERT_EQ(read.has_value(), taken) << name;
      if (!read) {
        EXPECT_EQ(read.error().reason, "damaged") << name;
      }
    } else {
      const auto read = parse_import(value);
      ASSERT_EQ(read.has_value(), taken) << name;
      if (!read) {
        EXPECT_EQ(read.error().reason, "damaged") << name;
      }
      if (read) {
        EXPECT_EQ(parse_import(encode_import(*read)).value(), *read) << name;
      }
    }
  }
  EXPECT_GT(seen, 40);
}

// Pair is two wallets over one slot; after every step both are stored and read back.
class DelegationPair : public testing::Test {
 protected:
  void begin(std::string_view code = "", bool confirmed = true) {
    DelegationTerms terms;
    terms.confirmed = confirmed;
    terms.kind = kDelegationKind;
    terms.rights = encode_delegation_rights(rights_);
    terms.expires = from_unix_seconds(1795000000);
    terms.secret = SecretBytes(Bytes(32, 7));
    terms.code = SecretBytes::copy(bytes_of(code));
    terms.words = code.empty();
    sender_.emplace(
        ConfirmedSender::start_delegation(std::move(terms), SenderRandomness::draw()).value());
    sender_->placed(std::string(kMailbox));
    receiver_.emplace(ConfirmedReceiver::claim(SecretBytes(Bytes(32, 7)), std::string(kMailbox),
                                               kDelegationFormat));
    slot_ = sender_->own_last();
  }
  Effects to_sender() { return after(sender_->message(slot_)); }
  Effects to_receiver() { return after(receiver_->message(slot_)); }
  Effects after(Effects effects) {
    if (const auto* send = find<SendMessage>(effects)) slot_ = send->plaintext;
    sender_.emplace(ConfirmedSender::parse(sender_->encode()).value());
    receiver_.emplace(ConfirmedReceiver::parse(receiver_->encode()).value());
    return effects;
  }
  void approve(std::string_view code = "") {
    ReceiverApproval approval{key_, "Ada's laptop", SecretBytes::copy(bytes_of(code))};
    digest::random_fill(approval.nonce);
    after(receiver_->approve(std::move(approval)));
  }
  WordOctets until_words() {
    to_receiver();
    approve();
    to_sender();
    const WordOctets words = find<ShowWords>(to_receiver())->words;
    EXPECT_EQ(find<AskWords>(to_sender())->words, words);
    return words;
  }

  crypto::PublicKey key_ = crypto::PrivateKey::generate(crypto::KeyType::p256).public_key();
  Import import_{Bytes(300, 1), {Bytes(200, 2), Bytes(250, 3)}, key_, {Bytes(90, 4)}};
  DelegationRights rights_{{Bytes(20, 1), Bytes(21, 2)}, 3, {}, {{0, 60}, {480, 10080}}, 24};
  std::optional<ConfirmedSender> sender_;
  std::optional<ConfirmedReceiver> receiver_;
  Bytes slot_;
};

//= spec:transfer#3-delegation test
TEST_F(DelegationPair, WhatIsSignedAfterTheRightWordsIsWhatTheReceiverImports) {
  begin();
  const Effects shown = to_receiver();
  ASSERT_NE(find<ShowDelegation>(shown), nullptr);
  EXPECT_EQ(find<ShowDelegation>(shown)->invite.kind, "delegation");
  const auto shown_rights =
      parse_delegation_rights(find<ShowDelegation>(shown)->invite.rights).value();
  EXPECT_EQ(shown_rights, rights_);
  EXPECT_EQ(find<ShowInvite>(shown), nullptr);
  const WordOctets words = until_words();
  const Effects sign = after(sender_->words(words_of(words)));
  ASSERT_NE(find<SignDelegation>(sign), nullptr);
  EXPECT_EQ(find<SignDelegation>(sign)->jwk, crypto::encode_jwk(key_));
  EXPECT_NE(find<SignDelegation>(sender_->resume()), nullptr);
  after(sender_->signed_delegation(import_));
  const Effects given = to_receiver();
  ASSERT_NE(find<ImportDelegation>(given), nullptr);
  EXPECT_EQ(find<ImportDelegation>(given)->import, import_);
  EXPECT_EQ(find<ImportDelegation>(receiver_->resume())->import, import_);
  after(receiver_->redeemed({true, ""}));
  const Effects ended = to_sender();
  EXPECT_NE(find<DeleteMailbox>(ended), nullptr);
  EXPECT_EQ(find<Ended>(ended)->reason, "");
}

TEST_F(DelegationPair, ACodeAloneNeedsNoWords) {
  begin("123456");
  to_receiver();
  approve("123456");
  to_sender();
  to_receiver();
  EXPECT_NE(find<SignDelegation>(to_sender()), nullptr);
}

TEST_F(DelegationPair, WhatNobodyConfirmsIsSignedForWhoeverIsFirst) {
  begin("", false);
  to_receiver();
  approve();
  EXPECT_EQ(find<SignDelegation>(to_sender()), nullptr);
  to_receiver();
  const Effects ready = to_sender();
  EXPECT_EQ(find<AskWords>(ready), nullptr);
  EXPECT_EQ(find<SignDelegation>(ready)->jwk, crypto::encode_jwk(key_));
}

TEST_F(DelegationPair, NothingIsSignedAfterAWrongCodeOrWrongWords) {
  begin("123456");
  to_receiver();
  approve("123457");
  to_sender();
  to_receiver();
  EXPECT_EQ(find<Ended>(to_sender())->reason, "code");
  EXPECT_TRUE(sender_->signed_delegation(import_).empty());
  begin();
  until_words();
  for (int entry = 0; entry < 3; ++entry) after(sender_->words("aardvark adroitness absurd"));
  EXPECT_TRUE(sender_->signed_delegation(import_).empty());
  EXPECT_EQ(find<Ended>(to_receiver())->reason, "words");
}

TEST_F(DelegationPair, NoAuthorityIsToldOfItsEnd) {
  for (const auto& end : std::initializer_list<std::function<Effects()>>{
           [&] { return sender_->cancel(); }, [&] { return sender_->refuse(); },
           [&] { return sender_->deadline(); }, [&] { return sender_->unreadable(); },
           [&] {
             after(receiver_->cancel());
             return sender_->message(slot_);
           }}) {
    begin();
    until_words();
    const Effects ended = after(end());
    EXPECT_NE(find<Ended>(ended), nullptr);
    EXPECT_EQ(find<Revoke>(ended), nullptr);
    EXPECT_EQ(find<CallRefuse>(ended), nullptr);
  }
}

TEST_F(DelegationPair, AChainThatIsTooLongIsNotSent) {
  const std::vector<Bytes> eight(8, Bytes(1, 1)), six(6, Bytes(4096, 1));
  for (const Import& import :
       {Import{Bytes(1, 1), eight, key_, {}}, Import{{}, {}, key_, {}},
        Import{Bytes(3073, 1), {}, key_, {}}, Import{Bytes(1, 1), {}, key_, six}}) {
    begin();
    after(sender_->words(words_of(until_words())));
    EXPECT_EQ(find<Ended>(after(sender_->signed_delegation(import)))->reason, "offer");
    EXPECT_EQ(find<Ended>(to_receiver())->reason, "offer");
  }
}

TEST_F(DelegationPair, AShareAndADelegationAreNotTakenForEachOther) {
  begin();
  receiver_.emplace(ConfirmedReceiver::claim(SecretBytes(Bytes(32, 7)), std::string(kMailbox)));
  const Effects ended = to_receiver();
  EXPECT_EQ(find<Ended>(ended)->reason, "misplaced");
  EXPECT_NE(find<Relinquish>(ended), nullptr);
  begin();
  after(sender_->words(words_of(until_words())));
  EXPECT_TRUE(sender_->granted({{"credential_issuer", "https://auth.example"}}).empty());
}

TEST_F(DelegationPair, TheStoredDelegationIsGoneWhenItEnds) {
  begin();
  after(sender_->words(words_of(until_words())));
  after(sender_->signed_delegation(import_));
  to_receiver();
  const auto holds = [&](const SecretBytes& record) {
    return text_of(record.expose()).find(encode_base64url(import_.delegation)) !=
           std::string_view::npos;
  };
  EXPECT_TRUE(holds(receiver_->encode()));
  after(receiver_->redeemed({false, "no"}));
  EXPECT_FALSE(holds(receiver_->encode()));
}

}  // namespace
}  // namespace keyferry::transfer
