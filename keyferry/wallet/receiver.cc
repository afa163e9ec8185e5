// A link, a file and an offer each become an id with one stored record; take() works under the lock
// of that id and looks first whether the share is here already.
#include "keyferry/wallet/receiver.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/client/authority_client.h"
#include "keyferry/client/refusals.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/credential/offer.h"
#include "keyferry/digest/hash.h"
#include "keyferry/wallet/receiver_exchange.h"
#include "keyferry/wallet/receiver_link.h"
#include "keyferry/wallet/redeem.h"
#include "keyferry/wallet/show_time.h"
#include "keyferry/wallet/transport.h"

namespace keyferry::wallet {
namespace {

// The record is kept where the same command can still finish. From the first proof on the share
// may be this key's, whatever reached us: the key goes when the authority has refused the share, or
// what it issued was discarded.
//= spec:authority#3-lost
bool may_go_on(const Error& error, const keystore::ReceiverRecord& record) {
  if (record.key) return !client::is_final(error);
  return client::was_lost(error) || error.code == Errc::io || error.code == Errc::storage_full;
}

Result<std::optional<Received>> find_by_source(const keystore::Home& home, const std::string& id) {
  const auto is_from = [&](const auto& record) { return record.source == id; };
  KF_TRY(const std::vector<keystore::CredentialRecord> all, keystore::load_credentials(home));
  const auto found = std::find_if(all.begin(), all.end(), is_from);
  if (found != all.end()) return std::optional<Received>(*found);
  KF_TRY(std::vector<keystore::DelegationRecord> held, keystore::load_delegations(home));
  const auto one = std::find_if(held.begin(), held.end(), is_from);
  if (one != held.end()) return std::optional<Received>(std::move(*one));
  return std::optional<Received>();
}

template <class Record>
Error taken_before(const Record& record, std::string_view what) {
  return fail(Errc::conflict,
              "you took this share already, on " + show_time(record.taken) + ": it is your " +
                  std::string(what) + " \"" + record.name +
                  "\" (keyferry list); a share is taken once",
              "taken");
}

// What was taken before is returned again until the person has seen it.
Result<Received> taken_again(Received before) {
  if (const auto* record = std::get_if<keystore::CredentialRecord>(&before)) {
    if (record->reported) return taken_before(*record, "credential");
  } else if (std::get<keystore::DelegationRecord>(before).reported) {
    return taken_before(std::get<keystore::DelegationRecord>(before), "delegation");
  }
  return before;
}

keystore::ReceiverRecord new_record(const Wallet& wallet, std::string id) {
  keystore::ReceiverRecord record;
  record.id = std::move(id);
  record.persona = wallet.settings.persona;
  record.label = wallet.settings.persona;
  record.started = wallet.web.now();
  return record;
}

// An offer by reference has to be the issuer's own.
Result<credential::CredentialOffer> resolve(Wallet& wallet, const std::string& url) {
  KF_TRY(const codec::WebUrl where, codec::parse_web_url(url));
  const auto& known = wallet.settings.authorities;
  const auto same =
      std::find_if(known.begin(), known.end(), [&](const keystore::KnownAuthority& authority) {
        const auto issuer = codec::parse_web_url(authority.issuer);
        return issuer && issuer->origin == where.origin;
      });
  const bool local = wallet.allow_local || (same != known.end() && same->local);
  if (same == known.end()) {
    if (auto fine = agree_to_contact(wallet, where.origin); !fine) return fine.error();
  }
  KF_TRY(credential::CredentialOffer offer, client::fetch_offer(wallet.web, url, local));
  const auto issuer = codec::parse_web_url(offer.issuer);
  if (!issuer || issuer->origin != where.origin) {
    return fail(Errc::forbidden, "the offer names an authority at another address: not taken",
                "foreign_endpoint");
  }
  return offer;
}

Result<keystore::ReceiverRecord> prepare_offer(Wallet& wallet, const credential::OfferUri& uri,
                                               std::string id) {
  KF_TRY(std::optional<keystore::ReceiverRecord> record,
         keystore::load_receiver_record(wallet.home, id));
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

//= spec:transfer#3-immediate
void remove_place(Wallet& wallet, const keystore::ReceiverRecord& record) {
  if (!record.mailbox) return;
  transport_of(wallet, record.mailbox->place)->remove(*record.mailbox);
}

// What is left of a transfer that ended well: the mailbox and the record with its secrets.
Result<Done> clean_up(Wallet& wallet, const std::string& id) {
  KF_TRY(std::optional<keystore::ReceiverRecord> record,
         keystore::load_receiver_record(wallet.home, id));
  if (!record) return Done{};
  if (record->confirmed) {
    KF_TRY(tell_received(wallet, *record));
  } else {
    remove_place(wallet, *record);
  }
  return keystore::erase_receiver_record(wallet.home, id);
}

Result<Done> check_name_is_free(const keystore::Home& home, const std::string& name) {
  if (name.empty()) return Done{};
  if (keystore::load_credential(home, name)) {
    return fail(Errc::conflict,
                "a credential called \"" + name + "\" exists already: choose another --name",
                "name_taken");
  }
  KF_TRY(const std::string free,
         keystore::free_name({home.folder("delegations"), home.folder("locks")}, name));
  if (free == name) return Done{};
  return fail(Errc::conflict,
              "a delegation or lock called \"" + name + "\" exists already: choose another --name",
              "name_taken");
}

Result<Received> receive_confirmed(Wallet& wallet, keystore::ReceiverRecord& record,
                                   const ReceiverOptions& options) {
  KF_TRY(Received stored, run_receiver_exchange(wallet, record, options));
  KF_TRY(keystore::erase_receiver_record(wallet.home, record.id));
  return stored;
}

using Prepare = std::function<Result<keystore::ReceiverRecord>(const std::string& id)>;

// `prepare` returns the stored record or a new one.
Result<Received> take(Wallet& wallet, const std::string& id, const ReceiverOptions& options,
                      const Prepare& prepare) {
  KF_TRY(const file::Lock lock, wallet.home.lock_transfer(id));
  KF_TRY(auto before, find_by_source(wallet.home, id));
  if (before) {
    KF_TRY(clean_up(wallet, id));
    return taken_again(*std::move(before));
  }
  KF_TRY(check_name_is_free(wallet.home, options.name));
  auto prepared = prepare(id);
  if (!prepared)
    return client::was_lost(prepared.error()) ? client::go_on_later(prepared.error())
                                              : prepared.error();
  keystore::ReceiverRecord record = *std::move(prepared);
  Result<Done> opened = Done{};
  if (!record.offer && !record.confirmed) {
    opened = transport_of(wallet, record.mailbox->place)->open(record);
  }
  if (record.confirmed && opened) return receive_confirmed(wallet, record, options);
  Result<keystore::CredentialRecord> stored =
      opened ? redeem_offer(wallet, record, options)
             : Result<keystore::CredentialRecord>(opened.error());
  if (stored) {
    KF_TRY(clean_up(wallet, id));
    return Received(*std::move(stored));
  }
  if (!may_go_on(stored.error(), record)) return let_go(wallet, record, stored.error());
  return client::was_lost(stored.error()) ? client::go_on_later(stored.error()) : stored.error();
}

Result<Received> accept_offer(Wallet& wallet, std::string_view text,
                              const ReceiverOptions& options) {
  KF_TRY(const credential::OfferUri uri, credential::parse_offer_uri(text));
  const std::string id = keystore::transfer_id(wallet.settings.persona, source_of(uri));
  return take(wallet, id, options,
              [&](const std::string& same) { return prepare_offer(wallet, uri, same); });
}

// The secret of a second try stands: the first may have been damaged.
Result<keystore::ReceiverRecord> prepare_link(Wallet& wallet, const transfer::ShareLink& link,
                                              const std::string& id) {
  KF_TRY(std::optional<keystore::ReceiverRecord> record,
         keystore::load_receiver_record(wallet.home, id));
  if (!record) record = new_record(wallet, id);
  if (record->confirmed) return *std::move(record);
  if (!record->mailbox) record->mailbox = new_mailbox(link);
  record->mailbox->link.secret = link.secret->clone();
  return *std::move(record);
}

// The secret names a share in a file, wherever the file was carried meanwhile.
std::string file_id(const Wallet& wallet, const SecretBytes& secret) {
  return keystore::transfer_id(wallet.settings.persona,
                               "file " + encode_base64url(digest::sha256(secret.expose())));
}

Result<Received> take_direct(Wallet& wallet, std::string_view text,
                             const ReceiverOptions& options) {
  KF_TRY(transfer::ReadSecret read, transfer::parse_link_secret(text));
  transfer::ShareLink link;
  link.secret = std::move(read.secret);
  return take(wallet, file_id(wallet, *link.secret), options, [&](const std::string& same) {
    auto record = prepare_link(wallet, link, same);
    if (record && record->mailbox) record->mailbox->place = *options.direct;
    return record;
  });
}

// What a link leads to names its transfer: of a dropbox that is known with the secret alone.
std::string link_id(const Wallet& wallet, const transfer::ShareLink& link) {
  const std::string where = link.form == transfer::LinkForm::mailbox
                                ? transfer::mailbox_url(link)
                                : link.base + "/t/" + transfer::place_of(link);
  return keystore::transfer_id(wallet.settings.persona, where);
}

Result<Received> take_link(Wallet& wallet, std::string_view text, const ReceiverOptions& options) {
  KF_TRY(const transfer::ShareLink link, read_link(wallet, text, options));
  const std::string id = link_id(wallet, link);
  return take(wallet, id, options,
              [&](const std::string& same) { return prepare_link(wallet, link, same); });
}

// id_of_share is the id under which taking `text` is stored.
Result<std::string> id_of_share(Wallet& wallet, std::string_view text,
                                const ReceiverOptions& options) {
  if (options.direct) {
    KF_TRY(const transfer::ReadSecret read, transfer::parse_link_secret(text));
    return file_id(wallet, read.secret);
  }
  KF_TRY(const transfer::ShareLink link, read_link(wallet, text, options));
  return link_id(wallet, link);
}

}  // namespace

Result<Received> accept_share(Wallet& wallet, std::string_view text, ReceiverOptions options) {
  if (!options.name.empty() && !keystore::is_credential_name(options.name)) {
    return fail(Errc::invalid,
                "a credential's name has letters, digits, '.', '_' and '-', at most 64", "usage");
  }
  if (options.direct) return take_direct(wallet, text, options);
  return credential::is_offer_uri(text) ? accept_offer(wallet, text, options)
                                        : take_link(wallet, text, options);
}

Result<std::string> cancel_accept(Wallet& wallet, std::string_view text,
                                  const ReceiverOptions& options) {
  KF_TRY(const std::string id, id_of_share(wallet, text, options));
  KF_TRY(const file::Lock lock, wallet.home.lock_transfer(id));
  KF_TRY(std::optional<keystore::ReceiverRecord> record,
         keystore::load_receiver_record(wallet.home, id));
  if (!record || !record->ended.empty()) {
    return fail(Errc::not_found, "nothing of this share is being taken here: nothing to give up");
  }
  if (options.direct && record->mailbox) record->mailbox->place = *options.direct;
  if (record->confirmed) return give_up_receiving(wallet, *record);
  const Error gone = let_go(wallet, *record, fail(Errc::conflict, "given up: nothing was taken"));
  if (gone.code != Errc::conflict) return gone;
  return gone.detail;
}

Result<Done> mark_reported(const keystore::Home& home, const Received& taken) {
  KF_TRY(const file::Lock lock, home.lock());
  if (const auto* held = std::get_if<keystore::DelegationRecord>(&taken)) {
    KF_TRY(auto record, keystore::load_delegation(home, held->name));
    if (!record) return Done{};
    record->reported = true;
    return keystore::save_delegation(home, *record);
  }
  // As it is now: names of ssh may have come to it.
  KF_TRY(keystore::CredentialRecord seen,
         keystore::load_credential(home, std::get<keystore::CredentialRecord>(taken).name));
  seen.reported = true;
  return keystore::save_credential(home, seen);
}

}  // namespace keyferry::wallet
