#include "keyferry/process/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "keyferry/http/http.h"

namespace keyferry::process {
namespace {

TEST(WorkerPool, RunsWorkOnItsThreads) {
  std::atomic<int> ran = 0;
  std::promise<void> all;
  WorkerPool pool(3);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(pool.post([&] {
      if (++ran == 100) all.set_value();
    }));
  }
  all.get_future().wait();
  EXPECT_EQ(ran, 100);
}

TEST(WorkerPool, RefusesWhenTooMuchWaits) {
  std::promise<void> go;
  std::promise<void> begun;
  std::atomic<int> ran = 0;
  WorkerPool pool(1);
  EXPECT_TRUE(pool.post([&] {
    begun.set_value();
    go.get_future().wait();
  }));
  begun.get_future().wait();
  EXPECT_TRUE(pool.post([&] { ++ran; }, Lane::usual, {}, Room{2}));
  EXPECT_TRUE(pool.post([&] { ++ran; }, Lane::usual, {}, Room{2}));
  EXPECT_FALSE(pool.post([&] { ++ran; }, Lane::usual, {}, Room{2}));
  EXPECT_TRUE(pool.post([&] { ++ran; }, Lane::first, {}, Room{2}))
      << "each lane has room of its own";
  go.set_value();
}

TEST(WorkerPool, TheLanesTakeTurnsWhicheverIsCrowded) {
  for (const Lane other : {Lane::usual, Lane::first, Lane::woken}) {
    std::promise<void> go;
    std::promise<void> begun;
    std::promise<void> all;
    std::vector<Lane> order;
    int ended = 0;
    WorkerPool pool(1);
    pool.post([&] {
      begun.set_value();
      go.get_future().wait();
    });
    begun.get_future().wait();
    for (const Lane crowded : {Lane::usual, Lane::first, Lane::woken}) {
      for (int i = 0; i < 50 && crowded != other; ++i) {
        pool.post([&, crowded] { order.push_back(crowded); }, crowded);
      }
    }
    for (int i = 0; i < 2; ++i) pool.post([&] { order.push_back(other); }, other);
    const auto end = [&] {
      if (++ended == 2) all.set_value();
    };
    for (const Lane crowded : {Lane::usual, Lane::first, Lane::woken}) {
      if (crowded != other) pool.post(end, crowded);
    }
    go.set_value();
    all.get_future().wait();
    EXPECT_LE(std::ranges::find(order, other) - order.begin(), 2);
    EXPECT_EQ(std::count(order.begin(), order.begin() + 6, other), 2) << "every third piece";
  }
}

// Ten bring a hundred pieces each before somebody else brings one.
TEST(WorkerPool, WhoeverComesLateWaitsForOnePieceOfEachOther) {
  std::promise<void> go;
  std::promise<void> begun;
  std::promise<int> stranger;
  int before = 0;
  WorkerPool pool(1);
  pool.post([&] {
    begun.set_value();
    go.get_future().wait();
  });
  begun.get_future().wait();
  for (int i = 0; i < 1000; ++i) {
    const Owner one{"192.0.2.1", std::to_string(i % 10)};
    EXPECT_TRUE(pool.post([&] { ++before; }, Lane::first, one));
  }
  pool.post([&] { stranger.set_value(before); }, Lane::first, {"192.0.2.1", "stranger"});
  go.set_value();
  EXPECT_LE(stranger.get_future().get(), 10);
}

TEST(WorkerPool, SaysHowLongALaneMakesOneWait) {
  std::promise<void> go;
  std::promise<void> begun;
  WorkerPool pool(1);
  pool.post([&] {
    begun.set_value();
    go.get_future().wait();
  });
  begun.get_future().wait();
  EXPECT_EQ(pool.delay(Lane::first), std::chrono::nanoseconds(0)) << "nothing waits there";
  pool.post([] {}, Lane::first);
  const auto early = pool.delay(Lane::first);
  while (pool.delay(Lane::first) == early) std::this_thread::yield();
  EXPECT_GT(pool.delay(Lane::first), early) << "it grows while nothing is begun";
  go.set_value();
}

TEST(WorkerPool, WorkNotBegunIsDroppedAndItsReplySays500) {
  int status = 0;
  std::promise<void> go;
  std::promise<void> begun;
  std::atomic<bool> finished = false;
  std::thread later;
  {
    WorkerPool pool(1);
    pool.post([&] {
      begun.set_value();
      go.get_future().wait();
      finished = true;
    });
    begun.get_future().wait();
    pool.post([reply = http::Reply([&](const http::Response& response) {
                 status = response.status;
               })] { reply(http::text_response(200, "")); });
    // The pool begins to die before the first work ends.
    later = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      go.set_value();
    });
  }
  later.join();
  EXPECT_TRUE(finished) << "work that runs is waited for";
  EXPECT_EQ(status, 500);
}

TEST(WorkerPool, SurvivesWorkThatThrows) {
  std::promise<void> after;
  WorkerPool pool(1);
  pool.post([] { throw std::runtime_error("on purpose"); });
  pool.post([&] { after.set_value(); });
  after.get_future().wait();
}

}  // namespace
}  // namespace keyferry::process
