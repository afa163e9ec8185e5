// Load for scripts/bench relay: keep-alive HTTPS requests on many connections, and what they cost
// the server in CPU time. Prints one JSON line. The load generator's own cost does not count, so it
// may be simple: one blocking thread a connection.
#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "client.h"
#include <CLI/CLI.hpp>

namespace {

using namespace keyferry::bench;

struct Options {
  std::uint16_t port = 0;
  std::vector<int> pids;     // whose CPU time counts
  std::string mode = "get";  // get, create, read, handshake
  std::string path = "/";
  int connections = 64;
  int requests = 20'000;
  CreateWish create;
};

// Nanoseconds that all threads of the processes have run.
std::uint64_t cpu_ns(const std::vector<int>& pids) {
  std::uint64_t sum = 0;
  for (int pid : pids) {
    for (const auto& task :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
      std::uint64_t ran = 0;
      std::ifstream(task.path() / "schedstat") >> ran;
      sum += ran;
    }
  }
  return sum;
}

struct Work {
  const Options& options;
  SSL_CTX* context;
  std::barrier<>& ready;
  std::barrier<>& done;
  std::vector<double>& latencies;  // of this connection, in microseconds
};

void run_handshakes(const Work& work, int requests) {
  work.ready.arrive_and_wait();
  for (int i = 0; i < requests; ++i) {
    Connection connection(work.context, work.options.port);
    expect_success(connection.call(get_request(work.options.path)));
  }
  work.done.arrive_and_wait();
}

void run_connection(const Work& work, int requests) {
  if (work.options.mode == "handshake") return run_handshakes(work, requests);
  Connection connection(work.context, work.options.port);
  const bool create = work.options.mode == "create";
  std::string request = create                        ? create_request(work.options.create)
                        : work.options.mode == "read" ? bound_read(connection, work.options.create)
                                                      : get_request(work.options.path);
  expect_success(connection.call(create ? create_request(work.options.create) : request));
  work.ready.arrive_and_wait();
  for (int i = 0; i < requests; ++i) {
    if (create) request = create_request(work.options.create);
    const auto begun = std::chrono::steady_clock::now();
    expect_success(connection.call(request));
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begun;
    work.latencies.push_back(took.count());
  }
  work.done.arrive_and_wait();
}

// Of all connections, sorted; handshakes are not timed one by one.
std::vector<double> joined(const std::vector<std::vector<double>>& latencies) {
  std::vector<double> all;
  for (const auto& own : latencies) all.insert(all.end(), own.begin(), own.end());
  std::sort(all.begin(), all.end());
  if (all.empty()) all.push_back(0);
  return all;
}

int run(const Options& options) {
  SSL_CTX* context = make_context();
  std::barrier ready(options.connections + 1);
  std::barrier done(options.connections + 1);
  const int each = options.requests / options.connections;
  std::vector<std::vector<double>> latencies(static_cast<std::size_t>(options.connections));
  std::vector<std::jthread> threads;
  for (std::vector<double>& own : latencies) {
    threads.emplace_back([&] { run_connection({options, context, ready, done, own}, each); });
  }
  ready.arrive_and_wait();
  const auto begun = std::chrono::steady_clock::now();
  const std::uint64_t before = cpu_ns(options.pids);
  done.arrive_and_wait();
  const std::uint64_t after = cpu_ns(options.pids);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  threads.clear();
  SSL_CTX_free(context);
  const std::vector<double> all = joined(latencies);
  const double requests = static_cast<double>(each) * options.connections;
  std::printf(
      "{\"mode\":\"%s\",\"requests\":%.0f,\"seconds\":%.3f,\"cpu_us\":%.3f,"
      "\"p99_us\":%.1f,\"most_us\":%.1f}\n",
      options.mode.c_str(), requests, took.count(),
      static_cast<double>(after - before) / 1000.0 / requests, all[all.size() * 99 / 100],
      all.back());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Loads an HTTPS server on loopback and measures its CPU time.", "relay_load");
  app.add_option("--port", options.port)->required();
  app.add_option("--pid", options.pids, "processes whose CPU time counts")->required();
  app.add_option("--mode", options.mode)
      ->check(CLI::IsMember({"get", "create", "read", "handshake"}));
  app.add_option("--path", options.path);
  app.add_option("--connections", options.connections);
  app.add_option("--requests", options.requests);
  app.add_option("--payload", options.create.payload, "octets of a created message");
  app.add_option("--expires", options.create.expires, "when created mailboxes end (RFC 3339)");
  CLI11_PARSE(app, argc, argv);
  return run(options);
}
