#include "keyferry/issuer/requests.h"

#include <charconv>

#include "keyferry/authority/nonce.h"
#include "keyferry/codec/json.h"

namespace keyferry::issuer {
namespace {

using authority::Refusal;
using authority::Verdict;

constexpr std::int64_t kMostWaitSeconds = 25;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const bool whole = text.size() - i > 2;
      const int high = whole ? digit(text[i + 1]) : -1;
      const int low = whole ? digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return fail(Errc::invalid, "the form has a bad % escape");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

bool has_media_type(const net::Request& request, std::string_view wanted, bool required) {
  const auto header = request.headers.find("Content-Type");
  if (!header) return !required;
  std::string type(header->substr(0, header->find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return type == wanted;
}

}  // namespace

Result<std::map<std::string, std::string>> parse_form(const net::Request& request) {
  if (!has_media_type(request, "application/x-www-form-urlencoded", true)) {
    return fail(Errc::invalid, "the body must be application/x-www-form-urlencoded");
  }
  std::map<std::string, std::string> form;
  std::string_view rest = request.body;
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const auto pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    KF_TRY(auto name, unescape(pair.substr(0, equals)));
    KF_TRY(auto value, unescape(equals == std::string_view::npos ? "" : pair.substr(equals + 1)));
    if (!form.emplace(std::move(name), std::move(value)).second) {
      return fail(Errc::invalid, "a parameter of the form comes twice");
    }
  }
  return form;
}

Result<boost::json::object> parse_body(const net::Request& request) {
  if (!has_media_type(request, "application/json", false)) {
    return fail(Errc::unsupported_media, "the body must be application/json");
  }
  return codec::parse_json_object(request.body);
}

std::optional<Verdict<authority::DpopProof>> read_dpop(Service& service,
                                                       const net::Request& request,
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

Verdict<Bearing> read_authorization(const net::Request& request) {
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

Verdict<ledger::Access> read_access(Service& service, const net::Request& request,
                                    const std::string& path) {
  auto bearing = read_authorization(request);
  if (const Refusal* no = refused(bearing)) return *no;
  auto& [token, dpop] = std::get<Bearing>(bearing);
  if (!dpop) return Refusal{"invalid_token", "the share calls take Authorization: DPoP"};
  auto proof = read_dpop(service, request, service.settings().url + path, token);
  if (!proof) return Refusal{"invalid_dpop_proof", "the request has no DPoP proof"};
  return ledger::Access{std::move(token), *std::move(proof)};
}

std::optional<Duration> wait_wish(const net::Request& request) {
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

bool matches(const net::Request& request, std::string_view etag) {
  for (std::string_view header : request.headers.all("If-None-Match")) {
    if (header == "*" || header.find(etag) != std::string_view::npos) return true;
  }
  return false;
}

net::Response with_nonce(Service& service, net::Response response) {
  response.headers.set("DPoP-Nonce", authority::make_nonce(service.keys().server,
                                                           authority::kDpopNonce, service.now()));
  return response;
}

}  // namespace keyferry::issuer
