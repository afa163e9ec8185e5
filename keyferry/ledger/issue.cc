// All that a certificate is made of is stored here, its random octets too; it is signed after the
// commit, so whoever asks again gets the same one.
#include "keyferry/ledger/issue.h"

#include "keyferry/digest/random.h"
#include "keyferry/ledger/audit.h"
#include "keyferry/ledger/codes.h"
#include "keyferry/ledger/credentials.h"
#include "keyferry/ledger/shares.h"

namespace keyferry::ledger {
namespace {

using authority::AccessToken;
using authority::Certificate;
using authority::Credential;
using authority::CredentialId;
using authority::IssueStep;
using authority::KeyProof;
using authority::Path;
using authority::Refusal;
using authority::Share;
using authority::TokenUse;
using authority::Verdict;

Result<Certificate> new_certificate(sql::Database& db, const Path& path,
                                    const CredentialId& credential, const IssueTerms& terms,
                                    const credential::Window& window, Time now) {
  Certificate certificate;
  certificate.ca = terms.ca;
  certificate.random = digest::random_bytes(32);
  certificate.rights = path.back().rights;
  certificate.issued = now;
  certificate.window = window;
  KF_TRY(certificate.serial, next_serial(db, now));
  KF_TRY(insert_certificate(db, credential, certificate));
  return certificate;
}

// Only the newest id is known: a call that is repeated leaves no row behind.
Result<Done> replace_notification(sql::Database& db, const authority::ShareId& share,
                                  const digest::Sha256& hash) {
  KF_TRY(auto insert, db.prepare("INSERT INTO notifications (share, hash) VALUES (?1, ?2) "
                                 "ON CONFLICT (share) DO UPDATE SET hash = excluded.hash"));
  insert.bind(1, std::string_view(share.text())).bind(2, ByteView(hash));
  return insert.run();
}

Result<bool> knows_notification(sql::Database& db, std::string_view share,
                                const digest::Sha256& hash) {
  KF_TRY(auto query, db.prepare("SELECT 1 FROM notifications WHERE share = ?1 AND hash = ?2"));
  query.bind(1, share).bind(2, ByteView(hash));
  return query.step();
}

// note_first says whether `event` is new for the share: what a wallet repeats is no news.
Result<bool> note_first(sql::Database& db, std::string_view share, std::string_view event) {
  KF_TRY(auto insert, db.prepare("INSERT INTO noted_events (share, event) VALUES (?1, ?2) "
                                 "ON CONFLICT DO NOTHING"));
  insert.bind(1, share).bind(2, event);
  KF_TRY(insert.run());
  return db.changes() != 0;
}

Result<Issued> finish(sql::Database& db, Share share, Credential credential,
                      Certificate certificate) {
  Issued issued{std::move(share),
                std::move(credential),
                std::move(certificate),
                authority::encode_bearer(digest::random_bytes(32)),
                {}};
  KF_TRY(replace_notification(db, issued.share.id, authority::stored_form(issued.notification)));
  const auto* names = issued.share.rights.texts("hosts");
  if (names == nullptr) return issued;
  for (const std::string& name : *names) {
    KF_TRY(auto host, find_host(db, name));
    if (host) issued.hosts.push_back(*std::move(host));
  }
  return issued;
}

// issue_first makes the one credential of a claimed share.
Result<Issued> issue_first(sql::Database& db, Path path, const AccessToken& token,
                           const CredentialRequest& request, const IssueTerms& terms, Time now) {
  const auto& proof = std::get<KeyProof>(request.proof);
  Share& share = path.back();
  Credential credential{CredentialId::make(digest::random_bytes(authority::kIdRandomSize)),
                        share.id, proof.key, proof.thumbprint, token.thumbprint};
  KF_TRY(insert_credential(db, credential));
  share.state = authority::State::redeemed;
  share.times.redeemed = now;
  // In confirmed mode the label is the one that the sender approved.
  auto label = share.holder ? share.holder->label : proof.label;
  share.holder = authority::Holder{std::move(label), proof.thumbprint, request.fingerprint};
  KF_TRY(update_share(db, share));
  KF_TRY(const auto window, authority::certificate_window(path, terms.longest, now));
  KF_TRY(auto certificate, new_certificate(db, path, credential.id, terms, window, now));
  KF_TRY(append_audit(db, now, "redeemed", share.id.text(),
                      {{"credential", credential.id.text()},
                       {"serial", std::to_string(certificate.serial)},
                       {"key", proof.thumbprint}}));
  return finish(db, std::move(share), std::move(credential), std::move(certificate));
}

Result<Issued> stored_again(sql::Database& db, Share share, Credential credential) {
  KF_TRY(auto certificate, newest_certificate(db, credential, share.kind));
  return finish(db, std::move(share), std::move(credential), std::move(certificate));
}

Result<Verdict<Issued>> redeem(sql::Database& db, const AccessToken& token,
                               const CredentialRequest& request, const IssueTerms& terms,
                               Time now) {
  if (const Refusal* bad = refused(request.proof)) return Verdict<Issued>(*bad);
  KF_TRY(auto path, path_of(db, token.share));
  KF_TRY(auto credential, credential_of(db, token.share));
  const auto decided =
      authority::decide_issue(path, token, credential, std::get<KeyProof>(request.proof), now);
  if (const Refusal* no = refused(decided)) return Verdict<Issued>(*no);
  if (std::get<IssueStep>(decided) == IssueStep::again) {
    KF_TRY(auto issued, stored_again(db, std::move(path.back()), *std::move(credential)));
    return Verdict<Issued>(std::move(issued));
  }
  if (!token.thumbprint) {
    KF_TRY(spend_token(db, authority::stored_form(request.token)));
  }
  KF_TRY(auto issued, issue_first(db, std::move(path), token, request, terms, now));
  return Verdict<Issued>(std::move(issued));
}

}  // namespace

Result<Verdict<Issued>> issue_credential(Ledger& ledger, const CredentialRequest& request,
                                         const IssueTerms& terms, Time now) {
  return ledger.transact([&](sql::Database& db) -> Result<Verdict<Issued>> {
    KF_TRY(auto token,
           authorize(db, request.token, TokenUse::redeem, request.dpop, request.gate, now));
    if (const Refusal* no = refused(token)) return Verdict<Issued>(*no);
    return redeem(db, std::get<AccessToken>(token), request, terms, now);
  });
}

Result<Verdict<Issued>> renew_credential(Ledger& ledger, const Access& access,
                                         const KeyProof& proof, const IssueTerms& terms, Time now) {
  return as_holder<Issued>(
      ledger, access, now, [&](sql::Database& db, const authority::ShareId& id) -> Result<Issued> {
        KF_TRY(auto path, path_of(db, id));
        KF_TRY(auto credential, credential_of(db, id));
        if (!credential) return fail(Errc::not_found, "there is no credential to renew");
        KF_TRY(auto last, newest_certificate(db, *credential, path.back().kind));
        KF_TRY(authority::decide_renew(path, *credential, last, proof, now));
        KF_TRY(const auto window, authority::certificate_window(path, terms.longest, now));
        if (authority::certificate_stands(path.back(), last, terms.ca, window, now)) {
          return finish(db, std::move(path.back()), *std::move(credential), std::move(last));
        }
        KF_TRY(auto next, new_certificate(db, path, credential->id, terms, window, now));
        KF_TRY(
            append_audit(db, now, "renewed", id.text(), {{"serial", std::to_string(next.serial)}}));
        return finish(db, std::move(path.back()), *std::move(credential), std::move(next));
      });
}

Result<Verdict<Done>> note_event(Ledger& ledger, std::string_view token,
                                 const std::optional<Verdict<authority::DpopProof>>& dpop,
                                 std::string_view notification, std::string_view event,
                                 const Gate& gate, Time now) {
  return ledger.transact([&](sql::Database& db) -> Result<Verdict<Done>> {
    KF_TRY(auto found, authorize(db, token, TokenUse::redeem, dpop, gate, now));
    if (const Refusal* no = refused(found)) return Verdict<Done>(*no);
    const std::string share = std::get<AccessToken>(found).share.text();
    KF_TRY(bool known, knows_notification(db, share, authority::stored_form(notification)));
    if (!known) {
      return Verdict<Done>(Refusal{"invalid_notification_id", "this notification id is not known"});
    }
    KF_TRY(bool news, note_first(db, share, event));
    if (news) {
      KF_TRY(append_audit(db, now, event, share));
    }
    return Verdict<Done>(Done{});
  });
}

}  // namespace keyferry::ledger
