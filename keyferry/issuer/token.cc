// POST /token: a pre-authorized code or a holder's assertion becomes an access token.
#include "keyferry/credential/offer.h"
#include "keyferry/issuer/answers.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/requests.h"
#include "keyferry/ledger/exchange.h"

namespace keyferry::issuer {
namespace {

using authority::DpopProof;
using authority::Refusal;
using authority::Verdict;
using http::Form;
using ledger::TokenAnswer;

constexpr std::string_view kHolderGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr std::size_t kMostCode = 1024;

std::optional<std::string> member(const Form& form, std::string_view name) {
  const auto value = form.find(name);
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

Verdict<TokenAnswer> malformed(std::string description) {
  return Refusal{"invalid_request", std::move(description)};
}

//= spec:authority#3-lost
Result<Verdict<TokenAnswer>> by_code(Service& service, const http::Request& request,
                                     const Form& form, std::optional<Verdict<DpopProof>> dpop) {
  const auto code = member(form, "pre-authorized_code");
  if (!code || code->empty() || code->size() > kMostCode) {
    return malformed("the form needs pre-authorized_code");
  }
  authority::Exchange exchange{member(form, "tx_code"), std::move(dpop), false, {}, false};
  const auto key = request.headers.find(kIdempotencyKey);
  if (key && !key->empty() && key->size() <= kMostIdempotencyKey) exchange.request_key = *key;
  return ledger::exchange_code(service.ledger(), service.keys().server, *code, std::move(exchange),
                               service.gate("exchange"), service.now());
}

//= spec:authority#2-holder
Result<Verdict<TokenAnswer>> by_assertion(Service& service, const Form& form,
                                          const std::optional<Verdict<DpopProof>>& dpop) {
  const auto text = member(form, "assertion");
  if (!text) return malformed("the form needs assertion");
  if (!dpop) return Verdict<TokenAnswer>(Refusal{"invalid_dpop_proof", "this grant needs DPoP"});
  if (const Refusal* bad = refused(*dpop)) return Verdict<TokenAnswer>(*bad);
  const auto& proof = std::get<DpopProof>(*dpop);
  auto parsed = authority::parse_assertion(*text);
  if (const Refusal* bad = refused(parsed)) return Verdict<TokenAnswer>(*bad);
  const auto& assertion = std::get<authority::HolderAssertion>(parsed);
  KF_TRY(auto credential, ledger::holder_credential(service.ledger(), assertion.credential));
  if (!credential || credential->thumbprint != proof.thumbprint) {
    return Verdict<TokenAnswer>(Refusal{
        "invalid_grant", "holder assertion: no such credential, or the DPoP key is not its key"});
  }
  auto checked = authority::check_assertion(service.keys().server, assertion, credential->key,
                                            service.settings().url, service.now());
  if (const Refusal* bad = refused(checked)) return Verdict<TokenAnswer>(*bad);
  if (proof.stale) return Verdict<TokenAnswer>(*proof.stale);
  return ledger::login_holder(service.ledger(), *credential,
                              std::get<authority::CheckedAssertion>(checked), proof,
                              service.gate("login"), service.now());
}

Result<Verdict<TokenAnswer>> decide(Service& service, const http::Request& request) {
  auto form = parse_form(request);
  if (!form) return malformed(form.error().detail);
  auto dpop = read_dpop(service, request, service.settings().url + "/token", std::nullopt);
  const auto grant = member(*form, "grant_type");
  if (!grant) return malformed("the form needs grant_type");
  if (*grant == credential::kPreAuthorizedGrant)
    return by_code(service, request, *form, std::move(dpop));
  if (*grant == kHolderGrant) return by_assertion(service, *form, dpop);
  return Verdict<TokenAnswer>(Refusal{"unsupported_grant_type", "this grant_type is not known"});
}

// guessed says whether the refusal may be somebody trying codes, PINs or keys.
bool guessed(const Refusal& refusal) {
  return refusal.error == "invalid_grant";
}

// pin_was_asked says whether the refusal is about the PIN of a live code, which nobody finds by
// trying. Its try is spent by now, and five are all there are: whoever spent it is told.
bool pin_was_asked(const Refusal& refusal) {
  return refusal.keyferry == "wrong_pin" || refusal.keyferry == "locked";
}

// refuse counts what may be guessing and, above the limit of its source, says no more than when to
// come back: one and the same answer, whether the code is unknown, used, revoked or another's.
http::Response refuse(Service& service, const http::Request& request, const Refusal& refusal) {
  if (!guessed(refusal)) return token_refusal(refusal);
  const std::string source = http::counted_source(request, service.settings().trusted_proxies);
  const auto wait = service.failures().take(source, service.now());
  if (!wait || pin_was_asked(refusal)) return token_refusal(refusal);
  Refusal slow{"temporarily_unavailable", "too many wrong codes from your address; wait"};
  slow.retry_after = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(*wait).count());
  return token_refusal(slow);
}

}  // namespace

// Everything is decided first: the limit stands in for refusals only, so that nobody's failures
// stop the right call of another behind the same address. What a wrong call costs is bounded: two
// signatures at most, a look-up by hash, and no write before something secret was right.
http::Response issue_token(Service& service, const http::Request& request) {
  auto decided = decide(service, request);
  if (!decided) return oauth_error(decided.error(), "invalid_request");
  if (const Refusal* no = refused(*decided)) {
    return with_nonce(service, refuse(service, request, *no));
  }
  const auto& answer = std::get<TokenAnswer>(*decided);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(answer.life).count();
  return with_nonce(service, json_answer(200, {{"access_token", answer.token},
                                               {"token_type", answer.dpop ? "DPoP" : "Bearer"},
                                               {"expires_in", seconds}}));
}

}  // namespace keyferry::issuer
