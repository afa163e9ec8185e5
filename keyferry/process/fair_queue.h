// A queue of work in which everybody has a turn, however much one of them brings.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <string>
#include <unordered_map>

namespace keyferry::process {

// Owner is whose work it is. Sources take turns, and within a source its keys: who draws keys by
// the thousand delays only those that share his address.
struct Owner {
  std::string source{};  // http::counted_source, or a name of our own
  std::string key{};     // whatever tells callers of one source apart; empty: nothing
};

// Room is how many pieces may wait at once: of all, of one source, of one of its keys.
struct Room {
  static constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();
  std::size_t all = kNoLimit;
  std::size_t source = kNoLimit;
  std::size_t key = kNoLimit;
};

// Piece is work, and since when it waits.
struct Piece {
  std::function<void()> work;
  std::chrono::steady_clock::time_point since{};
};

// FairQueue remembers only owners that have work in it. One thread at a time.
class FairQueue {
 public:
  // push puts `piece` behind what its owner has waiting. False, and `piece` is left as it was, when
  // there is no room.
  bool push(const Owner& owner, const Room& room, Piece& piece);
  // pop takes the oldest piece of the owner whose turn it is. Not of an empty queue.
  Piece pop();
  bool empty() const { return size_ == 0; }

 private:
  struct Source {
    std::unordered_map<std::string, std::deque<Piece>> keys;
    std::deque<std::string> turns;  // keys, each once
    std::size_t size = 0;
  };
  std::unordered_map<std::string, Source> sources_;
  std::deque<std::string> turns_;  // sources, each once
  std::size_t size_ = 0;
};

}  // namespace keyferry::process
