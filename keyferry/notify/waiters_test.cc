#include "keyferry/notify/waiters.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace keyferry::notify {
namespace {

// Tasks collects what Waiters wants to run later; the test decides when.
class Tasks {
 public:
  Waiters::After after() {
    return [this](Duration delay, std::function<void()> task) {
      const std::lock_guard lock(mutex_);
      delays.push_back(delay);
      tasks_.push_back(std::move(task));
    };
  }
  void run_all() {
    std::vector<std::function<void()>> now;
    {
      const std::lock_guard lock(mutex_);
      now.swap(tasks_);
    }
    for (const auto& task : now) task();
  }
  std::vector<Duration> delays;

 private:
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
};

constexpr Duration kLong{3'600'000};

TEST(Waiters, AWakeReachesEveryWaiterOfItsTopicOnce) {
  int a = 0;
  int b = 0;
  Tasks tasks;
  Waiters waiters(tasks.after());
  waiters.wait("a", kLong, [&] { ++a; });
  waiters.wait("a", kLong, [&] { ++a; });
  waiters.wait("b", kLong, [&] { ++b; });
  EXPECT_EQ(waiters.size(), 3u);
  waiters.wake("a");
  EXPECT_EQ(a, 2);
  EXPECT_EQ(b, 0);
  waiters.wake("a");
  waiters.wake("nobody");
  EXPECT_EQ(a, 2);
  EXPECT_EQ(waiters.size(), 1u);
}

TEST(Waiters, OneCanBeWokenByItsNameAndOnlyOnce) {
  int first = 0;
  int second = 0;
  Tasks tasks;
  Waiters waiters(tasks.after());
  const auto name = waiters.wait("a", kLong, [&] { ++first; });
  waiters.wait("a", kLong, [&] { ++second; });
  waiters.wake_one(name);
  waiters.wake_one(name);
  waiters.wake_one(0);
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 0);
  EXPECT_EQ(waiters.size(), 1u);
  waiters.wake("a");
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 1);
}

TEST(Waiters, ADeadlineWakes) {
  Tasks tasks;
  Waiters waiters(tasks.after());
  int early = 0;
  int late = 0;
  waiters.wait("a", Duration(1), [&] { ++early; });
  waiters.wait("a", kLong, [&] { ++late; });
  std::this_thread::sleep_for(Duration(2));
  tasks.run_all();
  EXPECT_EQ(early, 1);
  EXPECT_EQ(late, 0);
  waiters.wake("a");
  EXPECT_EQ(early, 1);
  EXPECT_EQ(late, 1);
}

TEST(Waiters, OneTimerServesMany) {
  Tasks tasks;
  Waiters waiters(tasks.after());
  for (int i = 0; i < 1000; ++i) waiters.wait("a", kLong, [] {});
  EXPECT_EQ(tasks.delays.size(), 1u);
  waiters.wait("a", kLong / 2, [] {});
  ASSERT_EQ(tasks.delays.size(), 2u);
  EXPECT_LE(tasks.delays[1], kLong / 2);
}

TEST(Waiters, ATaskThatRunsEarlyIsAskedForAgain) {
  Tasks tasks;
  Waiters waiters(tasks.after());
  int woken = 0;
  waiters.wait("a", Duration(20), [&] { ++woken; });
  waiters.wait("a", kLong, [] {});
  while (woken == 0) {
    std::this_thread::sleep_for(Duration(5));
    tasks.run_all();
  }
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(waiters.size(), 1u);
  EXPECT_GT(tasks.delays.back(), kLong / 2);
}

TEST(Waiters, AWokenWaiterMayWaitAgain) {
  Tasks tasks;
  Waiters waiters(tasks.after());
  int woken = 0;
  std::function<void()> again = [&] {
    if (++woken < 3) waiters.wait("a", kLong, again);
  };
  waiters.wait("a", kLong, again);
  waiters.wake("a");
  EXPECT_EQ(woken, 1) << "what registers during a wake waits for the next one";
  waiters.wake("a");
  waiters.wake("a");
  EXPECT_EQ(woken, 3);
}

TEST(Waiters, ShutDownWakesAllAndLaterWaitsAtOnce) {
  Tasks tasks;
  int woken = 0;
  {
    Waiters waiters(tasks.after());
    waiters.wait("a", kLong, [&] { ++woken; });
    EXPECT_FALSE(waiters.is_shut());
    waiters.shut_down();
    EXPECT_TRUE(waiters.is_shut());
    EXPECT_EQ(woken, 1);
    waiters.wait("a", kLong, [&] { ++woken; });
    EXPECT_EQ(woken, 2);
  }
  // What is left with the timer finds nobody.
  tasks.run_all();
  EXPECT_EQ(woken, 2);
}

TEST(Waiters, NoTimeToWaitIsOverAtOnce) {
  Tasks tasks;
  Waiters waiters(tasks.after());
  int woken = 0;
  waiters.wait("a", Duration(0), [&] { ++woken; });
  EXPECT_EQ(woken, 1);
}

TEST(Waiters, RacingWakesAndDeadlinesCallEachWaiterExactlyOnce) {
  Tasks tasks;
  Waiters waiters(tasks.after());
  constexpr int kEach = 500;
  std::vector<std::atomic<int>> calls(4 * kEach);
  std::atomic<bool> done = false;
  std::thread timer([&] {
    while (!done) {
      tasks.run_all();
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        waiters.wait(std::to_string(i % 7), Duration(1),
                     [&, n = static_cast<std::size_t>(t * kEach + i)] { ++calls[n]; });
        waiters.wake(std::to_string(i % 5));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  waiters.shut_down();
  done = true;
  timer.join();
  for (const auto& count : calls) EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace keyferry::notify
