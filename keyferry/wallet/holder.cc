// One access token serves all calls of a command, and a new one is fetched once where it is no
// longer taken.
#include "keyferry/wallet/holder.h"

#include <set>

#include "keyferry/codec/json.h"
#include "keyferry/keystore/credential_record.h"
#include "keyferry/keystore/sender_record.h"
#include "keyferry/wallet/redeem.h"

namespace keyferry::wallet {
namespace {

constexpr int kWaitSeconds = 25;
constexpr int kListPages = 5;
constexpr std::size_t kLeastPrefix = 4;

Result<ShareView> view_of(const http::Response& response, std::string* etag) {
  KF_TRY(const boost::json::object object, client::json_of(response));
  if (etag != nullptr) *etag = std::string(response.headers.find("ETag").value_or(""));
  return parse_share_view(object);
}

Error unknown_share(std::string_view text) {
  return fail(Errc::not_found,
              "no share below your credentials is called \"" + std::string(text) +
                  "\": see `keyferry list --shares`",
              "unknown_name");
}

Error asking(const keystore::CredentialRecord& credential, const Error& error) {
  return in_context("asking for the shares of \"" + credential.name + "\"", error);
}

}  // namespace

Holder::Holder(Wallet& wallet, keystore::CredentialRecord record, crypto::PrivateKey key)
    : wallet_(&wallet),
      record_(std::move(record)),
      key_(std::move(key)),
      authority_(wallet.web, record_.issuer, allows_local(wallet, record_.issuer)) {}

Result<Holder> Holder::open(Wallet& wallet, keystore::CredentialRecord record) {
  KF_TRY(crypto::PrivateKey key, keystore::load_key(wallet.home, record));
  return Holder(wallet, std::move(record), std::move(key));
}

Result<const client::Access*> Holder::access() {
  if (!access_) {
    auto access = authority_.holder_access(record_.credential_id, key_);
    if (!access) return learn(access.error());
    access_ = *std::move(access);
  }
  return &*access_;
}

Result<Done> Holder::ask_standing() {
  KF_TRY(const ShareViews first, pages("limit=1", 1));
  static_cast<void>(first);
  return Done{};
}

Error Holder::learn(Error error) {
  const bool over =
      error.reason == "revoked" || error.reason == "ended" || error.reason == "expired";
  if (error.code == Errc::forbidden && over) note_standing(error.reason);
  return error;
}

void Holder::note_standing(const std::string& over) {
  if (record_.over == over) return;
  record_.over = over;
  // From the file as it is now: another command may have renewed it.
  if (auto now = keystore::load_credential(wallet_->home, record_.name)) {
    now->over = over;
    const auto saved = keystore::save_credential(wallet_->home, *now);
    if (!saved) wallet_->person.say("note: this could not be kept: " + saved.error().detail);
  }
}

Result<http::Response> Holder::call(const client::HolderCall& call) {
  for (bool again = false;; again = true) {
    KF_TRY(const client::Access* token, access());
    auto response = authority_.call(*token, key_, call);
    if (response || response.error().code != Errc::unauthorized || again) return response;
    access_.reset();
  }
}

Result<ShareViews> Holder::pages(const std::string& query, int most) {
  ShareViews all;
  client::HolderCall list;
  list.path = "/v1/shares?" + query;
  for (int page = 0; page < most; ++page) {
    const auto response = call(list);
    if (!response) return learn(response.error());
    KF_TRY(const boost::json::object object, client::json_of(*response));
    KF_TRY(ShareViews next, parse_share_views(object));
    note_standing("");  // whatever was said before: it is good
    for (ShareView& share : next.shares) all.shares.push_back(std::move(share));
    all.more = next.more;
    if (next.next.empty()) break;
    list.path = "/v1/shares?" + query + "&after=" + next.next;
  }
  return all;
}

Result<ShareViews> Holder::shares() {
  KF_TRY(ShareViews all, pages("limit=200", kListPages));
  if (all.more == 0) return all;
  KF_TRY(ShareViews own, pages("limit=200&children_of=" + record_.share, kListPages));
  std::set<std::string> shown;
  for (const ShareView& share : all.shares) shown.insert(share.id);
  for (ShareView& share : own.shares) {
    if (!shown.insert(share.id).second) continue;
    all.shares.push_back(std::move(share));
    --all.more;
  }
  return all;
}

Result<std::vector<ShareView>> Holder::shares_beginning(std::string_view prefix) {
  KF_TRY(ShareViews found, pages("limit=3&id_prefix=" + std::string(prefix), 1));
  return std::move(found.shares);
}

Result<ShareView> Holder::share(const std::string& id, std::string* etag) {
  client::HolderCall get;
  get.path = "/v1/shares/" + id;
  KF_TRY(const http::Response response, call(get));
  return view_of(response, etag);
}

Result<std::optional<ShareView>> Holder::wait(const std::string& id, std::string& etag) {
  client::HolderCall get;
  get.path = "/v1/shares/" + id;
  get.if_none_match = etag;
  get.wait_seconds = kWaitSeconds;
  KF_TRY(const http::Response response, call(get));
  if (response.status == 304) return std::optional<ShareView>();
  KF_TRY(ShareView view, view_of(response, &etag));
  return std::optional(std::move(view));
}

Result<Done> ask_holders(Wallet& wallet, std::string_view id,
                         const std::function<Result<Done>(Holder&)>& ask) {
  KF_TRY(const std::vector<keystore::CredentialRecord> credentials,
         keystore::load_credentials(wallet.home));
  std::optional<Error> refused;
  for (const keystore::CredentialRecord& credential : credentials) {
    if (credential.share == id) continue;  // a credential's own share is not below it
    auto holder = Holder::open(wallet, credential);
    const auto asked = holder ? ask(*holder) : Result<Done>(holder.error());
    if (asked) return Done{};
    if (asked.error().code != Errc::not_found) refused = asking(credential, asked.error());
  }
  return refused ? *refused : unknown_share(id);
}

Result<FoundShare> find_share(Wallet& wallet, std::string_view text) {
  if (is_whole_id(text)) {
    std::optional<FoundShare> known;
    KF_TRY(ask_holders(wallet, text, [&](Holder& holder) -> Result<Done> {
      KF_TRY(ShareView share, holder.share(std::string(text)));
      known.emplace(FoundShare{std::move(holder), std::move(share)});
      return Done{};
    }));
    return *std::move(known);
  }
  if (text.size() < kLeastPrefix) {
    return fail(Errc::invalid, "name a share by at least the first 4 characters of its id");
  }
  if (!is_id_text(text)) return unknown_share(text);
  KF_TRY(const std::vector<keystore::CredentialRecord> credentials,
         keystore::load_credentials(wallet.home));
  std::optional<FoundShare> found;
  std::optional<Error> unreachable;
  for (const keystore::CredentialRecord& credential : credentials) {
    KF_TRY(Holder holder, Holder::open(wallet, credential));
    auto shares = holder.shares_beginning(text);
    if (!shares) {
      unreachable = asking(credential, shares.error());
      continue;
    }
    for (ShareView& share : *shares) {
      if (!share.id.starts_with(text) || share.id == credential.share) continue;
      if (found && found->share.id != share.id) {
        return fail(Errc::invalid, "several shares begin with \"" + std::string(text) +
                                       "\": give more of the id (keyferry list --shares)");
      }
      if (!found) found.emplace(FoundShare{std::move(holder), std::move(share)});
    }
  }
  if (found) return std::move(*found);
  if (unreachable) return *unreachable;
  return unknown_share(text);
}

}  // namespace keyferry::wallet
