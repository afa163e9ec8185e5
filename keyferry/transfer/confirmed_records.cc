// Both sides of an exchange as the wallet stores them: encode() and parse() of the two machines.
#include "keyferry/transfer/confirmed_receiver.h"
#include "keyferry/transfer/confirmed_sender.h"
#include "keyferry/transfer/record.h"

namespace keyferry::transfer {

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
  record.object("peer_key", peer_key_);
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
  KF_TRY(const boost::json::object* peer_key, record.object("peer_key"));
  sender.peer_key_ = *peer_key;
  KF_TRY(sender.tries_left_, record.number("tries_left", 0, 3));
  KF_TRY(sender.closing_, record.effects("closing"));
  return sender;
}

boost::json::object ConfirmedReceiver::encode_offered() const {
  if (delegation_) return encode_delegation_invite(*delegation_);
  return invite_ ? encode_invite(*invite_) : boost::json::object();
}

boost::json::object ConfirmedReceiver::encode_given() const {
  if (import_) return encode_import(*import_);
  return grant_ ? encode_grant(*grant_) : boost::json::object();
}

SecretBytes ConfirmedReceiver::encode() const {
  RecordWriter record;
  record.number("state", static_cast<int>(state_));
  record.object("conversation", encode_conversation(conversation_));
  record.object("invite", encode_offered());
  record.octets("secret", secret_.expose());
  record.octets("code", code_.expose());
  record.octets("code_scalar", code_scalar_.expose());
  record.octets("base", base_.expose());
  record.octets("prk", prk_.expose());
  record.octets("h_invite", h_invite_);
  record.octets("h_request", h_request_);
  record.object("grant", encode_given());
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
  if (!invite->empty() && receiver.delegates()) {
    KF_TRY(receiver.delegation_, parse_delegation_invite(*invite));
  } else if (!invite->empty()) {
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
  if (!grant->empty() && receiver.delegates()) {
    KF_TRY(receiver.import_, parse_import(*grant));
  } else if (!grant->empty()) {
    KF_TRY(receiver.grant_, parse_grant(*grant));
  }
  KF_TRY(receiver.closing_, record.effects("closing"));
  const bool running = receiver.state_ != State::claimed && receiver.state_ != State::ended;
  const bool given = receiver.grant_ || receiver.import_;
  if ((running && invite->empty()) || (receiver.state_ == State::redeeming && !given)) {
    return fail(Errc::invalid, "the stored transfer is damaged");
  }
  return receiver;
}

}  // namespace keyferry::transfer
