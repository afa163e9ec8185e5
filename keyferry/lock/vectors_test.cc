// The shared vectors, made by foreign code, played at the lock: tests/vectors/delegation/make.py
// says what the lines mean.
#include <sstream>

#include "tests/support/vector_file.h"
#include <gtest/gtest.h>

#include "keyferry/base/hex.h"
#include "keyferry/lock/door_test.h"

namespace keyferry::lock {
namespace {

Bytes octets(std::string_view text) {
  return text == "-" ? Bytes() : parse_hex(text).value();
}

void set_time(TestLock& lock, std::istream& words) {
  std::string seconds;
  words >> seconds;
  lock.time.reset();
  if (seconds == "unknown") return;
  lock.time = static_cast<std::uint32_t>(std::stoul(seconds));
  words >> lock.offset;
}

class Play {
 public:
  explicit Play(const tests::VectorFile& file) : file_(file), lock_(octets(file.at("lock"))) {
    std::istringstream time(file.at("time")), owners(file.at("owners"));
    set_time(lock_, time);
    for (std::string key; owners >> key;) {
      EXPECT_EQ(kfl_add_owner(&lock_.lock(), octets(key).data()), KFL_DONE);
    }
    talk_ = std::make_unique<Talk>(lock_, file.at("door"));
  }
  void all() {
    std::istringstream lines(file_.payload);
    int steps = 0;
    for (std::string line; std::getline(lines, line); ++steps) {
      std::istringstream words(line);
      step(words);
    }
    EXPECT_GT(steps, 1);
    ASSERT_FALSE(lock_.decisions.empty());
    EXPECT_EQ(lock_.decisions.back().reason, file_.at("expect"));
    EXPECT_EQ(lock_.opened, expected_);
  }

 private:
  static std::string word(std::istream& words) {
    std::string out;
    words >> out;
    return out;
  }
  void step(std::istream& words) {
    const std::string verb = word(words);
    if (verb == "challenge") {
      lock_.random = {octets(word(words))};
      EXPECT_EQ(encode_hex(talk_->hello()), word(words));
    } else if (verb == "plain" || verb == "sealed" || verb == "put") {
      said(verb == "plain" ? 3 : verb == "sealed" ? 4 : 7, words);
    } else if (verb == "get") {
      const Bytes body = octets(word(words));
      EXPECT_EQ(encode_hex(talk_->say(9, body).body), word(words));
    } else if (verb == "time") {
      set_time(lock_, words);
    } else if (verb == "wait") {
      lock_.ticks += static_cast<std::uint32_t>(std::stoul(word(words)));
    } else {
      ASSERT_EQ(verb, "door");
      talk_ = std::make_unique<Talk>(lock_, word(words));
    }
  }
  void said(int type, std::istream& words) {
    const Bytes body = octets(word(words));
    const std::string reason = word(words);
    const Frame frame = talk_->say(type, body);
    ASSERT_FALSE(lock_.decisions.empty());
    EXPECT_EQ(lock_.decisions.back().reason, reason);
    if (reason == "opened") ++expected_;
    if (const std::string reply = word(words); !reply.empty()) {
      EXPECT_EQ(encode_hex(frame.body), reply);
    }
  }

  const tests::VectorFile& file_;
  TestLock lock_;
  std::unique_ptr<Talk> talk_;
  int expected_ = 0;
};

//= spec:lock#5-vectors test
TEST(Vectors, EveryOneIsDecidedAsItSays) {
  std::map<std::string, int> seen;
  for (const auto& file : tests::read_vector_files("delegation")) {
    SCOPED_TRACE(file.name);
    Play(file).all();
    ++seen[file.at("expect")];
  }
  for (const char* name :
       {"opened", "done",  "nonce",   "late",  "sealed", "form",  "owner",  "prev",
        "window", "depth", "doors",   "uses",  "hours",  "fresh", "point",  "signature",
        "clock",  "early", "expired", "door",  "hour",   "stale", "denied", "answer",
        "used",   "full",  "forked",  "ahead", "signer", "last"}) {
    if (std::string_view(name) == "forked") continue;  // not the last decision of its case
    EXPECT_GT(seen[name], 0) << name;
  }
}

}  // namespace
}  // namespace keyferry::lock
