// What was done shows in the record (share, payload, link), so each step looks there first.
#include "keyferry/wallet/sender_steps.h"

#include "keyferry/client/refusals.h"
#include "keyferry/codec/json.h"
#include "keyferry/digest/random.h"
#include "keyferry/keystore/notify_url.h"
#include "keyferry/transfer/offer_message.h"
#include "keyferry/wallet/sender_exchange.h"
#include "keyferry/wallet/transport.h"

namespace keyferry::wallet {
namespace {

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

// The share without a mailbox is of no use to anybody: it is taken back.
Error take_back(Wallet& wallet, Holder* holder, const keystore::SenderRecord& record, Error error) {
  client::HolderCall revoke;
  revoke.method = "DELETE";
  revoke.path = "/v1/shares/" + record.share;
  const bool revoked = holder == nullptr || holder->call(revoke).has_value();
  const auto unsaid = keystore::erase_exchange(wallet.home, record.id);
  const auto erased = unsaid ? keystore::erase_sender_record(wallet.home, record.id) : unsaid;
  error.detail += revoked && erased ? "; the share was taken back"
                                    : "; revoke the share: keyferry revoke " + record.share;
  return error;
}

}  // namespace

keystore::SenderRecord new_record(Wallet& wallet, const std::string& credential,
                                  std::string request, keystore::Place place) {
  keystore::SenderRecord record;
  record.id = digest::random_id().substr(0, 8) + digest::random_id().substr(0, 8);
  record.persona = wallet.settings.persona;
  record.credential = credential;
  record.request = std::move(request);
  record.started = wallet.web.now();
  record.idempotency_key = digest::random_id();
  record.device_claim = digest::random_id();
  record.create_request = digest::random_id();
  record.delete_request = digest::random_id();
  record.secret = transport_of(wallet, place)->draw_secret();
  record.place = std::move(place);
  return record;
}

void begin_comparison(keystore::SenderRecord& record, const SenderOptions& options) {
  const bool coded =
      options.comparison == Comparison::code || options.comparison == Comparison::code_and_words;
  record.confirmed = options.comparison != Comparison::none;
  record.words = options.comparison != Comparison::code;
  if (coded) record.code = digest::random_digits(kCodeDigits);
  if (!options.notify.empty()) record.notify = keystore::draw_notify_url(options.notify);
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

Result<Done> seal_offer(Wallet& wallet, keystore::SenderRecord& record) {
  if (record.payload) return Done{};
  transfer::OfferMessage message;
  message.credential_offer = *record.offer;
  message.note = record.note;
  digest::random_fill(message.transfer);
  KF_TRY(Bytes plaintext, transfer::encode_offer_message(message));
  record.payload = transport_of(wallet, record.place)->seal_first(record, plaintext, nullptr);
  wipe(plaintext);
  return keystore::save_sender_record(wallet.home, record);
}

Result<Done> post_offer(Wallet& wallet, Holder* holder, keystore::SenderRecord& record) {
  if (record.link) return Done{};
  const auto transport = transport_of(wallet, record.place);
  const auto laid = transport->lay(record);
  if (laid) return keystore::save_sender_record(wallet.home, record);
  return transport->may_lay_again(laid.error()) ? client::go_on_later(laid.error())
                                                : take_back(wallet, holder, record, laid.error());
}

Result<keystore::SenderRecord> finish_making(Wallet& wallet, Holder& holder,
                                             keystore::SenderRecord record) {
  KF_TRY(order_share(wallet, holder, record));
  if (!record.confirmed) {
    KF_TRY(seal_offer(wallet, record));
  } else if (!record.payload) {
    KF_TRY(make_invite(wallet, holder.record().issuer, record));
  }
  KF_TRY(post_offer(wallet, &holder, record));
  return record;
}

}  // namespace keyferry::wallet
