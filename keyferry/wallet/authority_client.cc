#include "keyferry/wallet/authority_client.h"

#include "keyferry/codec/json.h"
#include "keyferry/digest/random.h"
#include "keyferry/wallet/proofs.h"

namespace keyferry::wallet {
namespace {

constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr int kNonceRounds = 3;

std::string form_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (std::isalnum(octet) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[octet >> 4];
      out += kHex[octet & 15];
    }
  }
  return out;
}

std::string jti() {
  return encode_uuid(digest::random_uuid());
}

net::ClientRequest form_post(const std::string& url, std::string body) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = url;
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("Accept", "application/json");
  request.body = std::move(body);
  return request;
}

net::ClientRequest json_post(const std::string& url, const boost::json::object& body) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = url;
  request.headers.set("Content-Type", "application/json");
  request.headers.set("Accept", "application/json");
  request.body = codec::encode_json(body);
  return request;
}

std::string without_query(const std::string& url) {
  return url.substr(0, url.find('?'));
}

Result<Access> parse_access(const net::Response& response) {
  KF_TRY(const boost::json::object object, json_of(response));
  Access access;
  KF_TRY(access.token, codec::text_member(object, "access_token"));
  KF_TRY(const std::string type, codec::text_member(object, "token_type"));
  access.dpop = type == "DPoP" || type == "dpop";
  return access;
}

// What the person is told when a code is not exchanged.
Error token_error(Error error) {
  if (error.reason == "wrong_pin") {
    error.code = Errc::unauthorized;
    error.detail += "; nothing was lost: ask the sender for the right PIN and try again";
  } else if (error.reason == "locked") {
    error.code = Errc::forbidden;
    error.detail =
        "this share is locked after five wrong PINs; nothing was taken. The sender unlocks it with "
        "`keyferry rearm` and tells you a new PIN, and sends a new link unless the two of you "
        "compared words or a code: then this link goes on";
  } else if (error.reason == "pin_required") {
    error.code = Errc::invalid;
    error.detail = "this share asks for a PIN: give the one the sender told you (--pin)";
  } else if (error.reason == "unknown_code" || error.reason == "invalid_grant") {
    error.code = Errc::not_found;
    error.reason = "unknown_code";
    error.detail =
        "the authority no longer takes this share: it was used, taken back, or ran out. Ask the "
        "sender for a new one; nothing was taken with it now";
  }
  return error;
}

bool asks_for_nonce(const net::Response& response) {
  if (response.status != 400 && response.status != 401) return false;
  return error_of(response).reason == "use_dpop_nonce";
}

bool is_success(const net::Response& response) {
  return response.status / 100 == 2;
}

}  // namespace

AuthorityClient::AuthorityClient(Web& web, std::string issuer, bool allow_local)
    : web_(web), issuer_(std::move(issuer)), allow_local_(allow_local) {}

