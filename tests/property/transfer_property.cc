// What the confirmed and the delegation conversation promise whatever a relay that knows the link's
// secret does to their messages: it may repeat, hold back, swap and change any of them.
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "keyferry/codec/json.h"
#include "keyferry/credential/offer.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/digest/random.h"
#include "keyferry/transfer/confirmed_receiver.h"
#include "keyferry/transfer/confirmed_sender.h"
#include "keyferry/transfer/delegation_rights.h"

namespace keyferry::transfer {
namespace {

template <class T>
const T* find(const Effects& effects) {
  for (const Effect& effect : effects) {
    if (const T* found = std::get_if<T>(&effect)) return found;
  }
  return nullptr;
}

boost::json::object offer() {
  credential::CredentialOffer offer;
  offer.issuer = "https://auth.example";
  offer.configuration_ids = {"ssh"};
  offer.pre_authorized_code = "code";
  return credential::encode_offer(offer);
}

// Exchange is two wallets whose persons are honest: the sender types the words that the receiver
// sees. `written` is everything that either has ever put into the slot.
class Exchange {
 public:
  explicit Exchange(bool delegation) : delegation_(delegation) {
    const Time expires = from_unix_seconds(1795000000);
    if (delegation_) {
      const DelegationRights rights{{Bytes(20, 1)}, 2, {}, {}, {}};
      DelegationTerms terms{
          {}, std::string(kDelegationKind), encode_delegation_rights(rights), expires, secret(),
          {}};
      sender_.emplace(
          ConfirmedSender::start_delegation(std::move(terms), SenderRandomness::draw()).value());
    } else {
      SenderTerms terms;
      terms.authority = "https://auth.example";
      terms.kind = "ssh";
      terms.share = "s1";
      terms.expires = expires;
      terms.secret = secret();
      sender_.emplace(ConfirmedSender::start(std::move(terms), SenderRandomness::draw()).value());
    }
    sender_->placed("box");
    receiver_.emplace(
        ConfirmedReceiver::claim(secret(), "box", delegation_ ? kDelegationFormat : kShareFormat));
    written_.push_back(sender_->own_last());
  }

  void to_sender(const Bytes& message) { carry(sender_->message(message)); }
  void to_receiver(const Bytes& message) { carry(receiver_->message(message)); }

  // crash reads both from what they stored, and does again what they may not have done.
  void crash() {
    sender_.emplace(ConfirmedSender::parse(sender_->encode()).value());
    receiver_.emplace(ConfirmedReceiver::parse(receiver_->encode()).value());
    carry(sender_->resume());
    carry(receiver_->resume());
  }

  const std::vector<Bytes>& written() const { return written_; }
  bool given() const { return given_; }  // the receiver got what the sender gave

 private:
  static SecretBytes secret() { return SecretBytes(Bytes(32, 7)); }

  // carry does what a wallet would, and holds everything against the promises.
  void carry(const Effects& effects) {
    for (const Effect& effect : effects) {
      const auto* send = std::get_if<SendMessage>(&effect);
      // A message sent again under its request id is not written again.
      if (send != nullptr && std::ranges::find(written_, send->plaintext) == written_.end()) {
        written_.push_back(send->plaintext);
      }
    }
    if (find<ShowInvite>(effects) != nullptr || find<ShowDelegation>(effects) != nullptr) {
      ReceiverApproval approval{key_, "Ada", {}};
      digest::random_fill(approval.nonce);
      carry(receiver_->approve(std::move(approval)));
    }
    if (const auto* shown = find<ShowWords>(effects)) words_ = shown->words;
    if (const auto* asked = find<AskWords>(effects)) {
      // A confirm that fits was made over the same transcript: so are the words.
      RC_ASSERT(words_.has_value());
      RC_ASSERT(asked->words == *words_);
      carry(sender_->words(words_of(*words_)));
    }
    if (const auto* wish = find<CallGrant>(effects)) {
      RC_ASSERT(!delegation_ && wish->thumbprint == crypto::jwk_thumbprint(key_));
      carry(sender_->granted(offer()));
    }
    if (const auto* wish = find<SignDelegation>(effects)) {
      RC_ASSERT(delegation_ && wish->jwk == crypto::encode_jwk(key_));
      carry(sender_->signed_delegation(import_));
    }
    if (const auto* redeem = find<Redeem>(effects)) take(redeem->credential_offer == offer());
    if (const auto* got = find<ImportDelegation>(effects)) take(got->import == import_);
  }

