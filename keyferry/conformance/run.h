// A run: the checks chosen, one after the other, and nothing left behind.
#pragma once

#include <functional>

#include "keyferry/conformance/check.h"

namespace keyferry::conformance {

struct Outcome {
  std::string id;
  std::string title;
  Finding finding;
  Duration took{0};
};

struct Run {
  std::vector<Outcome> outcomes;
  std::size_t left_behind = 0;  // mailboxes that could not be deleted
  bool lost = false;            // the relay stopped answering
  std::size_t count(Verdict verdict) const;
};

struct RunOptions {
  // told before each check: its number from 1, how many there are
  std::function<void(std::size_t, std::size_t, const Check&)> progress;
  bool dropbox = false;     // the checks are dropbox_checks
  Duration limit{300'000};  // no call begins later; checks not done by then are skipped
};

// choose returns the checks whose id, row ("A-39" for "A-39.policy") or family ("A") is in `only`,
// all if it is empty. Errors: invalid (a word that chooses nothing).
Result<std::vector<Check>> choose(const std::vector<Check>& all,
                                  const std::vector<std::string>& only);

// run_checks judges the relay and deletes what it made there. Errors: network (cannot be reached),
// unauthorized (the relay wants a token of those who create).
Result<Run> run_checks(Subject& relay, const std::vector<Check>& checks, const RunOptions& options);

}  // namespace keyferry::conformance
