// Message 0 is stored before it is deleted, and of several readers the one whose DELETE found it is
// the receiver.
#include "keyferry/wallet/receiver_drop.h"

#include "keyferry/client/drop_client.h"
#include "keyferry/client/refusals.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/wallet/receiver_exchange.h"
#include "keyferry/wallet/receiver_link.h"
#include "keyferry/wallet/relay_choice.h"

namespace keyferry::wallet {
namespace {

constexpr std::size_t kMostOctets = transfer::kMostPlaintext + 1024;

client::DropClient client_of(Wallet& wallet, const keystore::ReceiverMailbox& mailbox) {
  return {wallet.web, mailbox.link.base, relay_is_local(wallet, mailbox.link.base)};
}

transfer::DropExchange beginning_of(const keystore::ReceiverMailbox& mailbox) {
  return {mailbox.link.secret->clone(), *mailbox.link.suite, transfer::Side::receiver};
}

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

//= spec:tigress#B-12
Result<Done> open_dropbox(Wallet& wallet, keystore::ReceiverRecord& record) {
  keystore::ReceiverMailbox& mailbox = *record.mailbox;
  KF_TRY(agree_to_fetch(wallet, record));
  client::DropClient relay = client_of(wallet, mailbox);
  transfer::DropExchange exchange = beginning_of(mailbox);
  const std::string location = exchange.location();
  const bool fetched_before = !mailbox.first.empty();
  KF_TRY(const Bytes plaintext, fetch_first(relay, exchange, mailbox.first));
  KF_TRY(
      use_message(wallet, record, plaintext, keystore::DropState{exchange.encode(), location, ""}));
  const auto removed = relay.remove(location);
  if (fetched_before) return Done{};
  return judge_delete(wallet.person, removed, record.confirmed);
}

Result<Done> put_back(Wallet& wallet, const keystore::ReceiverMailbox& mailbox) {
  if (mailbox.first.empty()) return Done{};
  const auto put = client_of(wallet, mailbox).put(beginning_of(mailbox).location(), mailbox.first);
  if (put || !client::was_lost(put.error())) return Done{};
  return put.error();
}

void remove_dropped(Wallet& wallet, const keystore::ReceiverMailbox& mailbox) {
  const auto removed = client_of(wallet, mailbox).remove(beginning_of(mailbox).location());
  static_cast<void>(removed.has_value());
}

}  // namespace keyferry::wallet
