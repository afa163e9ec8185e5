// openid-credential-offer:// URIs. Values are form-encoded, as every OpenID4VCI wallet reads them.
#include <algorithm>
#include <optional>

#include "keyferry/base/hex.h"
#include "keyferry/codec/json.h"
#include "keyferry/credential/https_url.h"
#include "keyferry/credential/offer.h"

namespace keyferry::credential {
namespace {

constexpr std::string_view kScheme = "openid-credential-offer:";
constexpr std::string_view kByValue = "credential_offer";
constexpr std::string_view kByReference = "credential_offer_uri";
constexpr std::size_t kMostOctets = 16384;

Error bad_uri(std::string_view why) {
  return fail(Errc::invalid, "the credential offer is refused: " + std::string(why));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool has_scheme(std::string_view text) {
  if (text.size() < kScheme.size()) return false;
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (c != kScheme[i]) return false;
  }
  return true;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    if (text.front() != '%') {
      decoded += text.front() == '+' ? ' ' : text.front();
      text.remove_prefix(1);
      continue;
    }
    const Result<Bytes> octet = parse_hex(text.substr(1, 2));
    if (!octet || octet->size() != 1) return bad_uri("a % is not followed by two hex digits");
    decoded += text_of(*octet);
    text.remove_prefix(3);
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    encoded += {'%', kDigits[octet >> 4], kDigits[octet & 15]};
  }
  return encoded;
}

struct Parameters {
  std::optional<std::string> by_value;
  std::optional<std::string> by_reference;
};

Result<Parameters> read_query(std::string_view query) {
  Parameters found;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::size_t equals = pair.find('=');
    KF_TRY(const std::string name, percent_decode(pair.substr(0, equals)));
    if (name != kByValue && name != kByReference) continue;
    std::optional<std::string>& slot = name == kByValue ? found.by_value : found.by_reference;
    if (slot || equals == std::string_view::npos) {
      return bad_uri("credential_offer or credential_offer_uri must stand in it once");
    }
    KF_TRY(slot, percent_decode(pair.substr(equals + 1)));
  }
  return found;
}

std::string encode(std::string_view name, std::string_view value) {
  return std::string(kScheme) + "//?" + std::string(name) + '=' + percent_encode(value);
}

}  // namespace

Result<OfferUri> parse_offer_uri(std::string_view uri) {
  uri = trimmed(uri);
  if (uri.size() > kMostOctets) {
    return fail(Errc::too_large, "the credential offer has more than 16 KiB");
  }
  if (!has_scheme(uri)) return bad_uri("it does not begin with openid-credential-offer://");
  const std::size_t mark = uri.find('?');
  const std::string_view between = uri.substr(kScheme.size(), mark - kScheme.size());
  if (mark == std::string_view::npos || (between != "//" && between != "///" && !between.empty())) {
    return bad_uri("it must look like openid-credential-offer://?credential_offer_uri=…");
  }
  KF_TRY(const Parameters found, read_query(uri.substr(mark + 1)));
  if (found.by_value.has_value() == found.by_reference.has_value()) {
    return bad_uri("it must hold either credential_offer or credential_offer_uri");
  }
  if (found.by_reference) {
    if (!is_https_url(*found.by_reference, UrlQuery::allowed)) {
      return bad_uri("credential_offer_uri must be an https URL");
    }
    return OfferUri(OfferReference{*found.by_reference});
  }
  const Result<boost::json::object> object = codec::parse_json_object(*found.by_value);
  if (!object) return in_context("the credential offer", object.error());
  KF_TRY(CredentialOffer offer, parse_offer(*object));
  return OfferUri(std::move(offer));
}

std::string encode_offer_uri(const CredentialOffer& offer) {
  return encode(kByValue, codec::encode_json(encode_offer(offer)));
}

std::string encode_offer_uri(const OfferReference& reference) {
  return encode(kByReference, reference.url);
}

bool is_offer_uri(std::string_view text) {
  return has_scheme(trimmed(text));
}

}  // namespace keyferry::credential
