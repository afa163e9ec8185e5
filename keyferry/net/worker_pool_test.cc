#include "keyferry/net/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "keyferry/net/http.h"

namespace keyferry::net {
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
  EXPECT_TRUE(pool.post([&] { ++ran; }, Lane::usual, 2));
  EXPECT_TRUE(pool.post([&] { ++ran; }, Lane::usual, 2));
  EXPECT_FALSE(pool.post([&] { ++ran; }, Lane::usual, 2));
  EXPECT_TRUE(pool.post([&] { ++ran; }, Lane::first, 2)) << "each lane has room of its own";
  go.set_value();
}

TEST(WorkerPool, TheLanesTakeTurnsWhicheverIsCrowded) {
  for (const Lane crowded : {Lane::usual, Lane::first}) {
    const Lane other = crowded == Lane::usual ? Lane::first : Lane::usual;
    std::promise<void> go;
    std::promise<void> begun;
    std::promise<void> all;
    std::vector<Lane> order;
    WorkerPool pool(1);
    pool.post([&] {
      begun.set_value();
      go.get_future().wait();
    });
    begun.get_future().wait();
    for (int i = 0; i < 50; ++i) pool.post([&] { order.push_back(crowded); }, crowded);
    for (int i = 0; i < 2; ++i) pool.post([&] { order.push_back(other); }, other);
    pool.post([&] { all.set_value(); }, crowded);
    go.set_value();
    all.get_future().wait();
    EXPECT_LE(std::ranges::find(order, other) - order.begin(), 1);
    EXPECT_EQ(std::count(order.begin(), order.begin() + 4, other), 2) << "every second piece";
    EXPECT_EQ(order.size(), 52U);
  }
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
    pool.post([reply = Reply([&](const Response& response) { status = response.status; })] {
      reply(text_response(200, ""));
    });
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
}  // namespace keyferry::net
