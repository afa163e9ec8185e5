// What a check says of a relay.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "keyferry/base/result.h"

namespace keyferry::conformance {

enum class Verdict {
  pass,     // as the row demands, in our own reading of the drafts
  fail,     // against a MUST, or against a form that the drafts spell out
  allowed,  // not our reading, but the drafts leave it open
  skip,     // cannot be judged here: an extension that is not there, a limit that was met
  info,     // a choice of the operator, told and not judged
};

// name_of is the word of the report ("pass").
std::string_view name_of(Verdict verdict);

struct Finding {
  Verdict verdict = Verdict::skip;
  std::string seen;  // one line for people: what was seen, or what is wrong
};

// One for each verdict; broken is the one of fail.
Finding pass(std::string seen);
Finding broken(std::string seen);
Finding allowed(std::string seen);
Finding skip(std::string seen);
Finding info(std::string seen);

// must ends a check with the verdict fail and `otherwise` unless `kept`. The error is conflict,
// which the runner turns into the finding.
Result<Done> must(bool kept, std::string otherwise);

// Notes gathers where a relay differs from our reading in what the drafts leave open.
class Notes {
 public:
  void add(std::string note);
  void add_if(bool different, std::string note) {
    if (different) add(std::move(note));
  }
  bool empty() const { return notes_.empty(); }
  // finding is pass with `seen`, or allowed with the notes.
  Finding finding(std::string seen) const;

 private:
  std::vector<std::string> notes_;  // each once
};

}  // namespace keyferry::conformance
