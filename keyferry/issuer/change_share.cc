// POST /v1/shares/{id}/grant, /pin, /offer, /refuse, DELETE /v1/shares/{id} and /v1/shares.
#include "keyferry/codec/json.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/render.h"
#include "keyferry/issuer/revocation.h"
#include "keyferry/issuer/shares.h"
#include "keyferry/issuer/waiting.h"

namespace keyferry::issuer {

using authority::ShareId;
using ledger::Offered;
using ledger::Revoked;

namespace {

struct RevokedFor {
  ShareId caller;
  Revoked revoked;
};

// It is counted only where it changes nothing (unless_idle).
constexpr HolderCall kRevoking{"revoke", ledger::Space::reserve, false};

Error too_many_idle() {
  return fail(Errc::too_many, "too many calls that revoke nothing; wait");
}

// unless_idle lets every revoke pass that changes something, however many there are. One that
// changes nothing, repeated or refused, counts; over the limit it is held up and leaves nothing.
Result<Revoked> unless_idle(Service& service, const ShareId& caller, Result<Revoked> revoked) {
  if (revoked && revoked->changed) return revoked;
  if (!revoked && about(revoked.error().code).http_status >= 500) return revoked;
  if (!service.gate(kRevoking.name)(caller)) return revoked;
  return too_many_idle();
}

// check_idle holds a revoke up whose caller is over the limit, before the shares below are read:
// that is much work, and other holders' revokes wait meanwhile.
template <class Idle>
Result<Done> check_idle(Service& service, const ShareId& caller, Idle idle) {
  if (!service.is_held_up(kRevoking.name, caller)) return Done{};
  KF_TRY(const bool nothing, idle());
  if (nothing) return too_many_idle();
  return Done{};
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

namespace {

template <class Work>
void revoke(Service& service, net::Request request, net::Reply reply, Work work) {
  const auto answer = [&service, request = std::move(request), reply, work] {
    std::optional<RevokedFor> done;
    auto first = with_retry(as_holder<RevokedFor>(
        service, request, kRevoking,
        [&](sql::Database& db, const ShareId& caller) -> Result<RevokedFor> {
          KF_TRY(auto revoked, unless_idle(service, caller, work(db, caller)));
          return RevokedFor{caller, std::move(revoked)};
        },
        [&](const RevokedFor& revoked) {
          done = revoked;
          return json_answer(200, render_revoked(service.settings(), revoked.revoked,
                                                 service.lists_in_force(), service.now()));
        }));
    // What is revoked is committed, however long the answer waits; asking again is safe.
    const auto wait = wait_wish(request);
    if (!wait || !done) return reply(std::move(first));
    answer_when_taken(service, "holder " + done->caller.text(), *wait, std::move(done->revoked),
                      reply.through([&service](net::Response response) {
                        return with_nonce(service, std::move(response));
                      }));
  };
  service.post(reply, answer, net::Lane::first);
}

}  // namespace

void revoke_share(Service& service, net::Request request, std::string id, net::Reply reply) {
  revoke(service, std::move(request), std::move(reply),
         [&service, id = std::move(id), now = service.now()](
             sql::Database& db, const ShareId& caller) -> Result<Revoked> {
           KF_TRY(auto share, ShareId::parse(id));
           KF_TRY(check_idle(service, caller,
                             [&] { return ledger::revokes_nothing(db, caller, share, now); }));
           return ledger::revoke_share(db, caller, share, now);
         });
}

void revoke_below(Service& service, net::Request request, net::Reply reply) {
  revoke(
      service, std::move(request), std::move(reply),
      [&service, now = service.now()](sql::Database& db, const ShareId& caller) -> Result<Revoked> {
        KF_TRY(check_idle(service, caller,
                          [&] { return ledger::revokes_nothing_below(db, caller, now); }));
        return ledger::revoke_below(db, caller, now);
      });
}

}  // namespace keyferry::issuer
