// The receiver's side of the confirmed conversation (transfer.md section 3) as a pure state
// machine.
//
//   claimed --invite--> invited --yes--> requested --reveal--> waiting --grant--> redeeming
//   --redeemed--> ended
//
// It makes ONE request a link, ever: what it approved, sent and asked is in the record, and the
// same link accepted again goes on from there. The same rules of use as for ConfirmedSender.
#pragma once

#include <optional>

#include "keyferry/transfer/conversation.h"
#include "keyferry/transfer/effects.h"
#include "keyferry/transfer/key_schedule.h"

namespace keyferry::transfer {

// ReceiverApproval is the person's yes. `code` is what the person typed, empty when the invite has
// none.
struct ReceiverApproval {
  crypto::PublicKey credential_key;
  std::string label;
  SecretBytes code;
  crypto::X25519Private key = crypto::X25519Private::generate();
  Nonce nonce{};
};

class ConfirmedReceiver {
 public:
  enum class State { claimed, invited, requested, waiting, redeeming, ended };

  // claim begins with the claim of a mailbox: `mailbox` as transfer.md section 2 spells it.
  // `format` is the conversation that the mailbox's first message is of: kShareFormat, or
  // kDelegationFormat, where ShowDelegation and ImportDelegation take the places of ShowInvite and
  // Redeem.
  static ConfirmedReceiver claim(SecretBytes secret, std::string mailbox,
                                 std::string_view format = kShareFormat);

  State state() const { return state_; }
  const Bytes& own_last() const { return conversation_.own_last; }
  // invite is what was offered; nothing before it came.
  const std::optional<Invite>& invite() const { return invite_; }
  const std::optional<DelegationInvite>& delegation() const { return delegation_; }

  // message takes what came. From the grant on nothing that comes counts any more, nor does the
  // deadline: redeemed() ends it.
  Effects message(ByteView plaintext);
  Effects unreadable();
  Effects approve(ReceiverApproval approval);  // only in state invited
  Effects decline();
  Effects redeemed(const Outcome& outcome);
  Effects cancel();
  Effects deadline();
  Effects resume() const;

  SecretBytes encode() const;
  static Result<ConfirmedReceiver> parse(const SecretBytes& record);

 private:
  ConfirmedReceiver() = default;
  Effects take_invite(ByteView plaintext, const Envelope& envelope);
  Effects take_reveal(ByteView plaintext, const Envelope& envelope);
  Effects take_given(ByteView plaintext, const Envelope& envelope);
  Result<Done> read_given(const boost::json::object& inside);
  bool is_past_messages() const;
  bool answers_another(const Envelope& cancel) const;
  bool delegates() const { return conversation_.format == kDelegationFormat; }
  const Handshake& handshake() const {
    return delegates() ? delegation_->handshake : invite_->handshake;
  }
  Effects take_cancel(ByteView plaintext, const Envelope& envelope);
  Result<Bytes> compose_request(const ReceiverApproval& approval);
  Result<SecretBytes> code_key() const;
  Effects give_back(std::string_view reason, std::string text);
  Effects abort(std::string_view reason, std::string text = {});
  Effects end(Ended ended);
  void erase();
  boost::json::object encode_offered() const;
  boost::json::object encode_given() const;

  State state_ = State::claimed;
  Conversation conversation_;
  std::optional<Invite> invite_;                // of a share
  std::optional<DelegationInvite> delegation_;  // or of a delegation
  SecretBytes secret_, code_, code_scalar_, base_, prk_;
  digest::Sha256 h_invite_{}, h_request_{};
  std::optional<Grant> grant_;
  std::optional<Import> import_;
  Effects closing_;
};

}  // namespace keyferry::transfer
