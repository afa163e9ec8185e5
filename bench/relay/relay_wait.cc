// Waiting for scripts/bench relay. `wake`: how long a write of one side takes to reach the other,
// whose Read waits. `stand`: holds many waiting Reads, each of a mailbox of its own, and asks again
// as often as one is answered, until standard input ends. Prints JSON lines.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "client.h"
#include <CLI/CLI.hpp>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace keyferry::bench;
using Steady = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct Options {
  std::uint16_t port = 0;
  std::string mode = "wake";  // wake, stand
  int count = 500;            // wakes, or Reads that stand
};

// The longest wait that a relay grants.
std::string waiting_read(const std::string& path, const std::string& claim,
                         const std::string& known) {
  return read_request(path, claim, "Prefer: wait=25\r\nIf-None-Match: " + known + "\r\n");
}

double percentile(std::vector<double> all, double part) {
  std::sort(all.begin(), all.end());
  return all[static_cast<std::size_t>(part * static_cast<double>(all.size() - 1))];
}

struct Side {
  Connection connection;
  std::string claim = uuid();
  std::string known = {};  // the version that it saw last
};

double write(Side& writer, const std::string& path, Side* waiter) {
  const std::string request = update_request(path, writer.claim, 1024);
  const auto begun = Steady::now();
  writer.connection.send(request);
  const auto hear = [](Side& side) {
    const std::string answer = side.connection.receive();
    expect_success(answer);
    side.known = header_of(answer, "ETag");
    return Steady::now();
  };
  const auto woken = waiter ? hear(*waiter) : begun;
  const auto answered = hear(writer);
  return Milliseconds((waiter ? woken : answered) - begun).count();
}

void wake(const Options& options, SSL_CTX* context) {
  std::array<Side, 2> sides{Side{{context, options.port}}, Side{{context, options.port}}};
  const std::string path = path_of(sides[0].connection.call(create_request({}, sides[0].claim)));
  sides[1].known = header_of(sides[1].connection.call(read_request(path, sides[1].claim)), "ETag");
  sides[0].known = header_of(sides[0].connection.call(read_request(path, sides[0].claim)), "ETag");
  std::vector<double> wakes;
  std::vector<double> writes;
  for (std::size_t i = 0; i < static_cast<std::size_t>(options.count); ++i) {
    Side& writer = sides[i % 2];
    Side& waiter = sides[(i + 1) % 2];
    writes.push_back(write(writer, path, nullptr));
    waiter.known = header_of(waiter.connection.call(read_request(path, waiter.claim)), "ETag");
    waiter.connection.send(waiting_read(path, waiter.claim, waiter.known));
    // Long enough to stand, and no part of the measurement.
    std::this_thread::sleep_for(std::chrono::milliseconds(4));
    wakes.push_back(write(writer, path, &waiter));
  }
  std::printf(
      "{\"wakes\":%d,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"most_ms\":%.3f,\"write_p50_ms\":%.3f,"
      "\"write_p99_ms\":%.3f}\n",
      options.count, percentile(wakes, 0.5), percentile(wakes, 0.99), percentile(wakes, 1),
      percentile(writes, 0.5), percentile(writes, 0.99));
}

// A Read that waits, on a connection and of a mailbox of its own.
struct Stander {
  Stander(SSL_CTX* context, std::uint16_t port) : connection(context, port) {
    const std::string path = path_of(connection.call(create_request({})));
    const std::string claim = uuid();
    const std::string bound = connection.call(read_request(path, claim));
    expect_success(bound);
    request = waiting_read(path, claim, header_of(bound, "ETag"));
  }
  Connection connection;
  std::string request;
};

std::vector<std::unique_ptr<Stander>> make_standers(const Options& options, SSL_CTX* context) {
  constexpr std::size_t kThreads = 4;
  std::vector<std::unique_ptr<Stander>> all(static_cast<std::size_t>(options.count));
  std::vector<std::jthread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t i = thread; i < all.size(); i += kThreads) {
        all[i] = std::make_unique<Stander>(context, options.port);
      }
    });
  }
  return all;
}

void watch(int epoll, int descriptor, void* who) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = who;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) stop("epoll_ctl");
}

void stand(const Options& options, SSL_CTX* context) {
  const auto standers = make_standers(options, context);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, STDIN_FILENO, nullptr);
  for (const auto& stander : standers)
    watch(epoll, stander->connection.descriptor(), stander.get());
  for (const auto& stander : standers) stander->connection.send(stander->request);
  std::printf("{\"standing\":%zu}\n", standers.size());
  std::fflush(stdout);
  std::array<epoll_event, 256> events;
  std::size_t answers = 0;
  while (true) {
    const int ready = ::epoll_wait(epoll, events.data(), events.size(), -1);
    if (ready < 0) stop("epoll_wait");
    for (int i = 0; i < ready; ++i) {
      auto* stander = static_cast<Stander*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (stander == nullptr) {
        std::printf("{\"answers\":%zu}\n", answers);
        return;
      }
      stander->connection.receive();
      stander->connection.send(stander->request);
      ++answers;
    }
  }
}

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Waits at a relay on loopback.", "relay_wait");
  app.add_option("--port", options.port)->required();
  app.add_option("--mode", options.mode)->check(CLI::IsMember({"wake", "stand"}));
  app.add_option("--count", options.count)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  raise_descriptor_limit();
  SSL_CTX* context = make_context();
  options.mode == "wake" ? wake(options, context) : stand(options, context);
  SSL_CTX_free(context);
  return 0;
}
