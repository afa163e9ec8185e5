// The offer object; the URIs that carry it are in offer_uri.cc.
#include "keyferry/credential/offer.h"

#include <algorithm>
#include <set>

#include <boost/json/array.hpp>

#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"
#include "keyferry/credential/https_url.h"

namespace keyferry::credential {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostConfigurations = 16;
constexpr std::size_t kMostCode = 1024;
constexpr std::int64_t kMostTxCode = 64;
constexpr std::size_t kMostDescription = 300;

Result<std::vector<std::string>> parse_configurations(const json::object& object) {
  constexpr std::string_view kName = "credential_configuration_ids";
  KF_TRY(std::vector<std::string> ids, codec::texts_member(object, kName));
  const std::set<std::string> distinct(ids.begin(), ids.end());
  const bool sound =
      !ids.empty() && ids.size() <= kMostConfigurations && distinct.size() == ids.size() &&
      std::ranges::all_of(
          ids, [](const std::string& id) { return id.size() <= 256 && codec::is_visible(id); });
  if (!sound) {
    return fail(Errc::invalid, "member \"" + std::string(kName) +
                                   "\" must name 1 to 16 configurations, all different");
  }
  return ids;
}

Result<std::string> parse_code(const json::object& grant) {
  constexpr std::string_view kName = "pre-authorized_code";
  KF_TRY(std::string code, codec::text_member(grant, kName));
  const bool sound = !code.empty() && code.size() <= kMostCode &&
                     std::ranges::all_of(code, [](char c) { return c > 0x20 && c < 0x7F; });
  if (!sound) {
    return fail(Errc::invalid, "member \"" + std::string(kName) +
                                   "\" must have 1 to 1024 visible ASCII characters");
  }
  return code;
}

Result<std::optional<TxCode>> parse_tx_code(const json::object& grant) {
  KF_TRY(const json::object* object, codec::optional_object_member(grant, "tx_code"));
  if (object == nullptr) return std::optional<TxCode>();
  TxCode tx_code;
  KF_TRY(const auto mode, codec::optional_text_member(*object, "input_mode"));
  tx_code.input_mode = mode.value_or("numeric");
  if (tx_code.input_mode != "numeric" && tx_code.input_mode != "text") {
    return fail(Errc::invalid, "member \"input_mode\" must be numeric or text");
  }
  KF_TRY(tx_code.length, codec::optional_integer_member(*object, "length", 1, kMostTxCode));
  KF_TRY(const auto description, codec::optional_text_member(*object, "description"));
  KF_TRY(tx_code.description, codec::label(description.value_or(""), kMostDescription));
  return std::optional<TxCode>(std::move(tx_code));
}

Result<Time> parse_time_member(const json::object& object, std::string_view name) {
  KF_TRY(const std::string text, codec::text_member(object, name));
  const Result<Time> time = codec::parse_rfc3339(text);
  if (!time) return in_context("member \"" + std::string(name) + "\"", time.error());
  return *time;
}

Result<OfferTerms> parse_terms(const json::object& object) {
  OfferTerms terms;
  KF_TRY(terms.kind, codec::text_member(object, "kind"));
  KF_TRY(const json::object* rights, codec::object_member(object, "rights"));
  terms.rights = *rights;
  KF_TRY(terms.window.from, parse_time_member(object, "valid_from"));
  KF_TRY(terms.window.until, parse_time_member(object, "valid_until"));
  if (terms.window.until <= terms.window.from) {
    return fail(Errc::invalid, "member \"valid_until\" must be later than \"valid_from\"");
  }
  return terms;
}

Result<std::optional<OfferTerms>> parse_optional_terms(const json::object& object) {
  KF_TRY(const json::object* member, codec::optional_object_member(object, "keyferry"));
  if (member == nullptr) return std::optional<OfferTerms>();
  Result<OfferTerms> terms = parse_terms(*member);
  if (!terms) return in_context("member \"keyferry\"", terms.error());
  return std::optional<OfferTerms>(*std::move(terms));
}

Result<CredentialOffer> read_offer(const json::object& object) {
  CredentialOffer offer;
  KF_TRY(offer.issuer, codec::text_member(object, "credential_issuer"));
  if (!is_https_url(offer.issuer, UrlQuery::refused)) {
    return fail(Errc::invalid,
                "member \"credential_issuer\" must be an https URL without query and fragment");
  }
  KF_TRY(offer.configuration_ids, parse_configurations(object));
  KF_TRY(const json::object* grants, codec::object_member(object, "grants"));
  KF_TRY(const json::object* grant, codec::object_member(*grants, kPreAuthorizedGrant));
  KF_TRY(offer.pre_authorized_code, parse_code(*grant));
  KF_TRY(offer.tx_code, parse_tx_code(*grant));
  KF_TRY(offer.terms, parse_optional_terms(object));
  return offer;
}

json::object encode_tx_code(const TxCode& tx_code) {
  json::object object{{"input_mode", tx_code.input_mode}};
  if (tx_code.length) object.emplace("length", *tx_code.length);
  if (!tx_code.description.empty()) object.emplace("description", tx_code.description);
  return object;
}

}  // namespace

Result<CredentialOffer> parse_offer(const json::object& object) {
  Result<CredentialOffer> offer = read_offer(object);
  if (!offer) return in_context("the offer is refused", offer.error());
  return offer;
}

json::object encode_offer(const CredentialOffer& offer) {
  json::object grant{{"pre-authorized_code", offer.pre_authorized_code}};
  if (offer.tx_code) grant.emplace("tx_code", encode_tx_code(*offer.tx_code));
  json::object object{{"credential_issuer", offer.issuer},
                      {"credential_configuration_ids",
                       json::array(offer.configuration_ids.begin(), offer.configuration_ids.end())},
                      {"grants", json::object{{kPreAuthorizedGrant, std::move(grant)}}}};
  if (offer.terms) {
    object.emplace("keyferry",
                   json::object{{"kind", offer.terms->kind},
                                {"rights", offer.terms->rights},
                                {"valid_from", codec::encode_rfc3339(offer.terms->window.from)},
                                {"valid_until", codec::encode_rfc3339(offer.terms->window.until)}});
  }
  return object;
}

}  // namespace keyferry::credential
