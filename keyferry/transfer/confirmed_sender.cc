// The order of every step follows transfer.md section 3; keys come from key_schedule.
#include "keyferry/transfer/confirmed_sender.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/digest/random.h"
#include "keyferry/transfer/code.h"

namespace keyferry::transfer {
namespace {

Nonce as_nonce(const SecretBytes& secret) {
  Nonce nonce{};
  std::copy(secret.expose().begin(), secret.expose().end(), nonce.begin());
  return nonce;
}

std::string_view awaited_in(ConfirmedSender::State state) {
  using enum ConfirmedSender::State;
  switch (state) {
    case invited:
      return "request";
    case revealed:
      return "ready";
    case granted:
      return "done";
    case comparing:
    case granting:
    case ended:
      break;
  }
  return "";
}

}  // namespace

SenderRandomness SenderRandomness::draw() {
  SenderRandomness random;
  digest::random_fill(random.transfer);
  digest::random_fill(random.nonce);
  digest::random_fill(random.sid);
  return random;
}

// begin takes over code and randomness, which are wiped where they were.
Handshake ConfirmedSender::begin(std::string_view format, SecretBytes code, bool compare,
                                 SenderRandomness& random) {
  conversation_.side = Side::sender;
  conversation_.format = format;
  conversation_.transfer = random.transfer;
  compare_words_ = compare;
  sid_ = random.sid;
  Handshake handshake{random.key.public_key(), commit_to(random.nonce), std::nullopt};
  if (!code.empty()) {
    const CodeInput input(code, random.transfer, random.sid);
    const crypto::CpaceSide side = crypto::CpaceSide::start(input.view());
    handshake.code = CodeOffer{random.sid, side.share()};
    code_scalar_ = side.scalar().clone();
  }
  code_ = std::move(code);
  key_ = random.key.secret().clone();
  nonce_ = SecretBytes::copy(random.nonce);
  wipe(random.nonce.data(), random.nonce.size());
  return handshake;
}

Result<Done> ConfirmedSender::invite(SecretBytes secret, boost::json::object content) {
  KF_TRY(const Bytes plaintext, compose(conversation_, "invite", std::move(content)));
  h_invite_ = digest::sha256(plaintext);
  secret_ = std::move(secret);
  return Done{};
}

Result<ConfirmedSender> ConfirmedSender::start(SenderTerms terms, SenderRandomness random) {
  ConfirmedSender sender;
  sender.share_ = terms.share;
  Invite invite{terms.authority, terms.kind, terms.rights, terms.share, terms.expires,
                terms.note,      {}};
  const bool compare = terms.words || terms.code.empty();
  invite.handshake = sender.begin(kShareFormat, std::move(terms.code), compare, random);
  KF_TRY(sender.invite(std::move(terms.secret), encode_invite(invite)));
  return sender;
}

Result<ConfirmedSender> ConfirmedSender::start_delegation(DelegationTerms terms,
                                                          SenderRandomness random) {
  ConfirmedSender sender;
  DelegationInvite invite{terms.issuer, terms.kind, terms.rights, terms.expires, {}};
  const bool compare = terms.confirmed && (terms.words || terms.code.empty());
  invite.handshake = sender.begin(kDelegationFormat, std::move(terms.code), compare, random);
  boost::json::object content = encode_delegation_invite(invite);
  KF_TRY(parse_delegation_invite(content));
  KF_TRY(sender.invite(std::move(terms.secret), std::move(content)));
  return sender;
}

//= spec:transfer#7-pure
Effects ConfirmedSender::message(ByteView plaintext) {
  if (state_ == State::ended) return {};
  const auto envelope = read(conversation_, plaintext, awaited_in(state_));
  if (!envelope) return abort(envelope.error().reason, envelope.error().detail);
  if (!*envelope) return {};
  const std::string& type = (*envelope)->routing->type;
  if (type == "cancel") return take_cancel(plaintext, **envelope);
  if (type == "request") return take_request(plaintext, **envelope);
  if (type == "ready") return take_ready(plaintext, **envelope);
  return take_done(plaintext, **envelope);
}

Effects ConfirmedSender::take_request(ByteView plaintext, const Envelope& envelope) {
  const auto request = parse_request(envelope.content);
  if (!request) return abort("damaged", request.error().detail);
  auto effects = freeze(plaintext, *request);
  if (!effects) return abort(effects.error().reason, effects.error().detail);
  accept(conversation_, plaintext, envelope);
  return send_reveal();
}

// freeze checks everything in the request, then derives the traffic keys over it: from here on no
// other request counts.
Result<Effects> ConfirmedSender::freeze(ByteView plaintext, const Request& request) {
  KF_TRY(const auto key, crypto::X25519Private::from_secret(key_));
  if (request.key == key.public_key()) {
    return fail(Errc::invalid, "the receiver's key is our own", "reflected");
  }
  if (request.y.has_value() != !code_.empty()) {
    return fail(Errc::invalid, "the receiver did not answer the code as asked", "order");
  }
  auto dh = key.agree(request.key);
  if (!dh) return fail(Errc::invalid, "the receiver's key is not usable", "order");
  const SecretBytes base = shared_base(secret_, *dh);
  const SecretBytes request_seal = request_key(base, h_invite_, request.key, request.nonce);
  KF_TRY(const boost::json::object inside, open_inside(request_seal, request.sealed));
  KF_TRY(const RequestSecret secret, parse_request_secret(inside));
  if (delegates() && secret.jwk.type() != crypto::KeyType::p256) {
    return fail(Errc::invalid, "a delegation is to a P-256 key", "damaged");
  }
  KF_TRY(const SecretBytes isk, code_key(request));
  peer_label_ = secret.label;
  peer_thumbprint_ = crypto::jwk_thumbprint(secret.jwk);
  peer_key_ = crypto::encode_jwk(secret.jwk);
  prk_ =
      TrafficKeys(base, isk, h_invite_, digest::sha256(plaintext), as_nonce(nonce_)).prk().clone();
  return Effects{};
}

Result<SecretBytes> ConfirmedSender::code_key(const Request& request) const {
  if (code_.empty()) return SecretBytes();
  const CodeInput input(code_, conversation_.transfer, sid_);
  KF_TRY(const auto side, crypto::CpaceSide::resume(input.view(), code_scalar_));
  auto isk = side.initiator_key(sid_, *request.y);
  if (!isk) return fail(Errc::invalid, isk.error().detail, "code");
  return isk;
}

Effects ConfirmedSender::send_reveal() {
  auto plaintext = compose(conversation_, "reveal", {{"nonce", encode_base64url(nonce_.expose())}});
  require(plaintext.has_value(), "a reveal is short");
  state_ = State::revealed;
  return {SendMessage{*std::move(plaintext)}};
}

Effects ConfirmedSender::take_ready(ByteView plaintext, const Envelope& envelope) {
  const auto confirm = codec::octets_member(envelope.content, "confirm", 32);
  if (!confirm) return abort("damaged", confirm.error().detail);
  const TrafficKeys keys = TrafficKeys::restore(prk_.clone());
  if (!equal_constant_time(*confirm, keys.confirm().expose())) {
    return code_.empty() ? abort("order", "the receiver's confirmation is wrong")
                         : abort("code", "the receiver typed another code");
  }
  accept(conversation_, plaintext, envelope);
  return go_on();
}

Effects ConfirmedSender::go_on() {
  state_ = compare_words_ ? State::comparing : State::granting;
  return resume();
}

Effects ConfirmedSender::words(std::string_view typed) {
  if (state_ != State::comparing) return {};
  if (same_words(typed, TrafficKeys::restore(prk_.clone()).words())) {
    state_ = State::granting;
    return resume();
  }
  if (--tries_left_ > 0) return resume();
  return abort("words", "the words were wrong three times");
}

Effects ConfirmedSender::refuse() {
  if (state_ == State::ended || state_ == State::granted) return {};
  return abort("refused", "");
}

Effects ConfirmedSender::granted(const boost::json::object& credential_offer) {
  if (state_ != State::granting || delegates()) return {};
  return send_given("grant", encode_grant({credential_offer, share_}));
}

//= spec:transfer#3-delegation
Effects ConfirmedSender::signed_delegation(const Import& import) {
  if (state_ != State::granting || !delegates()) return {};
  boost::json::object object = encode_import(import);
  if (const auto fine = parse_import(object); !fine) return abort("offer", fine.error().detail);
  return send_given("import", object);
}

// send_given seals what the receiver gets under the key that seals nothing else.
Effects ConfirmedSender::send_given(std::string_view type, const boost::json::object& object) {
  const SecretBytes key = TrafficKeys::restore(prk_.clone()).key("sender", 2);
  auto plaintext =
      compose(conversation_, type, {{"sealed", encode_base64url(seal_inside(key, object))}});
  if (!plaintext) return abort("offer", plaintext.error().detail);
  state_ = State::granted;
  return {SendMessage{*std::move(plaintext)}};
}

Effects ConfirmedSender::grant_refused(std::string text) {
  if (state_ != State::granting) return {};
  return abort("other", std::move(text));
}

Effects ConfirmedSender::take_done(ByteView plaintext, const Envelope& envelope) {
  const auto sealed = sealed_member(envelope.content);
  if (!sealed) return abort("damaged", sealed.error().detail);
  const auto inside = open_inside(TrafficKeys::restore(prk_.clone()).key("receiver", 2), *sealed);
  if (!inside) return abort("damaged", inside.error().detail);
  const auto outcome = parse_outcome(*inside);
  if (!outcome) return abort("damaged", outcome.error().detail);
  accept(conversation_, plaintext, envelope);
  if (outcome->redeemed) {
    closing_ = {DeleteMailbox{}};
    return end({});
  }
  take_back("offer");
  closing_.emplace_back(DeleteMailbox{});
  return end({"offer", outcome->reason, true});
}

Effects ConfirmedSender::take_cancel(ByteView plaintext, const Envelope& envelope) {
  const auto cancel = parse_cancel(envelope.content);
  if (!cancel) return abort("damaged", cancel.error().detail);
  accept(conversation_, plaintext, envelope);
  take_back("user");
  closing_.emplace_back(DeleteMailbox{});
  return end({cancel->reason, cancel->text, true});
}

Effects ConfirmedSender::unreadable() {
  if (state_ == State::ended) return {};
  return abort("damaged", "the message in the mailbox does not open");
}

Effects ConfirmedSender::cancel() {
  if (state_ == State::ended) return {};
  return abort("user", "");
}

Effects ConfirmedSender::deadline(bool tell) {
  if (state_ == State::ended) return {};
  take_back("expired");
  if (tell) add_cancel("expired");
  return end({"expired", "", false});
}

// take_back revokes the share, which nobody has redeemed yet as far as we know ("unless redeemed":
// whoever does it asks the authority first), or refuses it where the person did. A wrong code ends
// this transfer only: the share lives, and the wallet may invite again. Of a delegation no
// authority knows, and what was not signed need not be taken back.
void ConfirmedSender::take_back(std::string_view reason) {
  if (delegates() || reason == "code") return;
  if (reason == "words" || reason == "refused") {
    closing_.emplace_back(CallRefuse{share_});
  } else {
    closing_.emplace_back(Revoke{share_});
  }
}

void ConfirmedSender::add_cancel(std::string_view reason) {
  auto plaintext = compose(conversation_, "cancel", encode_cancel({std::string(reason), ""}));
  if (plaintext) closing_.emplace_back(SendMessage{*std::move(plaintext)});
}

Effects ConfirmedSender::abort(std::string_view reason, std::string text) {
  add_cancel(reason);
  take_back(reason);
  return end({std::string(reason), std::move(text), false});
}

Effects ConfirmedSender::end(Ended ended) {
  state_ = State::ended;
  closing_.emplace_back(std::move(ended));
  erase();
  return closing_;
}

void ConfirmedSender::erase() {
  for (SecretBytes* secret : {&code_, &code_scalar_, &key_, &nonce_, &prk_})
    *secret = SecretBytes();
}

//= spec:transfer#2-sealed-once
Effects ConfirmedSender::resume() const {
  switch (state_) {
    case State::invited:
      return {};
    case State::revealed:
    case State::granted:
      return {SendMessage{conversation_.own_last}};
    case State::comparing:
      return {AskWords{TrafficKeys::restore(prk_.clone()).words(), peer_label_, tries_left_}};
    case State::granting:
      if (delegates()) return {SignDelegation{peer_key_, peer_label_}};
      return {CallGrant{share_, peer_thumbprint_, peer_label_}};
    case State::ended:
      return closing_;
  }
  return {};
}

}  // namespace keyferry::transfer
