#include "keyferry/wallet/give.h"

#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"
#include "keyferry/credential/kind.h"
#include "keyferry/digest/random.h"
#include "keyferry/transfer/offer_message.h"
#include "keyferry/transfer/share_secret.h"
#include "keyferry/wallet/exchange_run.h"
#include "keyferry/wallet/give_exchange.h"
#include "keyferry/wallet/relay_choice.h"
#include "keyferry/wallet/relay_client.h"
#include "keyferry/wallet/show_time.h"

namespace keyferry::wallet {
namespace {

constexpr std::size_t kPinDigits = 6;
constexpr std::size_t kCodeDigits = 6;
constexpr std::size_t kMostNote = 200;
constexpr auto kCreateRetry = std::chrono::hours(1);  // architecture.md section 3

std::string random_id() {
  return encode_uuid(digest::random_uuid());
}

boost::json::array array_of(const std::vector<std::string>& texts) {
  return boost::json::array(texts.begin(), texts.end());
}

std::int64_t seconds(Duration span) {
  return std::chrono::duration_cast<std::chrono::seconds>(span).count();
}

boost::json::object rights_asked(const GiveOptions& options) {
  boost::json::object rights;
  if (!options.logins.empty()) rights["logins"] = array_of(options.logins);
  if (!options.hosts.empty()) rights["hosts"] = array_of(options.hosts);
  if (!options.sources.empty()) rights["source"] = array_of(options.sources);
  if (options.extensions) rights["extensions"] = array_of(*options.extensions);
  if (options.command) rights["command"] = *options.command;
  return rights;
}

// The body of POST /v1/shares, but for the PIN.
boost::json::object order_of(const CredentialRecord& credential, const GiveOptions& options) {
  boost::json::object order{{"kind", credential.kind},
                            {"rights", rights_asked(options)},
                            {"depth", options.depth},
                            {"mode", options.confirmed ? "confirmed" : "immediate"}};
  if (options.valid_for) order["valid_for"] = seconds(*options.valid_for);
  if (options.valid_from) order["valid_from"] = codec::encode_rfc3339(*options.valid_from);
  if (options.valid_until) order["valid_until"] = codec::encode_rfc3339(*options.valid_until);
  if (options.wall_time) order["wall_time"] = *options.wall_time;
  if (options.link_for) order["link_for"] = seconds(*options.link_for);
  return order;
}

GiveRecord new_record(const Wallet& wallet, const std::string& credential, std::string request,
                      std::string relay, bool plain) {
  GiveRecord record;
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
  record.plain = plain;
  record.secret = plain ? transfer::make_plain_secret() : transfer::make_share_secret();
  return record;
}

Result<std::optional<GiveRecord>> find_unfinished(const Home& home, const std::string& request) {
  KF_TRY(std::vector<GiveRecord> all, load_gives(home));
  for (GiveRecord& record : all) {
    if (!record.shown && record.request == request) return std::optional(std::move(record));
  }
  return std::optional<GiveRecord>();
}

Result<Done> note_answer(GiveRecord& record, const net::Response& response) {
  KF_TRY(const boost::json::object object, json_of(response));
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

bool can_go_on(const Error& error) {
  return was_lost(error) || error.code == Errc::io;
}

Error go_on_later(Error error) {
  error.detail += "; nothing is lost: run the same command again and it goes on";
  return error;
}

// Makes the share at the authority; a definite refusal leaves nothing behind.
Result<Done> order_share(Wallet& wallet, Holder& holder, GiveRecord& record) {
  if (record.offer || !record.share.empty()) return Done{};
  HolderCall create;
  create.method = "POST";
  create.path = "/v1/shares";
  create.body = record.order;
  create.idempotency_key = record.idempotency_key;
  const auto response = holder.call(create);
  if (!response) {
    if (can_go_on(response.error())) return go_on_later(response.error());
    KF_TRY(erase_give(wallet.home, record.id));
    return response.error();
  }
  KF_TRY(note_answer(record, *response));
  return save_give(wallet.home, record);
}

Result<Done> seal_offer(const Home& home, GiveRecord& record) {
  if (record.payload) return Done{};
  transfer::OfferMessage message;
  message.credential_offer = *record.offer;
  message.note = record.note;
  digest::random_fill(message.transfer);
  KF_TRY(Bytes plaintext, transfer::encode_offer_message(message));
  record.payload = transfer::seal_payload(*record.secret, plaintext);
  wipe(plaintext);
  return save_give(home, record);
}

CreateOrder create_order(const GiveRecord& record) {
  CreateOrder order{record.relay,    record.device_claim, record.create_request,
                    *record.payload, record.link_until,   ""};
  if (!record.plain) {
    order.claim_hash = transfer::claim_hash_of(transfer::claim_key_of(*record.secret));
  }
  return order;
}

// The share without a mailbox is of no use to anybody: it is taken back.
Error take_back(Wallet& wallet, Holder& holder, const GiveRecord& record, Error error) {
  HolderCall revoke;
  revoke.method = "DELETE";
  revoke.path = "/v1/shares/" + record.share;
  const auto revoked = holder.call(revoke);
  const auto erased = erase_give(wallet.home, record.id);
  error.detail = "the relay " + record.relay + " refused the link: " + error.detail;
  error.detail += revoked && erased ? "; the share was taken back"
                                    : "; revoke the share: keyferry revoke " + record.share;
  return error;
}

Result<Done> renew_ids_if_old(Wallet& wallet, GiveRecord& record) {
  if (wallet.web.now() - record.started < kCreateRetry) return Done{};
  record.device_claim = random_id();
  record.create_request = random_id();
  record.started = wallet.web.now();
  return save_give(wallet.home, record);
}

Result<Done> post_offer(Wallet& wallet, Holder& holder, GiveRecord& record) {
  if (record.link) return Done{};
  KF_TRY(renew_ids_if_old(wallet, record));
  RelayClient relay(wallet.web, relay_is_local(wallet, record.relay));
  const auto created = relay.create(create_order(record));
  if (!created) {
    return can_go_on(created.error()) ? go_on_later(created.error())
                                      : take_back(wallet, holder, record, created.error());
  }
  if (!created->proves && !record.plain) {
    wallet.person.say(
        "note: this relay does not ask for a proof of the link's secret, so whoever knows the "
        "address alone can block the share");
  }
  transfer::ShareLink link;
  link.base = created->base;
  link.mailbox = created->mailbox;
  record.link = std::move(link);
  record.link_until = std::min(record.link_until, created->expiration);
  return save_give(wallet.home, record);
}

Result<GiveRecord> finish(Wallet& wallet, Holder& holder, GiveRecord record) {
  KF_TRY(order_share(wallet, holder, record));
  if (!record.confirmed) {
    KF_TRY(seal_offer(wallet.home, record));
  } else if (!record.payload) {
    KF_TRY(make_invite(wallet, holder.record().issuer, record));
  }
  KF_TRY(post_offer(wallet, holder, record));
  return record;
}

// A note is refused before anything is made.
Result<Done> check_note(const std::optional<std::string>& note) {
  if (!note) return Done{};
  KF_TRY(const std::string clean, codec::label(*note, kMostNote));
  KF_TRY(const std::string same, codec::nfc(*note));
  if (clean == same) return Done{};
  return fail(Errc::invalid,
              "a note has at most 200 characters, no line breaks and no invisible ones", "usage");
}

// Unlocks with the stored PIN. An answer that was lost shows as "not locked": then a new code is
// asked for.
Result<Done> order_rearm(Wallet& wallet, Holder& holder, GiveRecord& record) {
  if (record.offer) return Done{};
  HolderCall rearm;
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
    if (can_go_on(response.error())) return go_on_later(response.error());
    KF_TRY(erase_give(wallet.home, record.id));
    return response.error();
  }
  KF_TRY(note_answer(record, *response));
  return save_give(wallet.home, record);
}

// invite_again offers a share whose code was typed wrong under a new one.
Result<GiveRecord> invite_again(Wallet& wallet, FoundShare& found, GiveRecord record) {
  if (record.code.empty()) {
    if (record.invites >= kInvitesPerShare) {
      return fail(Errc::conflict,
                  "five codes were typed wrong: somebody may be trying. Revoke the share and make "
                  "another one",
                  "invites_used_up");
    }
    GiveRecord fresh = new_record(wallet, record.credential, record.request, record.relay, false);
    ++record.invites;
    record.code = digest::random_digits(kCodeDigits);
    record.secret = std::move(fresh.secret);
    record.device_claim = fresh.device_claim;
    record.create_request = fresh.create_request;
    record.delete_request = fresh.delete_request;
    record.started = fresh.started;
    record.shown = false;
    KF_TRY(save_give(wallet.home, record));
  }
  return finish(wallet, found.holder, std::move(record));
}

// The bound code of a confirmed share stays: only the PIN is new. An answer that was lost shows as
// "not locked".
Result<GiveRecord> rearm_confirmed(Wallet& wallet, FoundShare& found, const std::string& request) {
  KF_TRY(std::optional<GiveRecord> exchange, find_give_by_share(wallet.home, found.share.id));
  if (exchange && exchange->confirmed && !exchange->link && is_open(found.share)) {
    return invite_again(wallet, found, *std::move(exchange));
  }
  KF_TRY(std::optional<GiveRecord> record, find_unfinished(wallet.home, request));
  if (!record && found.share.state != "locked") {
    return fail(Errc::conflict, "the share is not locked: its link and PIN still stand",
                "not_locked");
  }
  if (!record) {
    record = new_record(wallet, found.holder.record().name, request, "", false);
    record->secret.reset();
    record->order = {{"pin", digest::random_digits(kPinDigits)}};
    KF_TRY(save_give(wallet.home, *record));
  }
  HolderCall rearm;
  rearm.method = "POST";
  rearm.path = "/v1/shares/" + found.share.id + "/pin";
  rearm.body = record->order;
  const auto response = found.holder.call(rearm);
  if (!response && response.error().reason != "not_locked") {
    if (can_go_on(response.error())) return go_on_later(response.error());
    KF_TRY(erase_give(wallet.home, record->id));
    return response.error();
  }
  return *std::move(record);
}

}  // namespace

Result<std::string> check_wish(const CredentialRecord& credential, const GiveOptions& options,
                               Time now) {
  if (now >= credential.window.until) {
    return fail(Errc::forbidden, "your credential \"" + credential.name + "\" ended " +
                                     show_time(credential.window.until) +
                                     ": there is nothing left to share");
  }
  KF_TRY(const credential::Kind* kind, credential::find_kind(credential.kind));
  KF_TRY(const credential::Rights parent,
         credential::parse_rights(kind->schema(), credential.rights));
  KF_TRY(const credential::Rights child,
         credential::make_child_rights(kind->schema(), parent, rights_asked(options)));
  Time until = options.valid_until.value_or(credential.window.until);
  if (options.valid_for) until = std::min(until, now + *options.valid_for);
  const Time from = options.valid_from.value_or(now);
  if (until <= now || until <= from) {
    return fail(Errc::invalid, "the end of the share lies before its beginning, or is past",
                "usage");
  }
  if (until > credential.window.until) {
    return fail(Errc::forbidden, "your own access ends " + show_time(credential.window.until) +
                                     ": choose an earlier --until");
  }
  return kind->title(child) + " until " + show_time(until);
}

Result<GiveRecord> give_share(Wallet& wallet, const CredentialRecord& credential,
                              const GiveOptions& options) {
  KF_TRY(check_note(options.note));
  KF_TRY(Holder holder, Holder::open(wallet, credential));
  boost::json::object order = order_of(credential, options);
  const std::string request = transfer_id(
      wallet.settings.persona, "give " + credential.name + " " + codec::encode_json(order) + " " +
                                   options.relay + (options.pin ? " pin" : "") +
                                   (options.code ? " code" : "") + (options.words ? " words" : "") +
                                   (options.plain ? " plain " : " ") + options.note.value_or(""));
  KF_TRY(const file::Lock lock, wallet.home.lock_transfer(request));
  KF_TRY(std::optional<GiveRecord> before, find_unfinished(wallet.home, request));
  if (before) {
    wallet.person.say("going on with the share that was begun before");
    return finish(wallet, holder, *std::move(before));
  }
  KF_TRY(const IssuerMetadata* about, holder.authority().metadata());
  KF_TRY(std::string relay, choose_relay(wallet, options.relay, about->relays));
  GiveRecord record = new_record(wallet, credential.name, request, std::move(relay), options.plain);
  record.note = options.note;
  record.confirmed = options.confirmed;
  record.words = !options.code || options.words;
  if (options.code) record.code = digest::random_digits(kCodeDigits);
  record.order = std::move(order);
  //= spec:tigress#SYS-06
  //= spec:transfer#5-pin
  if (options.pin) record.order["pin"] = digest::random_digits(kPinDigits);
  KF_TRY(save_give(wallet.home, record));
  return finish(wallet, holder, std::move(record));
}

Result<GiveRecord> rearm_share(Wallet& wallet, FoundShare& found, const std::string& relay) {
  const std::string request = transfer_id(wallet.settings.persona, "rearm " + found.share.id);
  KF_TRY(const file::Lock lock, wallet.home.lock_transfer(request));
  if (found.share.confirmed) return rearm_confirmed(wallet, found, request);
  KF_TRY(std::optional<GiveRecord> record, find_unfinished(wallet.home, request));
  if (!record) {
    if (found.share.state != "locked") {
      return fail(Errc::conflict, "the share is not locked: its link and PIN still stand",
                  "not_locked");
    }
    KF_TRY(const IssuerMetadata* about, found.holder.authority().metadata());
    KF_TRY(std::optional<GiveRecord> old, find_give_by_share(wallet.home, found.share.id));
    KF_TRY(std::string base, choose_relay(wallet, relay, about->relays));
    record = new_record(wallet, found.holder.record().name, request, std::move(base), false);
    record->share = found.share.id;
    record->order = {{"pin", digest::random_digits(kPinDigits)}};
    KF_TRY(save_give(wallet.home, *record));
    if (old) {
      KF_TRY(end_give(wallet, *old));
    }
  }
  KF_TRY(order_rearm(wallet, found.holder, *record));
  KF_TRY(seal_offer(wallet.home, *record));
  KF_TRY(post_offer(wallet, found.holder, *record));
  return *std::move(record);
}

Result<Done> mark_shown(const Home& home, GiveRecord& record) {
  record.shown = true;
  record.order.erase("pin");
  wipe(record.code);
  return save_give(home, record);
}

std::string pin_of(const GiveRecord& record) {
  const boost::json::value* pin = record.order.if_contains("pin");
  return pin != nullptr && pin->is_string() ? std::string(pin->get_string()) : std::string();
}

Result<Done> end_give(Wallet& wallet, const GiveRecord& record) {
  if (record.confirmed) {
    const auto ended = cancel_give(wallet, record);
    if (!ended && ended.error().reason == "busy") return Done{};
    return ended;
  }
  if (record.link) {
    RelayClient relay(wallet.web, relay_is_local(wallet, record.relay));
    const auto removed = relay.remove(*record.link, {record.device_claim, record.delete_request});
    static_cast<void>(removed);
  }
  return erase_give(wallet.home, record.id);
}

}  // namespace keyferry::wallet
