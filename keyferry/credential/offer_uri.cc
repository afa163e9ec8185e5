// openid-credential-offer:// URIs. Values are form-encoded, as every OpenID4VCI wallet reads them.
#include <algorithm>
#include <cctype>
#include <optional>

#include "keyferry/base/hex.h"
#include "keyferry/base/secret.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/pasted_uri.h"
#include "keyferry/codec/plain_text.h"
#include "keyferry/credential/https_url.h"
#include "keyferry/credential/offer.h"

namespace keyferry::credential {
namespace {

constexpr std::string_view kScheme = "openid-credential-offer:";
constexpr std::string_view kByValue = "credential_offer";
constexpr std::string_view kByReference = "credential_offer_uri";
constexpr std::size_t kMostOctets = 16384;
constexpr std::size_t kMostMessage = 64 << 10;

Error bad_uri(std::string_view why) {
  return fail(Errc::invalid, "the credential offer is refused: " + std::string(why));
}

Error damaged(std::string_view why) {
  return fail(Errc::invalid, "the credential offer is damaged or cut off (" + std::string(why) +
                                 "): copy it again as it was sent");
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
    if (!octet || octet->size() != 1) return damaged("a % is not followed by two hex digits");
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
      return bad_uri("it must have credential_offer or credential_offer_uri once");
    }
    KF_TRY(slot, percent_decode(pair.substr(equals + 1)));
  }
  return found;
}

std::string encode(std::string_view name, std::string_view value) {
  return std::string(kScheme) + "//?" + std::string(name) + '=' + percent_encode(value);
}

Result<OfferUri> parse_uri(std::string_view uri) {
  if (uri.size() > kMostOctets) {
    return fail(Errc::too_large, "the credential offer has more than 16 KiB");
  }
  if (!codec::begins_with(uri, kScheme))
    return bad_uri("it does not begin with openid-credential-offer://");
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
  if (!object) {
    return damaged(object.error().detail);
  }
  KF_TRY(CredentialOffer offer, parse_offer(*object));
  return OfferUri(std::move(offer));
}

// without_blank is what messengers put around a text taken off, and the one blank inside; empty
// where there is not exactly one.
std::string without_blank(std::string_view line) {
  const std::string_view bare = codec::without_marks(line);
  std::string joined(bare);
  std::erase(joined, ' ');
  if (joined.size() + 1 != bare.size()) wipe(joined);
  return joined;
}

// Of a text that is nothing but the offer: as it stands (JSON that nobody encoded has blanks), then
// without what messengers put around it, then without a blank inside.
Result<OfferUri> parse_as_a_whole(std::string_view line) {
  auto read = parse_uri(line);
  if (read) return read;
  if (auto again = parse_uri(codec::without_marks(line))) return again;
  std::string joined = without_blank(line);
  auto again = parse_uri(joined);
  wipe(joined);
  return again ? again : read;
}

// What our authority gives: HTTPS://…/offers/ and 43 characters. Of another URL nobody can tell
// where it ends.
bool is_whole(const OfferUri& offer) {
  constexpr std::size_t kHandle = 43;
  constexpr std::string_view kFolder = "/offers/";
  const auto* reference = std::get_if<OfferReference>(&offer);
  if (!reference) return true;  // its JSON ends where it ends
  const std::string_view url = reference->url;
  const std::size_t slash = url.rfind('/');
  const std::string_view handle = url.substr(slash + 1);
  const bool one = url.rfind("://") == url.find("://");  // else two offers, joined
  return one && url.substr(0, slash + 1).ends_with(kFolder) && handle.size() == kHandle &&
         std::all_of(handle.begin(), handle.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
         });
}

bool is_ambiguous(const Result<OfferUri>& found) {
  return !found && found.error().reason == "several";
}

// Of one place the first reading that is whole; of a URL that is not ours all the lines that are
// nothing but its pieces, or else the first that is an offer at all.
Result<OfferUri> read_place(codec::PastedUri& place) {
  if (place.readings.empty())
    return fail(Errc::too_large, "the credential offer has more than 16 KiB");
  Result<OfferUri> best = parse_uri(place.readings.front());
  for (std::size_t i = 0; i < place.readings.size(); ++i) {
    if (!best || !is_whole(*best)) {
      auto read = parse_uri(place.readings[i]);
      if (read && (!best || is_whole(*read) || i < place.pieces)) best = std::move(read);
    }
    wipe(place.readings[i]);
  }
  return best;
}

// The one offer in a message.
Result<OfferUri> find_in_message(std::string_view plain) {
  std::optional<Result<OfferUri>> found;
  for (codec::PastedUri& place : codec::find_uris(plain, kScheme, kMostOctets)) {
    auto read = read_place(place);
    if (read && found && *found && !(*read == **found)) {
      return fail(
          Errc::invalid,
          "the credential offer is refused: there are different ones in this text: give the "
          "one that you mean, alone",
          "several");
    }
    if (!found || (read && !*found)) found = std::move(read);
  }
  return found ? *std::move(found) : bad_uri("it does not begin with openid-credential-offer://");
}

}  // namespace

Result<OfferUri> parse_offer_uri(std::string_view text) {
  if (text.size() > kMostMessage) {
    return fail(Errc::too_large, "the credential offer has more than 16 KiB");
  }
  auto plain = codec::plain_text(text, "the credential offer");
  if (!plain) return plain.error();
  std::string line = codec::on_one_line(*plain);
  auto whole = parse_as_a_whole(codec::trimmed(line));
  wipe(line);
  if (!whole || !is_whole(*whole)) {
    auto found = find_in_message(*plain);
    const bool alone = codec::begins_with(codec::trimmed(*plain), kScheme);
    if (found || (!whole && !alone) || is_ambiguous(found)) whole = std::move(found);
  }
  wipe(*plain);
  return whole;
}

std::string encode_offer_uri(const CredentialOffer& offer) {
  return encode(kByValue, codec::encode_json(encode_offer(offer)));
}

std::string encode_offer_uri(const OfferReference& reference) {
  return encode(kByReference, reference.url);
}

bool is_offer_uri(std::string_view text) {
  auto plain = codec::plain_text(text.substr(0, kMostMessage), "");
  if (!plain) return false;
  auto places = codec::find_uris(*plain, kScheme, 0);
  for (codec::PastedUri& place : places) {
    for (std::string& reading : place.readings) wipe(reading);
  }
  // The blank may lie in the scheme.
  std::string line = codec::on_one_line(*plain);
  std::string joined = without_blank(codec::trimmed(line));
  const bool begins = codec::begins_with(joined, kScheme);
  for (std::string* each : {&*plain, &line, &joined}) wipe(*each);
  return begins || !places.empty();
}

}  // namespace keyferry::credential
