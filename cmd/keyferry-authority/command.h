// A command of the administrator: run by the server if one runs, else on the ledger itself.
#pragma once

#include "config.h"
#include <boost/json/object.hpp>

#include "keyferry/base/result.h"

namespace keyferry::cmd {

// run_command asks the running server over admin.sock, or opens the ledger under its exclusive
// lock. Errors: what the command fails with; conflict if the ledger is in use but nobody answers.
Result<boost::json::object> run_command(const AuthorityConfig& config,
                                        const boost::json::object& command);

}  // namespace keyferry::cmd
