#include "keyferry/credential/offer.h"

#include <gtest/gtest.h>

#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"

namespace keyferry::credential {
namespace {

const char* const kFull =
    R"({"credential_issuer":"https://auth.example/base","credential_configuration_ids":["ssh"],)"
    R"("grants":{"urn:ietf:params:oauth:grant-type:pre-authorized_code":{"pre-authorized_code":)"
    R"("aB-_+/%~","tx_code":{"input_mode":"numeric","length":6}}},"keyferry":{"kind":"ssh",)"
    R"("rights":{"logins":["deploy"]},"valid_from":"2026-11-25T10:00:00Z",)"
    R"("valid_until":"2026-11-25T14:00:00Z"}})";

boost::json::object json(std::string_view text) {
  return *codec::parse_json_object(text);
}

// changed returns kFull with the member at `path` replaced, or taken out.
boost::json::object changed(std::initializer_list<std::string_view> path,
                            std::optional<boost::json::value> value) {
  boost::json::object whole = json(kFull);
  boost::json::object* object = &whole;
  for (auto name = path.begin(); name + 1 != path.end(); ++name)
    object = &object->at(*name).as_object();
  object->erase(*(path.end() - 1));
  if (value) object->emplace(*(path.end() - 1), *value);
  return whole;
}

TEST(Offer, ComesBack) {
  const Result<CredentialOffer> offer = parse_offer(json(kFull));
  ASSERT_TRUE(offer) << offer.error().detail;
  EXPECT_EQ(offer->issuer, "https://auth.example/base");
  EXPECT_EQ(offer->configuration_ids, std::vector<std::string>{"ssh"});
  EXPECT_EQ(offer->pre_authorized_code, "aB-_+/%~");
  EXPECT_EQ(offer->tx_code, (TxCode{.length = 6}));
  EXPECT_EQ(offer->terms->kind, "ssh");
  EXPECT_EQ(offer->terms->window.until, *codec::parse_rfc3339("2026-11-25T14:00:00Z"));
  EXPECT_EQ(codec::encode_json(encode_offer(*offer)), kFull);
}

TEST(Offer, ForeignOnesAreRead) {
  const Result<CredentialOffer> offer = parse_offer(json(
      R"({"credential_issuer":"https://i.example:8443","credential_configuration_ids":["a","b"],
          "grants":{"authorization_code":{"issuer_state":"x"},
                    "urn:ietf:params:oauth:grant-type:pre-authorized_code":{"pre-authorized_code":"c",
                      "authorization_server":"https://other.example","tx_code":{"description":" from\nthe letter "}}},
          "unknown":[1]})"));
  ASSERT_TRUE(offer) << offer.error().detail;
  EXPECT_EQ(offer->tx_code, (TxCode{.description = "from the letter"}));
  EXPECT_EQ(offer->terms, std::nullopt);
}

TEST(Offer, BadMembersAreNamedAndTheCodeIsNeverQuoted) {
  const std::string_view grant = kPreAuthorizedGrant;
  const std::pair<boost::json::object, const char*> cases[] = {
      {changed({"credential_issuer"}, std::nullopt), "\"credential_issuer\" is missing"},
      {changed({"credential_issuer"}, "http://auth.example"), "\"credential_issuer\""},
      {changed({"credential_issuer"}, "https://auth.example?x=1"), "\"credential_issuer\""},
      {changed({"credential_issuer"}, "https://auth.example#x"), "\"credential_issuer\""},
      {changed({"credential_issuer"}, "https://u:p@auth.example"), "\"credential_issuer\""},
      {changed({"credential_issuer"}, "https://"), "\"credential_issuer\""},
      {changed({"credential_issuer"}, "https://a.example:0/"), "\"credential_issuer\""},
      {changed({"credential_issuer"}, "https://a b.example"), "\"credential_issuer\""},
      {changed({"credential_issuer"}, 7), "\"credential_issuer\" must be a string"},
      {changed({"credential_configuration_ids"}, "ssh"), "\"credential_configuration_ids\""},
      {changed({"credential_configuration_ids"}, boost::json::array()), "1 to 16"},
      {changed({"credential_configuration_ids"}, boost::json::array{"ssh", "ssh"}), "different"},
      {changed({"grants"}, std::nullopt), "\"grants\" is missing"},
      {changed({"grants", grant}, std::nullopt), "pre-authorized_code\" is missing"},
      {changed({"grants", grant, "pre-authorized_code"}, "SECRET code"), "visible ASCII"},
      {changed({"grants", grant, "pre-authorized_code"}, ""), "visible ASCII"},
      {changed({"grants", grant, "pre-authorized_code"}, boost::json::string(1025, 'x')),
       "1 to 1024"},
      {changed({"grants", grant, "tx_code"}, true), "\"tx_code\" must be an object"},
      {changed({"grants", grant, "tx_code", "input_mode"}, "digits"), "\"input_mode\""},
      {changed({"grants", grant, "tx_code", "length"}, 0), "\"length\""},
      {changed({"keyferry"}, "x"), "\"keyferry\" must be an object"},
      {changed({"keyferry", "kind"}, std::nullopt), "\"keyferry\": member \"kind\" is missing"},
      {changed({"keyferry", "rights"}, std::nullopt), "\"rights\" is missing"},
      {changed({"keyferry", "valid_until"}, "tomorrow"), "\"valid_until\""},
      {changed({"keyferry", "valid_until"}, "2026-11-25T10:00:00Z"), "later than"}};
  for (const auto& [object, part] : cases) {
    const Result<CredentialOffer> offer = parse_offer(object);
    ASSERT_FALSE(offer) << part;
    EXPECT_EQ(offer.error().code, Errc::invalid);
    EXPECT_NE(offer.error().detail.find(part), std::string::npos) << offer.error().detail;
    EXPECT_EQ(offer.error().detail.find("SECRET"), std::string::npos);
  }
}

TEST(OfferUri, CarriesAnOffer) {
  const CredentialOffer offer = *parse_offer(json(kFull));
  const std::string uri = encode_offer_uri(offer);
  EXPECT_EQ(
      uri.rfind("openid-credential-offer://?credential_offer=%7B%22credential_issuer%22%3A", 0),
      0u);
  EXPECT_EQ(uri.find_first_of("\"{}+/ ", std::string("openid-credential-offer://").size()),
            std::string::npos);
  EXPECT_EQ(*parse_offer_uri(uri), OfferUri(offer));
  EXPECT_EQ(*parse_offer_uri(" OpenID-Credential-Offer:///" + uri.substr(26) + "\n"),
            OfferUri(offer));
  EXPECT_EQ(*parse_offer_uri("openid-credential-offer://?x=1&" + uri.substr(27) + "&y&=&"),
            OfferUri(offer));
}

TEST(OfferUri, CarriesAReference) {
  const OfferReference reference{"https://auth.example/base/offers/aB-_09?x=1&y=%20"};
  EXPECT_EQ(encode_offer_uri(reference),
            "openid-credential-offer://?credential_offer_uri="
            "https%3A%2F%2Fauth.example%2Fbase%2Foffers%2FaB-_09%3Fx%3D1%26y%3D%2520");
  EXPECT_EQ(*parse_offer_uri(encode_offer_uri(reference)), OfferUri(reference));
  EXPECT_EQ(*parse_offer_uri("openid-credential-offer://?credential_offer_uri=https://a.example/o"),
            OfferUri(OfferReference{"https://a.example/o"}));
}

// What messengers, mail programs and people do to a link they do to an offer.
TEST(OfferUri, IsMendedAndFoundInAMessage) {
  const OfferUri by_value(*parse_offer(json(kFull)));
  const OfferUri by_reference(OfferReference{"https://auth.example/base/offers/aB-_09"});
  for (const OfferUri& want : {by_value, by_reference}) {
    const std::string uri = std::visit([](const auto& o) { return encode_offer_uri(o); }, want);
    const std::string head = uri.substr(0, 40), middle = uri.substr(40, 20), tail = uri.substr(60);
    for (const std::string& text : {"<" + uri + ">.",
                                    "(" + uri + ")",
                                    "\u201C" + uri + "\u201D!",
                                    "\"" + uri + "\",",
                                    "\u00AB\u00A0" + uri + "\u00A0\u00BB",
                                    "**" + uri + "**",
                                    "\xEF\xBB\xBF" + uri + "\r\n",
                                    head + "\u200B" + middle + "\u202E" + tail,
                                    head + "\r\n" + middle + "\n   " + tail + "\n",
                                    head + " " + middle + tail,
                                    head + "\t" + middle + tail,
                                    head + "\u00A0" + middle + tail,
                                    "> " + head + "\n> " + middle + tail + "\n",
                                    "Hi, take " + uri + " and\nsee you, Ada",
                                    "[take it](" + uri + ")",
                                    "<a href=\"" + uri + "\">take it</a>",
                                    "take <" + uri + "|" + uri + "> now",
                                    uri + "\n\nThanks",
                                    uri + "\nThanks!",
                                    uri + " Thanks",
                                    uri + "\n" + uri}) {
      const auto read = parse_offer_uri(text);
      ASSERT_TRUE(read) << text << ": " << read.error().detail;
      EXPECT_EQ(*read, want) << text;
      EXPECT_TRUE(is_offer_uri(text)) << text;
    }
  }
  const std::string uri = encode_offer_uri(*parse_offer(json(kFull)));
  const auto broken =
      parse_offer_uri("Hi,\n\ntake\n" + uri.substr(0, 60) + "\n" + uri.substr(60, 60) + "\n" +
                      uri.substr(120) + "\nThanks\nAda");
  ASSERT_TRUE(broken);
  EXPECT_EQ(*broken, by_value);
  // Nobody encoded it: blanks and marks are JSON's own.
  std::string raw(kFull);
  raw.replace(raw.find("+/%~"), 4, "");
  const auto unencoded = parse_offer_uri("openid-credential-offer://?credential_offer= " + raw);
  ASSERT_TRUE(unencoded);
  EXPECT_EQ(*unencoded, OfferUri(*parse_offer(json(raw))));
}

// A piece of a URL may be a URL: the right one is what our authority gives, or all of the lines.
TEST(OfferUri, AReferenceIsNotTakenCutOff) {
  const OfferUri ours(
      OfferReference{"https://auth.example/offers/" + std::string(39, 'x') + "a-_9"});
  const OfferUri foreign(OfferReference{"https://wallet.example/o/12/34"});
  for (const OfferUri& want : {ours, foreign}) {
    const std::string uri = encode_offer_uri(std::get<OfferReference>(want));
    const std::string head = uri.substr(0, 30), tail = uri.substr(uri.size() - 5);
    const std::string middle = uri.substr(30, uri.size() - 35);
    for (const std::string& text :
         {"> Hi Bob,\n>\n> " + head + "\n> " + middle + "\n> " + tail + "\n>\n> see you\n",
          "> > " + head + "\n> > " + middle + "\n> > " + tail,
          "Hi,\r\n\r\n<" + head + "\r\n" + middle + "\r\n" + tail + ">\r\n\r\n-- \r\nAda",
          head + middle + "\n" + tail + "\n--\nAda", head + middle + "\n" + tail + "\nsee you"}) {
      const auto read = parse_offer_uri(text);
      ASSERT_TRUE(read) << text << ": " << read.error().detail;
      EXPECT_EQ(*read, want) << text;
    }
  }
  const std::string uri = encode_offer_uri(std::get<OfferReference>(ours));
  for (const std::string& text :
       {"take " + uri.substr(0, 60) + "\n" + uri.substr(60) + " now", uri + "\n030-12345",
        uri + "\n\n" + uri, uri.substr(0, 70) + " " + uri.substr(70)}) {
    EXPECT_EQ(*parse_offer_uri(text), ours) << text;
  }
}

TEST(OfferUri, WhatIsNotCertainIsRefused) {
  const std::string uri = encode_offer_uri(*parse_offer(json(kFull)));
  const std::string other = encode_offer_uri(OfferReference{"https://auth.example/o"});
  EXPECT_NE(parse_offer_uri(uri + "\n\n" + other).error().detail.find("different ones"),
            std::string::npos);
  for (const std::size_t cut : {1U, 5U, 6U, 40U}) {
    for (const std::string& text :
         {uri.substr(0, uri.size() - cut), "take " + uri.substr(0, uri.size() - cut) + " now"}) {
      EXPECT_NE(parse_offer_uri(text).error().detail.find("damaged or cut off"), std::string::npos)
          << text;
    }
  }
  EXPECT_FALSE(parse_offer_uri(uri.substr(0, 60) + "\u00FC" + uri.substr(60)));
  EXPECT_EQ(parse_offer_uri(std::string(70000, 'x')).error().code, Errc::too_large);
  EXPECT_FALSE(parse_offer_uri("\xFF" + uri));
}

TEST(OfferUri, BadOnesAreRefused) {
  for (const char* uri :
       {"", "openid-credential-offer", "openid-credential-offer://",
        "https://a.example/?credential_offer_uri=https://a.example", "openid-credential-offer://?",
        "openid-credential-offer://host?credential_offer_uri=https%3A%2F%2Fa.example",
        "openid-credential-offer://?credential_offer_uri",
        "openid-credential-offer://?credential_offer_uri=",
        "openid-credential-offer://?credential_offer_uri=http://a.example/o",
        "openid-credential-offer://?credential_offer_uri=https://a.example/%23x",
        "openid-credential-offer://?credential_offer_uri=https://"
        "a.example&credential_offer_uri=https://a.example",
        "openid-credential-offer://?credential_offer_uri=https://a.example&credential_offer=%7B%7D",
        "openid-credential-offer://?credential_offer_uri=https://a.example/%4",
        "openid-credential-offer://?credential_offer_uri=https://a.example/%zz",
        "openid-credential-offer://?credential_offer_uri=https://a.example/%25%",
        "openid-credential-offer://?credential_offer=%7B%7D",
        "openid-credential-offer://?credential_offer=%5B%5D",
        "openid-credential-offer://?credential_offer=%7B",
        "openid-credential-offer://?credential_offer=%FF"}) {
    const Result<OfferUri> offer = parse_offer_uri(uri);
    ASSERT_FALSE(offer) << uri;
    EXPECT_EQ(offer.error().code, Errc::invalid) << uri;
  }
  EXPECT_EQ(parse_offer_uri("openid-credential-offer://?x=" + std::string(16384, 'x')).error().code,
            Errc::too_large);
}

TEST(OfferUri, IsToldFromALink) {
  EXPECT_TRUE(is_offer_uri("openid-credential-offer://?credential_offer_uri=x"));
  EXPECT_TRUE(is_offer_uri(" \nOPENID-CREDENTIAL-OFFER:x"));
  EXPECT_TRUE(is_offer_uri("<openid-cre dential-offer://?credential_offer_uri=x>"))
      << "as it is read";
  for (const char* text :
       {"", "https://relay.example/v1/m/x", "openid-credential", "xopenid-credential-offer:"}) {
    EXPECT_FALSE(is_offer_uri(text)) << text;
  }
}

}  // namespace
}  // namespace keyferry::credential
