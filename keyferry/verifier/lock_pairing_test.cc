#include "keyferry/verifier/lock_pairing.h"

#include <thread>

#include <gtest/gtest.h>

#include "keyferry/crypto/aead.h"
#include "keyferry/digest/hash.h"

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;

SecretBytes code(std::string_view digits) {
  return SecretBytes::copy(bytes_of(digits));
}

// Wallet is the initiator.
struct Wallet {
  Wallet(const PairingSession& lock, std::string_view digits)
      : secret(code(digits)),
        sid(copy_of(lock.sid())),
        side(crypto::CpaceSide::start(
            {secret.expose(), bytes_of("keyferry v1 lock pairing"), sid})) {}
  void hear(ByteView said) {
    crypto::CpaceShare yb{};
    std::copy_n(said.begin(), 32, yb.begin());
    isk = side.initiator_key(sid, yb).value();
    salt = copy_of(digest::sha256({side.share(), yb}));
    statement =
        crypto::aead_open_at(crypto::Cipher::aes_256_gcm, key("lock"), Bytes(12), said.subspan(32));
  }
  SecretBytes key(const std::string& name) const {
    return SecretBytes(digest::hkdf(salt, isk.expose(), bytes_of("keyferry v1 pair " + name), 32));
  }
  Bytes owner(ByteView octets) const {
    return crypto::aead_seal_at(crypto::Cipher::aes_256_gcm, key("owner"), Bytes(12), octets);
  }
  SecretBytes secret;
  Bytes sid;
  crypto::CpaceSide side;
  SecretBytes isk;
  Bytes salt;
  Result<Bytes> statement = fail(Errc::internal, "not heard");
};

//= spec:lock#4-pairing test
TEST(Pairing, TheSameCodeLeadsToTheSameKeys) {
  PairingSession lock;
  Wallet wallet(lock, "12345678");
  wallet.hear(lock.share(wallet.side.share(), code("12345678"), bytes_of("lock, doors")).value());
  EXPECT_EQ(text_of(wallet.statement.value()), "lock, doors");
  EXPECT_EQ(text_of(lock.owner(wallet.owner(bytes_of("key"))).value()), "key");
  EXPECT_EQ(lock.owner(wallet.owner(bytes_of("key"))).error().code, Errc::conflict);
}

TEST(Pairing, AnotherCodeOpensNeither) {
  PairingSession lock;
  Wallet wallet(lock, "12345679");
  wallet.hear(lock.share(wallet.side.share(), code("12345678"), bytes_of("lock, doors")).value());
  EXPECT_FALSE(wallet.statement);
  EXPECT_EQ(lock.owner(wallet.owner(bytes_of("key"))).error().code, Errc::cannot_open);
}

TEST(Pairing, TheKeysOfTheTwoSidesDiffer) {
  PairingSession lock;
  Wallet wallet(lock, "12345678");
  const Bytes said = lock.share(wallet.side.share(), code("12345678"), bytes_of("lock")).value();
  wallet.hear(said);
  EXPECT_FALSE(lock.owner(ByteView(said).subspan(32)));  // its own words
}

TEST(Pairing, WhatIsNoElementIsRefusedAndSpendsNothing) {
  PairingSession lock;
  EXPECT_EQ(lock.share(Bytes(32), code("12345678"), {}).error().code, Errc::invalid);
  EXPECT_EQ(lock.share(Bytes(32, 0xff), code("12345678"), {}).error().code, Errc::invalid);
  EXPECT_EQ(lock.share(Bytes(31), code("12345678"), {}).error().code, Errc::invalid);
  EXPECT_EQ(lock.owner(Bytes(48)).error().code, Errc::conflict);
}

TEST(PairingAct, LastsTwoMinutesAndIsGoodForOneGuess) {
  PairingAct act;
  const auto start = PairingAct::Clock::now();
  EXPECT_FALSE(act.allowed(start));
  EXPECT_FALSE(act.take(start));
  act.allow(start);
  EXPECT_TRUE(act.allowed(start + 119s));
  EXPECT_FALSE(act.allowed(start + 120s));
  EXPECT_TRUE(act.take(start + 119s));
  EXPECT_FALSE(act.take(start + 1s));
  EXPECT_FALSE(act.allowed(start + 1s));
  act.allow(start);
  EXPECT_FALSE(act.take(start + 120s));
  act.allow(start);
  act.withdraw();
  EXPECT_FALSE(act.take(start));
}

TEST(PairingAct, OfManyAtOnceOneTakesIt) {
  for (int round = 0; round < 50; ++round) {
    PairingAct act;
    const auto now = PairingAct::Clock::now();
    act.allow(now);
    std::atomic<int> taken{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] { taken += act.take(now) ? 1 : 0; });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(taken, 1);
  }
}

}  // namespace
}  // namespace keyferry::verifier
