#include "keyferry/crypto/jwk.h"

#include <gtest/gtest.h>

#include "keyferry/base/hex.h"
#include "keyferry/codec/json.h"

namespace keyferry::crypto {
namespace {

boost::json::object object(std::string_view text) {
  return *codec::parse_json_object(text);
}

// RFC 8037 appendix A.2.
constexpr std::string_view kEd25519 =
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
// RFC 9449 section 4.1, whose `jkt` section 6.1 gives.
constexpr std::string_view kP256 =
    R"({"kty":"EC","crv":"P-256","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",)"
    R"("y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"})";

TEST(Jwk, ThumbprintsMatchTheRfcs) {
  EXPECT_EQ(jwk_thumbprint(*parse_jwk(object(kEd25519))),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");  // RFC 8037 appendix A.3
  EXPECT_EQ(jwk_thumbprint(*parse_jwk(object(kP256))),
            "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");  // RFC 9449 section 6.1
}

TEST(Jwk, WhatIsReadIsWrittenAgain) {
  for (std::string_view text : {kEd25519, kP256}) {
    const auto key = parse_jwk_exact(object(text));
    ASSERT_TRUE(key);
    EXPECT_EQ(codec::encode_json(encode_jwk(*key)), text);
  }
  EXPECT_EQ(encode_hex(parse_jwk(object(kEd25519))->raw()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST(Jwk, OtherMembersAreIgnoredUnlessExactnessIsAskedFor) {
  for (std::string_view text : {kEd25519, kP256}) {
    for (const char* name : {"kid", "use", "alg", "key_ops", "z"}) {
      boost::json::object jwk = object(text);
      jwk[name] = "sig";
      EXPECT_TRUE(parse_jwk(jwk)) << name;
      EXPECT_FALSE(parse_jwk_exact(jwk)) << name;
    }
  }
  boost::json::object jwk = object(kEd25519);
  jwk["y"] = jwk["x"];
  EXPECT_FALSE(parse_jwk_exact(jwk));
}

TEST(Jwk, APrivateKeyIsRefused) {
  for (std::string_view text : {kEd25519, kP256}) {
    boost::json::object jwk = object(text);
    jwk["d"] = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    EXPECT_EQ(parse_jwk(jwk).error(), fail(Errc::invalid, "the JWK holds a private key"));
    jwk["d"] = nullptr;
    EXPECT_FALSE(parse_jwk(jwk));
    EXPECT_FALSE(parse_jwk_exact(jwk));
  }
}

TEST(Jwk, MissingWrongAndForeignMembersAreRefused) {
  for (std::string_view text : {kEd25519, kP256}) {
    const boost::json::object good = object(text);
    for (const auto& member : good) {
      const std::string_view name(member.key().data(), member.key().size());
      boost::json::object jwk = good;
      jwk.erase(name);
      EXPECT_FALSE(parse_jwk(jwk)) << name;
      for (const boost::json::value& wrong :
           {boost::json::value(7), boost::json::value(nullptr), boost::json::value(""),
            boost::json::value("AA"), boost::json::value(boost::json::array{"EC"})}) {
        jwk[name] = wrong;
        EXPECT_FALSE(parse_jwk(jwk)) << name;
      }
      // One character too few, too many, padding, spare bits that are not zero.
      if (name.size() > 1) continue;
      const std::string value(member.value().get_string());
      for (const std::string& wrong :
           {value.substr(1), value + "A", value + "=", value.substr(0, 42) + "B"}) {
        jwk[name] = wrong;
        EXPECT_FALSE(parse_jwk(jwk)) << wrong;
      }
    }
  }
  for (const char* crv : {"X25519", "Ed448", "P-384", "secp256k1", "ed25519"}) {
    boost::json::object jwk = object(kEd25519);
    jwk["crv"] = crv;
    EXPECT_FALSE(parse_jwk(jwk)) << crv;
  }
  boost::json::object mixed = object(kP256);
  mixed["kty"] = "OKP";
  EXPECT_FALSE(parse_jwk(mixed));
  mixed = object(kEd25519);
  mixed["kty"] = "EC";
  EXPECT_FALSE(parse_jwk(mixed));
}

TEST(Jwk, APointOffTheCurveIsRefused) {
  boost::json::object jwk = object(kP256);
  std::swap(jwk["x"], jwk["y"]);
  EXPECT_EQ(parse_jwk(jwk).error().code, Errc::invalid);
  boost::json::object small = object(kEd25519);
  small["x"] = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  EXPECT_EQ(parse_jwk(small).error().code, Errc::invalid);
}

}  // namespace
}  // namespace keyferry::crypto
