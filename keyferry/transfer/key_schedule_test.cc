#include "keyferry/transfer/key_schedule.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "keyferry/base/hex.h"
#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/transfer/confirmed_messages.h"

namespace keyferry::transfer {
namespace {

// tests/vectors/transfer/confirmed-transfer.json: a worked run, computed by two implementations.
class ConfirmedVector : public testing::Test {
 protected:
  ConfirmedVector() {
    std::ifstream file("tests/vectors/transfer/confirmed-transfer.json");
    std::stringstream text;
    text << file.rdbuf();
    vector_ = codec::parse_json_object(text.str()).value();
  }
  std::string text(std::string_view name) const {
    return codec::text_member(vector_, name).value();
  }
  Bytes octets(std::string_view name) const { return parse_hex(text(name)).value(); }
  template <std::size_t N>
  ByteArray<N> array(std::string_view name) const {
    const Bytes bytes = octets(name);
    ByteArray<N> out{};
    std::copy_n(bytes.begin(), N, out.begin());
    return out;
  }
  boost::json::object vector_;
};

TEST_F(ConfirmedVector, EveryKeyOfTheWorkedRun) {
  const auto sender =
      crypto::X25519Private::from_secret(SecretBytes(octets("sender_private"))).value();
  const auto receiver =
      crypto::X25519Private::from_secret(SecretBytes(octets("receiver_private"))).value();
  const SecretBytes dh = sender.agree(receiver.public_key()).value();
  EXPECT_EQ(encode_hex(dh.expose()), text("dh"));
  EXPECT_EQ(receiver.agree(sender.public_key()).value(), dh);

  const auto h_invite = digest::sha256(bytes_of(text("invite")));
  const auto h_request = digest::sha256(bytes_of(text("request")));
  EXPECT_EQ(encode_hex(h_invite), text("h_invite"));
  EXPECT_EQ(encode_hex(h_request), text("h_request"));

  const SecretBytes base = shared_base(SecretBytes(octets("secret")), dh);
  const auto nonce = array<32>("receiver_nonce");
  EXPECT_EQ(encode_hex(first_hash(h_invite, receiver.public_key(), nonce)), text("first"));
  EXPECT_EQ(encode_hex(transcript_hash(h_invite, h_request, array<32>("sender_nonce"))),
            text("hs"));
  EXPECT_EQ(encode_hex(request_key(base, h_invite, receiver.public_key(), nonce).expose()),
            text("key_request"));

  const TrafficKeys keys(base, SecretBytes(), h_invite, h_request, array<32>("sender_nonce"));
  EXPECT_EQ(encode_hex(keys.prk().expose()), text("prk"));
  EXPECT_EQ(encode_hex(keys.words()), text("words"));
  EXPECT_EQ(words_of(keys.words()), text("words_text"));
  const std::string digits = digits_of_words(keys.words());
  EXPECT_EQ(digits.substr(0, 4) + digits.substr(5), text("digits"));
  EXPECT_EQ(encode_hex(keys.confirm().expose()), text("confirm"));
  EXPECT_EQ(encode_hex(keys.key("sender", 2).expose()), text("key_sender_2"));
}

TEST_F(ConfirmedVector, TheSealedPartOfTheRequestHoldsTheKeyOfTheThumbprint) {
  const auto request = codec::parse_json_object(text("request")).value();
  const Request content = parse_request(request.at("content").as_object()).value();
  const auto inside = open_inside(SecretBytes(octets("key_request")), content.sealed).value();
  EXPECT_EQ(crypto::jwk_thumbprint(parse_request_secret(inside)->jwk), text("thumbprint"));
}

TEST_F(ConfirmedVector, TheCommitmentInTheInviteIsToTheSendersNonce) {
  const auto invite = codec::parse_json_object(text("invite")).value();
  const auto& handshake = invite.at("content").at("handshake").as_object();
  const Bytes commit = codec::octets_member(handshake, "commit", 32).value();
  EXPECT_EQ(encode_hex(commit), encode_hex(commit_to(array<32>("sender_nonce"))));
}

TEST_F(ConfirmedVector, EveryInputMovesTheWords) {
  const SecretBytes base = shared_base(SecretBytes(octets("secret")), SecretBytes(octets("dh")));
  const auto h_invite = array<32>("h_invite");
  const auto h_request = array<32>("h_request");
  const auto nonce = array<32>("sender_nonce");
  auto changed = [](auto value) {
    value[31] ^= 1;
    return value;
  };
  const WordOctets words = TrafficKeys(base, SecretBytes(), h_invite, h_request, nonce).words();
  EXPECT_NE(TrafficKeys(base, SecretBytes(), changed(h_invite), h_request, nonce).words(), words);
  EXPECT_NE(TrafficKeys(base, SecretBytes(), h_invite, changed(h_request), nonce).words(), words);
  EXPECT_NE(TrafficKeys(base, SecretBytes(), h_invite, h_request, changed(nonce)).words(), words);
  EXPECT_NE(TrafficKeys(base, SecretBytes(Bytes(64, 1)), h_invite, h_request, nonce).words(),
            words);
}

TEST(X25519, ALowOrderPointIsRefused) {
  const auto key = crypto::X25519Private::generate();
  EXPECT_FALSE(key.agree(crypto::X25519Public{}));
  crypto::X25519Public one{};
  one[0] = 1;
  EXPECT_FALSE(key.agree(one));
}

}  // namespace
}  // namespace keyferry::transfer