Result<boost::json::object> AuthorityClient::fetch(const std::string& url) {
  KF_TRY(const net::Response response, web_.send([&] {
    net::ClientRequest request;
    request.url = url;
    request.headers.set("Accept", "application/json");
    request.allow_local = allow_local_;
    return request;
  }));
  if (!is_success(response)) {
    Error error = error_of(response);
    return response.status == 404
               ? fail(Errc::not_found, "there is no credential authority at this address")
               : error;
  }
  return json_of(response);
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

Result<net::Response> AuthorityClient::send_with_proof(net::ClientRequest request,
                                                       const Access* access,
                                                       const crypto::PrivateKey& key) {
  request.allow_local = allow_local_;
  if (access != nullptr) {
    request.headers.set("Authorization", (access->dpop ? "DPoP " : "Bearer ") + access->token);
  }
  const bool proves = access == nullptr || access->dpop;
  Result<net::Response> answer = fail(Errc::network, "no answer");
  for (int round = 0; round < kNonceRounds; ++round) {
    answer = web_.send([&] {
      net::ClientRequest next = request;
      const DpopClaims claims{request.method, without_query(request.url), dpop_nonce_,
                              access != nullptr ? access->token : "", jti()};
      if (proves) next.headers.set("DPoP", make_dpop(key, claims, web_.now()));
      return next;
    });
    if (!answer) return answer;
    if (const auto nonce = answer->headers.find("DPoP-Nonce")) dpop_nonce_ = std::string(*nonce);
    if (!asks_for_nonce(*answer)) break;
  }
  return answer;
}

Result<Access> AuthorityClient::redeem_code(const std::string& code, const SecretBytes* pin,
                                            const crypto::PrivateKey& key) {
  KF_TRY(const IssuerMetadata* about, metadata());
  std::string body = "grant_type=" + form_encoded(credential::kPreAuthorizedGrant) +
                     "&pre-authorized_code=" + form_encoded(code);
  if (pin != nullptr) body += "&tx_code=" + form_encoded(text_of(pin->expose()));
  net::ClientRequest request = form_post(about->token_endpoint, std::move(body));
  const Access bearer;  // no token and no proof: for authorities without DPoP
  request.allow_local = allow_local_;
  KF_TRY(const net::Response response,
         about->dpop ? send_with_proof(request, nullptr, key) : web_.send([&] { return request; }));
  wipe(request.body);
  if (!is_success(response)) return with_clock(token_error(error_of(response)));
  return parse_access(response);
}

Result<std::string> AuthorityClient::credential_nonce() {
  KF_TRY(const IssuerMetadata* about, metadata());
  KF_TRY(const net::Response response, web_.send([&] {
    net::ClientRequest request = json_post(about->nonce_endpoint, {});
    request.body.clear();
    request.allow_local = allow_local_;
    return request;
  }));
  if (const auto nonce = response.headers.find("DPoP-Nonce")) dpop_nonce_ = std::string(*nonce);
  if (!is_success(response)) return error_of(response);
  KF_TRY(const boost::json::object object, json_of(response));
  return codec::text_member(object, "c_nonce");
}

Result<boost::json::object> AuthorityClient::request_credential(const Access& access,
                                                                const std::string& configuration,
                                                                const std::string& label,
                                                                const crypto::PrivateKey& key) {
  KF_TRY(const IssuerMetadata* about, metadata());
  KF_TRY(const std::string nonce, credential_nonce());
  const std::string proof = make_key_proof(key, issuer_, nonce, label, web_.now());
  const boost::json::object body{
      {"credential_configuration_id", configuration},
      {"proofs", boost::json::object{{"jwt", boost::json::array{proof}}}}};
  KF_TRY(const net::Response response,
         send_with_proof(json_post(about->credential_endpoint, body), &access, key));
  if (!is_success(response)) return with_clock(error_of(response));
  return json_of(response);
}

Result<boost::json::object> AuthorityClient::renew(const Access& access,
                                                   const crypto::PrivateKey& key) {
  KF_TRY(const std::string nonce, credential_nonce());
  HolderCall renewal;
  renewal.method = "POST";
  renewal.path = "/v1/credentials/renew";
  renewal.body = boost::json::object{
      {"proofs", boost::json::object{{"jwt", boost::json::array{make_key_proof(key, issuer_, nonce,
                                                                               "", web_.now())}}}}};
  KF_TRY(const net::Response response, call(access, key, renewal));
  return json_of(response);
}

void AuthorityClient::notify(const Access& access, const std::string& notification_id,
                             std::string_view event, const crypto::PrivateKey& key) {
  if (!metadata_ || metadata_->notification_endpoint.empty() || notification_id.empty()) return;
  const boost::json::object body{{"notification_id", notification_id}, {"event", event}};
  const auto sent =
      send_with_proof(json_post(metadata_->notification_endpoint, body), &access, key);
  static_cast<void>(sent);
}

Result<Access> AuthorityClient::holder_access(const std::string& credential_id,
                                              const crypto::PrivateKey& key) {
  KF_TRY(const IssuerMetadata* about, metadata());
  if (dpop_nonce_.empty()) {
    KF_TRY(const std::string unused, credential_nonce());
    static_cast<void>(unused);
  }
  Result<net::Response> answer = fail(Errc::network, "no answer");
  for (int round = 0; round < kNonceRounds; ++round) {
    const std::string assertion =
        make_holder_assertion(key, credential_id, issuer_, dpop_nonce_, jti(), web_.now());
    const std::string used = dpop_nonce_;
    answer = send_with_proof(
        form_post(about->token_endpoint, "grant_type=" + form_encoded(kJwtBearer) +
                                             "&assertion=" + form_encoded(assertion)),
        nullptr, key);
    if (!answer) return answer.error();
    // A lost answer has used the assertion up: one more round with a new one.
    if (is_success(*answer) || (dpop_nonce_ == used && round > 0)) break;
  }
  if (!is_success(*answer)) return with_clock(error_of(*answer));
  return parse_access(*answer);
}

Result<net::Response> AuthorityClient::call(const Access& access, const crypto::PrivateKey& key,
                                            const HolderCall& call) {
  std::string base = issuer_;
  while (base.ends_with('/')) base.pop_back();
  net::ClientRequest request;
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
  KF_TRY(net::Response response, send_with_proof(std::move(request), &access, key));
  if (!is_success(response) && response.status != 304) return with_clock(error_of(response));
  return response;
}

Error AuthorityClient::with_clock(Error error) const {
  const std::string words = clock_words(web_.clock_difference());
  if (!words.empty()) error.detail += "; " + words + ": set it right and try again";
  return error;
}

Result<credential::CredentialOffer> fetch_offer(Web& web, const std::string& url,
                                                bool allow_local) {
  KF_TRY(const net::Response response, web.send([&] {
    net::ClientRequest request;
    request.url = url;
    request.headers.set("Accept", "application/json");
    request.allow_local = allow_local;
    return request;
  }));
  if (response.status == 404 || response.status == 410) {
    return fail(Errc::not_found,
                "this offer leads nowhere any more: it was used, taken back, or ran out. Ask for a "
                "new one; nothing was taken",
                "unknown_code");
  }
  if (!is_success(response)) return error_of(response);
  KF_TRY(const boost::json::object object, json_of(response));
  return credential::parse_offer(object);
}

}  // namespace keyferry::wallet
