// The subcommands: from options to a command, from its answer to what a person reads.
#pragma once

#include "config.h"
#include "options.h"

#include "keyferry/base/result.h"

namespace keyferry::cmd {

// administer runs options.subcommand and prints. Errors: what the command fails with; nothing was
// printed on standard output then.
Result<Done> administer(const AuthorityConfig& config, const Options& options);

}  // namespace keyferry::cmd
