#include "keyferry/client/issuer_metadata.h"

#include <gtest/gtest.h>

#include "keyferry/codec/json.h"
#include "keyferry/credential/ssh_key.h"

namespace keyferry::client {
namespace {

const std::string kIssuer = "https://auth.example";

boost::json::object issuer_document() {
  return *codec::parse_json_object(R"({"credential_issuer":"https://auth.example",
    "credential_endpoint":"https://auth.example/credential","nonce_endpoint":"https://auth.example/nonce",
    "notification_endpoint":"https://auth.example:443/notification",
    "credential_configurations_supported":{"ssh":{"format":"ssh-certificate",
      "proof_types_supported":{"jwt":{"proof_signing_alg_values_supported":["ES256","EdDSA"]}}},
      "es":{"format":"x","proof_types_supported":{"jwt":{"proof_signing_alg_values_supported":["ES256"]}}}},
    "keyferry":{"relays":["https://relay.example"]}})");
}

boost::json::object server_document() {
  return *codec::parse_json_object(R"({"issuer":"https://auth.example",
    "token_endpoint":"https://auth.example/token","dpop_signing_alg_values_supported":["EdDSA"]})");
}

TEST(IssuerMetadata, ReadsWhatAWalletNeeds) {
  boost::json::object document = issuer_document();
  const auto ca = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  document["keyferry"].as_object()["ssh_ca_keys"] =
      boost::json::array{credential::authorized_line(ca.public_key(), "")};
  const auto metadata = parse_issuer_metadata(kIssuer, document, server_document());
  ASSERT_TRUE(metadata.has_value()) << metadata.error().detail;
  EXPECT_EQ(metadata->token_endpoint, "https://auth.example/token");
  EXPECT_TRUE(metadata->dpop);
  EXPECT_EQ(metadata->formats.at("ssh"), "ssh-certificate");
  EXPECT_EQ(metadata->proof_keys.at("ssh"), crypto::KeyType::ed25519);
  EXPECT_EQ(metadata->proof_keys.at("es"), crypto::KeyType::p256);
  EXPECT_EQ(metadata->relays, std::vector<std::string>{"https://relay.example"});
  ASSERT_EQ(metadata->ssh_ca_keys.size(), 1U);
  EXPECT_EQ(metadata->ssh_ca_keys[0], ca.public_key());
}

TEST(IssuerMetadata, EveryEndpointIsOnTheIssuersOrigin) {
  for (const char* name : {"credential_endpoint", "nonce_endpoint", "notification_endpoint"}) {
    for (const char* elsewhere :
         {"https://evil.example/x", "http://auth.example/x", "https://auth.example:444/x",
          "https://auth.example@evil.example/x", "https://auth.example.evil/x", "/x"}) {
      boost::json::object document = issuer_document();
      document[name] = elsewhere;
      const auto metadata = parse_issuer_metadata(kIssuer, document, server_document());
      ASSERT_FALSE(metadata.has_value()) << name << elsewhere;
      EXPECT_EQ(metadata.error().reason, "foreign_endpoint");
    }
  }
  boost::json::object server = server_document();
  server["token_endpoint"] = "https://evil.example/token";
  EXPECT_EQ(parse_issuer_metadata(kIssuer, issuer_document(), server).error().reason,
            "foreign_endpoint");
}

TEST(IssuerMetadata, OtherTokenServersAreRefused) {
  boost::json::object document = issuer_document();
  document["authorization_servers"] = boost::json::array{"https://evil.example"};
  EXPECT_EQ(parse_issuer_metadata(kIssuer, document, server_document()).error().reason,
            "foreign_endpoint");
  document["authorization_servers"] = boost::json::array{kIssuer};
  EXPECT_TRUE(parse_issuer_metadata(kIssuer, document, server_document()).has_value());
}

TEST(IssuerMetadata, AnotherNameIsRefused) {
  EXPECT_FALSE(
      parse_issuer_metadata("https://auth.example/", issuer_document(), server_document()));
  boost::json::object server = server_document();
  server["issuer"] = "https://auth.example/other";
  EXPECT_FALSE(parse_issuer_metadata(kIssuer, issuer_document(), server));
}

TEST(IssuerMetadata, MissingMembersAreNamed) {
  for (const char* name : {"credential_endpoint", "nonce_endpoint", "credential_issuer",
                           "credential_configurations_supported"}) {
    boost::json::object document = issuer_document();
    document.erase(name);
    const auto metadata = parse_issuer_metadata(kIssuer, document, server_document());
    ASSERT_FALSE(metadata.has_value());
    EXPECT_NE(metadata.error().detail.find(name), std::string::npos);
  }
}

TEST(IssuerMetadata, WellKnownPathGoesBehindTheHost) {
  EXPECT_EQ(*issuer_metadata_url("https://auth.example/tenant/1"),
            "https://auth.example/.well-known/openid-credential-issuer/tenant/1");
  EXPECT_EQ(*server_metadata_url("https://auth.example:8444"),
            "https://auth.example:8444/.well-known/oauth-authorization-server");
  EXPECT_FALSE(issuer_metadata_url("https://auth.example?x=1"));
}

}  // namespace
}  // namespace keyferry::client
