// Serial numbers as runs: a revocation list names few of them or very many in a row.
#pragma once

#include <cstdint>
#include <vector>

namespace keyferry::credential {

// SerialRun is every serial from `first` to `last`, both included.
struct SerialRun {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  friend bool operator==(const SerialRun&, const SerialRun&) = default;
};

// SerialSet holds any serials from 1 to 2^64 − 1. Equal sets compare equal however they were made.
class SerialSet {
 public:
  SerialSet() = default;
  // from sorts and joins runs in any order, overlapping or not: O(n log n).
  static SerialSet from(std::vector<SerialRun> runs);

  // insert adds one serial: O(1) at the upper end, O(n) elsewhere. 0 is a broken promise: sshd
  // takes it for "no serial" and a KRL may not name it.
  void insert(std::uint64_t serial);
  bool contains(std::uint64_t serial) const;
  bool empty() const { return runs_.empty(); }
  // runs are ascending, and neither overlap nor touch.
  const std::vector<SerialRun>& runs() const { return runs_; }

  friend bool operator==(const SerialSet&, const SerialSet&) = default;

 private:
  std::vector<SerialRun> runs_;
};

}  // namespace keyferry::credential
