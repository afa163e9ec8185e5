// `ssh NAME`: our file beside the wallet, one Include in ~/.ssh/config, and the names in it.
#pragma once

#include "command.h"

namespace keyferry::cli {

// NameChoice is the name that ssh shall know a credential by.
struct NameChoice {
  std::string name;
  bool chosen = false;  // typed by this person; else it is the authority's word
};

// take_ssh_names shows what `ssh NAME` will be, asks where the name comes from outside or
// ~/.ssh/config has to be changed, and writes record, our file and the Include. A name from outside
// is taken only after a person at the terminal said yes; --yes is not enough. A no changes nothing
// and is no error. Errors: conflict with reason name_taken (the name is taken or may not be), io.
Result<Done> take_ssh_names(Session& session, const Program& program,
                            const keystore::CredentialRecord& record, const NameChoice& choice);

// offer_ssh_names does that for a new credential where our file is in use already; what speaks
// against it is said and no error.
Result<Done> offer_ssh_names(Session& session, const Program& program,
                             const keystore::CredentialRecord& record, const NameChoice& choice);

// refresh_ssh_config rewrites our file where it is in use, and takes the Include out when no name
// is left.
Result<Done> refresh_ssh_config(wallet::Wallet& wallet);

// add_to_agent hands a credential to the SSH agent of the environment, for as long as its
// certificate is good.
Result<Done> add_to_agent(Session& session, const keystore::CredentialRecord& record);

}  // namespace keyferry::cli
