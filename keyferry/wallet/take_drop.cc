#include "keyferry/wallet/take_drop.h"

#include "keyferry/wallet/drop_client.h"
#include "keyferry/wallet/relay_choice.h"
#include "keyferry/wallet/take_exchange.h"
#include "keyferry/wallet/take_link.h"

namespace keyferry::wallet {
namespace {

constexpr std::size_t kMostOctets = transfer::kMostPlaintext + 1024;

DropClient client_of(Wallet& wallet, const TakeMailbox& mailbox) {
  return {wallet.web, mailbox.link.base, relay_is_local(wallet, mailbox.link.base)};
}

transfer::DropExchange beginning_of(const TakeMailbox& mailbox) {
  return {mailbox.link.secret->clone(), *mailbox.link.suite, transfer::Side::receiver};
}

// Message 0, read again once where it does not open: it may have been cut on the way.
//= spec:tigress#DRR-11
Result<Bytes> fetch_first(DropClient& relay, transfer::DropExchange& exchange, Bytes& sealed) {
  const std::string location = exchange.location();
  for (int round = 0; round < 2; ++round) {
    KF_TRY(auto found, relay.get(location, false));
    if (!found) return link_leads_nowhere();
    sealed = *std::move(found);
    auto opened = sealed.size() > kMostOctets
                      ? Result<Bytes>(fail(Errc::cannot_open, "the message is too long"))
                      : exchange.open(sealed);
    if (opened) return opened;
  }
  return fail(Errc::cannot_open,
              "what this link leads to is damaged and cannot be opened: ask the sender for a new "
              "link; nothing was taken",
              "damaged");
}

// Somebody was faster with the DELETE. An immediate share has no events, only its outcome.
void warn_of_another(Person& person, bool confirmed) {
  constexpr std::string_view kText =
      "note: somebody else opened this link at the same moment. If nothing comes of it, ask the "
      "sender for a new link";
  if (confirmed) return person.step("not_alone", {}, kText);
  person.say(kText);
}

}  // namespace

//= spec:tigress#B-12
Result<Done> open_dropbox(Wallet& wallet, TakeRecord& record) {
  TakeMailbox& mailbox = *record.mailbox;
  KF_TRY(agree_to_fetch(wallet, record));
  DropClient relay = client_of(wallet, mailbox);
  transfer::DropExchange exchange = beginning_of(mailbox);
  const std::string location = exchange.location();
  Bytes sealed;
  KF_TRY(const Bytes plaintext, fetch_first(relay, exchange, sealed));
  mailbox.first = std::move(sealed);
  KF_TRY(use_message(wallet, record, plaintext, DropState{exchange.encode(), location, ""}));
  const auto removed = relay.remove(location);
  if (removed && !*removed) warn_of_another(wallet.person, record.confirmed);
  return Done{};
}

void put_back(Wallet& wallet, const TakeMailbox& mailbox) {
  if (mailbox.first.empty()) return;
  const auto put = client_of(wallet, mailbox).put(beginning_of(mailbox).location(), mailbox.first);
  static_cast<void>(put.has_value());
}

void remove_dropped(Wallet& wallet, const TakeMailbox& mailbox) {
  const auto removed = client_of(wallet, mailbox).remove(beginning_of(mailbox).location());
  static_cast<void>(removed.has_value());
}

}  // namespace keyferry::wallet
