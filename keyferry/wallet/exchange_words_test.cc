#include "keyferry/wallet/exchange_words.h"

#include <gtest/gtest.h>

namespace keyferry::wallet {
namespace {

TEST(ExchangeWords, AnErrorIsToldInWholeCharacters) {
  std::string detail;
  for (int i = 0; i < 300; ++i) detail += "ü";
  EXPECT_EQ(outcome_reason(detail), detail.substr(0, 400));
  EXPECT_EQ(outcome_reason("two\nlines"), outcome_reason("two lines"));
  EXPECT_EQ(outcome_reason("cut\xc3"), "an error that cannot be shown");
}

TEST(ExchangeWords, EveryEndSaysWhatBecameOfIt) {
  for (const char* reason : {"user", "refused", "words", "code", "expired", "order", "reflected",
                             "misplaced", "damaged", "version", "offer", "other"}) {
    for (const bool by_peer : {false, true}) {
      const transfer::Ended ended{reason, "", by_peer};
      const std::string receiver = words_to_receiver(ended);
      EXPECT_NE(receiver.find("othing was taken"), std::string::npos) << receiver;
      const std::string sender = words_to_sender(ended);
      EXPECT_TRUE(sender.find("obody got anything") != std::string::npos ||
                  sender.find("the share is revoked") != std::string::npos)
          << sender;
    }
  }
}

}  // namespace
}  // namespace keyferry::wallet
