#include "keyferry/crypto/jws.h"

#include <gtest/gtest.h>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/digest/hash.h"

namespace keyferry::crypto {
namespace {

std::string part(std::string_view text) {
  return encode_base64url(bytes_of(text));
}

// signed_as signs any header and payload text, also those that sign_jws would never write.
std::string signed_as(std::string_view header, std::string_view payload, const PrivateKey& key) {
  const std::string input = part(header) + "." + part(payload);
  return input + "." + encode_base64url(key.sign(bytes_of(input)));
}

bool verifies(std::string_view compact, std::string_view typ, const PublicKey& key) {
  const auto jws = parse_jws(compact, typ);
  return jws && verify_jws(*jws, key);
}

// RFC 9449 section 4.1: a DPoP proof under the key in its header.
TEST(Jws, VerifiesTheProofOfRfc9449) {
  const std::string_view compact =
      "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6Ik"
      "VDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCR"
      "nMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JE"
      "QSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIj"
      "oiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwia"
      "WF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg"
      "4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
  const auto jws = parse_jws(compact, "dpop+jwt");
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws->payload.at("htm"), "POST");
  const auto key = parse_jwk(jws->header.at("jwk").as_object());
  ASSERT_TRUE(key);
  EXPECT_TRUE(verify_jws(*jws, *key));
}

// RFC 8037 appendix A.4 and RFC 7515 appendix A.3; their payload or header is not what parse_jws
// takes, so only the signature is checked.
TEST(Jws, SignsWhatRfc8037SignsAndVerifiesRfc7515) {
  const auto ed = PrivateKey::from_secret(
      KeyType::ed25519,
      SecretBytes(*parse_base64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")));
  ASSERT_TRUE(ed);
  EXPECT_EQ(
      encode_base64url(
          ed->sign(bytes_of("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"))),
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  const auto p256 = parse_jwk({{"kty", "EC"},
                               {"crv", "P-256"},
                               {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                               {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}});
  ASSERT_TRUE(p256);
  EXPECT_TRUE(p256->verify(
      bytes_of("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9"
               "leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"),
      *parse_base64url(
          "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqP"
          "P3-Kg6NU1Q")));
}

class BothAlgorithms : public testing::TestWithParam<KeyType> {};
INSTANTIATE_TEST_SUITE_P(Jws, BothAlgorithms, testing::Values(KeyType::ed25519, KeyType::p256),
                         [](const auto& one) {
                           return one.param == KeyType::p256 ? "Es256" : "Eddsa";
                         });

TEST_P(BothAlgorithms, WhatIsSignedVerifies) {
  const PrivateKey key = PrivateKey::generate(GetParam());
  const std::string compact =
      sign_jws({{"typ", "t"}, {"alg", "none"}, {"kid", "k"}}, {{"a", 1}}, key);
  const auto jws = parse_jws(compact, "t");
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws->header.at("alg"), GetParam() == KeyType::p256 ? "ES256" : "EdDSA");
  EXPECT_EQ(jws->header.at("kid"), "k");
  EXPECT_EQ(jws->payload, (boost::json::object{{"a", 1}}));
  EXPECT_TRUE(verify_jws(*jws, key.public_key()));
  EXPECT_EQ(verify_jws(*jws, PrivateKey::generate(GetParam()).public_key()).error().code,
            Errc::cannot_open);
}

TEST_P(BothAlgorithms, EveryBitAndEveryCharacterCounts) {
  const PrivateKey key = PrivateKey::generate(GetParam());
  const std::string compact = sign_jws({{"typ", "t"}}, {{"aud", "https://a"}, {"n", 17}}, key);
  ASSERT_TRUE(verifies(compact, "t", key.public_key()));
  for (std::size_t bit = 0; bit < compact.size() * 8; ++bit) {
    std::string changed = compact;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(verifies(changed, "t", key.public_key())) << changed;
  }
  for (std::size_t size = 0; size < compact.size(); ++size) {
    EXPECT_FALSE(verifies(compact.substr(0, size), "t", key.public_key())) << size;
    EXPECT_FALSE(verifies(compact.substr(compact.size() - size), "t", key.public_key())) << size;
  }
  for (const char* more : {"A", "=", ".", " ", "\n"}) {
    EXPECT_FALSE(verifies(compact + more, "t", key.public_key()));
    EXPECT_FALSE(verifies(more + compact, "t", key.public_key()));
  }
}

TEST_P(BothAlgorithms, TheKeyDecidesTheAlgorithm) {
  const PrivateKey key = PrivateKey::generate(GetParam());
  const char* const right = GetParam() == KeyType::p256 ? "ES256" : "EdDSA";
  for (const char* alg : {"none", "None", "HS256", "RS256", "PS256", "ES256", "EdDSA", "ES384",
                          "eddsa", "es256", "ES256K", "Ed25519", "Ed448", ""}) {
    const std::string header = R"({"typ":"t","alg":")" + std::string(alg) + R"("})";
    EXPECT_EQ(verifies(signed_as(header, "{}", key), "t", key.public_key()),
              std::string_view(alg) == right)
        << alg;
  }
  for (const char* header : {R"({"typ":"t"})", R"({"typ":"t","alg":null})",
                             R"({"typ":"t","alg":["ES256"]})", R"({"typ":"t","alg":256})"}) {
    EXPECT_FALSE(verifies(signed_as(header, "{}", key), "t", key.public_key())) << header;
  }
}

TEST_P(BothAlgorithms, NoSignatureAndAMacUnderThePublicKeyAreRefused) {
  const PublicKey key = PrivateKey::generate(GetParam()).public_key();
  EXPECT_FALSE(verifies(part(R"({"typ":"t","alg":"none"})") + "." + part("{}") + ".", "t", key));
  const std::string input = part(R"({"typ":"t","alg":"HS256"})") + "." + part("{}");
  const auto mac = digest::hmac_sha256(key.raw(), {bytes_of(input)});
  EXPECT_FALSE(verifies(input + "." + encode_base64url(mac), "t", key));
}

TEST(Jws, AKeyOfTheOtherTypeIsRefused) {
  const PrivateKey ed = PrivateKey::generate(KeyType::ed25519);
  const PrivateKey p256 = PrivateKey::generate(KeyType::p256);
  const std::string compact = sign_jws({{"typ", "t"}}, {}, ed);
  EXPECT_FALSE(verifies(compact, "t", p256.public_key()));
  EXPECT_FALSE(verifies(sign_jws({{"typ", "t"}}, {}, p256), "t", ed.public_key()));
  EXPECT_FALSE(verifies(signed_as(R"({"typ":"t","alg":"ES256"})", "{}", ed), "t", ed.public_key()));
}

std::string without_error(std::string_view compact, std::string_view typ) {
  const auto jws = parse_jws(compact, typ);
  if (jws) return "parsed";
  EXPECT_EQ(jws.error().code, Errc::invalid);
  return jws.error().detail;
}

TEST(Jws, TypIsComparedExactlyBeforeAnythingElse) {
  const PrivateKey key = PrivateKey::generate(KeyType::ed25519);
  for (const char* header :
       {R"({"typ":"T"})", R"({"typ":"application/t"})", R"({"typ":"t "})", R"({"typ":["t"]})",
        R"({"typ":null})", R"({"alg":"EdDSA"})", R"({"typ":"u","crit":["exp"]})"}) {
    EXPECT_EQ(without_error(signed_as(header, "not json", key), "t"),
              "the JWS must have the type t")
        << header;
  }
  EXPECT_EQ(without_error(signed_as(R"({"typ":"t","crit":["b64"],"b64":false})", "{}", key), "t"),
            "the JWS demands an extension that does not exist here");
  EXPECT_EQ(without_error(signed_as(R"({"typ":"t","crit":[]})", "{}", key), "t"),
            "the JWS demands an extension that does not exist here");
}

TEST(Jws, OnlyThreePartsOfBase64urlObjectsAreTaken) {
  const std::string header = part(R"({"typ":"t"})");
  const std::string body = part("{}");
  ASSERT_EQ(without_error(header + "." + body + ".AAAA", "t"), "parsed");
  for (const std::string& text : {std::string(),
                                  std::string("."),
                                  std::string(".."),
                                  header,
                                  header + "." + body,
                                  header + "." + body + ".AA.AA",
                                  "." + body + ".AA",
                                  header + "..AA",
                                  header + "=." + body + ".AAAA",
                                  header + "." + body + "=.AAAA",
                                  header + "." + body + ".AAA=",
                                  header + "." + body + ".AAB",
                                  header + "." + body + ".A+/A",
                                  header + "." + body + "\n.AAAA",
                                  " " + header + "." + body + ".AAAA",
                                  part(R"([{"typ":"t"}])") + "." + body + ".AAAA",
                                  header + "." + part("[]") + ".AAAA",
                                  header + "." + part("\"a\"") + ".AAAA",
                                  header + "." + part("{}{}") + ".AAAA",
                                  part(R"({"typ":"t","typ":"t"})") + "." + body + ".AAAA",
                                  header + "." + part(R"({"a":{"b":1,"b":1}})") + ".AAAA",
                                  header + "." + part("{\"a\":\"\xff\"}") + ".AAAA",
                                  header + "." + part("\xef\xbb\xbf{}") + ".AAAA"}) {
    EXPECT_NE(without_error(text, "t"), "parsed") << text;
  }
}

TEST(Jws, IsAtMost16KibLong) {
  const std::string start = part(R"({"typ":"t"})") + "." + part("{}") + ".";
  EXPECT_EQ(without_error(
                start + std::string(16384 - start.size() - (16384 - start.size()) % 4, 'A'), "t"),
            "parsed");
  EXPECT_EQ(without_error(start + std::string(16388 - start.size() / 4 * 4, 'A'), "t"),
            "the JWS is longer than 16 KiB");
}

}  // namespace
}  // namespace keyferry::crypto
