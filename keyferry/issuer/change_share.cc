// POST /v1/shares/{id}/grant, /pin, /offer, /refuse, DELETE /v1/shares/{id} and /v1/shares.
#include "keyferry/codec/json.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/render.h"
#include "keyferry/issuer/shares.h"

namespace keyferry::issuer {

using authority::ShareId;
using ledger::Offered;
using ledger::Revoked;

namespace {

// It is counted only where it changes nothing (unless_idle).
constexpr HolderCall kRevoking{"revoke", ledger::Space::reserve, false};

// unless_idle lets every revoke pass that changes something, however many there are. One that
// changes nothing, repeated or refused, counts; over the limit it is held up and leaves nothing.
Result<Revoked> unless_idle(Service& service, const ShareId& caller, Result<Revoked> revoked) {
  if (revoked && revoked->changed) return revoked;
  if (!revoked && about(revoked.error().code).http_status >= 500) return revoked;
  if (!service.gate(kRevoking.name)(caller)) return revoked;
  return fail(Errc::too_many, "too many calls that revoke nothing; wait");
}

net::Response with_retry(net::Response response) {
  if (response.status == 429) response.headers.set("Retry-After", "1");
  return response;
}

}  // namespace

net::Response grant_share(Service& service, const net::Request& request, const std::string& id) {
  const Time now = service.now();
  return as_holder<Offered>(
      service, request, {"grant"},
      [&](sql::Database& db, const ShareId& caller) -> Result<Offered> {
        KF_TRY(auto body, parse_body(request));
        KF_TRY(auto wish, authority::parse_grant(body));
        KF_TRY(auto share, ShareId::parse(id));
        return ledger::grant_share(db, service.keys().server, caller, share, wish, now);
      },
      [&](const Offered& offered) {
        return json_answer(200, render_offered(service.settings(), offered, now));
      });
}

net::Response rearm_share(Service& service, const net::Request& request, const std::string& id) {
  const Time now = service.now();
  return as_holder<Offered>(
      service, request, {"pin"},
      [&](sql::Database& db, const ShareId& caller) -> Result<Offered> {
        KF_TRY(auto body, parse_body(request));
        KF_TRY(auto pin, codec::text_member(body, "pin"));
        KF_TRY(auto share, ShareId::parse(id));
        return ledger::rearm_share(db, service.keys().server, caller, share, pin, now);
      },
      [&](const Offered& offered) {
        return json_answer(200, render_offered(service.settings(), offered, now));
      });
}

net::Response offer_again(Service& service, const net::Request& request, const std::string& id) {
  const Time now = service.now();
  return as_holder<Offered>(
      service, request, {"offer"},
      [&](sql::Database& db, const ShareId& caller) -> Result<Offered> {
        KF_TRY(auto share, ShareId::parse(id));
        return ledger::offer_share_again(db, service.keys().server, caller, share, now);
      },
      [&](const Offered& offered) {
        return json_answer(200, render_offered(service.settings(), offered, now));
      });
}

net::Response refuse_share(Service& service, const net::Request& request, const std::string& id) {
  const Time now = service.now();
  return as_holder<ledger::ShareRecord>(
      service, request, {"refuse"},
      [&](sql::Database& db, const ShareId& caller) -> Result<ledger::ShareRecord> {
        KF_TRY(auto share, ShareId::parse(id));
        return ledger::refuse_share(db, caller, share, now);
      },
      [&](const ledger::ShareRecord& record) {
        return json_answer(200, render_record(record, now));
      });
}

net::Response revoke_share(Service& service, const net::Request& request, const std::string& id) {
  const Time now = service.now();
  return with_retry(as_holder<Revoked>(
      service, request, kRevoking,
      [&](sql::Database& db, const ShareId& caller) -> Result<Revoked> {
        const auto share = ShareId::parse(id);
        return unless_idle(service, caller,
                           share ? ledger::revoke_share(db, caller, *share, now) : share.error());
      },
      [&](const Revoked& revoked) {
        return json_answer(200, render_revoked(service.settings(), revoked));
      }));
}

net::Response revoke_below(Service& service, const net::Request& request) {
  const Time now = service.now();
  return with_retry(as_holder<Revoked>(
      service, request, kRevoking,
      [&](sql::Database& db, const ShareId& caller) {
        return unless_idle(service, caller, ledger::revoke_below(db, caller, now));
      },
      [&](const Revoked& revoked) {
        return json_answer(200, render_revoked(service.settings(), revoked));
      }));
}

}  // namespace keyferry::issuer
