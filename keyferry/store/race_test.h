// Cells for tests of stores, and the race of first readers.
#pragma once

#include <atomic>
#include <barrier>
#include <functional>
#include <future>
#include <thread>

#include "keyferry/mailbox/encoding.h"
#include "keyferry/mailbox/read.h"
#include "keyferry/store/store.h"

namespace keyferry::store {

inline constexpr Time kStart = Time(std::chrono::milliseconds(1'700'000'000'000));
inline constexpr Time kEnd = kStart + std::chrono::hours(1);

inline CellKey key_of(std::uint32_t number) {
  CellKey key;
  for (std::size_t i = 0; i < 4; ++i) key.octets[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return key;
}

inline Cell cell_of(std::string_view value, Time deadline = kEnd) {
  Cell cell;
  cell.deadline = deadline;
  cell.value = copy_of(bytes_of(value));
  cell.secret_id = 1;
  return cell;
}

inline Part part_of(std::uint64_t number, std::string_view octets) {
  return {number, copy_of(bytes_of(octets))};
}

// change waits for compare_and_set.
inline Result<std::uint64_t> change(Store& store, const CellKey& key, std::uint64_t expected,
                                    std::optional<Cell> cell, Time now = kStart) {
  std::promise<Result<std::uint64_t>> promise;
  auto outcome = promise.get_future();
  store.compare_and_set({key, expected, std::move(cell)}, now,
                        [&](Result<std::uint64_t> done) { promise.set_value(std::move(done)); });
  return outcome.get();
}

// claim_once reads the mailbox at `key` as `claim` would: decide, compare-and-set, again after a
// conflict. `between` is called once, between the first decision and its compare-and-set. True if
// this claim may read it.
inline bool claim_once(Store& store, const CellKey& key, const mailbox::HashedClaim& claim,
                       const std::optional<mailbox::ClaimKeyHash>& proof,
                       const std::function<void()>& between) {
  for (bool first = true;; first = false) {
    const auto cell = store.get(key, kStart);
    if (!cell || !*cell) return false;
    const auto decided =
        mailbox::decide_read(mailbox::parse_state((*cell)->value, (*cell)->parts).value(), claim,
                             {proof, {}, {}, {}}, kStart);
    if (first) between();
    if (!decided || !decided->changed) return decided.has_value();
    Cell next = **cell;
    next.value = mailbox::encode_state(decided->box).octets;
    const auto changed = change(store, key, (*cell)->version, next);
    if (changed) return true;
    if (changed.error().code != Errc::conflict) return false;
  }
}

// race_first_readers lets `readers` threads with claims of their own read a fresh mailbox at the
// same moment, `rounds` times, and returns the greatest and least number of them that were let in.
// In every second round all decide before the first of them stores: the worst order there is.
struct RaceResult {
  int most = 0;
  int least = 1 << 20;
};
inline RaceResult race_first_readers(Store& store, int readers, int rounds,
                                     const mailbox::ClaimRule& rule = {}) {
  RaceResult result;
  std::atomic<int> winners = 0;
  int round = 0;
  const auto prepare = [&]() noexcept {
    if (round > 0) {
      result.most = std::max(result.most, winners.load());
      result.least = std::min(result.least, winners.load());
    }
    winners = 0;
    mailbox::Mailbox box;
    box.deadline = kEnd;
    box.rule = rule;
    Cell cell = cell_of("");
    cell.value = mailbox::encode_state(box).octets;
    if (!change(store, key_of(static_cast<std::uint32_t>(++round)), 0, cell)) std::abort();
  };
  std::barrier start(readers, prepare);
  std::barrier decided(readers);
  std::vector<std::jthread> threads;
  for (int i = 0; i < readers; ++i) {
    threads.emplace_back([&, i] {
      mailbox::HashedClaim claim;
      claim.octets.fill(static_cast<std::uint8_t>(i + 1));
      for (int turn = 0; turn < rounds; ++turn) {
        start.arrive_and_wait();
        const auto between = [&] {
          if (turn % 2 == 0) decided.arrive_and_wait();
        };
        const CellKey key = key_of(static_cast<std::uint32_t>(turn + 1));
        if (claim_once(store, key, claim, rule.key_hash, between)) {
          ++winners;
        }
      }
      start.arrive_and_wait();
    });
  }
  return threads.clear(), result;
}

}  // namespace keyferry::store
