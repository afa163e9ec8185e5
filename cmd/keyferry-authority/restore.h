// restore: put a backup in place of the ledger, and merge what verifiers know was revoked since.
#pragma once

#include "config.h"
#include "options.h"

#include "keyferry/base/result.h"

namespace keyferry::cmd {

// restore copies options.file over the ledger (the old one is kept beside it), then merges the
// lists of options.merge or accepts the loss. The server must not run. Errors: conflict (it runs),
// invalid (nothing to do; not a ledger), and those of reading the lists.
Result<Done> restore(const AuthorityConfig& config, const Options& options);

}  // namespace keyferry::cmd
