// The following itself, against an authority that speaks HTTP: what a fault in it would leave
// undone while every rule holds.
#include "keyferry/verifier/follower.h"

#include <condition_variable>
#include <fstream>
#include <mutex>

#include <gtest/gtest.h>

#include "keyferry/http/http_server.h"
#include "keyferry/verifier/test_folder_test.h"
#include "keyferry/verifier/verifier_test.h"

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;

struct StoppedClock final : Clock {
  Time now() const override { return kNow; }
};

// Serves one list. What asks it to wait it keeps, or breaks.
class Authority {
 public:
  enum class Waits { kept, broken };
  explicit Authority(Waits waits) : waits_(waits) {
    http::ServerOptions options;
    options.listen = "127.0.0.1:0";
    server_ = http::HttpServer::start(options, [this](http::Request request, http::Reply reply) {
                answer(request, std::move(reply));
              }).value();
  }
  ~Authority() {
    held_.clear();
    server_->drain(0ms);
  }

  std::string url() const { return "http://" + server_->address() + "/v1/lists/ssh.krl"; }

  // The first wish to wait for which `is_it` holds; empty: none came.
  std::string awaited(const std::function<bool(const std::string&)>& is_it) {
    std::unique_lock lock(mutex_);
    std::string found;
    came_.wait_for(lock, kPatience, [&] {
      for (const std::string& one : asked_) {
        if (is_it(one)) found = one;
      }
      return !found.empty();
    });
    return found;
  }

 private:
  void answer(const http::Request& request, http::Reply reply) {
    const auto wait = request.headers.find("Prefer");
    http::Response response;
    if (wait) {
      const std::lock_guard lock(mutex_);
      asked_.emplace_back(*wait);
      came_.notify_all();
      if (waits_ == Waits::kept && request.headers.find("If-None-Match"))
        return held_.push_back(std::move(reply));
      if (waits_ == Waits::broken) response.status = 504;
    }
    if (response.status == 200) {
      response.headers.add("ETag", "\"1\"");
      response.body = request.path.ends_with(".jws") ? test_jws(test_payload(1, 1000, list_))
                                                     : std::string(text_of(list_));
      if (request.headers.find("If-None-Match") == "\"1\"") response.status = 304;
    }
    reply(std::move(response));
  }

  const Waits waits_;
  const Bytes list_ = test_list(7);
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> asked_;
  std::vector<http::Reply> held_;
  std::unique_ptr<http::HttpServer> server_;
};

class FollowerTest : public testing::Test {
 protected:
  std::unique_ptr<Follower> follow(const Authority& authority, OnUnreachable policy = {}) {
    ListSettings settings;
    settings.on_unreachable = policy;
    settings.name = "ssh.krl";
    settings.client.url = authority.url();
    settings.file = folder_ / "ssh.krl";
    settings.state_folder = folder_ / "state";
    auto made = Follower::make(settings, test_trust(), clock_, registry_).value();
    made->start();
    return made;
  }

  Bytes content() const {
    const auto read = file::read(folder_ / "ssh.krl");
    return read ? *read : Bytes();
  }

  bool comes(const std::function<bool()>& event) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!event() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
    return event();
  }

  TestFolder folder_;
  StoppedClock clock_;
  prometheus::Registry registry_;
};

TEST_F(FollowerTest, AFileThatSomebodyChangesIsPutBackWithoutAnyNews) {
  Authority authority(Authority::Waits::kept);
  const auto follower = follow(authority);
  ASSERT_TRUE(comes([&] { return follower->ready().has_value(); }));
  // From now on nothing but the file itself tells it anything.
  ASSERT_EQ(authority.awaited([](const std::string&) { return true; }), "wait=25");
  const Bytes list = content();
  ASSERT_EQ(list, test_list(7));
  std::ofstream(folder_ / "ssh.krl", std::ios::trunc) << "mine";
  EXPECT_TRUE(comes([&] { return content() == list; }));
  follower->stop();
}

TEST_F(FollowerTest, WhoStopsItLocksNobodyOut) {
  Authority authority(Authority::Waits::kept);
  const auto follower = follow(authority, {OnUnreachable::Kind::closed});
  ASSERT_TRUE(comes([&] { return follower->ready().has_value(); }));
  ASSERT_EQ(content(), test_list(7));
  follower->stop();
  EXPECT_EQ(content(), test_list(7));
  EXPECT_TRUE(follower->ready()) << "nor does it raise the alarm";
}

TEST_F(FollowerTest, AWaitThatBreaksMakesTheNextOneShorter) {
  Authority authority(Authority::Waits::broken);
  const auto follower = follow(authority);
  const auto shorter = [](const std::string& wait) { return wait != "wait=25"; };
  EXPECT_EQ(authority.awaited(shorter), "wait=1");
  EXPECT_TRUE(follower->ready()) << "the question without a wait was answered";
  follower->stop();
}

}  // namespace
}  // namespace keyferry::verifier
