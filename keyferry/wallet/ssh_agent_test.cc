#include "keyferry/wallet/ssh_agent.h"

#include <gtest/gtest.h>

#include "keyferry/codec/ssh_wire.h"
#include "keyferry/credential/ssh_certificate.h"

namespace keyferry::wallet {
namespace {

TEST(SshAgent, MessageHasTheCertificateAndALifetime) {
  const auto ca = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  credential::SshCertificate certificate{key.public_key(), 7, 1, "share", {"a@b"}, 0, 1, {}, {},
                                         ca.public_key()};
  const Bytes blob = credential::issue_ssh_certificate(std::move(certificate), Bytes(32, 1), ca);
  const auto message = agent_add_message(key, credential::certificate_line(blob, ""),
                                         "keyferry web", std::chrono::seconds(3600));
  ASSERT_TRUE(message.has_value());
  codec::SshReader outer(message->expose());
  codec::SshReader reader(*outer.string());
  EXPECT_EQ(*reader.u8(), 25);
  EXPECT_EQ(text_of(*reader.string()), "ssh-ed25519-cert-v01@openssh.com");
  EXPECT_EQ(copy_of(*reader.string()), blob);
  EXPECT_EQ(copy_of(*reader.string()), key.public_key().raw());
  EXPECT_EQ(reader.string()->size(), 64U);
  EXPECT_EQ(text_of(*reader.string()), "keyferry web");
  EXPECT_EQ(*reader.u8(), 1);
  EXPECT_EQ(*reader.u32(), 3600U);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(add_to_agent("", *message).error().code, Errc::not_found);
}

}  // namespace
}  // namespace keyferry::wallet
