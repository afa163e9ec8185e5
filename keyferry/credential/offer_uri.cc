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
      return bad_uri("credential_offer or credential_offer_uri must stand in it once");
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

// Of a text that is nothing but the offer: as it stands (JSON that nobody encoded has blanks), then
// without what messengers put around it, then without a blank inside.
Result<OfferUri> parse_as_a_whole(std::string_view line) {
  auto read = parse_uri(line);
  if (read) return read;
  const std::string_view bare = codec::without_marks(line);
  if (auto again = parse_uri(bare)) return again;
  std::string joined(bare);
  std::erase(joined, ' ');
  const bool one = joined.size() + 1 == bare.size();
  auto again = one ? parse_uri(joined) : Result<OfferUri>(read.error());
  wipe(joined);
  return again ? again : read;
}

// is_word: letters alone, as a greeting below the offer, hardly as a piece of it.
bool is_word(std::string_view line) {
  line = codec::without_marks(line);
  return std::all_of(line.begin(), line.end(),
                     [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
}

// An offer by value ends where its JSON does. Of a URL nobody can tell whether the next line goes
// on with it: it does where the text is nothing but lines without blanks that are no words.
bool is_certain(const OfferUri& offer, std::string_view plain) {
  if (std::holds_alternative<CredentialOffer>(offer)) return true;
  const std::string_view text = codec::without_marks(codec::trimmed(plain));
  const std::vector<std::string_view> lines = codec::plain_lines(text);
  return text.find("\n\n") == text.npos && codec::find_uris(text, kScheme, 0).size() == 1 &&
         std::none_of(lines.begin(), lines.end(), [](std::string_view line) {
           return is_word(line) || line.find(' ') != line.npos;
         });
}

bool is_ambiguous(const Result<OfferUri>& found) {
  return !found && found.error().reason == "several";
}

// Of one place the first reading that is an offer.
Result<OfferUri> read_place(codec::PastedUri& place) {
  if (place.readings.empty())
    return fail(Errc::too_large, "the credential offer has more than 16 KiB");
  Result<OfferUri> best = parse_uri(place.readings.front());
  for (std::string& reading : place.readings) {
    if (!best) {
      if (auto read = parse_uri(reading)) best = std::move(read);
    }
    wipe(reading);
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
  if (!whole || !is_certain(*whole, *plain)) {
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
  wipe(*plain);
  return !places.empty();
}

}  // namespace keyferry::credential
