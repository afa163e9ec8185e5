// One lock is held while a list is built, another only while it takes its place, so nobody who
// reads a list waits for a build.
#include "keyferry/issuer/list_publisher.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/kind.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"
#include "keyferry/digest/hash.h"
#include "keyferry/process/log.h"

namespace keyferry::issuer {
namespace {

constexpr std::string_view kKind = "ssh";

// from_snapshot names the CA keys: all of them for an entry that names none. An entry of a CA that
// we hold no key of any more cannot be listed, and nothing trusts that CA either.
credential::RevocationList from_snapshot(const ledger::ListSnapshot& snapshot, const Keys& keys,
                                         Time now) {
  credential::RevocationList list;
  list.number = static_cast<std::uint64_t>(snapshot.number.number);
  list.issued = now;
  for (const auto& ca : keys.ssh_ca) list.issuers.push_back(ca.public_key());
  for (const auto& entry : snapshot.revoked) {
    if (entry.ca.empty()) {
      for (const auto& ca : list.issuers) list.revoked.push_back({ca, entry.serial, entry.share});
      continue;
    }
    const crypto::PrivateKey* ca = keys.find_ca(entry.ca);
    if (ca != nullptr) list.revoked.push_back({ca->public_key(), entry.serial, entry.share});
  }
  return list;
}

// bounds_for divides what a verifier takes among the sections of the CAs.
ledger::ListBounds bounds_for(const Keys& keys) {
  ledger::ListBounds bounds;
  bounds.in_force /= std::max<std::size_t>(keys.ssh_ca.size(), 1);
  return bounds;
}

void say_what_is_missing(const ledger::ListSnapshot& snapshot) {
  if (snapshot.left_out > 0) {
    process::log_event(process::LogLevel::warning, "list_bounded",
                       {{"list", snapshot.number.name},
                        {"left_out", std::to_string(snapshot.left_out)},
                        {"detail", "revoked shares whose certificates have long ended"}});
  }
  if (snapshot.cut > 0) {
    process::log_event(process::LogLevel::error, "list_too_long",
                       {{"list", snapshot.number.name},
                        {"left_out", std::to_string(snapshot.cut)},
                        {"detail", "shares revoked long ago may still open something"}});
  }
}

}  // namespace

//= spec:authority#6-signed
Result<PublishedList> ListPublisher::build(bool renew, Time now) {
  KF_TRY(const credential::Kind* kind, credential::find_kind(kKind));
  KF_TRY(auto snapshot,
         ledger::snapshot_list(ledger_, kind->list_name(), kKind, renew, now, bounds_for(keys_)));
  say_what_is_missing(snapshot);
  const Bytes bytes = kind->encode_list(from_snapshot(snapshot, keys_, now));
  PublishedList list{
      snapshot.number, std::string(text_of(bytes)), {}, now + settings_.list_life, now};
  const boost::json::object payload{{"name", list.number.name},
                                    {"epoch", list.number.epoch},
                                    {"number", list.number.number},
                                    {"issued", codec::encode_rfc3339(now)},
                                    {"next_update", codec::encode_rfc3339(list.next_update)},
                                    {"sha256", encode_base64url(digest::sha256(bytes))},
                                    {"highest_serial", std::to_string(snapshot.highest_serial)},
                                    {"audit_head", encode_base64url(snapshot.audit.hash)}};
  list.jws = crypto::sign_jws(
      {{"typ", "keyferry-list+jwt"}, {"kid", crypto::jwk_thumbprint(keys_.list.public_key())}},
      payload, keys_.list);
  return list;
}

Result<Done> ListPublisher::publish(bool renew, Time now) {
  std::lock_guard one(building_);
  KF_TRY(auto list, build(renew, now));
  std::lock_guard lock(mutex_);
  if (current_ && current_->number.number == list.number.number) return Done{};
  if (current_) older_.push_front(std::move(current_));
  if (older_.size() > kOlder) older_.pop_back();
  current_ = std::make_shared<const PublishedList>(std::move(list));
  return Done{};
}

bool ListPublisher::due(Time now) const {
  std::lock_guard lock(mutex_);
  return !current_ || now >= current_->next_update - settings_.list_life / 2;
}

std::shared_ptr<const PublishedList> ListPublisher::current(std::string_view name) const {
  std::lock_guard lock(mutex_);
  return current_ && current_->number.name == name ? current_ : nullptr;
}

std::shared_ptr<const PublishedList> ListPublisher::numbered(std::string_view name,
                                                             std::int64_t number) const {
  std::lock_guard lock(mutex_);
  const auto is_it = [&](const auto& list) {
    return list && list->number.name == name && list->number.number == number;
  };
  if (is_it(current_)) return current_;
  const auto found = std::find_if(older_.begin(), older_.end(), is_it);
  return found == older_.end() ? nullptr : *found;
}

}  // namespace keyferry::issuer
