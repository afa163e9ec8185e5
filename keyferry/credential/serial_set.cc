// Runs of serials, kept joined.
#include "keyferry/credential/serial_set.h"

#include <algorithm>

#include "keyferry/base/error.h"

namespace keyferry::credential {
namespace {

bool joins(const SerialRun& left, const SerialRun& right) {
  return right.first <= left.last || right.first - 1 == left.last;
}

}  // namespace

SerialSet SerialSet::from(std::vector<SerialRun> runs) {
  std::sort(runs.begin(), runs.end(),
            [](const SerialRun& a, const SerialRun& b) { return a.first < b.first; });
  SerialSet set;
  for (const SerialRun& run : runs) {
    require(run.first != 0 && run.first <= run.last, "a run of serials goes up from 1");
    if (!set.runs_.empty() && joins(set.runs_.back(), run)) {
      set.runs_.back().last = std::max(set.runs_.back().last, run.last);
    } else {
      set.runs_.push_back(run);
    }
  }
  return set;
}

void SerialSet::insert(std::uint64_t serial) {
  require(serial != 0, "a serial is never 0");
  // `next` is the first run that begins behind `serial`.
  const auto next =
      std::upper_bound(runs_.begin(), runs_.end(), serial,
                       [](std::uint64_t value, const SerialRun& run) { return value < run.first; });
  const bool joins_before = next != runs_.begin() && joins(*(next - 1), {serial, serial});
  const bool joins_after = next != runs_.end() && next->first - 1 == serial;
  if (joins_before) {
    const auto before = next - 1;
    before->last = std::max(before->last, joins_after ? next->last : serial);
    if (joins_after) runs_.erase(next);
  } else if (joins_after) {
    next->first = serial;
  } else {
    runs_.insert(next, {serial, serial});
  }
}

bool SerialSet::contains(std::uint64_t serial) const {
  const auto next =
      std::upper_bound(runs_.begin(), runs_.end(), serial,
                       [](std::uint64_t value, const SerialRun& run) { return value < run.first; });
  return next != runs_.begin() && (next - 1)->last >= serial;
}

}  // namespace keyferry::credential
