// Adding a credential to a running SSH agent (draft-miller-ssh-agent): spoken by the wallet itself,
// no ssh-add.
#pragma once

#include <chrono>
#include <string>

#include "keyferry/crypto/key.h"

namespace keyferry::wallet {

// agent_add_message writes SSH_AGENTC_ADD_ID_CONSTRAINED for a key with its certificate: the agent
// drops it after `lifetime` (whole seconds, at least 1). With the length in front; holds the
// private key, so the caller keeps it in SecretBytes. Pure. Errors: invalid (certificate).
Result<SecretBytes> agent_add_message(const crypto::PrivateKey& key,
                                      std::string_view certificate_line, const std::string& comment,
                                      std::chrono::seconds lifetime);

// add_to_agent sends it to the agent at `socket` (SSH_AUTH_SOCK). Errors: not_found (no agent
// there), forbidden (the agent refused), io.
Result<Done> add_to_agent(const std::string& socket, const SecretBytes& message);

}  // namespace keyferry::wallet
