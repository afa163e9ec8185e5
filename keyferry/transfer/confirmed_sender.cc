// The order of every step follows transfer.md section 3; keys come from key_schedule.
#include "keyferry/transfer/confirmed_sender.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/digest/random.h"
#include "keyferry/transfer/code.h"
#include "keyferry/transfer/record.h"

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

Invite invite_of(const SenderTerms& terms, const SenderRandomness& random) {
  Invite invite;
  invite.authority = terms.authority;
  invite.kind = terms.kind;
  invite.rights = terms.rights;
  invite.share = terms.share;
  invite.expires = terms.expires;
  invite.note = terms.note;
  invite.key = random.key.public_key();
  invite.commit = commit_to(random.nonce);
  return invite;
}

}  // namespace

SenderRandomness SenderRandomness::draw() {
  SenderRandomness random;
  digest::random_fill(random.transfer);
  digest::random_fill(random.nonce);
  digest::random_fill(random.sid);
  return random;
}

Result<ConfirmedSender> ConfirmedSender::start(SenderTerms terms, SenderRandomness random) {
  ConfirmedSender sender;
  sender.conversation_.side = Side::sender;
  sender.conversation_.format = kShareFormat;
  sender.conversation_.transfer = random.transfer;
  sender.share_ = terms.share;
  sender.compare_words_ = terms.words || terms.code.empty();
  sender.sid_ = random.sid;
  Invite invite = invite_of(terms, random);
  if (!terms.code.empty()) {
    const CodeInput input(terms.code, random.transfer, random.sid);
    const crypto::CpaceSide side = crypto::CpaceSide::start(input.view());
    invite.code = CodeOffer{random.sid, side.share()};
    sender.code_scalar_ = side.scalar().clone();
  }
  KF_TRY(const Bytes plaintext, compose(sender.conversation_, "invite", encode_invite(invite)));
  sender.h_invite_ = digest::sha256(plaintext);
  sender.secret_ = std::move(terms.secret);
  sender.code_ = std::move(terms.code);
  sender.key_ = random.key.secret().clone();
  sender.nonce_ = SecretBytes::copy(random.nonce);
  wipe(random.nonce.data(), random.nonce.size());
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
  KF_TRY(const SecretBytes isk, code_key(request));
  peer_label_ = secret.label;
  peer_thumbprint_ = crypto::jwk_thumbprint(secret.jwk);
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
  if (!compare_words_) {
    state_ = State::granting;
    return {CallGrant{share_, peer_thumbprint_, peer_label_}};
  }
  state_ = State::comparing;
  return resume();
}

Effects ConfirmedSender::words(std::string_view typed) {
  if (state_ != State::comparing) return {};
  if (same_words(typed, TrafficKeys::restore(prk_.clone()).words())) {
    state_ = State::granting;
    return {CallGrant{share_, peer_thumbprint_, peer_label_}};
  }
  if (--tries_left_ > 0) return resume();
  return abort("words", "the words were wrong three times");
}

Effects ConfirmedSender::refuse() {
  if (state_ == State::ended || state_ == State::granted) return {};
  return abort("refused", "");
}

Effects ConfirmedSender::granted(const boost::json::object& credential_offer) {
  if (state_ != State::granting) return {};
  const SecretBytes key = TrafficKeys::restore(prk_.clone()).key("sender", 2);
  const Bytes sealed = seal_inside(key, encode_grant({credential_offer, share_}));
  auto plaintext = compose(conversation_, "grant", {{"sealed", encode_base64url(sealed)}});
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
  closing_ = {Revoke{share_}, DeleteMailbox{}};
  return end({"offer", outcome->reason, true});
}

Effects ConfirmedSender::take_cancel(ByteView plaintext, const Envelope& envelope) {
  const auto cancel = parse_cancel(envelope.content);
  if (!cancel) return abort("damaged", cancel.error().detail);
  accept(conversation_, plaintext, envelope);
  closing_ = {Revoke{share_}, DeleteMailbox{}};
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

Effects ConfirmedSender::deadline() {
  if (state_ == State::ended) return {};
  closing_ = {Revoke{share_}};  // "unless redeemed": whoever does it asks the authority first
  return end({"expired", "", false});
}

// abort writes one cancel and revokes the share, which nobody has redeemed yet as far as we know. A
// wrong code ends this transfer only: the share lives, and the wallet may invite again.
Effects ConfirmedSender::abort(std::string_view reason, std::string text) {
  closing_.clear();
  auto plaintext = compose(conversation_, "cancel", encode_cancel({std::string(reason), ""}));
  if (plaintext) closing_.emplace_back(SendMessage{*std::move(plaintext)});
  if (reason == "words" || reason == "refused") {
    closing_.emplace_back(CallRefuse{share_});
  } else if (reason != "code") {
    closing_.emplace_back(Revoke{share_});
  }
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
      return {CallGrant{share_, peer_thumbprint_, peer_label_}};
    case State::ended:
      return closing_;
  }
  return {};
}

SecretBytes ConfirmedSender::encode() const {
  RecordWriter record;
  record.number("state", static_cast<int>(state_));
  record.object("conversation", encode_conversation(conversation_));
  record.text("share", share_);
  record.number("compare_words", compare_words_ ? 1 : 0);
  record.octets("secret", secret_.expose());
  record.octets("code", code_.expose());
  record.octets("code_scalar", code_scalar_.expose());
  record.octets("key", key_.expose());
  record.octets("nonce", nonce_.expose());
  record.octets("prk", prk_.expose());
  record.octets("sid", sid_);
  record.octets("h_invite", h_invite_);
  record.text("peer_label", peer_label_);
  record.text("peer_thumbprint", peer_thumbprint_);
  record.number("tries_left", tries_left_);
  record.effects("closing", closing_);
  return record.take();
}

Result<ConfirmedSender> ConfirmedSender::parse(const SecretBytes& octets) {
  KF_TRY(const RecordReader record, RecordReader::parse(octets));
  ConfirmedSender sender;
  KF_TRY(const int state, record.number("state", 0, static_cast<int>(State::ended)));
  sender.state_ = static_cast<State>(state);
  KF_TRY(const boost::json::object* conversation, record.object("conversation"));
  KF_TRY(sender.conversation_, parse_conversation(*conversation));
  KF_TRY(sender.share_, record.text("share"));
  KF_TRY(const int words, record.number("compare_words", 0, 1));
  sender.compare_words_ = words == 1;
  KF_TRY(sender.secret_, record.secret("secret"));
  KF_TRY(sender.code_, record.secret("code"));
  KF_TRY(sender.code_scalar_, record.secret("code_scalar"));
  KF_TRY(sender.key_, record.secret("key"));
  KF_TRY(sender.nonce_, record.secret("nonce"));
  KF_TRY(sender.prk_, record.secret("prk"));
  KF_TRY(sender.sid_, record.array<16>("sid"));
  KF_TRY(sender.h_invite_, record.array<32>("h_invite"));
  KF_TRY(sender.peer_label_, record.text("peer_label"));
  KF_TRY(sender.peer_thumbprint_, record.text("peer_thumbprint"));
  KF_TRY(sender.tries_left_, record.number("tries_left", 0, 3));
  KF_TRY(sender.closing_, record.effects("closing"));
  return sender;
}

}  // namespace keyferry::transfer
