// Message 0 is stored before it is deleted, and of several readers the one whose DELETE found it is
// the receiver.
#include "keyferry/wallet/dropbox_transport.h"

#include "keyferry/carrier/dropbox_carrier.h"
#include "keyferry/client/refusals.h"
#include "keyferry/transfer/share_link.h"
#include "keyferry/transfer/share_secret.h"
#include "keyferry/wallet/receiver_link.h"

namespace keyferry::wallet {
namespace {

constexpr std::size_t kMostOctets = transfer::kMostPlaintext + 1024;

constexpr std::string_view kVertical = "a";  // access: what a share of ours is

Result<Bytes> open_first(transfer::DropExchange& exchange, ByteView sealed) {
  if (sealed.size() > kMostOctets) return fail(Errc::cannot_open, "the message is too long");
  return exchange.open(sealed);
}

// Message 0, read again once where it does not open: it may have been cut on the way. What this
// wallet fetched before, and could not give back, is opened where nothing lies there.
//= spec:tigress#DRR-11
Result<Bytes> fetch_first(client::DropClient& relay, transfer::DropExchange& exchange,
                          Bytes& sealed) {
  const std::string location = exchange.location();
  for (int round = 0; round < 2; ++round) {
    KF_TRY(auto found, relay.get(location, false));
    if (!found && sealed.empty()) return client::link_leads_nowhere();
    if (found) sealed = *std::move(found);
    auto opened = open_first(exchange, sealed);
    if (opened) return opened;
  }
  return fail(Errc::cannot_open,
              "what this link leads to is damaged and cannot be opened: ask the sender for a new "
              "link; nothing was taken",
              "damaged");
}

// The DELETE of message 0 makes one of those who read it the receiver.
Result<Done> judge_delete(Person& person, const Result<client::DropClient::Removed>& removed,
                          bool confirmed) {
  using Removed = client::DropClient::Removed;
  if (!removed || *removed == Removed::yes) return Done{};
  if (*removed == Removed::unknown) {
    person.say(
        "note: an answer of the relay was lost, so nobody knows whether another wallet opened this "
        "link at the same moment. If nothing comes of it, ask the sender for a new link");
    return Done{};
  }
  if (!confirmed) {
    person.say(
        "note: another wallet opened this link at the same moment. If nothing comes of it, ask "
        "the sender for a new link");
    return Done{};
  }
  constexpr std::string_view kText =
      "another wallet opened this link at the same moment and was faster: nothing was taken. If "
      "that was not you, tell the sender, and ask for a new link";
  person.step("not_alone", {}, kText);
  return fail(Errc::conflict, std::string(kText), "not_alone");
}

}  // namespace

Result<keystore::Place> DropboxTransport::settle(const std::vector<std::string>& relays) {
  KF_TRY(std::string relay, settled(relays));
  return at_relay(std::move(relay));
}

keystore::Place DropboxTransport::at_relay(std::string relay) const {
  return keystore::AtDropbox{std::move(relay), suite_};
}

SecretBytes DropboxTransport::draw_secret() const {
  return transfer::make_share_secret(transfer::LinkForm::dropbox);
}

transfer::SealedPayload DropboxTransport::seal_first(const keystore::SenderRecord& record,
                                                     ByteView plaintext,
                                                     keystore::ExchangeFile* exchange) {
  transfer::DropExchange drops = beginning(*record.secret, transfer::Side::sender);
  keystore::DropState state;
  state.written = drops.location();
  transfer::SealedPayload payload = carrier::sealed_drop(drops.seal(plaintext));
  state.said = drops.encode();
  if (exchange != nullptr) exchange->drops = std::move(state);
  return payload;
}

// The link needs no answer of the relay: its places follow from its secret.
Result<Done> DropboxTransport::lay(keystore::SenderRecord& record) {
  KF_TRY(const Bytes sealed, carrier::octets_of_drop(*record.payload));
  const auto exchange = beginning(*record.secret, transfer::Side::sender);
  const auto pushes = client().put(exchange.location(), sealed, record.notify);
  if (!pushes) return refused(pushes.error());
  note_push(record, *pushes);
  transfer::ShareLink link;
  link.form = transfer::LinkForm::dropbox;
  link.base = relay();
  link.vertical = kVertical;
  record.link = std::move(link);
  return Done{};
}

void DropboxTransport::take_away(const keystore::SenderRecord& record) {
  if (!record.secret) return;
  const auto exchange = beginning(*record.secret, transfer::Side::sender);
  static_cast<void>(client().remove(exchange.location()).has_value());
}

std::string DropboxTransport::advice() const {
  return "the link's address says nothing; without the part from the # on it leads nowhere";
}

//= spec:tigress#B-12
Result<Done> DropboxTransport::open(keystore::ReceiverRecord& record) {
  keystore::ReceiverMailbox& mailbox = *record.mailbox;
  KF_TRY(agree_to_fetch(record));
  client::DropClient relay = client();
  transfer::DropExchange exchange = beginning(*mailbox.link.secret, transfer::Side::receiver);
  const std::string location = exchange.location();
  const bool fetched_before = !mailbox.first.empty();
  KF_TRY(const Bytes plaintext, fetch_first(relay, exchange, mailbox.first));
  KF_TRY(use_message(wallet_, record, plaintext,
                     keystore::DropState{exchange.encode(), location, ""}));
  const auto removed = relay.remove(location);
  if (fetched_before) return Done{};
  return judge_delete(wallet_.person, removed, record.confirmed);
}

// For whoever the link is meant for.
Result<Done> DropboxTransport::give_back(const keystore::ReceiverMailbox& mailbox) {
  if (mailbox.first.empty()) return Done{};
  const auto exchange = beginning(*mailbox.link.secret, transfer::Side::receiver);
  const auto put = client().put(exchange.location(), mailbox.first);
  if (put || !client::was_lost(put.error())) return Done{};
  return put.error();
}

// If the run that read it could not.
void DropboxTransport::remove(const keystore::ReceiverMailbox& mailbox) {
  const auto exchange = beginning(*mailbox.link.secret, transfer::Side::receiver);
  static_cast<void>(client().remove(exchange.location()).has_value());
}

Result<Done> DropboxTransport::check(const keystore::ExchangeFile& exchange) const {
  if (exchange.drops) return Done{};
  return fail(Errc::invalid, "the stored exchange is damaged");
}

std::unique_ptr<carrier::Carrier> DropboxTransport::sender_carrier(
    const keystore::SenderRecord& record, keystore::ExchangeFile& exchange) {
  return carrier::resume_dropbox(client(), keystore::full_link(record), transfer::Side::sender,
                                 *exchange.drops);
}

std::unique_ptr<carrier::Carrier> DropboxTransport::receiver_carrier(
    const keystore::ReceiverMailbox& mailbox, keystore::ExchangeFile& exchange) {
  return carrier::resume_dropbox(client(), mailbox.link, transfer::Side::receiver, *exchange.drops);
}

}  // namespace keyferry::wallet
