// Refusals that several calls share.
#pragma once

#include "keyferry/base/result.h"

namespace keyferry::mailbox {

// not_bound: the caller neither made the mailbox nor holds it. The same whether somebody else does,
// so that a stranger learns nothing.
Error not_bound();

// lacks_right: the caller is one of the two, but accessRights do not hold `letter`.
Error lacks_right(char letter);

}  // namespace keyferry::mailbox
