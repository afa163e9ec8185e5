// A proof is held against the configured URL and the request's path; the Host header is never
// believed.
#include "keyferry/issuer/requests.h"

#include <charconv>

#include "keyferry/authority/nonce.h"
#include "keyferry/codec/entity_tag.h"
#include "keyferry/codec/json.h"

namespace keyferry::issuer {
namespace {

using authority::Refusal;
using authority::Verdict;

constexpr std::int64_t kMostWaitSeconds = 25;

}  // namespace

Result<http::Form> parse_form(const http::Request& request) {
  if (!http::is_media_type(request.headers, "application/x-www-form-urlencoded")) {
    return fail(Errc::invalid, "the body must be application/x-www-form-urlencoded");
  }
  return http::Form::parse(request.body);
}

Result<boost::json::object> parse_body(const http::Request& request) {
  if (request.headers.find("Content-Type") &&
      !http::is_media_type(request.headers, "application/json")) {
    return fail(Errc::unsupported_media, "the body must be application/json");
  }
  return codec::parse_json_object(request.body);
}

std::optional<Verdict<authority::DpopProof>> read_dpop(Service& service,
                                                       const http::Request& request,
                                                       const std::string& url,
                                                       std::optional<std::string> access_token) {
  const auto headers = request.headers.all("DPoP");
  if (headers.empty()) return std::nullopt;
  if (headers.size() > 1) {
    return Verdict<authority::DpopProof>(
        Refusal{"invalid_dpop_proof", "a request carries one DPoP header"});
  }
  const authority::DpopCall call{request.method, url, std::move(access_token)};
  return authority::check_dpop(service.keys().server, headers.front(), call, service.now());
}

Verdict<Bearing> read_authorization(const http::Request& request) {
  const auto header = request.headers.find("Authorization");
  if (!header) return Refusal{"invalid_token", "the request has no Authorization header"};
  const auto space = header->find(' ');
  std::string scheme(header->substr(0, space));
  for (char& c : scheme) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const bool known = scheme == "dpop" || scheme == "bearer";
  if (!known || space == std::string_view::npos || space + 1 == header->size()) {
    return Refusal{"invalid_token", "Authorization must be DPoP or Bearer with an access token"};
  }
  return Bearing{std::string(header->substr(space + 1)), scheme == "dpop"};
}

Verdict<ledger::Access> read_access(Service& service, const http::Request& request,
                                    const HolderCall& call) {
  auto bearing = read_authorization(request);
  if (const Refusal* no = refused(bearing)) return *no;
  auto& [token, dpop] = std::get<Bearing>(bearing);
  if (!dpop) return Refusal{"invalid_token", "the share calls take Authorization: DPoP"};
  auto proof = read_dpop(service, request, service.settings().url + request.path, token);
  if (!proof) return Refusal{"invalid_dpop_proof", "the request has no DPoP proof"};
  ledger::Gate gate = call.counted ? service.gate(call.name) : ledger::Gate();
  return ledger::Access{std::move(token), *std::move(proof), std::move(gate), call.space};
}

std::optional<Duration> wait_wish(const http::Request& request) {
  for (std::string_view header : request.headers.all("Prefer")) {
    const auto at = header.find("wait=");
    if (at == std::string_view::npos) continue;
    std::int64_t seconds = 0;
    const auto text = header.substr(at + 5);
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec != std::errc() || seconds < 0) continue;
    return std::chrono::seconds(std::min(seconds, kMostWaitSeconds));
  }
  return std::nullopt;
}

bool matches(const http::Request& request, std::string_view etag) {
  return codec::names(codec::parse_tags(request.headers.all("If-None-Match")), etag);
}

http::Response with_nonce(Service& service, http::Response response) {
  response.headers.set("DPoP-Nonce", authority::make_nonce(service.keys().server,
                                                           authority::kDpopNonce, service.now()));
  return response;
}

}  // namespace keyferry::issuer
