#include "keyferry/carrier/direct_stream.h"

#include <array>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "keyferry/carrier/file_carrier.h"
#include "keyferry/file/descriptor.h"

namespace keyferry::carrier {
namespace {

// Wire is the other side of a stream: what it writes is read, and the other way round.
class Wire : public testing::Test {
 protected:
  Wire() {
    EXPECT_EQ(pipe(there_.data()), 0);
    EXPECT_EQ(pipe(back_.data()), 0);
    stream_.emplace(there_[0], back_[1]);
  }
  ~Wire() override {
    for (const int descriptor : {there_[0], there_[1], back_[0], back_[1]}) close(descriptor);
  }
  void say(std::string_view text) {
    EXPECT_EQ(write(there_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void hang_up() {
    close(there_[1]);
    there_[1] = -1;
  }
  std::string heard() {
    std::array<char, 4096> text{};
    const ssize_t got = read(back_[0], text.data(), text.size());
    return std::string(text.data(), static_cast<std::size_t>(got));
  }
  static transfer::SealedPayload message(std::string data) { return {"AEAD", std::move(data)}; }
  static std::string line(std::string data) { return encode_sealed(message(std::move(data))); }

  std::array<int, 2> there_{}, back_{};
  std::optional<DirectStream> stream_;
};

TEST_F(Wire, ASecretAndAMessageAreFoundAmongOtherLines) {
  say("here it comes:\n\n#secret\r\n" + line("one") + "\nthat was it\n");
  EXPECT_EQ(text_of(stream_->secret().value().expose()), "#secret");
  const Arrived first = stream_->first().value();
  EXPECT_EQ(first.payload, message("one"));
  EXPECT_EQ(stream_->receive("", false).value()->payload, message("one"));
}

TEST_F(Wire, WhatIsSentIsALineAndLiesThereUntilSomethingComes) {
  const std::string version = stream_->send(message("mine"), "").value();
  EXPECT_EQ(heard(), line("mine") + "\n");
  EXPECT_EQ(stream_->receive("", false).value()->payload, message("mine"));
  say(line("theirs") + "\n");
  const auto came = stream_->receive(version, true).value();
  ASSERT_TRUE(came.has_value());
  EXPECT_EQ(came->payload, message("theirs"));
}

TEST_F(Wire, AMessageThatCameMeanwhileIsNotWrittenOver) {
  const std::string version = stream_->send(message("mine"), "").value();
  say(line("theirs") + "\n");
  EXPECT_EQ(stream_->send(message("second"), version).error().code, Errc::precondition_failed);
}

TEST_F(Wire, ALineThatIsTooLongIsPassedOver) {
  for (int part = 0; part < 140; ++part) {
    say(std::string(1000, 'x'));
    EXPECT_FALSE(stream_->receive("", false).value().has_value());
  }
  say("\n" + line("one") + "\n");
  EXPECT_EQ(stream_->receive("", false).value()->payload, message("one"));
}

TEST(DirectStream, InputWithoutEndKeepsNobodyFromADeadline) {
  const file::Descriptor endless(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  const file::Descriptor out(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(endless.open() && out.open());
  DirectStream stream(endless.number(), out.number());
  EXPECT_FALSE(stream.receive("", true).value().has_value());
  EXPECT_FALSE(stream.receive("", false).value().has_value());
  EXPECT_TRUE(stream.send({"AEAD", "mine"}, "").has_value());
}

TEST(DirectStream, ASecretOrAFirstMessageThatNeverComesIsGivenUp) {
  const file::Descriptor endless(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(endless.open());
  DirectStream stream(endless.number(), -1);
  EXPECT_EQ(stream.secret().error().reason, "flooded");
  EXPECT_EQ(stream.first().error().reason, "flooded");
}

TEST_F(Wire, TheEndIsNamedOnceNothingIsLeft) {
  say(line("last"));
  hang_up();
  EXPECT_EQ(stream_->first().value().payload, message("last"));
  const std::string version = stream_->receive("", false).value()->version;
  EXPECT_EQ(stream_->receive(version, true).error().reason, "hung_up");
  EXPECT_EQ(stream_->secret().error().reason, "hung_up");
}

}  // namespace
}  // namespace keyferry::carrier
