// The order of every step follows transfer.md section 3; keys come from key_schedule.
#include "keyferry/transfer/confirmed_receiver.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/credential/offer.h"
#include "keyferry/transfer/code.h"
#include "keyferry/transfer/record.h"

namespace keyferry::transfer {
namespace {

std::string_view awaited_in(ConfirmedReceiver::State state) {
  using enum ConfirmedReceiver::State;
  switch (state) {
    case claimed:
      return "invite";
    case requested:
      return "reveal";
    case waiting:
      return "grant";
    case invited:
    case redeeming:
    case ended:
      break;
  }
  return "";
}

}  // namespace

ConfirmedReceiver ConfirmedReceiver::claim(SecretBytes secret, std::string mailbox) {
  ConfirmedReceiver receiver;
  receiver.conversation_.side = Side::receiver;
  receiver.conversation_.format = kShareFormat;
  receiver.conversation_.mailbox = std::move(mailbox);
  receiver.secret_ = std::move(secret);
  return receiver;
}

Effects ConfirmedReceiver::message(ByteView plaintext) {
  if (state_ == State::ended) return {};
  const auto envelope = read(conversation_, plaintext, awaited_in(state_));
  if (!envelope) {
    const Error& error = envelope.error();
    return state_ == State::claimed ? give_back(error.reason, error.detail)
                                    : abort(error.reason, error.detail);
  }
  if (!*envelope) return {};
  const std::string& type = (*envelope)->routing->type;
  if (type == "cancel") return take_cancel(plaintext, **envelope);
  if (type == "invite") return take_invite(plaintext, **envelope);
  if (type == "reveal") return take_reveal(plaintext, **envelope);
  return take_grant(plaintext, **envelope);
}

Effects ConfirmedReceiver::take_invite(ByteView plaintext, const Envelope& envelope) {
  auto invite = parse_invite(envelope.content);
  if (!invite) return give_back("damaged", invite.error().detail);
  accept(conversation_, plaintext, envelope);
  h_invite_ = digest::sha256(plaintext);
  invite_ = *std::move(invite);
  state_ = State::invited;
  return resume();
}

Effects ConfirmedReceiver::approve(ReceiverApproval approval) {
  if (state_ != State::invited) return {};
  if (invite_->key == approval.key.public_key())
    return abort("reflected", "the sender's key is our own");
  auto dh = approval.key.agree(invite_->key);
  if (!dh) return abort("order", "the sender's key is not usable");
  base_ = shared_base(secret_, *dh);
  auto plaintext = compose_request(approval);
  if (!plaintext) return abort("other", plaintext.error().detail);
  h_request_ = digest::sha256(*plaintext);
  code_ = std::move(approval.code);
  state_ = State::requested;
  return {SendMessage{*std::move(plaintext)}};
}

Result<Bytes> ConfirmedReceiver::compose_request(const ReceiverApproval& approval) {
  Request request;
  request.key = approval.key.public_key();
  request.nonce = approval.nonce;
  if (invite_->code) {
    const CodeInput input(approval.code, conversation_.transfer, invite_->code->sid);
    const crypto::CpaceSide side = crypto::CpaceSide::start(input.view());
    code_scalar_ = side.scalar().clone();
    request.y = side.share();
  }
  const SecretBytes key = request_key(base_, h_invite_, request.key, request.nonce);
  request.sealed =
      seal_inside(key, encode_request_secret({approval.credential_key, approval.label}));
  return compose(conversation_, "request", encode_request(request));
}

Effects ConfirmedReceiver::take_reveal(ByteView plaintext, const Envelope& envelope) {
  const auto octets = codec::octets_member(envelope.content, "nonce", 32);
  if (!octets) return abort("damaged", octets.error().detail);
  Nonce nonce{};
  std::copy(octets->begin(), octets->end(), nonce.begin());
  if (!equal_constant_time(commit_to(nonce), invite_->commit)) {
    return abort("order", "the sender opened another nonce than it committed to");
  }
  const auto isk = code_key();
  if (!isk) return abort("code", isk.error().detail);
  const TrafficKeys keys(base_, *isk, h_invite_, h_request_, nonce);
  prk_ = keys.prk().clone();
  accept(conversation_, plaintext, envelope);
  auto ready =
      compose(conversation_, "ready", {{"confirm", encode_base64url(keys.confirm().expose())}});
  require(ready.has_value(), "a ready is short");
  base_ = SecretBytes();
  state_ = State::waiting;
  return resume();
}

Result<SecretBytes> ConfirmedReceiver::code_key() const {
  if (!invite_->code) return SecretBytes();
  const CodeInput input(code_, conversation_.transfer, invite_->code->sid);
  KF_TRY(const auto side, crypto::CpaceSide::resume(input.view(), code_scalar_));
  return side.responder_key(invite_->code->sid, invite_->code->y);
}

Effects ConfirmedReceiver::take_grant(ByteView plaintext, const Envelope& envelope) {
  const auto sealed = sealed_member(envelope.content);
  if (!sealed) return abort("damaged", sealed.error().detail);
  const auto inside = open_inside(TrafficKeys::restore(prk_.clone()).key("sender", 2), *sealed);
  if (!inside) return abort("damaged", "the grant does not open");
  auto grant = parse_grant(*inside);
  if (!grant) return abort("damaged", grant.error().detail);
  const auto offer = credential::parse_offer(grant->credential_offer);
  const bool as_invited = offer && grant->share == invite_->share &&
                          offer->issuer == invite_->authority &&
                          offer->configuration_ids == std::vector<std::string>{invite_->kind};
  if (!as_invited) return abort("offer", "the grant offers something else than the invite");
  accept(conversation_, plaintext, envelope);
  grant_ = *std::move(grant);
  state_ = State::redeeming;
  return resume();
}

Effects ConfirmedReceiver::redeemed(const Outcome& outcome) {
  if (state_ != State::redeeming) return {};
  const Bytes sealed =
      seal_inside(TrafficKeys::restore(prk_.clone()).key("receiver", 2), encode_outcome(outcome));
  auto plaintext = compose(conversation_, "done", {{"sealed", encode_base64url(sealed)}});
  require(plaintext.has_value(), "a done is short");
  closing_ = {SendMessage{*std::move(plaintext)}};
  return end({outcome.redeemed ? "" : "offer", outcome.reason, false});
}

Effects ConfirmedReceiver::take_cancel(ByteView plaintext, const Envelope& envelope) {
  const auto cancel = parse_cancel(envelope.content);
  if (!cancel) return abort("damaged", cancel.error().detail);
  accept(conversation_, plaintext, envelope);
  closing_.clear();
  return end({cancel->reason, cancel->text, true});
}

Effects ConfirmedReceiver::decline() {
  if (state_ == State::claimed || state_ == State::invited) return give_back("user", "");
  return cancel();
}

Effects ConfirmedReceiver::unreadable() {
  if (state_ == State::ended) return {};
  if (state_ == State::claimed) return give_back("damaged", "wrong or damaged secret");
  return abort("damaged", "the message in the mailbox does not open");
}

Effects ConfirmedReceiver::cancel() {
  if (state_ == State::ended) return {};
  if (state_ == State::claimed || state_ == State::invited) return give_back("user", "");
  return abort("user", "");
}

Effects ConfirmedReceiver::deadline() {
  if (state_ == State::ended) return {};
  closing_.clear();
  return end({"expired", "", false});
}

// give_back: nothing was written yet, so another may take the share.
Effects ConfirmedReceiver::give_back(std::string_view reason, std::string text) {
  closing_ = {Relinquish{}};
  return end({std::string(reason), std::move(text), false});
}

Effects ConfirmedReceiver::abort(std::string_view reason, std::string text) {
  closing_.clear();
  auto plaintext = compose(conversation_, "cancel", encode_cancel({std::string(reason), ""}));
  if (plaintext) closing_.emplace_back(SendMessage{*std::move(plaintext)});
  return end({std::string(reason), std::move(text), false});
}

Effects ConfirmedReceiver::end(Ended ended) {
  state_ = State::ended;
  closing_.emplace_back(std::move(ended));
  erase();
  return closing_;
}

void ConfirmedReceiver::erase() {
  for (SecretBytes* secret : {&code_, &code_scalar_, &base_, &prk_}) *secret = SecretBytes();
  grant_.reset();
}

Effects ConfirmedReceiver::resume() const {
  switch (state_) {
    case State::claimed:
      return {};
    case State::invited:
      return {ShowInvite{*invite_}};
    case State::requested:
      return {SendMessage{conversation_.own_last}};
    case State::waiting:
      return {ShowWords{TrafficKeys::restore(prk_.clone()).words()},
              SendMessage{conversation_.own_last}};
    case State::redeeming:
      return {Redeem{grant_->credential_offer}};
    case State::ended:
      return closing_;
  }
  return {};
}

SecretBytes ConfirmedReceiver::encode() const {
  RecordWriter record;
  record.number("state", static_cast<int>(state_));
  record.object("conversation", encode_conversation(conversation_));
  record.object("invite", invite_ ? encode_invite(*invite_) : boost::json::object());
  record.octets("secret", secret_.expose());
  record.octets("code", code_.expose());
  record.octets("code_scalar", code_scalar_.expose());
  record.octets("base", base_.expose());
  record.octets("prk", prk_.expose());
  record.octets("h_invite", h_invite_);
  record.octets("h_request", h_request_);
  record.object("grant", grant_ ? encode_grant(*grant_) : boost::json::object());
  record.effects("closing", closing_);
  return record.take();
}

Result<ConfirmedReceiver> ConfirmedReceiver::parse(const SecretBytes& octets) {
  KF_TRY(const RecordReader record, RecordReader::parse(octets));
  ConfirmedReceiver receiver;
  KF_TRY(const int state, record.number("state", 0, static_cast<int>(State::ended)));
  receiver.state_ = static_cast<State>(state);
  KF_TRY(const boost::json::object* conversation, record.object("conversation"));
  KF_TRY(receiver.conversation_, parse_conversation(*conversation));
  KF_TRY(const boost::json::object* invite, record.object("invite"));
  if (!invite->empty()) {
    KF_TRY(receiver.invite_, parse_invite(*invite));
  }
  KF_TRY(receiver.secret_, record.secret("secret"));
  KF_TRY(receiver.code_, record.secret("code"));
  KF_TRY(receiver.code_scalar_, record.secret("code_scalar"));
  KF_TRY(receiver.base_, record.secret("base"));
  KF_TRY(receiver.prk_, record.secret("prk"));
  KF_TRY(receiver.h_invite_, record.array<32>("h_invite"));
  KF_TRY(receiver.h_request_, record.array<32>("h_request"));
  KF_TRY(const boost::json::object* grant, record.object("grant"));
  if (!grant->empty()) {
    KF_TRY(receiver.grant_, parse_grant(*grant));
  }
  KF_TRY(receiver.closing_, record.effects("closing"));
  return receiver;
}

}  // namespace keyferry::transfer
