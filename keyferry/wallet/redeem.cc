// The key, the name of a PIN's try and the credential's name are each stored before they are used,
// so that a second run uses the same and costs no second try.
#include "keyferry/wallet/redeem.h"

#include <algorithm>

#include "keyferry/client/authority_client.h"
#include "keyferry/client/issued.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/plain_text.h"
#include "keyferry/codec/text.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/digest/random.h"
#include "keyferry/keystore/credential_record.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/wallet/offer_plan.h"
#include "keyferry/wallet/ssh_files.h"

namespace keyferry::wallet {
namespace {

constexpr int kTokenRounds = 3;

Result<Done> agree_to_offer(Wallet& wallet, keystore::ReceiverRecord& record,
                            const OfferPlan& plan) {
  if (record.approved) return Done{};
  show_plan(wallet.person, plan, record.note);
  if (record.agreed) return Done{};
  KF_TRY(const bool yes, wallet.person.agree("take it?"));
  if (!yes) return declined();
  record.agreed = true;
  return Done{};
}

// The PIN as the authority wants it: ASCII, no blanks.
Result<SecretBytes> read_pin(const SecretBytes& typed, const credential::TxCode& rule) {
  KF_TRY(std::string text, codec::plain_line(text_of(typed.expose()), "the PIN"));
  if (rule.input_mode == "numeric") {
    auto digits = codec::digits_of(text);
    wipe(text);
    const std::int64_t length = rule.length.value_or(0);
    if (!digits || digits->empty() ||
        (length > 0 && digits->size() != static_cast<std::size_t>(length))) {
      return fail(Errc::invalid,
                  "the PIN has " + (length > 0 ? std::to_string(length) + " " : std::string()) +
                      "digits: type it as the sender told you; no try was used",
                  "pin");
    }
    text = *std::move(digits);
  }
  SecretBytes pin = SecretBytes::copy(bytes_of(text));
  wipe(text);
  return pin;
}

Result<std::optional<SecretBytes>> pin_for(Wallet& wallet, const credential::CredentialOffer& offer,
                                           const keystore::ReceiverRecord& record,
                                           const ReceiverOptions& options, bool ask_again) {
  if (!offer.tx_code) return std::optional<SecretBytes>();
  const auto& given = options.pin || record.coded ? options.pin : options.number;
  if (given && !ask_again) {
    KF_TRY(SecretBytes pin, read_pin(*given, *offer.tx_code));
    return std::optional(std::move(pin));
  }
  KF_TRY(const SecretBytes typed, wallet.person.ask_secret("PIN", "--pin or --pin-file"));
  KF_TRY(SecretBytes pin, read_pin(typed, *offer.tx_code));
  return std::optional(std::move(pin));
}

// A new name for what is typed now, stored before it is sent.
Result<Done> begin_try(Wallet& wallet, keystore::ReceiverRecord& record) {
  record.pin_try = digest::random_id();
  return keystore::save_receiver_record(wallet.home, record);
}

// `pin` is what was typed last in this run. While its answer is outstanding it goes under the same
// name, so that a wrong one costs one try.
Result<client::Access> redeem_with_pin(Wallet& wallet, client::AuthorityClient& client,
                                       const credential::CredentialOffer& offer,
                                       keystore::ReceiverRecord& record,
                                       const ReceiverOptions& options,
                                       std::optional<SecretBytes>& pin) {
  for (bool again = false;; again = true) {
    if (!pin) {
      KF_TRY(pin, pin_for(wallet, offer, record, options, again));
    }
    if (pin && record.pin_try.empty()) {
      KF_TRY(begin_try(wallet, record));
    }
    auto access = client.redeem_code(offer.pre_authorized_code, pin ? &*pin : nullptr,
                                     record.pin_try, *record.key);
    if (access || access.error().reason != "wrong_pin") return access;
    KF_TRY(begin_try(wallet, record));
    if (!wallet.person.can_answer()) return access;
    wallet.person.say(access.error().detail);
    pin.reset();
  }
}

bool is_taken(const keystore::Home& home, const std::string& name) {
  return std::filesystem::exists(home.credential_folder(name));
}

Result<std::string> choose_name(const keystore::Home& home, const ReceiverOptions& options,
                                const client::IssuedAnswer& answer) {
  if (!options.name.empty()) {
    if (is_taken(home, options.name)) {
      return fail(
          Errc::conflict,
          "a credential called \"" + options.name + "\" exists already: choose another --name",
          "name_taken");
    }
    return options.name;
  }
  std::string stem = answer.hosts.empty() ? std::string("credential") : answer.hosts[0].name;
  if (!keystore::is_credential_name(stem)) stem = "credential";
  std::string name = stem;
  for (int number = 2; is_taken(home, name); ++number) name = stem + "-" + std::to_string(number);
  return name;
}

keystore::CredentialRecord record_of(const keystore::ReceiverRecord& receiver,
                                     const OfferPlan& plan, const client::IssuedAnswer& answer,
                                     const credential::HeldCredential& held, Time now) {
  keystore::CredentialRecord record;
  record.name = receiver.name;
  record.persona = receiver.persona;
  record.kind = plan.kind->name();
  record.issuer = plan.authority->issuer;
  record.credential_id = answer.credential_id;
  record.share = answer.share;
  record.rights = credential::encode_rights(answer.rights);
  record.window = answer.window;
  record.certificate = held.window;
  record.serial = std::to_string(held.serial);
  record.renew = answer.renew;
  record.depth = answer.depth;
  record.hosts = answer.hosts;
  record.key_file = key_file_name(receiver.key->type());
  record.source = receiver.id;
  record.taken = now;
  record.ssh_names.emplace();  // none before the person agrees
  return record;
}

// A name that was stored before a crash may have gone to another share since.
bool belongs_to_another(const keystore::Home& home, const keystore::ReceiverRecord& receiver) {
  const auto record = keystore::load_credential(home, receiver.name);
  return record && record->source != receiver.id;
}

// The name is stored first, so that a second run writes into the same folder.
Result<keystore::CredentialRecord> store(Wallet& wallet, keystore::ReceiverRecord& receiver,
                                         const ReceiverOptions& options, const OfferPlan& plan,
                                         const client::IssuedAnswer& answer,
                                         const credential::HeldCredential& held) {
  KF_TRY(const file::Lock lock, wallet.home.lock());
  if (receiver.name.empty() || belongs_to_another(wallet.home, receiver)) {
    KF_TRY(receiver.name, choose_name(wallet.home, options, answer));
    if (auto saved = keystore::save_receiver_record(wallet.home, receiver); !saved)
      return saved.error();
  }
  const keystore::CredentialRecord record =
      record_of(receiver, plan, answer, held, wallet.web.now());
  if (auto r = write_ssh_files(wallet.home, record, *receiver.key, answer.credential); !r) {
    return r.error();
  }
  if (auto r = keystore::save_credential(wallet.home, record); !r) return r.error();
  return record;
}

Result<Done> remember_authority(Wallet& wallet, const std::string& issuer) {
  const bool local = allows_local(wallet, issuer);
  auto changed =
      keystore::change_settings(wallet.home, [&](keystore::Settings& settings) -> Result<Done> {
        if (settings.known_authority(issuer) == nullptr)
          settings.authorities.push_back({issuer, local});
        return Done{};
      });
  if (!changed) return changed.error();
  wallet.settings = *std::move(changed);
  return Done{};
}

Error discarded(Error error) {
  error.detail =
      "what the authority issued is not what was offered, and was discarded: " + error.detail +
      ". Tell the sender; do not try again";
  if (error.code == Errc::cannot_open || error.code == Errc::invalid) error.code = Errc::forbidden;
  error.reason = "not_as_offered";
  return error;
}

Result<keystore::CredentialRecord> finish(Wallet& wallet, client::AuthorityClient& client,
                                          keystore::ReceiverRecord& record,
                                          const ReceiverOptions& options, const OfferPlan& plan,
                                          const client::Access& access) {
  KF_TRY(const boost::json::object body,
         client.request_credential(access, plan.configuration, record.label, *record.key));
  auto answer = client::parse_issued(*plan.kind, body);
  if (!answer) return discarded(answer.error());
  const credential::Approval approval{record.key->public_key(),
                                      plan.rights.value_or(answer->rights),
                                      plan.rights ? plan.window : answer->window};
  auto held =
      client::check_issued_answer(*plan.kind, *answer, approval, plan.authority->ssh_ca_keys);
  if (!held) {
    client.notify(access, answer->notification_id, "credential_failure", *record.key);
    return discarded(held.error());
  }
  KF_TRY(keystore::CredentialRecord stored, store(wallet, record, options, plan, *answer, *held));
  client.notify(access, answer->notification_id, "credential_accepted", *record.key);
  return stored;
}

// A token can run out, or die where an exchange was repeated: the same key gets another.
Result<keystore::CredentialRecord> fetch_credential(Wallet& wallet, client::AuthorityClient& client,
                                                    keystore::ReceiverRecord& record,
                                                    const ReceiverOptions& options,
                                                    const credential::CredentialOffer& offer,
                                                    const OfferPlan& plan) {
  std::optional<SecretBytes> pin;
  for (int round = 1;; ++round) {
    KF_TRY(const client::Access access,
           redeem_with_pin(wallet, client, offer, record, options, pin));
    auto stored = finish(wallet, client, record, options, plan, access);
    if (stored || stored.error().reason != "invalid_token" || round == kTokenRounds) return stored;
  }
}

}  // namespace

bool allows_local(const Wallet& wallet, std::string_view issuer) {
  const keystore::KnownAuthority* known = wallet.settings.known_authority(issuer);
  return wallet.allow_local || (known != nullptr && known->local);
}

Result<Done> agree_to_contact(Wallet& wallet, std::string_view issuer) {
  if (wallet.settings.known_authority(issuer) != nullptr) return Done{};
  KF_TRY(const codec::WebUrl where, codec::parse_web_url(issuer));
  if (wallet.contacted == where.origin) return Done{};
  wallet.person.say("the share comes from an authority that this wallet has never used: " +
                    std::string(issuer));
  KF_TRY(const bool yes, wallet.person.agree("ask it what it offers?"));
  if (!yes) return declined();
  wallet.contacted = where.origin;
  return Done{};
}

Result<keystore::CredentialRecord> redeem_offer(Wallet& wallet, keystore::ReceiverRecord& record,
                                                const ReceiverOptions& options) {
  KF_TRY(const credential::CredentialOffer offer, credential::parse_offer(*record.offer));
  if (!record.agreed) {
    if (auto fine = agree_to_contact(wallet, offer.issuer); !fine) return fine.error();
  }
  client::AuthorityClient client(wallet.web, offer.issuer, allows_local(wallet, offer.issuer));
  KF_TRY(const client::IssuerMetadata* authority, client.metadata());
  KF_TRY(const OfferPlan plan,
         make_plan(offer.configuration_ids, record.approved ? record.approved : offer.terms,
                   *authority));
  if (auto fine = agree_to_offer(wallet, record, plan); !fine) return fine.error();
  if (!record.key) {
    record.key = crypto::PrivateKey::generate(authority->proof_keys.at(plan.configuration));
  }
  if (auto saved = keystore::save_receiver_record(wallet.home, record); !saved)
    return saved.error();
  KF_TRY(keystore::CredentialRecord stored,
         fetch_credential(wallet, client, record, options, offer, plan));
  if (auto noted = remember_authority(wallet, offer.issuer); !noted) return noted.error();
  return stored;
}

}  // namespace keyferry::wallet
