#include "keyferry/wallet/take.h"

#include <algorithm>

#include "keyferry/credential/offer.h"
#include "keyferry/wallet/redeem.h"
#include "keyferry/wallet/show_time.h"
#include "keyferry/wallet/web_url.h"

namespace keyferry::wallet {
namespace {

// Errors after which the share can still be taken with the same record.
bool may_go_on(const Error& error) {
  return error.code == Errc::network || error.code == Errc::unavailable ||
         error.code == Errc::too_many || error.code == Errc::io || error.reason == "wrong_pin" ||
         error.reason == "pin_required" || error.code == Errc::invalid;
}

Result<std::optional<CredentialRecord>> find_by_source(const Home& home, const std::string& id) {
  KF_TRY(const std::vector<CredentialRecord> all, load_credentials(home));
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& record) { return record.source == id; });
  if (found == all.end()) return std::optional<CredentialRecord>();
  return std::optional(*found);
}

Error taken_before(const CredentialRecord& record) {
  return fail(Errc::conflict,
              "you took this share already, on " + show_time(record.taken) +
                  ": it is your "
                  "credential \"" +
                  record.name + "\" (keyferry list); a share is taken once",
              "taken");
}

TakeRecord new_record(const Wallet& wallet, std::string id) {
  TakeRecord record;
  record.id = std::move(id);
  record.persona = wallet.settings.persona;
  record.label = wallet.settings.persona;
  record.started = wallet.web.now();
  return record;
}

// An offer by reference has to be the issuer's own.
Result<credential::CredentialOffer> resolve(Wallet& wallet, const std::string& url) {
  KF_TRY(const WebUrl where, parse_web_url(url));
  const auto& known = wallet.settings.authorities;
  const auto same = std::find_if(known.begin(), known.end(), [&](const KnownAuthority& authority) {
    const auto issuer = parse_web_url(authority.issuer);
    return issuer && issuer->origin == where.origin;
  });
  const bool local = wallet.allow_local || (same != known.end() && same->local);
  if (same == known.end()) {
    if (auto fine = agree_to_contact(wallet, where.origin); !fine) return fine.error();
  }
  KF_TRY(credential::CredentialOffer offer, fetch_offer(wallet.web, url, local));
  const auto issuer = parse_web_url(offer.issuer);
  if (!issuer || issuer->origin != where.origin) {
    return fail(Errc::forbidden, "the offer names an authority at another address: not taken",
                "foreign_endpoint");
  }
  return offer;
}

Result<TakeRecord> prepare_offer(Wallet& wallet, const credential::OfferUri& uri, std::string id) {
  KF_TRY(std::optional<TakeRecord> record, load_take(wallet.home, id));
  if (!record) record = new_record(wallet, std::move(id));
  if (record->offer) return *std::move(record);
  if (const auto* reference = std::get_if<credential::OfferReference>(&uri)) {
    KF_TRY(const credential::CredentialOffer offer, resolve(wallet, reference->url));
    record->offer = credential::encode_offer(offer);
  } else {
    record->offer = credential::encode_offer(std::get<credential::CredentialOffer>(uri));
  }
  return *std::move(record);
}

std::string source_of(const credential::OfferUri& uri) {
  if (const auto* reference = std::get_if<credential::OfferReference>(&uri)) return reference->url;
  const auto& offer = std::get<credential::CredentialOffer>(uri);
  return offer.issuer + " " + offer.pre_authorized_code;
}

Result<CredentialRecord> take_offer(Wallet& wallet, std::string_view text,
                                    const TakeOptions& options) {
  KF_TRY(const credential::OfferUri uri, credential::parse_offer_uri(text));
  const std::string id = transfer_id(wallet.settings.persona, source_of(uri));
  KF_TRY(const file::Lock lock, wallet.home.lock_transfer(id));
  KF_TRY(const auto before, find_by_source(wallet.home, id));
  if (before) {
    if (before->reported) return taken_before(*before);
    if (auto erased = erase_take(wallet.home, id); !erased) return erased.error();
    return *before;
  }
  KF_TRY(TakeRecord record, prepare_offer(wallet, uri, id));
  auto stored = redeem_take(wallet, record, options);
  if (stored || !may_go_on(stored.error())) {
    if (auto erased = erase_take(wallet.home, id); !erased) return erased.error();
  }
  return stored;
}

}  // namespace

Result<CredentialRecord> take_share(Wallet& wallet, std::string_view text, TakeOptions options) {
  if (!options.name.empty() && !is_credential_name(options.name)) {
    return fail(Errc::invalid,
                "a credential's name has letters, digits, '.', '_' and '-', at most 64");
  }
  if (credential::is_offer_uri(text)) return take_offer(wallet, text, options);
  return fail(Errc::invalid, "share links cannot be taken yet");
}

Result<Done> mark_reported(const Home& home, const CredentialRecord& record) {
  CredentialRecord seen = record;
  seen.reported = true;
  return save_credential(home, seen);
}

}  // namespace keyferry::wallet
