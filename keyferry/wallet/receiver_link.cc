// A link is repaired or asked about before anything is sent; what became of it is said where it is
// let go.
#include "keyferry/wallet/receiver_link.h"

#include "keyferry/client/refusals.h"
#include "keyferry/codec/json.h"
#include "keyferry/credential/offer.h"
#include "keyferry/digest/random.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/keystore/sender_record.h"
#include "keyferry/transfer/offer_message.h"
#include "keyferry/wallet/receiver_delegation.h"
#include "keyferry/wallet/receiver_exchange.h"
#include "keyferry/wallet/transport.h"

namespace keyferry::wallet {
namespace {

Result<Done> agree_to_damage(Wallet& wallet, bool looks_damaged, const ReceiverOptions& options) {
  if (!looks_damaged || options.force) return Done{};
  const Error damaged = fail(Errc::invalid,
                             "this link looks damaged: copy it again, or go on with --force; "
                             "nothing was taken",
                             "damaged");
  if (!wallet.person.can_answer()) return damaged;
  wallet.person.say("this link looks damaged");
  KF_TRY(const bool yes, wallet.person.agree("try it all the same?"));
  if (!yes) return damaged;
  return Done{};
}

// The part that was sent by another channel, or that was lost on the way.
//= spec:transfer#1-split
Result<transfer::ReadSecret> ask_for_secret(Wallet& wallet, const ReceiverOptions& options) {
  if (options.secret) return transfer::parse_link_secret(text_of(options.secret->expose()));
  if (!wallet.person.can_answer()) {
    return fail(Errc::invalid,
                "the last part of this link is missing, from the # on: copy the whole link, or "
                "give the part that came another way with --secret-file; nothing was taken",
                "cut");
  }
  wallet.person.say("the secret part of this link (from the # on) is missing");
  KF_TRY(const SecretBytes typed,
         wallet.person.ask_secret("secret part", "--secret or --secret-file"));
  return transfer::parse_link_secret(text_of(typed.expose()));
}

// The sender's own opening is never a claim.
bool leads_to(const transfer::ShareLink& link, const keystore::SenderRecord& sender) {
  if (!sender.link || !sender.secret) return false;
  const transfer::ShareLink own = keystore::full_link(sender);
  if (own.form != link.form) return false;
  if (link.form == transfer::LinkForm::mailbox) return own.mailbox == link.mailbox;
  return link.secret && *link.secret == *own.secret;
}

Result<Done> check_not_own(const Wallet& wallet, const transfer::ShareLink& link) {
  KF_TRY(const std::vector<keystore::SenderRecord> given,
         keystore::load_sender_records(wallet.home));
  for (const keystore::SenderRecord& sender : given) {
    if (leads_to(link, sender) && sender.persona == wallet.settings.persona) {
      return fail(Errc::forbidden,
                  "you made this link yourself, and opening it here would take it away from the "
                  "receiver: nothing was taken",
                  "own_share");
    }
  }
  return Done{};
}

Result<Done> read_offer_message(keystore::ReceiverRecord& record, ByteView plaintext) {
  KF_TRY(const transfer::OfferMessage message, transfer::parse_offer_message(plaintext));
  KF_TRY(credential::parse_offer(message.credential_offer));
  record.offer = message.credential_offer;
  record.note = message.note;
  return Done{};
}

// Whether a relay may think that this wallet holds the link.
bool may_hold(Wallet& wallet, const keystore::ReceiverRecord& record, const Error& why) {
  if (!record.mailbox || !record.mailbox->claimed) return false;
  if (!transport_of(wallet, record.mailbox->place)->binds_reader()) return false;
  // Once its message was read the relay has not said that.
  if (why.code == Errc::not_found && !record.offer) return false;
  return why.reason != "claim_proof" && why.reason != "claimed" && why.reason != "not_alone";
}

// claim_of is what a second try needs to be the same device to the relay.
keystore::ReceiverRecord claim_of(const keystore::ReceiverRecord& record) {
  keystore::ReceiverRecord claim;
  claim.id = record.id;
  claim.persona = record.persona;
  claim.label = record.label;
  claim.started = record.started;
  claim.mailbox = new_mailbox(record.mailbox->link);
  claim.mailbox->device_claim = record.mailbox->device_claim;
  claim.mailbox->claimed = true;
  claim.mailbox->expires = record.mailbox->expires;
  claim.mailbox->first = record.mailbox->first;
  return claim;
}

}  // namespace

Result<transfer::ShareLink> read_link(Wallet& wallet, std::string_view text,
                                      const ReceiverOptions& options) {
  KF_TRY(transfer::ReadLink read, transfer::parse_share_link(text));
  KF_TRY(check_not_own(wallet, read.link));
  if (!read.link.secret) {
    KF_TRY(transfer::ReadSecret secret, ask_for_secret(wallet, options));
    read.looks_damaged = secret.looks_damaged;
    KF_TRY(transfer::take_secret(read.link, std::move(secret)));
    KF_TRY(check_not_own(wallet, read.link));
  }
  if (read.secret_was_in_path) {
    wallet.person.say(
        "warning: the # of this link came as %23, so a server may have seen its secret; ask the "
        "sender for a new link if it matters");
  }
  KF_TRY(agree_to_damage(wallet, read.looks_damaged, options));
  return std::move(read.link);
}

Result<Done> use_message(Wallet& wallet, keystore::ReceiverRecord& record, ByteView plaintext,
                         std::optional<keystore::DropState> drops) {
  if (is_exchange(plaintext)) return begin_exchange(wallet, record, plaintext, std::move(drops));
  KF_TRY(read_offer_message(record, plaintext));
  return keystore::save_receiver_record(wallet.home, record);
}

Error let_go(Wallet& wallet, const keystore::ReceiverRecord& record, Error why) {
  if (auto erased = keystore::erase_exchange(wallet.home, record.id); !erased)
    return erased.error();
  const bool held = may_hold(wallet, record, why);
  const auto transport = held ? transport_of(wallet, record.mailbox->place) : nullptr;
  const auto freed = held ? transport->give_back(*record.mailbox) : Result<Done>(Done{});
  if (freed) {
    if (auto erased = keystore::erase_receiver_record(wallet.home, record.id); !erased)
      return erased.error();
    if (held && why.code == Errc::cannot_open) why.detail += transport->given_back();
    return why;
  }
  if (auto saved = keystore::save_receiver_record(wallet.home, claim_of(record)); !saved)
    return saved.error();
  why.detail +=
      "; the relay did not answer when the link was given back, so it may open with this wallet "
      "alone: open it here again";
  return why;
}

//= spec:tigress#CLM-03
keystore::ReceiverMailbox new_mailbox(const transfer::ShareLink& link) {
  keystore::ReceiverMailbox mailbox;
  mailbox.link.form = link.form;
  mailbox.link.suite = link.suite;
  mailbox.link.base = link.base;
  mailbox.link.mailbox = link.mailbox;
  mailbox.link.vertical = link.vertical;
  mailbox.link.secret = link.secret->clone();
  mailbox.place = keystore::place_of(link.base, link.suite, "");
  mailbox.device_claim = digest::random_id();
  mailbox.read_request = digest::random_id();
  mailbox.relinquish_request = digest::random_id();
  mailbox.delete_request = digest::random_id();
  return mailbox;
}

}  // namespace keyferry::wallet
