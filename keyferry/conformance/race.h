// Many calls at the same moment, each on a connection of its own that is open already.
#pragma once

#include <vector>

#include "keyferry/conformance/subject.h"

namespace keyferry::conformance {

// race makes each call on its own connection, all at once, after each connection made `warm_up`, a
// call that changes nothing. The results stand in the order of the calls.
std::vector<Result<Answer>> race(Subject& relay, const std::vector<Call>& calls,
                                 const Call& warm_up);

}  // namespace keyferry::conformance
