// Under the lock of its request a share that was not finished is finished before another is begun.
#include "keyferry/wallet/sender.h"

#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"
#include "keyferry/credential/kind.h"
#include "keyferry/digest/random.h"
#include "keyferry/keystore/credential_record.h"
#include "keyferry/transfer/share_secret.h"
#include "keyferry/wallet/request_key.h"
#include "keyferry/wallet/sender_exchange.h"
#include "keyferry/wallet/sender_steps.h"
#include "keyferry/wallet/show_time.h"
#include "keyferry/wallet/transport.h"

namespace keyferry::wallet {
namespace {

constexpr std::size_t kMostNote = 200;
constexpr auto kMakingPatience = std::chrono::minutes(1);

boost::json::array array_of(const std::vector<std::string>& texts) {
  return boost::json::array(texts.begin(), texts.end());
}

std::int64_t seconds(Duration span) {
  return std::chrono::duration_cast<std::chrono::seconds>(span).count();
}

boost::json::object rights_asked(const SenderOptions& options) {
  boost::json::object rights;
  if (!options.logins.empty()) rights["logins"] = array_of(options.logins);
  if (!options.hosts.empty()) rights["hosts"] = array_of(options.hosts);
  if (!options.sources.empty()) rights["source"] = array_of(options.sources);
  if (options.extensions) rights["extensions"] = array_of(*options.extensions);
  if (options.command) rights["command"] = *options.command;
  return rights;
}

bool is_confirmed(const SenderOptions& options) {
  return options.comparison != Comparison::none;
}

// The body of POST /v1/shares, but for the PIN.
boost::json::object order_of(const keystore::CredentialRecord& credential,
                             const SenderOptions& options) {
  boost::json::object order{{"kind", credential.kind},
                            {"rights", rights_asked(options)},
                            {"depth", options.depth},
                            {"mode", is_confirmed(options) ? "confirmed" : "immediate"}};
  if (options.valid_for) order["valid_for"] = seconds(*options.valid_for);
  if (options.valid_from) order["valid_from"] = codec::encode_rfc3339(*options.valid_from);
  if (options.valid_until) order["valid_until"] = codec::encode_rfc3339(*options.valid_until);
  if (options.wall_time) order["wall_time"] = *options.wall_time;
  if (options.link_for) order["link_for"] = seconds(*options.link_for);
  return order;
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

Result<file::Lock> lock_request(Wallet& wallet, const std::string& request) {
  auto lock = wallet.home.lock_transfer(request);
  if (lock || lock.error().reason != "busy") return lock;
  wallet.person.say("the same share is being made by another keyferry process: waiting for it");
  return wallet.home.lock_transfer(request, kMakingPatience);
}

}  // namespace

Result<std::string> check_wish(const keystore::CredentialRecord& credential,
                               const SenderOptions& options, Time now) {
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

Result<MadeShare> make_share(Wallet& wallet, const keystore::CredentialRecord& credential,
                             const SenderOptions& options) {
  KF_TRY(check_note(options.note));
  KF_TRY(Holder holder, Holder::open(wallet, credential));
  boost::json::object order = order_of(credential, options);
  const RequestKey request = share_key(wallet.settings.persona, credential.name, order, options);
  KF_TRY(file::Lock making, lock_request(wallet, request.key));
  KF_TRY(std::optional<keystore::SenderRecord> before, find_unfinished(wallet.home, request));
  if (before) {
    wallet.person.say("going on with the share that was begun before");
    KF_TRY(keystore::SenderRecord finished, finish_making(wallet, holder, *std::move(before)));
    return MadeShare{std::move(finished), std::move(making)};
  }
  KF_TRY(const client::IssuerMetadata* about, holder.authority().metadata());
  KF_TRY(keystore::Place place, transport_of(wallet, options.place)->settle(about->relays));
  keystore::SenderRecord record =
      new_record(wallet, credential.name, request.key, std::move(place));
  if (options.plain) {
    record.plain = true;
    record.secret = transfer::make_plain_secret();
  }
  record.note = options.note;
  begin_comparison(record, options);
  record.order = std::move(order);
  //= spec:tigress#SYS-06
  //= spec:transfer#5-pin
  if (options.pin) record.order["pin"] = digest::random_digits(kPinDigits);
  KF_TRY(keystore::save_sender_record(wallet.home, record));
  KF_TRY(keystore::SenderRecord finished, finish_making(wallet, holder, std::move(record)));
  return MadeShare{std::move(finished), std::move(making)};
}

Result<Done> mark_shown(const keystore::Home& home, keystore::SenderRecord& record) {
  record.shown = true;
  record.order.erase("pin");
  wipe(record.code);
  return keystore::save_sender_record(home, record);
}

std::string pin_of(const keystore::SenderRecord& record) {
  const boost::json::value* pin = record.order.if_contains("pin");
  return pin != nullptr && pin->is_string() ? std::string(pin->get_string()) : std::string();
}

Result<Done> end_share(Wallet& wallet, const keystore::SenderRecord& record) {
  const client::Web::Brief brief(wallet.web);
  if (record.confirmed) {
    const auto ended = cancel_share(wallet, record);
    if (ended || ended.error().reason != "busy") return ended;
    transport_of(wallet, record.place)->take_away(record);
    return Done{};
  }
  transport_of(wallet, record.place)->take_away(record);
  return keystore::erase_sender_record(wallet.home, record.id);
}

Result<Done> drop_share(Wallet& wallet, const keystore::SenderRecord& record) {
  KF_TRY(const file::Lock lock, wallet.home.lock_transfer(record.id));
  KF_TRY(keystore::erase_exchange(wallet.home, record.id));
  return keystore::erase_sender_record(wallet.home, record.id);
}

}  // namespace keyferry::wallet
