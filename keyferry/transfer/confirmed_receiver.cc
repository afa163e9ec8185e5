// The order of every step follows transfer.md section 3; keys come from key_schedule.
#include "keyferry/transfer/confirmed_receiver.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/credential/offer.h"
#include "keyferry/transfer/code.h"

namespace keyferry::transfer {
namespace {

std::string_view awaited_in(ConfirmedReceiver::State state, bool delegates) {
  using enum ConfirmedReceiver::State;
  switch (state) {
    case claimed:
      return "invite";
    case requested:
      return "reveal";
    case waiting:
      return delegates ? "import" : "grant";
    case invited:
    case redeeming:
    case ended:
      break;
  }
  return "";
}

}  // namespace

ConfirmedReceiver ConfirmedReceiver::claim(SecretBytes secret, std::string mailbox,
                                           std::string_view format) {
  ConfirmedReceiver receiver;
  receiver.conversation_.side = Side::receiver;
  receiver.conversation_.format = format;
  receiver.conversation_.mailbox = std::move(mailbox);
  receiver.secret_ = std::move(secret);
  return receiver;
}

// From the grant on the authority alone decides: it may have issued the credential, and its answer
// been lost. Neither a cancel nor a relay or its deadline ends that.
//= spec:authority#3-lost
bool ConfirmedReceiver::is_past_messages() const {
  return state_ == State::ended || state_ == State::redeeming;
}

Effects ConfirmedReceiver::message(ByteView plaintext) {
  if (is_past_messages()) return {};
  const auto envelope = read(conversation_, plaintext, awaited_in(state_, delegates()));
  if (!envelope) {
    return abort(envelope.error().reason, envelope.error().detail);
  }
  if (!*envelope) return {};
  const std::string& type = (*envelope)->routing->type;
  if (type == "cancel") return take_cancel(plaintext, **envelope);
  if (type == "invite") return take_invite(plaintext, **envelope);
  if (type == "reveal") return take_reveal(plaintext, **envelope);
  return take_given(plaintext, **envelope);
}

Effects ConfirmedReceiver::take_invite(ByteView plaintext, const Envelope& envelope) {
  if (delegates()) {
    auto invite = parse_delegation_invite(envelope.content);
    if (!invite) return give_back("damaged", invite.error().detail);
    delegation_ = *std::move(invite);
  } else {
    auto invite = parse_invite(envelope.content);
    if (!invite) return give_back("damaged", invite.error().detail);
    invite_ = *std::move(invite);
  }
  accept(conversation_, plaintext, envelope);
  h_invite_ = digest::sha256(plaintext);
  state_ = State::invited;
  return resume();
}

Effects ConfirmedReceiver::approve(ReceiverApproval approval) {
  if (state_ != State::invited) return {};
  require(!delegates() || approval.credential_key.type() == crypto::KeyType::p256,
          "a delegation is to a P-256 key");
  if (handshake().key == approval.key.public_key())
    return abort("reflected", "the sender's key is our own");
  auto dh = approval.key.agree(handshake().key);
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
  if (handshake().code) {
    const CodeInput input(approval.code, conversation_.transfer, handshake().code->sid);
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
  if (!equal_constant_time(commit_to(nonce), handshake().commit)) {
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
  if (!handshake().code) return SecretBytes();
  const CodeInput input(code_, conversation_.transfer, handshake().code->sid);
  KF_TRY(const auto side, crypto::CpaceSide::resume(input.view(), code_scalar_));
  return side.responder_key(handshake().code->sid, handshake().code->y);
}

Effects ConfirmedReceiver::take_given(ByteView plaintext, const Envelope& envelope) {
  const auto sealed = sealed_member(envelope.content);
  if (!sealed) return abort("damaged", sealed.error().detail);
  const auto inside = open_inside(TrafficKeys::restore(prk_.clone()).key("sender", 2), *sealed);
  if (!inside) return abort("damaged", "what the sender gave does not open");
  const auto fine = read_given(*inside);
  if (!fine) return abort(fine.error().reason, fine.error().detail);
  accept(conversation_, plaintext, envelope);
  state_ = State::redeeming;
  return resume();
}

// read_given takes over a grant, which must be for what the invite offered, or an import, whose
// signatures are looked at by whoever carries ImportDelegation out.
Result<Done> ConfirmedReceiver::read_given(const boost::json::object& inside) {
  if (delegates()) {
    KF_TRY(import_, parse_import(inside));
    return Done{};
  }
  KF_TRY(Grant grant, parse_grant(inside));
  const auto offer = credential::parse_offer(grant.credential_offer);
  const bool as_invited = offer && grant.share == invite_->share &&
                          offer->issuer == invite_->authority &&
                          offer->configuration_ids == std::vector<std::string>{invite_->kind};
  if (!as_invited) {
    return fail(Errc::forbidden, "the grant offers something else than the invite", "offer");
  }
  grant_ = std::move(grant);
  return Done{};
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

// A cancel names the last message that the sender accepted. Where two wallets answered one link
// (dropbox.md) that may be one that this side never wrote: then the reason is not about this side.
bool ConfirmedReceiver::answers_another(const Envelope& cancel) const {
  const auto& prev = cancel.routing->prev;
  if (!prev) return false;
  if (conversation_.own_last.empty()) return true;  // it answers what somebody else wrote
  return *prev != digest::sha256(conversation_.own_last) && *prev != h_request_;
}

Effects ConfirmedReceiver::take_cancel(ByteView plaintext, const Envelope& envelope) {
  const auto cancel = parse_cancel(envelope.content);
  if (!cancel) return abort("damaged", cancel.error().detail);
  const bool another = answers_another(envelope);
  accept(conversation_, plaintext, envelope);
  closing_.clear();
  if (another) return end({"not_alone", "", true});
  return end({cancel->reason, cancel->text, true});
}

Effects ConfirmedReceiver::decline() {
  return cancel();
}

Effects ConfirmedReceiver::unreadable() {
  if (is_past_messages()) return {};
  if (state_ == State::claimed) return give_back("damaged", "wrong or damaged secret");
  return abort("damaged", "the message in the mailbox does not open");
}

Effects ConfirmedReceiver::cancel() {
  if (state_ == State::ended) return {};
  return abort("user", "");
}

Effects ConfirmedReceiver::deadline() {
  if (is_past_messages()) return {};
  closing_.clear();
  return end({"expired", "", false});
}

// give_back: nothing was written yet, so another may take the share.
Effects ConfirmedReceiver::give_back(std::string_view reason, std::string text) {
  closing_ = {Relinquish{}};
  return end({std::string(reason), std::move(text), false});
}

// A first message that is a cancel would end what another may still take.
Effects ConfirmedReceiver::abort(std::string_view reason, std::string text) {
  if (conversation_.own_last.empty()) return give_back(reason, std::move(text));
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
  import_.reset();
}

Effects ConfirmedReceiver::resume() const {
  switch (state_) {
    case State::claimed:
      return {};
    case State::invited:
      if (delegates()) return {ShowDelegation{*delegation_}};
      return {ShowInvite{*invite_}};
    case State::requested:
      return {SendMessage{conversation_.own_last}};
    case State::waiting:
      return {ShowWords{TrafficKeys::restore(prk_.clone()).words()},
              SendMessage{conversation_.own_last}};
    case State::redeeming:
      if (delegates()) return {ImportDelegation{*import_}};
      return {Redeem{grant_->credential_offer}};
    case State::ended:
      return closing_;
  }
  return {};
}

}  // namespace keyferry::transfer