  void take(bool as_given) {
    RC_ASSERT(as_given);
    given_ = true;
    carry(receiver_->redeemed({true, ""}));
  }

  bool delegation_;
  crypto::PublicKey key_ =
      crypto::PrivateKey::generate(delegation_ ? crypto::KeyType::p256 : crypto::KeyType::ed25519)
          .public_key();
  crypto::PublicKey owner_ = crypto::PrivateKey::generate(crypto::KeyType::p256).public_key();
  Import import_{Bytes(40, 1), {Bytes(30, 2)}, owner_, {Bytes(50, 3)}};
  std::optional<ConfirmedSender> sender_;
  std::optional<ConfirmedReceiver> receiver_;
  std::vector<Bytes> written_;
  std::optional<WordOctets> words_;
  bool given_ = false;
};

// Changes one member of a message, somewhere.
Bytes changed(const Bytes& message) {
  auto object = codec::parse_json_object(text_of(message)).value();
  auto& part = object.at(*rc::gen::element("content", "keyferry")).as_object();
  if (part.empty()) return message;
  auto member =
      part.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(part.size()));
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      part.erase(member);
      break;
    case 1:
      member->value() = *rc::gen::inRange<std::int64_t>(0, 4);
      break;
    case 2:
      member->value() = "receiver";
      break;
    default:
      part["free"] = *rc::gen::inRange<std::int64_t>(0, 4);
  }
  return copy_of(bytes_of(codec::encode_json(object)));
}

RC_GTEST_PROP(TransferProperty, OnlyWhatTheSenderGaveToTheReceiversKeyArrives, ()) {
  Exchange exchange(*rc::gen::arbitrary<bool>());
  const int steps = *rc::gen::inRange(4, 48);
  for (int step = 0; step < steps; ++step) {
    // Mostly the newest message, as an honest relay would; sometimes any, sometimes a changed one.
    const std::size_t size = exchange.written().size();
    const std::size_t which = *rc::gen::weightedOneOf<std::size_t>(
        {{12, rc::gen::just(size - 1)}, {1, rc::gen::inRange<std::size_t>(0, size)}});
    Bytes message = exchange.written()[which];
    if (*rc::gen::inRange(0, 30) == 0) message = changed(message);
    switch (*rc::gen::inRange(0, 7)) {
      case 0:
        exchange.crash();
        break;
      case 1:
      case 2:
      case 3:
        exchange.to_sender(message);
        break;
      default:
        exchange.to_receiver(message);
    }
  }
  RC_CLASSIFY(exchange.given(), "came through");
}

RC_GTEST_PROP(TransferProperty, AnHonestRelayBringsItThroughWithCrashesAnywhere, ()) {
  Exchange exchange(*rc::gen::arbitrary<bool>());
  for (int step = 0; step < 8; ++step) {
    if (*rc::gen::arbitrary<bool>()) exchange.crash();
    const Bytes message = exchange.written().back();
    exchange.to_receiver(message);
    exchange.to_sender(message);
    exchange.to_sender(Bytes(exchange.written().back()));
  }
  RC_ASSERT(exchange.given());
}

RC_GTEST_PROP(TransferProperty, AnImportComesBack, ()) {
  const auto octets = rc::gen::nonEmpty(rc::gen::arbitrary<Bytes>());
  Import import{*octets, {}, crypto::PrivateKey::generate(crypto::KeyType::p256).public_key(), {}};
  import.chain.resize(*rc::gen::inRange<std::size_t>(0, kMostChain + 2));
  for (Bytes& link : import.chain) link = *octets;
  const auto read = parse_import(encode_import(import));
  RC_ASSERT(read.has_value() == (import.chain.size() <= kMostChain));
  const bool same = !read || *read == import;
  RC_ASSERT(same);
}

}  // namespace
}  // namespace keyferry::transfer
