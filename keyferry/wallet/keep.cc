// A renewed certificate is checked as a new one is and written before the record, so that a wallet
// killed in between renews again.
#include "keyferry/wallet/keep.h"

#include <chrono>

#include "keyferry/client/issued.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/kind.h"
#include "keyferry/keystore/credential_record.h"
#include "keyferry/keystore/delegation_record.h"
#include "keyferry/wallet/sender.h"
#include "keyferry/wallet/sender_delegation.h"
#include "keyferry/wallet/show_time.h"
#include "keyferry/wallet/ssh_files.h"

namespace keyferry::wallet {
namespace {

constexpr auto kTooLate = std::chrono::days(7);
constexpr auto kTryAgain = std::chrono::minutes(5);

file::Path tried_file(const keystore::Home& home, const keystore::CredentialRecord& record) {
  return home.credential_folder(record.name) / "renewal-tried";
}

bool tried_lately(const keystore::Home& home, const keystore::CredentialRecord& record, Time now) {
  const auto text = file::read_text(tried_file(home, record), 64);
  const auto time = text ? codec::parse_rfc3339(*text) : Result<Time>(text.error());
  return time && *time <= now && now - *time < kTryAgain;
}

void note_try(const keystore::Home& home, const keystore::CredentialRecord& record, Time now) {
  const std::string text = codec::encode_rfc3339(now);
  const auto saved = file::replace(tried_file(home, record), bytes_of(text), 0600);
  static_cast<void>(saved);
}

Result<keystore::CredentialRecord> replace_certificate(Wallet& wallet,
                                                       const keystore::CredentialRecord& record,
                                                       const client::IssuedAnswer& answer,
                                                       const credential::HeldCredential& held) {
  keystore::CredentialRecord next = record;
  next.rights = credential::encode_rights(answer.rights);
  next.window = answer.window;
  next.certificate = held.window;
  next.serial = std::to_string(held.serial);
  next.renew = answer.renew;
  next.over.clear();
  if (!answer.hosts.empty()) next.hosts = answer.hosts;
  const std::string known_hosts = known_hosts_text(next.hosts);
  KF_TRY(file::replace(wallet.home.credential_folder(record.name) / "known_hosts",
                       bytes_of(known_hosts), 0600));
  KF_TRY(write_certificate(wallet.home, next, answer.credential));
  KF_TRY(keystore::save_credential(wallet.home, next));
  return next;
}

Result<Done> drop_at_authority(Wallet& wallet, const keystore::CredentialRecord& record) {
  KF_TRY(Holder holder, Holder::open(wallet, record));
  client::HolderCall drop;
  drop.method = "DELETE";
  drop.path = "/v1/shares/" + record.share;
  const auto dropped = holder.call(drop);
  if (dropped || dropped.error().code == Errc::not_found) return Done{};
  // Revoked or ended already: there is nothing left to drop.
  const std::string why = dropped.error().reason;
  if (why == "revoked" || why == "ended" || why == "invalid_grant") return Done{};
  return dropped.error();
}

Result<Done> end_shares(Wallet& wallet, const std::vector<keystore::SenderRecord>& senders,
                        const std::string& from) {
  const client::Web::Brief brief(wallet.web);
  for (const keystore::SenderRecord& sender : senders) {
    if (sender.credential != from) continue;
    if (!end_share(wallet, sender)) {
      KF_TRY(drop_share(wallet, sender));
    }
  }
  return Done{};
}

Result<Done> erase_folder(const file::Path& folder) {
  // credential.json first: a folder without it is no credential any more.
  KF_TRY(file::erase(folder / "credential.json"));
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    KF_TRY(file::erase(entry.path()));
  }
  std::filesystem::remove(folder, error);
  if (error) return fail(Errc::io, "cannot remove " + folder.string() + ": " + error.message());
  return Done{};
}

}  // namespace

bool renewal_is_due(const keystore::CredentialRecord& record, Time now) {
  const auto& certificate = record.certificate;
  if (!record.renew || certificate.until >= record.window.until || now >= record.window.until) {
    return false;
  }
  const Time half = certificate.from + (certificate.until - certificate.from) / 2;
  return now >= half && now < certificate.until + kTooLate;
}

Result<keystore::CredentialRecord> renew_credential(Wallet& wallet,
                                                    const keystore::CredentialRecord& record) {
  KF_TRY(const file::Lock lock, wallet.home.lock_transfer("renew-" + record.name));
  KF_TRY(Holder holder, Holder::open(wallet, record));
  KF_TRY(const credential::Kind* kind, credential::find_kind(record.kind));
  KF_TRY(const credential::Rights rights, credential::parse_rights(kind->schema(), record.rights));
  KF_TRY(const client::IssuerMetadata* about, holder.authority().metadata());
  KF_TRY(const client::Access* access, holder.access());
  const auto body = holder.authority().renew(*access, holder.key());
  if (!body) return holder.learn(body.error());
  KF_TRY(const client::IssuedAnswer answer, client::parse_issued(*kind, *body));
  const credential::Approval approval{holder.key().public_key(), rights, record.window};
  auto held = client::check_issued_answer(*kind, answer, approval, about->ssh_ca_keys);
  if (!held) return in_context("the renewed certificate was discarded", held.error());
  return replace_certificate(wallet, record, answer, *held);
}

void renew_due(Wallet& wallet) {
  const auto records = keystore::load_credentials(wallet.home);
  if (!records) return;  // the command itself will say so
  const Time now = wallet.web.now();
  for (const keystore::CredentialRecord& record : *records) {
    if (!renewal_is_due(record, now) || tried_lately(wallet.home, record, now)) continue;
    note_try(wallet.home, record, now);
    const auto renewed = renew_credential(wallet, record);
    const bool known = !record.over.empty() && !renewed && renewed.error().reason == record.over;
    if (!renewed && !known) {
      wallet.person.say("note: \"" + record.name + "\" could not be renewed (good until " +
                        show_time(record.certificate.until) + "): " + renewed.error().detail);
    }
  }
}

Result<Done> forget_credential(Wallet& wallet, const keystore::CredentialRecord& record,
                               bool local_only) {
  if (!local_only) {
    KF_TRY(drop_at_authority(wallet, record));
  }
  KF_TRY(std::vector<keystore::SenderRecord> senders, keystore::load_sender_records(wallet.home));
  std::erase_if(senders,
                [](const keystore::SenderRecord& sender) { return is_delegation(sender); });
  KF_TRY(end_shares(wallet, senders, record.name));
  KF_TRY(const file::Lock lock, wallet.home.lock());
  return erase_folder(wallet.home.credential_folder(record.name));
}

Result<Done> forget_holding(Wallet& wallet, const std::string& folder, const std::string& name) {
  KF_TRY(std::vector<keystore::SenderRecord> senders, keystore::load_sender_records(wallet.home));
  std::erase_if(senders,
                [](const keystore::SenderRecord& sender) { return !is_delegation(sender); });
  KF_TRY(end_shares(wallet, senders, name));
  KF_TRY(const file::Lock lock, wallet.home.lock());
  KF_TRY(keystore::erase_record(wallet.home.folder(folder), name));
  KF_TRY(const auto made, keystore::load_signed(wallet.home));
  for (const keystore::SignedRecord& one : made) {
    if (one.holding != name) continue;
    KF_TRY(keystore::erase_record(wallet.home.folder("signed"), one.share));
  }
  return Done{};
}

}  // namespace keyferry::wallet
