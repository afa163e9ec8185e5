// --ssh-config: our file beside the wallet, and one Include in ~/.ssh/config.
#pragma once

#include "command.h"

namespace keyferry::cli {

// enable_ssh_config writes our file and, after asking, adds the Include to ~/.ssh/config.
Result<Done> enable_ssh_config(Session& session);

// refresh_ssh_config rewrites our file where it is in use, and takes the Include out when no
// credential is left.
Result<Done> refresh_ssh_config(wallet::Wallet& wallet);

// add_to_agent hands a credential to the SSH agent of the environment, for as long as its
// certificate is good.
Result<Done> add_to_agent(Session& session, const wallet::CredentialRecord& record);

}  // namespace keyferry::cli
