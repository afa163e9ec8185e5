// Claim and request ids are those of the record, the same for every retry; ids of a Create that are
// an hour old are drawn anew, since a relay may have forgotten them.
#include "keyferry/wallet/mailbox_transport.h"

#include "keyferry/carrier/mailbox_carrier.h"
#include "keyferry/client/refusals.h"
#include "keyferry/digest/random.h"
#include "keyferry/transfer/share_link.h"
#include "keyferry/transfer/share_secret.h"
#include "keyferry/wallet/receiver_link.h"

namespace keyferry::wallet {
namespace {

constexpr auto kCreateRetry = std::chrono::hours(1);  // docs/protocol.md, "Retries"

client::CreateOrder create_order(const std::string& relay, const keystore::SenderRecord& record) {
  client::CreateOrder order{relay,           record.device_claim, record.create_request,
                            *record.payload, record.link_until,   "",
                            record.notify};
  if (!record.plain) {
    order.claim_hash = transfer::claim_hash_of(transfer::claim_key_of(*record.secret));
  }
  return order;
}

Result<Done> renew_ids_if_old(Wallet& wallet, keystore::SenderRecord& record) {
  if (wallet.web.now() - record.started < kCreateRetry) return Done{};
  record.device_claim = digest::random_id();
  record.create_request = digest::random_id();
  record.started = wallet.web.now();
  return keystore::save_sender_record(wallet.home, record);
}

// Wrong or damaged: read once more, then give the mailbox back (transfer.md section 2).
//= spec:tigress#A-51
//= spec:transfer#1-damage
Result<Bytes> read_and_open(client::RelayClient relay, keystore::ReceiverMailbox& mailbox) {
  Result<Bytes> opened = fail(Errc::internal, "");
  for (int round = 0; round < 2; ++round) {
    KF_TRY(const client::MailboxMessage message,
           relay.read(mailbox.link, {mailbox.device_claim, mailbox.read_request}));
    mailbox.expires = message.expires.value_or(Time{});
    opened = transfer::open_payload(*mailbox.link.secret, message.payload);
    if (opened) return opened;
  }
  return fail(Errc::cannot_open,
              "the secret in this link is wrong or damaged: what it leads to cannot be opened",
              "damaged");
}

}  // namespace

Result<keystore::Place> MailboxTransport::settle(const std::vector<std::string>& relays) {
  KF_TRY(std::string relay, settled(relays));
  return keystore::AtMailbox{std::move(relay)};
}

Result<Done> MailboxTransport::lay(keystore::SenderRecord& record) {
  KF_TRY(renew_ids_if_old(wallet_, record));
  const auto created = client().create(create_order(relay(), record));
  if (!created) return refused(created.error());
  if (!created->proves && !record.plain) {
    wallet_.person.say(
        "note: this relay does not ask for a proof of the link's secret, so whoever knows the "
        "address alone can block the share");
  }
  note_push(record, created->pushes);
  transfer::ShareLink link;
  link.base = created->base;
  link.mailbox = created->mailbox;
  record.link = std::move(link);
  record.link_until = std::min(record.link_until, created->expiration);
  return Done{};
}

void MailboxTransport::take_away(const keystore::SenderRecord& record) {
  if (!record.link) return;
  const auto removed = client().remove(*record.link, {record.device_claim, record.delete_request});
  static_cast<void>(removed);
}

std::string MailboxTransport::advice() const {
  return "whoever sees the link's address can read that a share waits, and until when; not what it "
         "is";
}

Result<Done> MailboxTransport::open(keystore::ReceiverRecord& record) {
  KF_TRY(agree_to_fetch(record));
  KF_TRY(const Bytes plaintext, read_and_open(client(), *record.mailbox));
  return use_message(wallet_, record, plaintext);
}

// Under a new request id each time: the relay carries out an id once, and this may be a second
// claim.
Result<Done> MailboxTransport::give_back(const keystore::ReceiverMailbox& mailbox) {
  const auto done = client().relinquish(mailbox.link, {mailbox.device_claim, digest::random_id()});
  if (done || !client::was_lost(done.error())) return Done{};
  return done.error();
}

std::string_view MailboxTransport::given_back() const {
  return ". It was given back, so the right link still works: copy it again";
}

void MailboxTransport::remove(const keystore::ReceiverMailbox& mailbox) {
  const auto done = client().remove(mailbox.link, {mailbox.device_claim, mailbox.delete_request});
  static_cast<void>(done);
}

std::unique_ptr<carrier::Carrier> MailboxTransport::sender_carrier(
    const keystore::SenderRecord& record, keystore::ExchangeFile&) {
  return std::make_unique<carrier::MailboxCarrier>(
      client(), keystore::full_link(record),
      carrier::MailboxIds{record.device_claim, record.delete_request});
}

std::unique_ptr<carrier::Carrier> MailboxTransport::receiver_carrier(
    const keystore::ReceiverMailbox& mailbox, keystore::ExchangeFile&) {
  transfer::ShareLink link;
  link.base = mailbox.link.base;
  link.mailbox = mailbox.link.mailbox;
  link.secret = mailbox.link.secret->clone();
  return std::make_unique<carrier::MailboxCarrier>(
      client(), std::move(link), carrier::MailboxIds{mailbox.device_claim, mailbox.delete_request});
}

}  // namespace keyferry::wallet
