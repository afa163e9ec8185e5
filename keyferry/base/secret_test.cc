#include "keyferry/base/secret.h"

#include <gtest/gtest.h>

namespace keyferry {
namespace {

TEST(Secret, EqualityLooksAtEveryOctetAndTheLength) {
  const Bytes a{1, 2, 3};
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes b = a;
      b[i] = static_cast<std::uint8_t>(b[i] ^ (1 << bit));
      EXPECT_FALSE(equal_constant_time(a, b));
    }
  }
  EXPECT_TRUE(equal_constant_time(a, Bytes{1, 2, 3}));
  EXPECT_FALSE(equal_constant_time(a, Bytes{1, 2}));
}

TEST(Secret, AMovedFromSecretIsEmpty) {
  SecretBytes a(Bytes{1, 2, 3});
  const SecretBytes b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the promise
  EXPECT_EQ(b, SecretBytes(Bytes{1, 2, 3}));
}

TEST(Secret, WipedTextIsEmptyAndItsBufferIsZero) {
  std::string text = "secret";
  const char* buffer = text.data();
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(std::string_view(buffer, 6), std::string_view("\0\0\0\0\0\0", 6));
}

}  // namespace
}  // namespace keyferry
