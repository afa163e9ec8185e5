// Load for scripts/bench store: clients that create, read, claim and delete cells of the durable
// store, each waiting for its answer; or bare fdatasync on the same disk. Prints one JSON line.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <future>
#include <thread>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "keyferry/base/clock.h"
#include "keyferry/digest/random.h"
#include "keyferry/store/sqlite.h"

namespace {

using namespace keyferry;
using store::Cell;
using store::CellKey;
using Steady = std::chrono::steady_clock;

struct Options {
  std::filesystem::path folder;
  std::string mode = "store";  // store, sync
  int clients = 64;
  int operations = 20'000;
  std::size_t batch = store::SqliteOptions().batch;
  std::size_t value = 1200;
};

[[noreturn]] void stop(std::string_view what) {
  std::fprintf(stderr, "store_load: %.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(1);
}

template <class T>
T value_of(Result<T> result) {
  if (!result) stop(result.error().detail);
  return *std::move(result);
}

// Microseconds of one durable operation each.
using Latencies = std::vector<double>;

double percentile(Latencies& sorted, double part) {
  if (sorted.empty()) return 0;
  std::sort(sorted.begin(), sorted.end());
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

// A client's life of a mailbox: create, read, claim, read, delete. Deletes leave a tombstone.
class Client {
 public:
  Client(store::Store& store, const Options& options) : store_(store), options_(options) {}

  // Three of the five operations change something and are durable before they are answered.
  static constexpr int kOperations = 5;

  void live() {
    CellKey key;
    digest::random_fill(key.octets);
    const Time now = SystemClock().now();
    Cell cell;
    cell.deadline = now + std::chrono::hours(24);
    cell.value = digest::random_bytes(options_.value);
    cell.remains = Bytes(16, 1);
    cell.remains_until = cell.deadline + std::chrono::hours(24);
    const std::uint64_t made = change(key, 0, cell, now);
    cell = read(key, now);
    cell.value.resize(cell.value.size() + 33);
    const std::uint64_t claimed = change(key, made, cell, now);
    cell = read(key, now);
    cell.value = std::exchange(cell.remains, {});
    cell.deadline = cell.remains_until;
    change(key, claimed, cell, now);
  }

  Latencies latencies;

 private:
  std::uint64_t change(const CellKey& key, std::uint64_t expected, const Cell& cell, Time now) {
    const auto begun = Steady::now();
    std::promise<Result<std::uint64_t>> promise;
    store_.compare_and_set({key, expected, cell}, now,
                           [&](Result<std::uint64_t> done) { promise.set_value(std::move(done)); });
    const std::uint64_t version = value_of(promise.get_future().get());
    latencies.push_back(std::chrono::duration<double, std::micro>(Steady::now() - begun).count());
    return version;
  }

  Cell read(const CellKey& key, Time now) {
    auto cell = value_of(store_.get(key, now));
    if (!cell) stop("a cell is missing");
    return *std::move(cell);
  }

  store::Store& store_;
  const Options& options_;
};

double cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

void run_store(const Options& options) {
  const auto store = value_of(store::open_sqlite_store(
      {.folder = options.folder, .opened = SystemClock().now(), .batch = options.batch}));
  std::vector<Client> clients(static_cast<std::size_t>(options.clients), Client(*store, options));
  const int lives = std::max(1, options.operations / options.clients / Client::kOperations);
  const double cpu_before = cpu_seconds();
  const auto begun = Steady::now();
  std::vector<std::jthread> threads;
  for (Client& client : clients) {
    threads.emplace_back([&client, lives] {
      for (int i = 0; i < lives; ++i) client.live();
    });
  }
  threads.clear();
  const std::chrono::duration<double> took = Steady::now() - begun;
  const double cpu = cpu_seconds() - cpu_before;
  Latencies all;
  for (const Client& client : clients) {
    all.insert(all.end(), client.latencies.begin(), client.latencies.end());
  }
  const double operations = static_cast<double>(lives) * options.clients * Client::kOperations;
  std::printf(
      "{\"operations\":%.0f,\"per_second\":%.1f,\"cpu_us\":%.2f,\"p50_us\":%.1f,"
      "\"p99_us\":%.1f}\n",
      operations, operations / took.count(), cpu * 1e6 / operations, percentile(all, 0.5),
      percentile(all, 0.99));
}

// What the disk itself needs for 4 KB that must be there.
void run_sync(const Options& options) {
  const std::filesystem::path path = options.folder / "sync";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) stop("cannot write to the folder");
  const Bytes page = digest::random_bytes(4096);
  Latencies all;
  for (int i = 0; i < options.operations; ++i) {
    const auto begun = Steady::now();
    if (::write(file, page.data(), page.size()) != std::ssize(page) || ::fdatasync(file) != 0) {
      stop("cannot write to the folder");
    }
    all.push_back(std::chrono::duration<double, std::micro>(Steady::now() - begun).count());
  }
  ::close(file);
  std::filesystem::remove(path);
  std::printf("{\"operations\":%d,\"p50_us\":%.1f,\"p99_us\":%.1f}\n", options.operations,
              percentile(all, 0.5), percentile(all, 0.99));
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Loads the durable store of the relay, or the disk below it.", "store_load");
  app.add_option("--folder", options.folder, "an empty folder on the disk to measure")->required();
  app.add_option("--mode", options.mode)->check(CLI::IsMember({"store", "sync"}));
  app.add_option("--clients", options.clients)->check(CLI::PositiveNumber);
  app.add_option("--operations", options.operations)->check(CLI::PositiveNumber);
  app.add_option("--batch", options.batch, "changes in one transaction at most")
      ->check(CLI::PositiveNumber);
  app.add_option("--value", options.value, "octets of a cell's value");
  CLI11_PARSE(app, argc, argv);
  options.mode == "sync" ? run_sync(options) : run_store(options);
  return 0;
}
