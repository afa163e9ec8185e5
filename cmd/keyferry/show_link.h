// How a new link gets to the person; what share and rearm have in common.
#pragma once

#include "command.h"

#include "keyferry/keystore/sender_record.h"

namespace keyferry::cli {

// Output says how the link is shown: as a QR picture too; without its secret, which gets a line of
// its own; put on the terminal's clipboard.
struct Output {
  bool qr = false, split = false, copy = false;
};

void add_output_options(CLI::App* command, Output& output);

// show_link prints the link of `record` with its PIN and code, hands over what streams carry, says
// what comes next, and marks it as shown. Errors: io, with how to take a link back that nobody has
// seen.
Result<Done> show_link(Program& program, Session& session, keystore::SenderRecord& record,
                       const Output& output);

}  // namespace keyferry::cli
