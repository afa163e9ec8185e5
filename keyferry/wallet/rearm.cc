// Unlocking a share after too many wrong PINs, and offering one again whose code was typed wrong.
#include "keyferry/client/refusals.h"
#include "keyferry/digest/random.h"
#include "keyferry/keystore/notify_url.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/wallet/request_key.h"
#include "keyferry/wallet/sender.h"
#include "keyferry/wallet/sender_steps.h"
#include "keyferry/wallet/transport.h"

namespace keyferry::wallet {
namespace {

// Unlocks with the stored PIN. An answer that was lost shows as "not locked": then a new code is
// asked for.
Result<Done> order_rearm(Wallet& wallet, Holder& holder, keystore::SenderRecord& record) {
  if (record.offer) return Done{};
  client::HolderCall rearm;
  rearm.method = "POST";
  rearm.path = "/v1/shares/" + record.share + "/pin";
  rearm.body = record.order;
  auto response = holder.call(rearm);
  if (!response && response.error().reason == "not_locked") {
    rearm.path = "/v1/shares/" + record.share + "/offer";
    rearm.body = boost::json::object();
    response = holder.call(rearm);
  }
  if (!response) {
    if (!client::is_refusal(response.error())) return client::go_on_later(response.error());
    KF_TRY(keystore::erase_sender_record(wallet.home, record.id));
    return response.error();
  }
  KF_TRY(note_answer(record, *response));
  return keystore::save_sender_record(wallet.home, record);
}

// invite_again offers a share whose code was typed wrong under a new one.
Result<keystore::SenderRecord> invite_again(Wallet& wallet, FoundShare& found,
                                            keystore::SenderRecord record) {
  if (record.code.empty()) {
    if (record.invites >= kInvitesPerShare) {
      return fail(Errc::conflict,
                  "five codes were typed wrong: somebody may be trying. Revoke the share and make "
                  "another one",
                  "invites_used_up");
    }
    keystore::SenderRecord fresh =
        new_record(wallet, record.credential, record.request, record.place);
    ++record.invites;
    record.code = digest::random_digits(kCodeDigits);
    record.secret = std::move(fresh.secret);
    record.device_claim = fresh.device_claim;
    if (!record.notify.empty())
      record.notify = keystore::draw_notify_url(keystore::notify_base(record.notify));
    record.create_request = fresh.create_request;
    record.delete_request = fresh.delete_request;
    record.started = fresh.started;
    record.shown = false;
    KF_TRY(keystore::save_sender_record(wallet.home, record));
  }
  return finish_making(wallet, found.holder, std::move(record));
}

// The bound code of a confirmed share stays: only the PIN is new. An answer that was lost shows as
// "not locked".
Result<keystore::SenderRecord> rearm_confirmed(Wallet& wallet, FoundShare& found,
                                               const std::string& request) {
  KF_TRY(std::optional<keystore::SenderRecord> exchange,
         keystore::find_sender_record_by_share(wallet.home, found.share.id));
  if (exchange && exchange->confirmed && !exchange->link && is_open(found.share)) {
    return invite_again(wallet, found, *std::move(exchange));
  }
  KF_TRY(std::optional<keystore::SenderRecord> record, find_unfinished(wallet.home, {request, {}}));
  if (!record && found.share.state != "locked") {
    return fail(Errc::conflict, "the share is not locked: its link and PIN still work",
                "not_locked");
  }
  if (!record) {
    record = new_record(wallet, found.holder.record().name, request, {});
    record->secret.reset();
    record->order = {{"pin", digest::random_digits(kPinDigits)}};
    KF_TRY(keystore::save_sender_record(wallet.home, *record));
  }
  client::HolderCall rearm;
  rearm.method = "POST";
  rearm.path = "/v1/shares/" + found.share.id + "/pin";
  rearm.body = record->order;
  const auto response = found.holder.call(rearm);
  if (!response && response.error().reason != "not_locked") {
    if (!client::is_refusal(response.error())) return client::go_on_later(response.error());
    KF_TRY(keystore::erase_sender_record(wallet.home, record->id));
    return response.error();
  }
  return *std::move(record);
}

}  // namespace

Result<keystore::SenderRecord> rearm_share(Wallet& wallet, FoundShare& found,
                                           const std::string& relay) {
  const std::string request =
      keystore::transfer_id(wallet.settings.persona, "rearm " + found.share.id);
  KF_TRY(const file::Lock lock, wallet.home.lock_transfer(request));
  if (found.share.confirmed) return rearm_confirmed(wallet, found, request);
  KF_TRY(std::optional<keystore::SenderRecord> record, find_unfinished(wallet.home, {request, {}}));
  if (!record) {
    if (found.share.state != "locked") {
      return fail(Errc::conflict, "the share is not locked: its link and PIN still work",
                  "not_locked");
    }
    KF_TRY(const client::IssuerMetadata* about, found.holder.authority().metadata());
    KF_TRY(std::optional<keystore::SenderRecord> old,
           keystore::find_sender_record_by_share(wallet.home, found.share.id));
    const keystore::Place before = old ? old->place : keystore::Place();
    const keystore::Place asked = transport_of(wallet, before)->at_relay(relay);
    KF_TRY(keystore::Place place, transport_of(wallet, asked)->settle(about->relays));
    record = new_record(wallet, found.holder.record().name, request, std::move(place));
    record->share = found.share.id;
    if (old && !old->notify.empty())
      record->notify = keystore::draw_notify_url(keystore::notify_base(old->notify));
    record->order = {{"pin", digest::random_digits(kPinDigits)}};
    KF_TRY(keystore::save_sender_record(wallet.home, *record));
    if (old) {
      KF_TRY(end_share(wallet, *old));
    }
  }
  KF_TRY(order_rearm(wallet, found.holder, *record));
  KF_TRY(seal_offer(wallet, *record));
  KF_TRY(post_offer(wallet, &found.holder, *record));
  return *std::move(record);
}

}  // namespace keyferry::wallet
