// POST /v1/shares: a holder shares on.
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/render.h"
#include "keyferry/issuer/requests.h"
#include "keyferry/issuer/shares.h"

namespace keyferry::issuer {
namespace {

constexpr std::uint8_t kZero[] = {0};

// The scope of an Idempotency-Key is the holder: its thumbprint stands in the DPoP proof.
Result<std::optional<ledger::IdempotentRequest>> idempotent(const http::Request& request,
                                                            const std::string& thumbprint) {
  const auto key = request.headers.find(kIdempotencyKey);
  if (!key) return std::optional<ledger::IdempotentRequest>();
  if (key->empty() || key->size() > kMostIdempotencyKey) {
    return fail(Errc::invalid, "an Idempotency-Key has 1 to 255 characters");
  }
  return std::optional(
      ledger::IdempotentRequest{digest::sha256({bytes_of(thumbprint), kZero, bytes_of(*key)}),
                                digest::sha256(bytes_of(request.body))});
}

std::string thumbprint_of(const ledger::Access& access) {
  const auto* proof = std::get_if<authority::DpopProof>(&access.proof);
  return proof ? proof->thumbprint : std::string();
}

}  // namespace

//= spec:authority#2-idempotency
http::Response make_share(Service& service, const http::Request& request) {
  const Time now = service.now();
  const auto read = read_access(service, request, {"share"});
  if (const auto* no = authority::refused(read)) return with_nonce(service, problem_refusal(*no));
  const auto& access = std::get<ledger::Access>(read);
  const auto work = [&](sql::Database& db,
                        const authority::ShareId& caller) -> Result<ledger::Offered> {
    KF_TRY(auto body, parse_body(request));
    KF_TRY(auto wish, authority::parse_wish(body));
    KF_TRY(auto once, idempotent(request, thumbprint_of(access)));
    return ledger::make_share(db, service.keys().server, caller, wish, once, now,
                              service.settings().share_limits);
  };
  return as_holder_of<ledger::Offered>(service, access, work, [&](const ledger::Offered& offered) {
    auto response = json_answer(201, render_offered(service.settings(), offered, now));
    response.headers.set("Location",
                         service.settings().url + "/v1/shares/" + offered.record.share.id.text());
    return response;
  });
}

}  // namespace keyferry::issuer
