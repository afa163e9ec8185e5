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
  if (!service.held_up_for(kRevoking.name, caller)) return Done{};
  KF_TRY(const bool nothing, idle());
  if (nothing) return too_many_idle();
  return Done{};
}

// proof_fault is what is wrong with a proof, as far as that is known without the ledger.
std::optional<authority::Refusal> proof_fault(
    const authority::Verdict<authority::DpopProof>& proof) {
  if (const auto* no = authority::refused(proof)) return *no;
  return std::get<authority::DpopProof>(proof).stale;
}

}  // namespace

http::Response grant_share(Service& service, const http::Request& request, const std::string& id) {
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

http::Response rearm_share(Service& service, const http::Request& request, const std::string& id) {
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

http::Response offer_again(Service& service, const http::Request& request, const std::string& id) {
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

http::Response refuse_share(Service& service, const http::Request& request, const std::string& id) {
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

// answer_revoke does the work for a caller with a good proof, on a worker.
template <class Work>
void answer_revoke(Service& service, const ledger::Access& access, std::optional<Duration> wait,
                   const http::Reply& reply, Work work) {
  std::optional<ShareId> caller;
  std::optional<Revoked> done;
  auto first = as_holder_of<Revoked>(
      service, access,
      [&](sql::Database& db, const ShareId& holder) -> Result<Revoked> {
        caller = holder;
        return unless_idle(service, holder, work(db, holder));
      },
      [&](const Revoked& revoked) {
        done = revoked;
        return json_answer(200, render_revoked(service.settings(), revoked,
                                               service.lists_in_force(), service.now()));
      });
  if (first.status == 429 && caller) {
    const auto held = service.held_up_for(kRevoking.name, *caller);
    first.headers.set("Retry-After", retry_after(held.value_or(Duration(0))));
  }
  // What is revoked is committed, however long the answer waits; asking again is safe.
  if (!wait || !done) return reply(std::move(first));
  answer_when_taken(service, "holder " + caller->text(), *wait, *std::move(done),
                    reply.through([&service](http::Response response) {
                      return with_nonce(service, std::move(response));
                    }));
}

// revoke takes a place among the revokes only for who has a good proof, and holders take turns:
// nobody without a key makes others wait, and nobody with one makes them wait for more than a piece
// of his work. Checking a signature takes 0.1 ms, less than the TLS handshake before it.
//
//= spec:authority#2-flood
template <class Work>
void revoke(Service& service, const http::Request& request, const http::Reply& reply, Work work) {
  auto read = read_access(service, request, kRevoking);
  if (const auto* no = authority::refused(read)) {
    return reply(with_nonce(service, problem_refusal(*no)));
  }
  auto& access = std::get<ledger::Access>(read);
  if (const auto no = proof_fault(access.proof)) {
    return reply(with_nonce(service, problem_refusal(*no)));
  }
  const process::Owner owner{service.source_of(request),
                             std::get<authority::DpopProof>(access.proof).thumbprint};
  const auto answer = [&service, access = std::move(access), wait = wait_wish(request), reply,
                       work] { answer_revoke(service, access, wait, reply, work); };
  service.post(reply, answer, process::Lane::first, owner);
}

}  // namespace

void revoke_share(Service& service, const http::Request& request, std::string id,
                  const http::Reply& reply) {
  revoke(service, request, reply,
         [&service, id = std::move(id), now = service.now()](
             sql::Database& db, const ShareId& caller) -> Result<Revoked> {
           KF_TRY(auto share, ShareId::parse(id));
           KF_TRY(check_idle(service, caller,
                             [&] { return ledger::revokes_nothing(db, caller, share, now); }));
           return ledger::revoke_share(db, caller, share, now);
         });
}

void revoke_below(Service& service, const http::Request& request, const http::Reply& reply) {
  revoke(
      service, request, reply,
      [&service, now = service.now()](sql::Database& db, const ShareId& caller) -> Result<Revoked> {
        KF_TRY(check_idle(service, caller,
                          [&] { return ledger::revokes_nothing_below(db, caller, now); }));
        return ledger::revoke_below(db, caller, now);
      });
}

}  // namespace keyferry::issuer
