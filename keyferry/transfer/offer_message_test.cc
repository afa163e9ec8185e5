#include "keyferry/transfer/offer_message.h"

#include <gtest/gtest.h>

namespace keyferry::transfer {
namespace {

constexpr std::string_view kOffer =
    R"({"credential_issuer":"https://auth.example","credential_configuration_ids":["ssh"]})";

std::string plaintext(std::string_view format, std::string_view more = "",
                      std::string_view content = "") {
  return R"({"format":")" + std::string(format) + R"(","content":{"credentialOffer":)" +
         std::string(kOffer) + std::string(content) + "}" + std::string(more) + "}";
}

std::string reason(std::string_view text) {
  const auto message = parse_offer_message(bytes_of(text));
  return message ? "" : message.error().reason;
}

//= spec:tigress#FMT-01 test
//= spec:tigress#FMT-02 test
TEST(OfferMessage, ReadsOursAndTheGenericFormat) {
  for (std::string_view format : {kOfferFormat, kGenericOfferFormat}) {
    const std::string text =
        plaintext(format, R"(,"vendor":{"x":[1,2]})", R"(,"more":null,"note":"for Ada")");
    const auto message = parse_offer_message(bytes_of(text));
    ASSERT_TRUE(message.has_value()) << message.error().detail;
    EXPECT_EQ(message->credential_offer.at("credential_issuer").as_string(),
              "https://auth.example");
    EXPECT_EQ(message->note, "for Ada");
  }
}

TEST(OfferMessage, WhatWeWriteWeRead) {
  OfferMessage message;
  message.credential_offer = {{"credential_issuer", "https://auth.example"}};
  message.note = "Ada’s day at the office";
  message.transfer.fill(7);
  const auto octets = encode_offer_message(message);
  ASSERT_TRUE(octets.has_value());
  const auto read = parse_offer_message(*octets);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->credential_offer, message.credential_offer);
  EXPECT_EQ(read->note, message.note);
  EXPECT_EQ(read->transfer, message.transfer);
}

TEST(OfferMessage, NotesAreShortAndPlain) {
  OfferMessage message;
  for (std::string note : {std::string(201, 'x'), std::string("a\nb"), std::string("a\u202eb"),
                           std::string("a\x1b[2Jb")}) {
    message.note = note;
    EXPECT_FALSE(encode_offer_message(message).has_value());
  }
  // A foreign sender's note is shown cleaned.
  const auto read = parse_offer_message(
      bytes_of(plaintext(kOfferFormat, "", ",\"note\":\"a\\u202e\\u001b[2Jb\"")));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->note, "a[2Jb");
}

TEST(OfferMessage, NewerAndForeignFormatsAreNamed) {
  EXPECT_EQ(reason(plaintext("keyferry.offer.v2")), "version");
  EXPECT_EQ(reason(plaintext("keyferry.share.v1")), "version");
  EXPECT_EQ(reason(plaintext("digitalwallet.carkey.ccc")), "format");
  EXPECT_EQ(reason(plaintext(kOfferFormat, R"(,"keyferry":{"v":2})")), "version");
  EXPECT_EQ(reason(plaintext(kOfferFormat, R"(,"keyferry":{"v":"1"})")), "damaged");
}

TEST(OfferMessage, RoutingIsCheckedWhereThereIsSome) {
  const auto routed = [](std::string_view type, std::string_view from, std::string_view seq) {
    return plaintext(kOfferFormat, R"(,"keyferry":{"v":1,"type":")" + std::string(type) +
                                       R"(","transfer":"AAAAAAAAAAAAAAAAAAAAAA","from":")" +
                                       std::string(from) + R"(","seq":)" + std::string(seq) + "}");
  };
  EXPECT_EQ(reason(routed("invite", "sender", "0")), "");
  EXPECT_EQ(reason(routed("invite", "receiver", "0")), "reflected");
  EXPECT_EQ(reason(routed("invite", "sender", "1")), "order");
  EXPECT_EQ(reason(routed("grant", "sender", "0")), "order");
  EXPECT_EQ(reason(routed("invite", "somebody", "0")), "damaged");
  EXPECT_EQ(reason(routed("invite", "sender", "0.0")), "damaged");
  EXPECT_EQ(reason(routed("invite", "sender", "256")), "damaged");
}

TEST(OfferMessage, DamagedOnesAreRefused) {
  const std::string good = plaintext(kOfferFormat);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(reason(good.substr(0, size)), "damaged") << size;
  }
  for (
      std::string_view bad :
      {"[]", "null", R"({"format":"keyferry.offer.v1"})",
       R"({"format":"keyferry.offer.v1","content":{}})",
       R"({"format":"keyferry.offer.v1","content":{"credentialOffer":"x"}})",
       R"({"format":7,"content":{"credentialOffer":{}}})",
       R"({"format":"keyferry.offer.v1","format":"keyferry.offer.v1","content":{"credentialOffer":{}}})",
       "\xef\xbb\xbf{}", R"({"content":{"credentialOffer":{}}})"}) {
    EXPECT_EQ(reason(bad), "damaged") << bad;
  }
  EXPECT_EQ(reason(plaintext(kOfferFormat, ",\"x\":\"" + std::string(32768, 'x') + "\"")),
            "damaged");
  EXPECT_EQ(reason(plaintext(kOfferFormat, R"(,"x":[[[[[[[[1]]]]]]]])")), "damaged");
}

}  // namespace
}  // namespace keyferry::transfer
