// The sender's side of the confirmed conversation (transfer.md section 3) as a pure state machine.
//
//   invited --request--> revealed --ready--> comparing --right words--> granting --offer--> granted
//   granted --done--> ended
//   any     --abort, cancel, deadline--> ended
//
// Every method changes the machine and returns what is to be done; the caller stores encode()
// first. Randomness comes in from outside. Not thread-safe; two wallet processes must swap the
// stored record by its version, so that only one of them makes a step.
#pragma once

#include <optional>

#include "keyferry/transfer/conversation.h"
#include "keyferry/transfer/effects.h"
#include "keyferry/transfer/key_schedule.h"

namespace keyferry::transfer {

// SenderTerms is what the share is about. `code` (6 ASCII digits, empty: none) is compared by
// CPace; with a code the words need not be compared unless `words` asks for it.
struct SenderTerms {
  std::string authority;
  std::string kind;
  boost::json::object rights;
  std::string share;
  Time expires{};
  std::optional<std::string> note;
  SecretBytes secret;  // the link's
  SecretBytes code;
  bool words = true;
};

// DelegationTerms is what a delegation is about (format keyferry.delegation.v1): a right that the
// sender signs with the key whose thumbprint is `issuer`. Without `confirmed` nobody compares
// anything: whoever is first has it, and there is no code.
struct DelegationTerms {
  digest::Sha256 issuer{};
  std::string kind;
  boost::json::object rights;
  Time expires{};
  SecretBytes secret;  // the link's
  SecretBytes code;
  bool words = true;
  bool confirmed = true;
};

// SenderRandomness is fresh from the system's generator, per transfer.
struct SenderRandomness {
  ByteArray<16> transfer{};
  crypto::X25519Private key = crypto::X25519Private::generate();
  Nonce nonce{};
  ByteArray<16> sid{};
  static SenderRandomness draw();
};

class ConfirmedSender {
 public:
  enum class State { invited, revealed, comparing, granting, granted, ended };

  // start composes the invite: own_last() is its plaintext, which the wallet seals into the new
  // mailbox; then it calls placed() with the mailbox's name. Errors: too_large, invalid.
  static Result<ConfirmedSender> start(SenderTerms terms, SenderRandomness random);
  // start_delegation does the same for a delegation: the one machine, but that SignDelegation takes
  // the place of CallGrant, an import that of the grant, and that no authority is told of its end.
  static Result<ConfirmedSender> start_delegation(DelegationTerms terms, SenderRandomness random);
  void placed(std::string mailbox) { conversation_.mailbox = std::move(mailbox); }

  State state() const { return state_; }
  const Bytes& own_last() const { return conversation_.own_last; }
  const std::string& share() const { return share_; }  // empty in a delegation
  bool delegates() const { return conversation_.format == kDelegationFormat; }
  // peer_label is what the receiver's wallet calls itself, empty before its request.
  const std::string& peer_label() const { return peer_label_; }

  // message takes what was opened from the mailbox. unreadable: it did not open, also not when read
  // again. words: what the person typed. refuse: the person says no. granted, grant_refused: the
  // authority's answer. signed_delegation: the answer to SignDelegation. cancel: the person gives
  // up. deadline: the mailbox is gone; with `tell` it is not, and the other side has to hear.
  Effects message(ByteView plaintext);
  Effects unreadable();
  Effects words(std::string_view typed);
  Effects refuse();
  Effects granted(const boost::json::object& credential_offer);
  Effects grant_refused(std::string text);
  Effects signed_delegation(const Import& import);
  Effects cancel();
  Effects deadline(bool tell = false);
  // resume returns what may not have been done before a crash.
  Effects resume() const;

  SecretBytes encode() const;
  static Result<ConfirmedSender> parse(const SecretBytes& record);

 private:
  ConfirmedSender() = default;
  Handshake begin(std::string_view format, SecretBytes code, bool compare,
                  SenderRandomness& random);
  Result<Done> invite(SecretBytes secret, boost::json::object content);
  Effects take_request(ByteView plaintext, const Envelope& envelope);
  Effects take_ready(ByteView plaintext, const Envelope& envelope);
  Effects take_done(ByteView plaintext, const Envelope& envelope);
  Effects take_cancel(ByteView plaintext, const Envelope& envelope);
  Result<Effects> freeze(ByteView plaintext, const Request& request);
  Result<SecretBytes> code_key(const Request& request) const;
  Effects send_reveal();
  Effects go_on();
  Effects send_given(std::string_view type, const boost::json::object& object);
  void take_back(std::string_view reason);
  void add_cancel(std::string_view reason);
  Effects abort(std::string_view reason, std::string text = {});
  Effects end(Ended ended);
  void erase();

  State state_ = State::invited;
  Conversation conversation_;
  std::string share_;
  bool compare_words_ = true;
  SecretBytes secret_, code_, code_scalar_, key_, nonce_, prk_;  // empty once erased
  ByteArray<16> sid_{};
  digest::Sha256 h_invite_{};
  std::string peer_label_;
  std::string peer_thumbprint_;
  boost::json::object peer_key_;  // its credential key as a JWK
  int tries_left_ = 3;
  Effects closing_;  // what an ended transfer still owes
};

}  // namespace keyferry::transfer
