// Whole answers: everything that a caller can see of one, so that nothing is compared by halves.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "keyferry/conformance/finding.h"
#include "keyferry/conformance/subject.h"

namespace keyferry::conformance {

// Aspects are the parts of what was seen, by their names for people: {"the status": "404"}. Headers
// that belong to the connection, to the clock or to the one request are no part: Date, Age,
// Keep-Alive, Mailbox-Request-ID and their like.
using Aspects = std::map<std::string, std::string>;

// aspects_of is the status, each header and the body of an answer.
Aspects aspects_of(const Answer& answer);

// add_aspects adds those of an answer under names that end with `whose`: "the status of the page".
// With `members` the body of a JSON object is taken apart: "the expiration of …".
void add_aspects(Aspects& out, const Answer& answer, std::string_view whose, bool members);

// canonical_json is the same text for values that differ in the order of members only.
std::string canonical_json(const boost::json::value& value);

// changed are the names of what differs, is new or has gone.
std::vector<std::string> changed(const Aspects& before, const Aspects& after);

// telling names what tells all answers of one group from all of the other; nothing if a caller
// cannot tell the groups apart. What differs within a group says nothing by its value, but
// whether it is there does, and so does its length.
std::optional<std::string> telling(const std::vector<Answer>& ones,
                                   const std::vector<Answer>& others);

// must_look_alike ends a check with fail if something tells two groups of answers apart; another
// status is only noted, as a relay says that openly.
Result<Done> must_look_alike(const std::vector<Answer>& ones, const std::vector<Answer>& others,
                             std::string_view what, Notes& notes);

// ask_in_turns sends the calls of both lists one of each after the other, so that what the time
// changes does not tell them apart.
struct Groups {
  std::vector<Answer> ones, others;
};
Result<Groups> ask_in_turns(Subject& relay, const std::vector<Call>& ones,
                            const std::vector<Call>& others);

}  // namespace keyferry::conformance
