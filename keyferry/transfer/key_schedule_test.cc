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
  EXPECT_EQ(encode_hex(request_key(base, h_invite, receiver.public_key(), nonce).expose()),
            text("key_request"));

  const TrafficKeys keys(base, SecretBytes(), h_invite, h_request, array<32>("sender_nonce"));
  EXPECT_EQ(encode_hex(keys.prk().expose()), text("prk"));
  EXPECT_EQ(encode_hex(keys.words()), text("words"));
  EXPECT_EQ(words_of(keys.words()), text("words_text"));
  EXPECT_EQ(encode_hex(keys.confirm().expose()), text("confirm"));
  EXPECT_EQ(encode_hex(keys.key("sender", 2).expose()), text("key_sender_2"));
}

// The steps between, which nobody asks of us: whoever builds their own looks for a fault in them.
TEST_F(ConfirmedVector, EveryStepBetweenLeadsToTheNext) {
  const Bytes zero(1, 0);
  const auto labelled = [&](std::string_view label, std::initializer_list<ByteView> parts) {
    Bytes input = copy_of(bytes_of(label));
    input.push_back(0);
    for (const ByteView part : parts) input.insert(input.end(), part.begin(), part.end());
    return digest::sha256(input);
  };
  const auto receiver =
      crypto::X25519Private::from_secret(SecretBytes(octets("receiver_private"))).value();
  const auto first = labelled(
      "keyferry v1 first", {octets("h_invite"), receiver.public_key(), octets("receiver_nonce")});
  EXPECT_EQ(encode_hex(first), text("first"));
  const auto hs = labelled("keyferry v1 transcript",
                           {octets("h_invite"), octets("h_request"), octets("sender_nonce")});
  EXPECT_EQ(encode_hex(hs), text("hs"));
  const Bytes secret = octets("secret"), dh = octets("dh");
  Bytes material(1, static_cast<std::uint8_t>(secret.size()));
  for (const Bytes& part : {secret, dh, zero}) {
    material.insert(material.end(), part.begin(), part.end());
  }
  EXPECT_EQ(
      encode_hex(digest::hkdf(octets("first"), material, bytes_of("keyferry v1 request"), 32)),
      text("key_request"));
  EXPECT_EQ(encode_hex(digest::hkdf_extract(octets("hs"), material)), text("prk"));
}

TEST_F(ConfirmedVector, WordsAsDigits) {
  WordOctets words{};
  const Bytes drawn = octets("words");
  std::copy_n(drawn.begin(), words.size(), words.begin());
  std::string digits = digits_of_words(words);
  std::erase(digits, ' ');
  EXPECT_EQ(digits, text("digits"));
}

TEST_F(ConfirmedVector, TheRequestHoldsTheKeyThatIsGranted) {
  const auto request = codec::parse_json_object(text("request")).value();
  const Bytes sealed = sealed_member(request.at("content").as_object()).value();
  const auto inside = open_inside(SecretBytes(octets("key_request")), sealed).value();
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
