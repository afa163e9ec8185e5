// GET /v1/shares: everything below the caller.
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/render.h"
#include "keyferry/issuer/shares.h"

namespace keyferry::issuer {

net::Response list_shares(Service& service, const net::Request& request) {
  const Time now = service.now();
  using Records = std::vector<ledger::ShareRecord>;
  return as_holder<Records>(
      service, request,
      [&](sql::Database& db, const authority::ShareId& caller) {
        return ledger::list_shares(db, caller, now);
      },
      [&](const Records& records) {
        boost::json::array shares;
        for (const auto& record : records) shares.push_back(render_record(record, now));
        return json_answer(200, {{"shares", std::move(shares)}});
      });
}

}  // namespace keyferry::issuer
