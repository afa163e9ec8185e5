// Every try builds its request anew with the newest nonce, since a proof that was sent may be used
// up whether its answer came or not.
#include "keyferry/client/authority_client.h"

#include "keyferry/client/proofs.h"
#include "keyferry/client/refusals.h"
#include "keyferry/codec/json.h"
#include "keyferry/digest/random.h"

namespace keyferry::client {
namespace {

constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr int kProofRounds = 4;

std::string without_query(const std::string& url) {
  return url.substr(0, url.find('?'));
}

// Of a key proof whoever made that decides.
bool is_about_dpop(const Error& error) {
  return error.reason == "use_dpop_nonce" || error.reason == "invalid_dpop_proof";
}

bool is_success(const http::Response& response) {
  return response.status / 100 == 2;
}

}  // namespace

AuthorityClient::AuthorityClient(Web& web, std::string issuer, bool allow_local)
    : web_(web), issuer_(std::move(issuer)), allow_local_(allow_local) {}

Result<boost::json::object> AuthorityClient::fetch(const std::string& url) {
  KF_TRY(const http::Response response, web_.send([&] {
    http::ClientRequest request;
    request.url = url;
    request.headers.set("Accept", "application/json");
    request.allow_local = allow_local_;
    return request;
  }));
  if (is_success(response)) return object_of(response);
  Error error = refusal_of(response);
  if (response.status == 404 && error.reason.empty())
    error.detail = "there is no credential authority at this address";
  return error;
}

Result<const IssuerMetadata*> AuthorityClient::metadata() {
  if (metadata_) return &*metadata_;
  KF_TRY(const std::string issuer_url, issuer_metadata_url(issuer_));
  KF_TRY(const std::string server_url, server_metadata_url(issuer_));
  KF_TRY(const boost::json::object issuer_document, fetch(issuer_url));
  KF_TRY(const boost::json::object server_document, fetch(server_url));
  KF_TRY(metadata_, parse_issuer_metadata(issuer_, issuer_document, server_document));
  return &*metadata_;
}

//= spec:authority#3-lost
Result<http::Response> AuthorityClient::send_with_proof(const Make& make, const Access* access,
                                                        const crypto::PrivateKey& key) {
  const bool proves = access == nullptr || access->dpop;
  Result<http::Response> answer = fail(Errc::network, "no answer");
  for (int round = 0; round < kProofRounds; ++round) {
    answer = web_.send([&] {
      http::ClientRequest next = make();
      next.allow_local = allow_local_;
      if (access != nullptr) {
        next.headers.set("Authorization", (access->dpop ? "DPoP " : "Bearer ") + access->token);
      }
      const DpopClaims claims{next.method, without_query(next.url), dpop_nonce_,
                              access != nullptr ? access->token : "", digest::random_id()};
      if (proves) next.headers.set("DPoP", make_dpop(key, claims, web_.now()));
      return next;
    });
    if (!answer) return answer;
    if (const auto nonce = answer->headers.find("DPoP-Nonce")) dpop_nonce_ = std::string(*nonce);
    if (is_success(*answer) || !is_about_dpop(error_of(*answer))) break;
  }
  return answer;
}

Result<Access> AuthorityClient::redeem_code(const std::string& code, const SecretBytes* pin,
                                            const std::string& pin_try,
                                            const crypto::PrivateKey& key) {
  KF_TRY(const IssuerMetadata* about, metadata());
  std::string body = "grant_type=" + form_encoded(credential::kPreAuthorizedGrant) +
                     "&pre-authorized_code=" + form_encoded(code);
  if (pin != nullptr) body += "&tx_code=" + form_encoded(text_of(pin->expose()));
  http::ClientRequest request = form_post(about->token_endpoint, std::move(body));
  request.allow_local = allow_local_;
  if (pin != nullptr) request.headers.set("Idempotency-Key", pin_try);
  const Make make = [&] { return request; };
  // No proof for authorities without DPoP.
  const auto response = about->dpop ? send_with_proof(make, nullptr, key) : web_.send(make);
  wipe(request.body);
  if (!response) return response.error();
  if (!is_success(*response)) {
    return with_clock(token_error(refusal_of(*response), pin != nullptr));
  }
  return parse_access(*response);
}

Result<std::string> AuthorityClient::credential_nonce() {
  KF_TRY(const IssuerMetadata* about, metadata());
  KF_TRY(const http::Response response, web_.send([&] {
    http::ClientRequest request = json_post(about->nonce_endpoint, {});
    request.body.clear();
    request.allow_local = allow_local_;
    return request;
  }));
  if (const auto nonce = response.headers.find("DPoP-Nonce")) dpop_nonce_ = std::string(*nonce);
  if (!is_success(response)) return refusal_of(response);
  KF_TRY(const boost::json::object object, object_of(response));
  return codec::text_member(object, "c_nonce");
}

// with_key_proof makes a call that carries a key proof, with a new one while that is refused.
Result<boost::json::object> AuthorityClient::with_key_proof(
    const std::string& label, const crypto::PrivateKey& key,
    const std::function<Result<http::Response>(const boost::json::object& proofs)>& send) {
  for (int round = 1;; ++round) {
    KF_TRY(const std::string nonce, credential_nonce());
    const std::string proof = make_key_proof(key, issuer_, nonce, label, web_.now());
    const auto response = send({{"jwt", boost::json::array{proof}}});
    if (response) return object_of(*response);
    const bool again = refuses_proof(response.error()) && !is_about_dpop(response.error());
    if (!again || round == kProofRounds) return response.error();
  }
}

Result<boost::json::object> AuthorityClient::request_credential(const Access& access,
                                                                const std::string& configuration,
                                                                const std::string& label,
                                                                const crypto::PrivateKey& key) {
  KF_TRY(const IssuerMetadata* about, metadata());
  auto answer =
      with_key_proof(label, key, [&](const boost::json::object& proofs) -> Result<http::Response> {
        const boost::json::object body{{"credential_configuration_id", configuration},
                                       {"proofs", proofs}};
        KF_TRY(http::Response response,
               send_with_proof([&] { return json_post(about->credential_endpoint, body); }, &access,
                               key));
        if (!is_success(response)) return with_clock(refusal_of(response));
        return response;
      });
  // Neither issued nor refused: the next answer may be the authority's.
  if (answer && !answer->contains("credentials"))
    return fail(Errc::network, "the answer is not the authority's: it has no credential");
  return answer;
}

Result<boost::json::object> AuthorityClient::renew(const Access& access,
                                                   const crypto::PrivateKey& key) {
  return with_key_proof("", key, [&](const boost::json::object& proofs) {
    HolderCall renewal;
    renewal.method = "POST";
    renewal.path = "/v1/credentials/renew";
    renewal.body = boost::json::object{{"proofs", proofs}};
    return call(access, key, renewal);
  });
}

void AuthorityClient::notify(const Access& access, const std::string& notification_id,
                             std::string_view event, const crypto::PrivateKey& key) {
  if (!metadata_ || metadata_->notification_endpoint.empty() || notification_id.empty()) return;
  const boost::json::object body{{"notification_id", notification_id}, {"event", event}};
  const auto sent = send_with_proof(
      [&] { return json_post(metadata_->notification_endpoint, body); }, &access, key);
  static_cast<void>(sent);
}

Result<Access> AuthorityClient::holder_access(const std::string& credential_id,
                                              const crypto::PrivateKey& key) {
  KF_TRY(const IssuerMetadata* about, metadata());
  if (dpop_nonce_.empty()) {
    KF_TRY(const std::string unused, credential_nonce());
    static_cast<void>(unused);
  }
  // An assertion is good once, as a proof is: each request carries its own.
  const Make make = [&] {
    const std::string assertion = make_holder_assertion(key, credential_id, issuer_, dpop_nonce_,
                                                        digest::random_id(), web_.now());
    return form_post(about->token_endpoint, "grant_type=" + form_encoded(kJwtBearer) +
                                                "&assertion=" + form_encoded(assertion));
  };
  for (int round = 1;; ++round) {
    KF_TRY(const http::Response answer, send_with_proof(make, nullptr, key));
    if (is_success(answer)) return parse_access(answer);
    Error error = refusal_of(answer);
    // The same word as for a credential that is not known: asked for once more, it was not that.
    if (error.reason == "invalid_grant" && round == 1) continue;
    return with_clock(std::move(error));
  }
}

Result<http::Response> AuthorityClient::call(const Access& access, const crypto::PrivateKey& key,
                                             const HolderCall& call) {
  std::string base = issuer_;
  while (base.ends_with('/')) base.pop_back();
  http::ClientRequest request;
  if (call.body) request = json_post(base + call.path, *call.body);
  request.method = call.method;
  request.url = base + call.path;
  request.headers.set("Accept", "application/json");
  if (!call.idempotency_key.empty()) request.headers.set("Idempotency-Key", call.idempotency_key);
  if (!call.if_none_match.empty()) request.headers.set("If-None-Match", call.if_none_match);
  if (call.wait_seconds > 0) {
    request.headers.set("Prefer", "wait=" + std::to_string(call.wait_seconds));
    request.timeout = std::chrono::seconds(call.wait_seconds + 20);
  }
  KF_TRY(http::Response response, send_with_proof([&] { return request; }, &access, key));
  if (response.status == 304) return response;
  if (!is_success(response)) return with_clock(refusal_of(response));
  KF_TRY(object_of(response));
  return response;
}

Error AuthorityClient::with_clock(Error error) const {
  const std::string words = clock_words(web_.clock_difference());
  if (!words.empty()) error.detail += "; " + words + ": set it right and try again";
  return error;
}

Result<credential::CredentialOffer> fetch_offer(Web& web, const std::string& url,
                                                bool allow_local) {
  KF_TRY(const http::Response response, web.send([&] {
    http::ClientRequest request;
    request.url = url;
    request.headers.set("Accept", "application/json");
    request.allow_local = allow_local;
    return request;
  }));
  if (is_success(response)) {
    KF_TRY(const boost::json::object object, object_of(response));
    return credential::parse_offer(object);
  }
  Error error = refusal_of(response);
  if (response.status == 404 || response.status == 410) {
    // Without the authority's word somebody between may have said so.
    error =
        error.reason.empty()
            ? fail(Errc::unavailable,
                   "no offer was found: it was used, taken back or ran out, or something on "
                   "the way answered instead of the authority")
            : fail(Errc::not_found,
                   "this offer leads nowhere any more: it was used, taken back, or ran out. Ask "
                   "for a new one; nothing was taken",
                   "unknown_code");
  }
  return error;
}

}  // namespace keyferry::client
