#include "keyferry/transfer/drop_exchange.h"

#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "keyferry/base/base64.h"
#include "keyferry/base/hex.h"
#include "keyferry/codec/json.h"
#include "keyferry/crypto/aead.h"
#include "keyferry/digest/random.h"
#include "keyferry/digest/suite_hash.h"

namespace keyferry::transfer {
namespace {

// tests/vectors/dropbox: worked runs of each suite, computed by another implementation.
class DropVector : public testing::TestWithParam<std::string> {
 protected:
  DropVector() {
    std::ifstream file("tests/vectors/dropbox/" + GetParam() + ".json");
    std::stringstream text;
    text << file.rdbuf();
    vector_ = codec::parse_json_object(text.str()).value();
  }
  static std::string text(const boost::json::value& step, std::string_view name) {
    return codec::text_member(step.as_object(), name).value();
  }
  static Bytes octets(const boost::json::value& step, std::string_view name) {
    return parse_hex(text(step, name)).value();
  }
  DropExchange side(Side own) const {
    return {SecretBytes(octets(vector_, "secret")), *parse_suite(GetParam()), own};
  }
  crypto::Cipher cipher() const {
    if (GetParam() == "1303") return crypto::Cipher::chacha20_poly1305;
    return GetParam() == "1302" ? crypto::Cipher::aes_256_gcm : crypto::Cipher::aes_128_gcm;
  }
  boost::json::object vector_;
};

// Reading one's own message as the other side reads it keeps both at the same place.
//= spec:tigress#B-01 test
//= spec:tigress#B-02 test
//= spec:tigress#B-03 test
//= spec:tigress#B-04 test
//= spec:tigress#B-05 test
//= spec:tigress#DRR-03 test
//= spec:tigress#DRR-13 test
TEST_P(DropVector, EveryMessageLiesAndOpensAsInTheWorkedRun) {
  DropExchange sender = side(Side::sender), receiver = side(Side::receiver);
  for (const boost::json::value& step : vector_.at("messages").as_array()) {
    const bool from_sender = text(step, "from") == "sender";
    DropExchange& reader = from_sender ? receiver : sender;
    EXPECT_EQ(reader.location(), text(step, "url_part"));
    EXPECT_EQ(reader.open(octets(step, "sealed")).value(), octets(step, "message"));
    // The writer drew other octets than we would, so it takes up what the reader has stored.
    DropExchange& writer = from_sender ? sender : receiver;
    writer =
        DropExchange::resume(SecretBytes(octets(vector_, "secret")), *parse_suite(GetParam()),
                             from_sender ? Side::sender : Side::receiver, reader.encode().expose())
            .value();
    EXPECT_EQ(writer.location(), reader.location());
  }
}

// The steps in between, each from the one before: what makes the run a description of its own.
TEST_P(DropVector, EveryStepOfTheWorkedRunFollowsFromTheOneBefore) {
  const auto hash = GetParam() == "1302" ? digest::SuiteHash::sha384 : digest::SuiteHash::sha256;
  Bytes said;
  int number = 0;
  for (const boost::json::value& step : vector_.at("messages").as_array()) {
    EXPECT_EQ(step.at("message_id").as_int64(), number);
    EXPECT_EQ(text(step, "context"), encode_hex(digest::suite_hash(hash, {said})));
    EXPECT_EQ(encode_base64url(octets(step, "location")), text(step, "url_part"));
    const Bytes random = octets(step, "random"), message = octets(step, "message");
    Bytes plaintext{static_cast<std::uint8_t>(random.size())};
    append(plaintext, random);
    append(plaintext, Bytes{0, static_cast<std::uint8_t>(number++)});
    append(plaintext, Bytes{0, 0, static_cast<std::uint8_t>(message.size() >> 8),
                            static_cast<std::uint8_t>(message.size())});
    append(plaintext, message);
    EXPECT_EQ(encode_hex(plaintext), text(step, "plaintext"));
    append(said, plaintext);
    const SecretBytes key(octets(step, "aead_key"));
    const Bytes prk = digest::hkdf_extract(hash, octets(step, "nonce"), octets(step, "key"));
    EXPECT_EQ(encode_hex(prk), text(step, "prk"));
    EXPECT_EQ(SecretBytes(digest::hkdf_expand(hash, prk, bytes_of("key"), key.size())), key);
    EXPECT_EQ(digest::hkdf_expand(hash, prk, bytes_of("nonce"), 12), octets(step, "aead_nonce"));
    const std::size_t nonce = octets(step, "nonce").size();
    const Bytes sealed = octets(step, "sealed");
    EXPECT_EQ(encode_hex(ByteView(sealed).first(nonce)), text(step, "nonce"));
    EXPECT_EQ(crypto::aead_open_at(cipher(), key, octets(step, "aead_nonce"),
                                   ByteView(sealed).subspan(nonce))
                  .value(),
              plaintext);
  }
}

//= spec:tigress#B-10 test
TEST_P(DropVector, EachSideCancelsAtItsOwnPlace) {
  const DropExchange exchange = side(Side::sender);
  for (const boost::json::value& step : vector_.at("cancel").as_array()) {
    const Side from = text(step, "from") == "sender" ? Side::sender : Side::receiver;
    const Side other = from == Side::sender ? Side::receiver : Side::sender;
    EXPECT_EQ(exchange.cancel_location(from), text(step, "url_part"));
    EXPECT_EQ(exchange.open_cancel(from, octets(step, "sealed")).value(), octets(step, "message"));
    EXPECT_FALSE(exchange.open_cancel(other, octets(step, "sealed")));
    const Bytes own = exchange.seal_cancel(from, bytes_of("over"));
    EXPECT_EQ(text_of(exchange.open_cancel(from, own).value()), "over");
  }
}

INSTANTIATE_TEST_SUITE_P(Suites, DropVector, testing::Values("1301", "1302", "1303"));

struct Pair {
  Bytes secret = digest::random_bytes(kDropSecretSize);
  DropExchange sender{SecretBytes::copy(secret), DropSuite::aes_256, Side::sender};
  DropExchange receiver{SecretBytes::copy(secret), DropSuite::aes_256, Side::receiver};
};

//= spec:tigress#DRR-08 test
TEST(DropExchange, TheSidesTakeTurnsAndTheSenderBegins) {
  Pair pair;
  EXPECT_TRUE(pair.sender.is_own_turn());
  EXPECT_FALSE(pair.receiver.is_own_turn());
  EXPECT_DEATH(pair.receiver.seal(bytes_of("first")), "take turns");
  const Bytes first = pair.sender.seal(bytes_of("invite"));
  EXPECT_DEATH(pair.sender.seal(bytes_of("again")), "take turns");
  EXPECT_EQ(pair.receiver.first_message(), Bytes());
  EXPECT_EQ(text_of(pair.receiver.open(first).value()), "invite");
  const Bytes second = pair.receiver.seal({});
  EXPECT_EQ(pair.sender.open(second).value(), Bytes());
  EXPECT_EQ(text_of(pair.sender.first_message()), "invite");
  EXPECT_EQ(text_of(pair.receiver.first_message()), "invite");
  EXPECT_EQ(pair.sender.location(), pair.receiver.location());
}

//= spec:tigress#DRR-13 test
TEST(DropExchange, WithoutWhatWasSaidBeforeNothingIsFound) {
  Pair pair, late;
  late.receiver = DropExchange(SecretBytes::copy(pair.secret), DropSuite::aes_256, Side::receiver);
  const std::string first = pair.sender.location();
  ASSERT_TRUE(pair.receiver.open(pair.sender.seal(bytes_of("invite"))));
  const std::string second = pair.sender.location();
  const Bytes request = pair.receiver.seal(bytes_of("request"));
  EXPECT_EQ(late.receiver.location(), first);
  EXPECT_NE(second, first);
  // Another message 0 with the same text leads elsewhere: its random octets are others.
  DropExchange again(SecretBytes::copy(pair.secret), DropSuite::aes_256, Side::sender);
  again.seal(bytes_of("invite"));
  EXPECT_NE(again.location(), second);
  EXPECT_FALSE(again.open(request));
}

//= spec:tigress#DRR-09 test
TEST(DropExchange, NoTwoSealingsAreTheSame) {
  std::set<Bytes> nonces;
  Pair pair;
  for (int i = 0; i < 2000; ++i) {
    const Bytes sealed = pair.sender.seal_cancel(Side::sender, bytes_of("over"));
    nonces.insert(Bytes(sealed.begin(), sealed.begin() + 32));
  }
  EXPECT_EQ(nonces.size(), 2000U);
}

//= spec:tigress#DRR-11 test
//= spec:tigress#DRR-12 test
TEST(DropExchange, WhatIsChangedOrOfAnotherPlaceDoesNotOpenAndChangesNothing) {
  Pair pair;
  const Bytes sealed = pair.sender.seal(bytes_of("invite"));
  const std::string before = pair.receiver.location();
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 1;
    EXPECT_EQ(pair.receiver.open(changed).error().code, Errc::cannot_open);
    EXPECT_FALSE(pair.receiver.open(ByteView(sealed).first(i)));
  }
  EXPECT_FALSE(pair.receiver.open(pair.sender.seal_cancel(Side::sender, bytes_of("invite"))));
  EXPECT_EQ(pair.receiver.location(), before);
  EXPECT_TRUE(pair.receiver.open(sealed));
}

TEST(DropExchange, DamagedRecordsAndUnknownSuitesAreRefused) {
  EXPECT_FALSE(DropExchange::resume(SecretBytes(Bytes(32)), DropSuite::aes_128, Side::sender, {}));
  EXPECT_DEATH(DropExchange(SecretBytes(Bytes(16)), DropSuite::aes_128, Side::sender), "32 octets");
  for (const char* name : {"1304", "1305", "", "13010", "0x1301", "abcd"}) {
    EXPECT_FALSE(parse_suite(name)) << name;
  }
  for (const char* name : {"1301", "1302", "1303"}) {
    EXPECT_EQ(encode_suite(*parse_suite(name)), name);
  }
}

}  // namespace
}  // namespace keyferry::transfer
