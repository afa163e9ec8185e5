// What will be signed is tried with a key that nobody keeps before the other side is asked, and
// what was signed is stored before it is returned.
#include "keyferry/wallet/sender_delegation.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/digest/random.h"
#include "keyferry/keystore/deny_store.h"
#include "keyferry/transfer/confirmed_sender.h"
#include "keyferry/wallet/delegation_words.h"
#include "keyferry/wallet/request_key.h"
#include "keyferry/wallet/sender_steps.h"
#include "keyferry/wallet/show_time.h"
#include "keyferry/wallet/transport.h"

namespace keyferry::wallet {
namespace {

constexpr unsigned kMostDepth = 7;
constexpr std::size_t kMostHolderLabel = 64;  // octets
// Of an import as JSON, in a QR picture of 2953 octets: it is sealed twice, in base64 each time,
// with some 300 octets of routing between.
constexpr std::size_t kMostPictured = 1400;
constexpr Duration kLinkLifetime = std::chrono::hours(24);
// Seconds of a right that is for whoever is first.
constexpr std::uint32_t kMostUnconfirmed = 24 * 3600;

std::uint32_t seconds_of(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, 0xffffffff));
}

Time time_of(std::uint32_t seconds) {
  return Time{} + std::chrono::seconds(seconds);
}

Error usage(std::string detail) {
  return fail(Errc::invalid, std::move(detail), "usage");
}

// What a v1 share has and a delegation has not.
Result<Done> check_options(const SenderOptions& options) {
  if (!options.logins.empty() || !options.hosts.empty() || !options.sources.empty() ||
      options.extensions || options.command) {
    return usage(
        "a door has neither logins nor hosts: --for, --depth, --uses, --hours and --fresh "
        "say what is passed on");
  }
  if (options.plain) return usage("a v1 wallet takes no right to a door: leave --plain-v1 out");
  if (options.pin) return usage("no authority asks for a PIN here: use --code");
  if (options.note) return usage("a delegation has no note: leave --note out");
  if (options.depth < 0 || options.depth > kMostDepth) return usage("--depth is 0 to 7");
  return Done{};
}

Result<std::uint32_t> end_of(const Holding& holding, const SenderOptions& options, Time now) {
  if (options.valid_until) return seconds_of(*options.valid_until);
  if (options.valid_for) return seconds_of(now + *options.valid_for);
  if (!holding.owns) return holding.chain.effective.exp;
  return usage("say how long: --for 4h or --until 18:00");
}

// What differs from the right above is stated; a root states all.
delegation::Claims claims_of(const Holding& holding, const keystore::SenderRecord& record,
                             const transfer::DelegationRights& rights) {
  const transfer::DelegationRights& above = holding.chain.effective.rights;
  delegation::Claims claims;
  claims.exp = seconds_of(record.valid_until);
  const boost::json::value* nbf = record.order.if_contains("nbf");
  if (nbf != nullptr && nbf->is_int64()) claims.nbf = static_cast<std::uint32_t>(nbf->get_int64());
  claims.depth = rights.depth;
  if (holding.owns || rights.doors != above.doors) claims.doors = rights.doors;
  if (rights.uses != above.uses) claims.uses = rights.uses;
  if (rights.hours != above.hours) claims.hours = rights.hours;
  if (rights.fresh != above.fresh) claims.fresh = rights.fresh;
  if (!holding.owns) claims.prev = digest::sha256(holding.links.back());
  return claims;
}

// At most 64 octets, whole characters.
std::string label_for(const std::string& label) {
  std::string out = label.substr(0, kMostHolderLabel);
  while (out.size() < label.size() && !out.empty() &&
         (static_cast<unsigned char>(label[out.size()]) & 0xc0) == 0x80) {
    out.pop_back();
  }
  return out;
}

Result<std::vector<Bytes>> lists_of(const keystore::Home& home, const Holding& holding,
                                    const delegation::CheckedChain& chain) {
  std::vector<Bytes> out;
  KF_TRY(const auto carried, keystore::load_lists(home));
  for (const keystore::CarriedList& one : carried) {
    const bool owners = one.list.signer == delegation::thumbprint_of(holding.owner);
    const bool fits = one.list.root ? *one.list.root == chain.ids.front() : owners;
    if (fits && out.size() < transfer::kMostLists) out.push_back(one.octets);
  }
  return out;
}

std::vector<Bytes> links_with(const Holding& holding, const Bytes& link) {
  std::vector<Bytes> links = holding.links;
  links.push_back(link);
  return links;
}

