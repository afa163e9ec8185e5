// What a mailbox leaves behind: nothing. It must look like one that never was, to everybody.
#pragma once

#include "keyferry/conformance/device.h"
#include "keyferry/conformance/look.h"

namespace keyferry::conformance {

// never_made is an address where nothing can be.
Box never_made();

// calls_on is every call that a device may make on a mailbox, looks_at every look at its page, each
// twice in a row.
std::vector<Call> calls_on(const Device& device, const Box& box);
std::vector<Call> looks_at(const Box& box);

// must_be_as_unknown demands 404 for each of the calls, and that no answer tells the mailbox from
// one that never was. `what` is "what is deleted"; both lists hold each call twice in a row.
Result<Done> must_be_as_unknown(Subject& relay, const std::vector<Call>& gone,
                                const std::vector<Call>& never, const std::string& what);

}  // namespace keyferry::conformance
