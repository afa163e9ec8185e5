// What was done shows in the record (share, payload, link), so each step looks there first; ids of
// a mailbox that are an hour old are drawn anew, since a relay may have forgotten them.
#include "keyferry/wallet/sender_steps.h"

#include "keyferry/carrier/direct_stream.h"
#include "keyferry/carrier/file_carrier.h"
#include "keyferry/client/refusals.h"
#include "keyferry/client/relay_client.h"
#include "keyferry/codec/json.h"
#include "keyferry/digest/random.h"
#include "keyferry/transfer/offer_message.h"
#include "keyferry/transfer/share_secret.h"
#include "keyferry/wallet/exchange_run.h"
#include "keyferry/wallet/relay_choice.h"
#include "keyferry/wallet/sender_drop.h"
#include "keyferry/wallet/sender_exchange.h"

namespace keyferry::wallet {
namespace {

constexpr auto kCreateRetry = std::chrono::hours(1);  // docs/protocol.md, "Retries"

constexpr std::string_view kVertical = "a";  // access: what a share of ours is

std::string random_id() {
  return encode_uuid(digest::random_uuid());
}

// Of a relay, whose refusals may be bare: nothing but a link hangs on them.
bool can_go_on(const Error& error) {
  return client::was_lost(error) || error.code == Errc::io;
}

// Makes the share at the authority; a definite refusal leaves nothing behind.
Result<Done> order_share(Wallet& wallet, Holder& holder, keystore::SenderRecord& record) {
  if (record.offer || !record.share.empty()) return Done{};
  client::HolderCall create;
  create.method = "POST";
  create.path = "/v1/shares";
  create.body = record.order;
  create.idempotency_key = record.idempotency_key;
  const auto response = holder.call(create);
  if (!response) {
    if (!client::is_refusal(response.error())) return client::go_on_later(response.error());
    KF_TRY(keystore::erase_sender_record(wallet.home, record.id));
    return response.error();
  }
  KF_TRY(note_answer(record, *response));
  return keystore::save_sender_record(wallet.home, record);
}

client::CreateOrder create_order(const keystore::SenderRecord& record) {
  client::CreateOrder order{record.relay,    record.device_claim, record.create_request,
                            *record.payload, record.link_until,   "",
                            record.notify};
  if (!record.plain) {
    order.claim_hash = transfer::claim_hash_of(transfer::claim_key_of(*record.secret));
  }
  return order;
}

// The share without a mailbox is of no use to anybody: it is taken back.
Error take_back(Wallet& wallet, Holder* holder, const keystore::SenderRecord& record, Error error) {
  client::HolderCall revoke;
  revoke.method = "DELETE";
  revoke.path = "/v1/shares/" + record.share;
  const bool revoked = holder == nullptr || holder->call(revoke).has_value();
  const auto unsaid = keystore::erase_exchange(wallet.home, record.id);
  const auto erased = unsaid ? keystore::erase_sender_record(wallet.home, record.id) : unsaid;
  if (record.file.empty()) {
    error.detail = "the relay " + record.relay + " refused the link: " + error.detail;
  }
  error.detail += revoked && erased ? "; the share was taken back"
                                    : "; revoke the share: keyferry revoke " + record.share;
  return error;
}

void note_push(Wallet& wallet, keystore::SenderRecord& record, bool pushes) {
  if (record.notify.empty() || pushes) return;
  wallet.person.say(
      "note: this relay calls nobody at the address of --notify-url; `keyferry watch` waits "
      "instead");
  record.notify.clear();
}

// A link without an address says that the file is written; on streams hand_over writes it.
Result<Done> post_file(Wallet& wallet, Holder* holder, keystore::SenderRecord& record) {
  if (record.file != carrier::kStandardStreams) {
    const auto made = carrier::FileCarrier(record.file).create(*record.payload);
    if (!made) return take_back(wallet, holder, record, made.error());
  }
  record.link = transfer::ShareLink{};
  return keystore::save_sender_record(wallet.home, record);
}

// The link needs no answer of the relay: its places follow from its secret.
Result<Done> post_drop(Wallet& wallet, Holder* holder, keystore::SenderRecord& record) {
  const auto put = put_first(wallet, record);
  if (!put) {
    return can_go_on(put.error()) ? client::go_on_later(put.error())
                                  : take_back(wallet, holder, record, put.error());
  }
  note_push(wallet, record, *put);
  transfer::ShareLink link;
  link.form = transfer::LinkForm::dropbox;
  link.base = record.relay;
  link.vertical = kVertical;
  record.link = std::move(link);
  return keystore::save_sender_record(wallet.home, record);
}

Result<Done> renew_ids_if_old(Wallet& wallet, keystore::SenderRecord& record) {
  if (wallet.web.now() - record.started < kCreateRetry) return Done{};
  record.device_claim = random_id();
  record.create_request = random_id();
  record.started = wallet.web.now();
  return keystore::save_sender_record(wallet.home, record);
}

}  // namespace

keystore::SenderRecord new_record(const Wallet& wallet, const std::string& credential,
                                  std::string request, std::string relay, const LinkShape& shape) {
  keystore::SenderRecord record;
  record.id = random_id().substr(0, 8) + random_id().substr(0, 8);
  record.persona = wallet.settings.persona;
  record.credential = credential;
  record.request = std::move(request);
  record.started = wallet.web.now();
  record.idempotency_key = random_id();
  record.relay = std::move(relay);
  record.device_claim = random_id();
  record.create_request = random_id();
  record.delete_request = random_id();
  record.plain = shape.plain;
  record.suite = shape.suite;
  const auto form = shape.suite ? transfer::LinkForm::dropbox : transfer::LinkForm::mailbox;
  record.secret = shape.plain ? transfer::make_plain_secret() : transfer::make_share_secret(form);
  return record;
}

Result<std::optional<keystore::SenderRecord>> find_unfinished(const keystore::Home& home,
                                                              const std::string& request) {
  KF_TRY(std::vector<keystore::SenderRecord> all, keystore::load_sender_records(home));
  for (keystore::SenderRecord& record : all) {
    if (!record.shown && record.request == request) return std::optional(std::move(record));
  }
  return std::optional<keystore::SenderRecord>();
}

Result<Done> note_answer(keystore::SenderRecord& record, const http::Response& response) {
  KF_TRY(const boost::json::object object, client::json_of(response));
  KF_TRY(const ShareView view, parse_share_view(object));
  if (!record.confirmed) {
    KF_TRY(const auto* offer, codec::object_member(object, "credential_offer"));
    record.offer = *offer;
  }
  record.share = view.id;
  record.kind = view.kind;
  record.rights = view.rights;
  record.link_until = view.link_until;
  record.valid_until = view.window.until;
  return Done{};
}

Result<Done> seal_offer(const keystore::Home& home, keystore::SenderRecord& record) {
  if (record.payload) return Done{};
  transfer::OfferMessage message;
  message.credential_offer = *record.offer;
  message.note = record.note;
  digest::random_fill(message.transfer);
  KF_TRY(Bytes plaintext, transfer::encode_offer_message(message));
  record.payload = seal_first(record, plaintext);
  wipe(plaintext);
  return keystore::save_sender_record(home, record);
}

Result<Done> post_offer(Wallet& wallet, Holder* holder, keystore::SenderRecord& record) {
  if (record.link) return Done{};
  if (!record.file.empty()) return post_file(wallet, holder, record);
  if (record.suite) return post_drop(wallet, holder, record);
  KF_TRY(renew_ids_if_old(wallet, record));
  client::RelayClient relay(wallet.web, relay_is_local(wallet, record.relay));
  const auto created = relay.create(create_order(record));
  if (!created) {
    return can_go_on(created.error()) ? client::go_on_later(created.error())
                                      : take_back(wallet, holder, record, created.error());
  }
  if (!created->proves && !record.plain) {
    wallet.person.say(
        "note: this relay does not ask for a proof of the link's secret, so whoever knows the "
        "address alone can block the share");
  }
  note_push(wallet, record, created->pushes);
  transfer::ShareLink link;
  link.base = created->base;
  link.mailbox = created->mailbox;
  record.link = std::move(link);
  record.link_until = std::min(record.link_until, created->expiration);
  return keystore::save_sender_record(wallet.home, record);
}

Result<keystore::SenderRecord> finish_making(Wallet& wallet, Holder& holder,
                                             keystore::SenderRecord record) {
  KF_TRY(order_share(wallet, holder, record));
  if (!record.confirmed) {
    KF_TRY(seal_offer(wallet.home, record));
  } else if (!record.payload) {
    KF_TRY(make_invite(wallet, holder.record().issuer, record));
  }
  KF_TRY(post_offer(wallet, &holder, record));
  return record;
}

}  // namespace keyferry::wallet