bool fits_its_place(Wallet& wallet, const keystore::SenderRecord& record,
                    const transfer::Import& import) {
  return !transport_of(wallet, record.place)->is_picture() ||
         codec::encode_json(transfer::encode_import(import)).size() <= kMostPictured;
}

// What will be signed is tried with keys that nobody keeps, so that nothing is too long only once
// the other side has confirmed.
Result<Done> check_length(Wallet& wallet, const Holding& holding,
                          const keystore::SenderRecord& record,
                          const transfer::DelegationRights& rights) {
  const auto nobody = crypto::PrivateKey::generate(crypto::KeyType::p256);
  delegation::Claims claims = claims_of(holding, record, rights);
  claims.holder = delegation::xy_of(nobody.public_key());
  claims.label = std::string(kMostHolderLabel, '-');
  const Bytes link = delegation::sign_link(nobody, claims);
  const std::vector<Bytes> links = links_with(holding, link);
  if (delegation::encode_chain(links).size() > delegation::kMostChain) {
    return fail(Errc::too_large,
                "the chain would have more octets than a lock reads: name fewer doors or hours, "
                "or ask somebody further up",
                "chain_full");
  }
  if (fits_its_place(wallet, record, {link, holding.links, holding.owner, {}})) return Done{};
  return fail(Errc::too_large,
              "a chain of " + std::to_string(links.size()) +
                  " links is too long for a QR picture: name a file of another ending, or leave "
                  "--file out",
              "picture_full");
}

Result<Bytes> sign_new(Wallet& wallet, const Holding& holding, const keystore::SenderRecord& record,
                       const crypto::PublicKey& to, const std::string& label) {
  KF_TRY(const auto rights, transfer::parse_delegation_rights(record.rights));
  delegation::Claims claims = claims_of(holding, record, rights);
  digest::random_fill(claims.cti);
  claims.holder = delegation::xy_of(to);
  if (!label.empty()) claims.label = label_for(label);
  Bytes link = delegation::sign_link(holding.key, claims);
  // Nothing leaves that a lock would refuse.
  KF_TRY(const auto chain, delegation::check_chain(links_with(holding, link), holding.owner));
  keystore::SignedRecord kept;
  kept.share = record.share;
  kept.persona = wallet.settings.persona;
  kept.holding = record.credential;
  kept.label = label;
  kept.link = link;
  kept.id = chain.ids.back();
  if (!holding.owns) kept.root = chain.ids.front();
  kept.deniable = chain.ids.size() <= 2;
  kept.rights = record.rights;
  kept.expires = record.valid_until;
  KF_TRY(keystore::save_signed(wallet.home, kept));
  return link;
}

Result<Done> make_delegation_invite(Wallet& wallet, const Holding& holding,
                                    keystore::SenderRecord& record) {
  if (record.payload) return Done{};
  transfer::DelegationTerms terms;
  KF_TRY(const Bytes issuer, parse_base64url(crypto::jwk_thumbprint(holding.key.public_key())));
  std::copy(issuer.begin(), issuer.end(), terms.issuer.begin());
  terms.kind = record.kind;
  terms.rights = record.rights;
  terms.expires = record.valid_until;
  terms.secret = record.secret->clone();
  terms.code = SecretBytes::copy(bytes_of(record.code));
  terms.words = record.words;
  terms.confirmed = record.words || !record.code.empty();
  KF_TRY(const auto machine, transfer::ConfirmedSender::start_delegation(
                                 std::move(terms), transfer::SenderRandomness::draw()));
  keystore::ExchangeFile exchange{machine.encode(), std::nullopt, std::nullopt};
  record.payload =
      transport_of(wallet, record.place)->seal_first(record, machine.own_last(), &exchange);
  KF_TRY(keystore::save_exchange(wallet.home, record.id, exchange));
  return keystore::save_sender_record(wallet.home, record);
}

RequestKey request_of(const Wallet& wallet, const Holding& holding, const SenderOptions& options,
                      const delegation::Effective& planned) {
  // Not the moment of the call: the same command goes on with what was begun before.
  const std::string window = options.valid_for
                                 ? "for " + std::to_string(options.valid_for->count())
                                 : (options.valid_from ? std::to_string(planned.nbf) + " " : "") +
                                       std::to_string(planned.exp);
  return delegation_key(wallet.settings.persona, holding.name,
                        transfer::encode_delegation_rights(planned.rights), window, options);
}

