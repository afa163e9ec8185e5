// POST /v1/shares/{id}/grant, /pin, /offer, /refuse, DELETE /v1/shares/{id} and /v1/shares.
#include "keyferry/codec/json.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/render.h"
#include "keyferry/issuer/shares.h"

namespace keyferry::issuer {

using authority::ShareId;
using ledger::Offered;

net::Response grant_share(Service& service, const net::Request& request, const std::string& id) {
  const Time now = service.now();
  return as_holder<Offered>(
      service, request,
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
      service, request,
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
      service, request,
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
      service, request,
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
  return as_holder<ledger::Revoked>(
      service, request,
      [&](sql::Database& db, const ShareId& caller) -> Result<ledger::Revoked> {
        KF_TRY(auto share, ShareId::parse(id));
        return ledger::revoke_share(db, caller, share, now);
      },
      [&](const ledger::Revoked& revoked) {
        return json_answer(200, render_revoked(service.settings(), revoked));
      });
}

net::Response revoke_below(Service& service, const net::Request& request) {
  const Time now = service.now();
  return as_holder<ledger::Revoked>(
      service, request,
      [&](sql::Database& db, const ShareId& caller) {
        return ledger::revoke_below(db, caller, now);
      },
      [&](const ledger::Revoked& revoked) {
        return json_answer(200, render_revoked(service.settings(), revoked));
      });
}

}  // namespace keyferry::issuer