Result<keystore::SenderRecord> begin_record(Wallet& wallet, const Holding& holding,
                                            const std::string& request,
                                            const SenderOptions& options,
                                            const delegation::Effective& planned) {
  KF_TRY(keystore::Place place, transport_of(wallet, options.place)->settle({}));
  keystore::SenderRecord record = new_record(wallet, holding.name, request, std::move(place));
  record.share = record.id;
  record.kind = transfer::kDelegationKind;
  record.rights = transfer::encode_delegation_rights(planned.rights);
  record.order = {{"nbf", std::int64_t{planned.nbf}}};
  record.valid_until = time_of(planned.exp);
  record.link_until =
      std::min(record.valid_until, wallet.web.now() + options.link_for.value_or(kLinkLifetime));
  begin_comparison(record, options);
  record.confirmed = true;  // without a comparison, too, it is signed for the key that asks
  if (options.comparison == Comparison::none) record.words = false;
  KF_TRY(check_length(wallet, holding, record, planned.rights));
  KF_TRY(keystore::save_sender_record(wallet.home, record));
  return record;
}

}  // namespace

bool is_delegation(const keystore::SenderRecord& record) {
  return record.kind == transfer::kDelegationKind;
}

Result<delegation::Effective> plan_delegation(const Holding& holding, const SenderOptions& options,
                                              const DelegationWish& wish, Time now) {
  KF_TRY(check_options(options));
  const std::size_t at = holding.links.size();
  const delegation::Effective& above = holding.chain.effective;
  delegation::Claims claims;
  const Time from = options.valid_from.value_or(now);
  claims.nbf = std::max(seconds_of(from), at == 0 ? 0 : above.nbf);
  KF_TRY(claims.exp, end_of(holding, options, now));
  if (claims.exp <= seconds_of(now) || claims.exp <= claims.nbf) {
    return usage("the end of the right lies before its beginning, or is past");
  }
  if (options.comparison == Comparison::none &&
      (options.depth > 0 || claims.exp - claims.nbf > kMostUnconfirmed)) {
    return usage(
        "with --now whoever opens the link first has the right: it may last 24 hours at most and "
        "not be passed on (--depth 0)");
  }
  claims.doors = holding.doors;
  claims.depth = static_cast<unsigned>(options.depth);
  claims.uses = wish.uses;
  claims.hours = wish.hours;
  claims.fresh = wish.fresh;
  if (holding.doors.size() > 8) {
    return usage("a right names at most 8 doors: choose one, " + holding.name + "/DOOR");
  }
  return delegation::narrow(above, claims, at);
}

Result<MadeShare> make_delegated_share(Wallet& wallet, const Holding& holding,
                                       const SenderOptions& options,
                                       const delegation::Effective& planned) {
  const RequestKey request = request_of(wallet, holding, options, planned);
  KF_TRY(file::Lock making, wallet.home.lock_transfer(request.key, std::chrono::minutes(1)));
  KF_TRY(std::optional<keystore::SenderRecord> record, find_unfinished(wallet.home, request));
  if (record) {
    wallet.person.say("going on with the share that was begun before");
  } else {
    KF_TRY(record, begin_record(wallet, holding, request.key, options, planned));
  }
  KF_TRY(make_delegation_invite(wallet, holding, *record));
  KF_TRY(post_offer(wallet, nullptr, *record));
  return MadeShare{*std::move(record), std::move(making)};
}

//= spec:transfer#3-delegation
//= spec:lock#6-killed
Result<transfer::Import> sign_for(Wallet& wallet, const keystore::SenderRecord& record,
                                  const transfer::SignDelegation& wish) {
  KF_TRY(const Holding holding, need_holding(wallet, record.credential));
  KF_TRY(const crypto::PublicKey to, crypto::parse_jwk_exact(wish.jwk));
  KF_TRY(const auto before, keystore::load_signed(wallet.home, record.share));
  Bytes link;
  if (before) {
    link = before->link;
  } else {
    KF_TRY(link, sign_new(wallet, holding, record, to, wish.label));
  }
  KF_TRY(const auto chain, delegation::check_chain(links_with(holding, link), holding.owner));
  KF_TRY(std::vector<Bytes> lists, lists_of(wallet.home, holding, chain));
  transfer::Import import{std::move(link), holding.links, holding.owner, std::move(lists)};
  if (!fits_its_place(wallet, record, import)) import.lists.clear();  // they come another way
  return import;
}

}  // namespace keyferry::wallet
